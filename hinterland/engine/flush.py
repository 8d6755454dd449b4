"""Numbers too small to be written in full are zero while a processor trains."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

TINY = 1e-39  # below 1.2e-38 a float32 has fewer digits, and takes a processor many times as long
HARD = 2  # OpenMP's omp_pause_hard


@contextmanager
def flushed() -> Iterator[None]:
    """Take numbers below 1.2e-38 for zero in all of PyTorch's threads.

    Adam's mean of a gradient that has become zero, as of a pixel that is hardly ever inked, shrinks
    by a tenth a step and is that small after 800 steps; it never becomes zero by itself. After six
    epochs of MNIST a quarter of the dense VAE's means were, and from the third epoch on it trained
    half as fast (benchmarks/flush.py).
    """
    if _is_flushed():  # whoever calls wants it so anyway
        yield
        return
    torch.set_flush_denormal(True)
    _let_threads_go()
    try:
        yield
    finally:
        torch.set_flush_denormal(False)
        _let_threads_go()


def _is_flushed() -> bool:
    return float(torch.tensor(TINY) * 1) == 0


def _let_threads_go() -> None:
    """A thread takes its mode from whoever begins it, so those that there are must begin anew."""
    for path in (Path(torch.__file__).parent / "lib").glob("libgomp*.so*"):
        let_go = getattr(ctypes.CDLL(str(path)), "omp_pause_resource_all", None)
        if let_go:
            let_go(HARD)
