"""Two functions of somebody else's, held to what a recording needs: shapes, ranges, finite."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from hinterland.types import HinterlandError

if TYPE_CHECKING:
    from hinterland.recorder.net import Net

BEYOND = 0.5  # how far a linear decoder's pictures may lie outside of [0, 1]
SCALES = ("01", "pm1", "255")  # what pixels a model takes and gives
LAYOUTS = ("auto", "nchw", "nhwc", "flat")


@dataclass(frozen=True, slots=True)
class Manners:
    """How a model wants its pictures.

    layout: `nchw`, `nhwc`, `flat` or `auto`. scale: pixels from 0 to 1 (`01`), -1 to 1 (`pm1`) or
    0 to 255 (`255`). logits: the decoder's output still needs a sigmoid.
    """

    layout: str = "auto"
    scale: str = "01"
    logits: bool = False

    def __post_init__(self) -> None:
        for name, known in (("layout", LAYOUTS), ("scale", SCALES)):
            if getattr(self, name) not in known:
                raise HinterlandError(
                    f"{name} must be one of {', '.join(known)}; got {getattr(self, name)!r}"
                )

    @property
    def span(self) -> tuple[float, float]:
        """(lowest, highest): what black and white are to the model."""
        return {"01": (0.0, 1.0), "pm1": (-1.0, 1.0), "255": (0.0, 255.0)}[self.scale]


@dataclass(frozen=True, slots=True)
class Pair:
    """An encoder and a decoder as functions of arrays, before anything is known of them.

    encode: float32 (n, h, w, c) in [0, 1] -> one row of numbers per image. decode: the way back.
    kind: what they are made of: `functions`, `torch` or `keras`. calm: holds while they are
    called, and leaves their model as it was. net: the model to make graphs of, where there is one.
    """

    encode: Callable[[np.ndarray], Any]
    decode: Callable[[np.ndarray], Any]
    kind: str
    calm: Callable[[], AbstractContextManager[None]]
    net: Net | None = None


@dataclass(slots=True)
class Checked:
    """An `Autoencoder` made of a pair; whatever the pair gives that cannot be is an error."""

    pair: Pair
    image_shape: tuple[int, int, int]
    latent_shape: tuple[int, ...] = field(default=())

    @classmethod
    def probed(cls, pair: Pair, images: np.ndarray) -> Checked:
        """Learn the latents' shape from a few images, and prove both functions on them.

        images: uint8 (n, h, w, c). Raises HinterlandError for pictures far outside of [0, 1],
        which are a sign of another scale; later on, only shapes and finiteness are looked at.
        """
        n, *shape = images.shape
        h, w, c = shape
        codes = _numbers(pair.encode(_scaled(images)), "encode")
        if codes.ndim < 2 or len(codes) != n or not codes.size:
            raise HinterlandError(
                f"encode returned the shape {codes.shape} for {n} images of {h} x {w} x {c}",
                f"one row of numbers per image is due: ({n}, d)",
            )
        checked = cls(pair, (h, w, c), codes.shape[1:])
        made = checked.decode(checked.encode(images))
        low, high = float(made.min()), float(made.max())
        if low < -BEYOND or high > 1 + BEYOND:
            raise HinterlandError(
                f"decode returned pixels from {low:.3g} to {high:.3g}; 0 to 1 is due",
                "say so if it gives logits (logits=True), or other pixels "
                "(scale='pm1' for -1 to 1, scale='255')",
            )
        return checked

    @property
    def latent_dim(self) -> int:
        return prod(self.latent_shape)

    def encode(self, images: np.ndarray) -> np.ndarray:
        """uint8, or float32 in [0, 1], (n, h, w, c) -> float32 (n, d)."""
        codes = _numbers(self.pair.encode(_scaled(images)), "encode")
        _expect("encode", codes, (len(images), *self.latent_shape), f"{len(images)} images")
        return np.ascontiguousarray(codes.reshape(len(images), -1))

    def decode(self, latents: np.ndarray) -> np.ndarray:
        """float32 (n, d) -> float32 (n, h, w, c); in [0, 1], but linear ones overshoot."""
        asked = np.ascontiguousarray(latents, np.float32).reshape(-1, *self.latent_shape)
        made = _numbers(self.pair.decode(asked), "decode")
        h, w, c = self.image_shape
        if c == 1 and made.shape == (len(asked), h, w):
            made = made[..., None]
        _expect("decode", made, (len(asked), h, w, c), f"{len(asked)} latents")
        return np.ascontiguousarray(made)


def functions(encode: Any, decode: Any, manners: Manners) -> Pair:
    """A pair of plain functions: batches of float32 arrays in and out."""
    for name, function in (("encode", encode), ("decode", decode)):
        if not callable(function):
            raise HinterlandError(
                f"{name} is {_worded(function)}, not a function of an array",
                "give encode= and decode=, or a model that has both",
            )
    low, high = manners.span

    def encoded(images: np.ndarray) -> Any:
        x = images * np.float32(high - low) + np.float32(low)
        if manners.layout == "nchw":
            return encode(np.ascontiguousarray(x.transpose(0, 3, 1, 2)))
        return encode(x.reshape(len(x), -1) if manners.layout == "flat" else x)

    def decoded(latents: np.ndarray) -> Any:
        y = _numbers(decode(latents), "decode")
        if manners.layout == "nchw" and y.ndim == 4:
            y = y.transpose(0, 2, 3, 1)
        if manners.logits:
            return np.float32(1) / (np.float32(1) + np.exp(-y))
        return (y - np.float32(low)) / np.float32(high - low)

    return Pair(encoded, decoded, "functions", undisturbed)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Give all global luck back as it was, whatever is drawn meanwhile.

    That is Python's, NumPy's and, where the program uses it, torch's on every device.
    """
    ours = random.getstate()
    # The old global generator is what other people's code still draws from.
    theirs = np.random.get_state()  # noqa: NPY002
    torch = sys.modules.get("torch")
    tensors = torch.get_rng_state() if torch else None
    on_devices = torch.cuda.get_rng_state_all() if torch and torch.cuda.is_initialized() else None
    on_apples = torch.mps.get_rng_state() if torch and torch.mps.is_available() else None
    try:
        yield
    finally:
        random.setstate(ours)
        np.random.set_state(theirs)  # noqa: NPY002
        if torch:
            torch.set_rng_state(tensors)
        if torch and on_devices is not None:
            torch.cuda.set_rng_state_all(on_devices)
        if torch and on_apples is not None:
            torch.mps.set_rng_state(on_apples)


