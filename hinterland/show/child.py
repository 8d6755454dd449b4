"""A training in a process of its own, which this server started, watches and can stop."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from hinterland.types import HinterlandError

HEARD = 40  # lines of what it said that are kept
STOPPED = {128 + signal.SIGINT, 128 + signal.SIGTERM}
# Windows sends these to a group of processes; elsewhere a session of its own is enough.
GROUP = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
ASKING = getattr(signal, "CTRL_BREAK_EVENT", signal.SIGINT)


class Child:
    """`hinterland WORDS --json` as a child process. It takes no signal of the terminal's.

    A Ctrl-C there reaches the server alone, which then asks the child to stop, once: a second
    request would end it before it has saved. Where the server is killed, the pipes that the child
    tells its progress into break, within seconds, and it saves and ends as well.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            # -P: a file in the working folder is no module of ours
            [sys.executable, "-P", "-m", "hinterland", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            env=same_code(),
            start_new_session=True,
            creationflags=GROUP,
        )
        assert self._process.stdout and self._process.stderr
        self._said: deque[str] = deque(maxlen=HEARD)
        self._told: list[str] = []
        self.stopping = False
        pipes = ((self._process.stdout, self._told), (self._process.stderr, self._said))
        self._ears = [threading.Thread(target=_hear, args=pipe, daemon=True) for pipe in pipes]
        for ear in self._ears:
            ear.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    @property
    def stopped(self) -> bool:
        """Whether it ended because it was asked to."""
        code = self._process.poll()
        return code in STOPPED or (self.stopping and code not in (None, 0))

    @property
    def said(self) -> str:
        """The last thing that it told a person."""
        return next((line for line in reversed(self._said) if line.strip()), "").strip()

    def fault(self) -> tuple[str, str] | None:
        """What went wrong and what to do, where it ended badly."""
        code = self._process.poll()
        if code in (None, 0) or self.stopped:
            return None
        for ear in self._ears:
            ear.join(2)
        told = self._object()
        if "error" in told:
            hint = str(told.get("hint", ""))
            return str(told["error"]), "" if hint.endswith("--help") else hint
        if code < 0:
            name = _signal(-code)
            return f"something killed the training ({name})", "the memory may have run out"
        hint = "its last words: " + self.said if self.said else "the server's terminal may say why"
        return f"the training ended with status {code}", hint

    def stop(self) -> None:
        """Ask it to stop as Ctrl-C does: it saves the middle of its epoch and ends."""
        if self.running and not self.stopping:
            self.stopping = True
            with contextlib.suppress(OSError):
                self._process.send_signal(ASKING)

    def wait(self, seconds: float) -> None:
        """Until it has ended; then, whatever it was doing, it is ended."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _object(self) -> dict[str, Any]:
        for line in reversed(self._told):
            with contextlib.suppress(ValueError):
                told = json.loads(line)
                if isinstance(told, dict):
                    return told
        return {}


def answer(words: Sequence[str], seconds: float = 180) -> Any:
    """What `hinterland WORDS` tells in JSON, asked in a child. Raises HinterlandError."""
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "hinterland", *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            env=same_code(),
            timeout=seconds,
            check=True,
        )
        return json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        raise HinterlandError(
            "what can be trained could not be listed", f"try in a terminal: hinterland {words[0]}"
        ) from error


def same_code() -> dict[str, str]:
    """This process's environment, in which a child finds the very package that runs here.

    What opens this server is none of its business.
    """
    here = str(Path(__file__).parents[2])
    known = os.environ.get("PYTHONPATH")
    kept = {name: value for name, value in os.environ.items() if name != "HINTERLAND_TOKEN"}
    return {**kept, "PYTHONPATH": os.pathsep.join([here, known] if known else [here])}


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _hear(pipe: IO[str], kept: deque[str] | list[str]) -> None:
    with pipe:
        for line in pipe:
            kept.append(line)
