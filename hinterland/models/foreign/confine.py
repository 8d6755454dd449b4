"""What the process that reads a stranger's file may not do, from before it opens the file."""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import struct
import sys
from pathlib import Path

NEVER = (
    *("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork"),
    *("os.kill", "os.startfile", "pty.", "pickle.find_class", "urllib.", "http.", "ftplib."),
    *("smtplib.", "webbrowser.", "sqlite3.", "winreg.", "cpython.run_"),
)
CHANGES = frozenset(
    f"os.{verb}"
    for verb in [
        "remove",
        "rename",
        "rmdir",
        "mkdir",
        "link",
        "symlink",
        "chmod",
        "chown",
        "truncate",
        "utime",
        "setxattr",
    ]
)
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# socket, connect, execve, execveat, ptrace, fork, vfork, by machine
SYSTEM_CALLS = {
    "x86_64": (0xC000003E, 317, (41, 42, 59, 322, 101, 57, 58)),
    "aarch64": (0xC00000B7, 277, (198, 203, 221, 281, 117)),
}


def confine(folder: Path, *, memory: int, seconds: int) -> None:
    """Let this process compute and write below `folder`, and nothing else, from here on.

    memory: bytes of address space. seconds: after so many it is killed, busy or idle. What the
    system does not know (limits on Windows, seccomp but on Linux) is left out.
    """
    _limit(memory, seconds)
    inside = os.path.join(os.path.realpath(folder), "")  # noqa: PTH118
    allowed = (inside, os.devnull)

    def may_write(path: object) -> bool:
        if isinstance(path, int):
            return True
        if not isinstance(path, str | bytes | os.PathLike):
            return False
        return os.path.realpath(os.fsdecode(path)).startswith(allowed)

    def hook(event: str, told: tuple[object, ...]) -> None:
        if event == "open":
            path, mode, flags = told
            writes = (isinstance(flags, int) and flags & WRITING) or (
                isinstance(mode, str) and set(mode) & set("wax+")
            )
            if writes and not may_write(path):
                raise PermissionError("the file made its reader write elsewhere")
        elif event in CHANGES:
            paths = told[:2] if event in ("os.rename", "os.link", "os.symlink") else told[:1]
            if not all(may_write(path) for path in paths):
                raise PermissionError("the file made its reader change other files")
        elif event.startswith(NEVER):
            raise PermissionError(f"the file made its reader ask for {event}")

    sys.addaudithook(hook)
    _filter_system_calls()


def _limit(memory: int, seconds: int) -> None:
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime) + 1
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, spent + seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, memory),
    ):
        _, hard = resource.getrlimit(what)
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(what, (least, least))
        except (ValueError, OSError):
            continue  # macOS knows no limit of address space
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)


def _filter_system_calls() -> None:
    """On Linux, the kernel refuses sockets and programs too, to every thread of this process."""
    known = SYSTEM_CALLS.get(platform.machine())
    if sys.platform != "linux" or known is None:
        return
    architecture, seccomp, calls = known
    refuse, allow = 0x00050001, 0x7FFF0000  # an errno of EPERM; go on
    last = len(calls) + 5  # the step that refuses, behind the one that allows
    steps = [
        (0x20, 0, 0, 4),  # load the architecture
        (0x15, 0, last - 2, architecture),  # another one: refuse
        (0x20, 0, 0, 0),  # load the call's number
        (0x35, last - 4, 0, 0x40000000),  # the x32 variants of all calls: refuse
        *((0x15, last - place - 1, 0, call) for place, call in enumerate(calls, 4)),
        (0x06, 0, 0, allow),
        (0x06, 0, 0, refuse),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = struct.pack("HxxxxxxQ", len(steps), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(38, 1, 0, 0, 0) == 0:  # no new privileges, which a filter needs
        libc.syscall(seccomp, 1, 1, program)