def _scaled(images: np.ndarray) -> np.ndarray:
    """uint8, or float32 in [0, 1] -> float32 in [0, 1]."""
    if images.dtype == np.uint8:
        return images.astype(np.float32) / np.float32(255)
    return np.ascontiguousarray(images, np.float32)


def _numbers(made: Any, name: str) -> np.ndarray:
    """What a function returned as float32, if it is finite numbers."""
    fetched = made.detach().float().cpu() if hasattr(made, "detach") else made
    try:
        numbers = np.asarray(fetched if fetched is not None else "", np.float32)
    except (TypeError, ValueError):
        raise HinterlandError(
            f"{name} returned {_worded(made)}, which is no array of numbers",
            "a function returns one array; of several outputs, return the mean",
        ) from None
    if not np.isfinite(numbers).all():
        what = "NaN" if np.isnan(numbers).any() else "infinite numbers"
        raise HinterlandError(f"{name} returned {what}", "has the training diverged?", exit_code=1)
    return numbers


def _expect(name: str, made: np.ndarray, due: tuple[int, ...], of: str) -> None:
    if made.shape != due:
        raise HinterlandError(
            f"{name} returned the shape {made.shape} for {of}; {due} is due",
            "functions take and give batches: (n, h, w, c) pictures, one row of latents each"
            if name == "decode"
            else "",
        )


def _worded(thing: Any) -> str:
    return "None" if thing is None else f"something of type {type(thing).__name__}"
