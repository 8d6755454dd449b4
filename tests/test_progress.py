"""How a training fares, read while its writer goes on."""

from __future__ import annotations

import json
import os
import socket
import time
from pathlib import Path

import pytest

from hinterland.run.progress import QUIET
from hinterland.types import Images
from tests.conftest import begun


def test_a_training_that_ends_while_it_is_looked_at_did_not_die(
    tmp_path: Path, images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begun(tmp_path / "run", images)
    writer = run.path / "writer.json"
    writer.write_text(json.dumps({"pid": 2**22 + 1, "host": socket.gethostname(), "since": ""}))
    long_ago = time.time() - QUIET - 1
    os.utime(writer, (long_ago, long_ago))

    def just_gone(_writer: object) -> bool:
        run.tell({"state": "finished"})
        writer.unlink(missing_ok=True)
        return False

    monkeypatch.setattr("hinterland.run.progress._alive", just_gone)
    assert run.progress()["state"] == "finished"
