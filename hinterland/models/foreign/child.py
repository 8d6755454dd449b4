"""The process in which a stranger's model is read: `python -I -m hinterland.models.foreign.child`.

It is told what to do on stdin, as JSON, and leaves `result.json`, `brought.safetensors` and the
graphs in its working directory, which is all that it can write to.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import sys
from pathlib import Path
from typing import Any

MEMBERS = {
    "onnx": ("onnx_files", ("onnx", "onnxruntime")),
    "keras": ("keras_files", ("h5py", "keras", "onnx", "onnxruntime", "torch.onnx")),
    "diffusers": (
        "diffusers_vae",
        ("onnx", "onnxruntime", "torch.onnx", "diffusers.models.autoencoders.autoencoder_kl"),
    ),
}


def main() -> None:
    """Do what stdin asks for."""
    asked = json.loads(sys.stdin.read())
    module, packages = MEMBERS[asked["kind"]]
    told: dict[str, Any]
    from hinterland.types import HinterlandError

    try:
        # everything is imported before the walls go up: importing runs programs and reads the clock
        for package in packages:
            importlib.import_module(package)
        member = importlib.import_module(f"hinterland.models.foreign.{module}")
        importlib.import_module("hinterland.models.foreign.settle")
        _warm(asked["kind"])
        from hinterland.models.foreign.confine import confine

        confine(Path.cwd(), memory=asked["memory"], seconds=asked["seconds"])
        told = _bring(member, asked)
    except HinterlandError as error:
        told = {"error": error.message, "hint": error.hint, "code": error.exit_code}
    except MemoryError:
        told = {"memory": True}
    except RecursionError:
        told = {"error": "the model is nested too deeply", "hint": "", "code": 2}
    except Exception as error:  # noqa: BLE001  the last line of a process that reads anything
        from hinterland.models.foreign.base import first_line

        what = f"{type(error).__name__}: {first_line(error)}"
        told = {"error": f"the model cannot be read: {what}", "hint": "", "code": 2}
        told["memory"] = "alloc" in what.lower()
    Path("result.json").write_text(json.dumps(told), encoding="utf-8")


def _bring(member: Any, asked: dict[str, Any]) -> dict[str, Any]:
    from safetensors.numpy import load_file, save_file

    from hinterland.models.foreign.base import Wanted
    from hinterland.models.foreign.settle import settle

    wanted = Wanted(**{**asked["wanted"], "shape": tuple(asked["wanted"]["shape"])})
    files = {name: Path(path) for name, path in asked["files"].items()}
    brought = settle(member.halves(files, wanted), wanted, load_file("samples.safetensors")["x"])
    save_file(dict(brought.weights), "brought.safetensors")
    for name, content in brought.files.items():
        Path(name).write_bytes(content)
    kept = {field.name: getattr(brought, field.name) for field in dataclasses.fields(brought)}
    return {name: kept[name] for name in ("latent_dim", "told", "notes")}


def _warm(kind: str) -> None:
    """Let libraries do once what they do the first time: look around, start threads."""
    if kind == "onnx":
        return
    import torch

    from hinterland.models.foreign import tracing

    tracing.half(torch.nn.Linear(2, 2), torch.nn.Linear(2, 2), torch.zeros(2, 2), "trial")


if __name__ == "__main__":
    main()
