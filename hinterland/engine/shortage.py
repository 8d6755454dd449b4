"""A device that has no memory left, or fails: what torch says of it, in a person's words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from hinterland.types import HinterlandError

# What torch's errors say where memory is what is missing; only CUDA's have a type of their own.
PROCESSOR = ("DefaultCPUAllocator", "not enough memory: you tried to allocate")
DEVICE = ("out of memory", "CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED")
FAILED = "AcceleratorError"


@contextmanager
def explained(hint: str) -> Iterator[None]:
    """Tell a shortage of memory, or a device that fails, as a HinterlandError with this hint."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        message = worded(error)
        if message is None:
            raise
        raise HinterlandError(message, hint, exit_code=5) from error


def worded(error: BaseException) -> str | None:
    """What is missing, if that is what an error is about. Does not import torch."""
    if isinstance(error, HinterlandError):
        return None
    if isinstance(error, MemoryError):
        return "out of memory"
    if not isinstance(error, RuntimeError):
        return None
    said = str(error)
    if any(words in said for words in PROCESSOR):
        return f"out of memory{_asked(said)}"
    if type(error).__name__ == "OutOfMemoryError" or any(words in said for words in DEVICE):
        return f"the GPU's memory is full{_asked(said)}"
    if type(error).__name__ == FAILED:
        return f"the GPU failed: {said.splitlines()[0]}"
    return None


def _asked(said: str) -> str:
    """` (needed 1.95 GiB more, …)`: the sizes in torch's words, as far as they are there."""
    needed = re.search(r"allocate ([\d.]+) (\w+)", said)
    free = re.search(r"([\d.]+ \w+) is free", said)
    whole = re.search(r"total capacity of ([\d.]+ \w+)", said)
    parts = []
    if needed:
        size = (
            f"{int(needed[1]) / 2**30:.2f} GiB"
            if needed[2] == "bytes"
            else " ".join(needed.groups())
        )
        parts.append(f"needed {size} more")
    if free and whole:
        parts.append(f"{free[1]} free of {whole[1]}")
    return f" ({', '.join(parts)})" if parts else ""
