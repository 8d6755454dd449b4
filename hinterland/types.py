"""The nouns that everything else speaks of: images, models, layouts, registries, errors."""

from __future__ import annotations

import ast
import difflib
import importlib
import importlib.util
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np

__all__ = [
    "Autoencoder",
    "Flat",
    "HinterlandError",
    "Images",
    "Layout",
    "Near",
    "Projection",
    "Registry",
    "Skipped",
    "cited",
    "nearest_name",
]


class HinterlandError(Exception):
    """What a person can put right: `message` says what is wrong and where, `hint` what to do.

    exit_code is the command's exit status: 1 the job failed, 2 wrong use or bad input,
    5 disk, memory or device.
    """

    def __init__(self, message: str, hint: str = "", *, exit_code: int = 2) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.exit_code = exit_code


@dataclass(frozen=True, slots=True)
class Skipped:
    """A picture that could not be read, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class Images:
    """Equal-sized pictures.

    pixels: uint8 (n, h, w, c), c = 1 or 3; an array or a memory map.
    labels: int64 (n,), indices into `classes`, or None.
    held_out: bool (n,); True where a picture is never trained on. None until the set is split.
    skipped: the pictures of the source that could not be read.
    channels: name -> float32 (n,), NaN for none: what else is known of each picture. words: the
    channels whose numbers are indices into words. factors: the channels from which the pictures
    were drawn, all that they differ in.
    """

    pixels: np.ndarray
    labels: np.ndarray | None = None
    classes: tuple[str, ...] = ()
    held_out: np.ndarray | None = None
    skipped: tuple[Skipped, ...] = field(default=(), repr=False)
    channels: Mapping[str, np.ndarray] = field(default_factory=dict, repr=False)
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    factors: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        p = self.pixels
        if p.dtype != np.uint8 or p.ndim != 4 or p.shape[3] not in (1, 3):
            raise HinterlandError(
                f"images must be uint8 of shape (n, h, w, 1 or 3); got {p.dtype} {p.shape}"
            )
        columns = {"labels": self.labels, "held_out": self.held_out, **self.channels}
        for name, column in columns.items():
            if column is not None and column.shape != (len(p),):
                raise HinterlandError(
                    f"{name} must have one entry per image: {len(p)} images, {name} {column.shape}"
                )

    def __len__(self) -> int:
        return len(self.pixels)

    @property
    def shape(self) -> tuple[int, int, int]:
        """(h, w, c) of one picture."""
        _, h, w, c = self.pixels.shape
        return h, w, c


@runtime_checkable
class Autoencoder(Protocol):
    """A model: the only thing that a stranger's model must be. numpy in, numpy out."""

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """(h, w, c)."""

    @property
    def latent_dim(self) -> int:
        """d."""

    def encode(self, images: np.ndarray) -> np.ndarray:
        """float32 (n, h, w, c) in [0, 1] -> float32 (n, d)."""

    def decode(self, latents: np.ndarray) -> np.ndarray:
        """float32 (n, d) -> float32 (n, h, w, c) in [0, 1]."""


class Layout(Protocol):
    """A map at one epoch: points, and the way back from any spot of it to a latent."""

    @property
    def points(self) -> np.ndarray:
        """float32 (n, 2 or 3): where each image lies."""

    def to_latent(self, spots: np.ndarray) -> np.ndarray:
        """(m, 2 or 3) -> float32 (m, d)."""

    def tensors(self) -> dict[str, np.ndarray]:
        """Everything a page needs to draw the map and to do the same arithmetic."""


@dataclass(frozen=True, slots=True, eq=False)
class Flat:
    """A flat sheet in latent space: latent = centre + spot @ axes. Exact on the sheet.

    points: float32 (n, k), k = 2 or 3. centre: float32 (d,).
    axes: float32 (k, d), orthonormal rows; rows
    beyond d are zero.
    """

    points: np.ndarray
    centre: np.ndarray
    axes: np.ndarray

    def to_latent(self, spots: np.ndarray) -> np.ndarray:
        latents: np.ndarray = self.centre + np.asarray(spots, np.float32) @ self.axes
        return latents.astype(np.float32)

    def tensors(self) -> dict[str, np.ndarray]:
        return {"points": self.points, "centre": self.centre, "axes": self.axes}


@dataclass(frozen=True, slots=True, eq=False)
class Near:
    """From the nearest points to a latent: the way back from a map that bends. Exact at the points.

    latent = Σ w_j latents_j / Σ w_j over the NEAREST points, w_j = 1 / max(u_j², FLOOR), u_j the
    distance to point j in units of `spacing`; in float32, as the page does it.
    points: float32 (n, k), k = 2 or 3. latents: float32 (n, d). What follows is measured once, on
    points held out (docs/formats.md). spacing: a point's usual distance to its nearest neighbour.
    reach: how many spacings away the nearest still is for all but a hundredth. band: 9 of 10
    latents lie within `band` times the neighbours' own spread. spread: of all latents, rms.
    Source: Shepard, "A two-dimensional interpolation function for irregularly-spaced data", 1968.
    """

    points: np.ndarray
    latents: np.ndarray
    spacing: float = 1.0
    reach: float = 1.0
    band: float = 1.0
    spread: float = 1.0

    NEAREST: ClassVar[int] = 10
    FLOOR: ClassVar[float] = 1e-16
    BLOCK: ClassVar[int] = 1 << 22  # distances held at a time

    def to_latent(self, spots: np.ndarray) -> np.ndarray:
        return self.weighed(spots)[0]

    def trust(self, spots: np.ndarray) -> np.ndarray:
        """How far a spot's latent is to be believed: float32 (m,), from 0 to 1 at the points.

        The share of the latents' variance that 9 of 10 errors leave explained where the neighbours
        disagree as much as here, (1 - (band s / spread)²)₊, times min(1, (reach / u)²) for a spot
        whose nearest point is u spacings away.
        """
        _, s, u = self.weighed(spots)
        agreed = np.maximum(0, 1 - (np.float32(self.band / (self.spread or 1)) * s) ** 2)
        told: np.ndarray = agreed * np.minimum(1, (self.reach / np.maximum(u, self.reach)) ** 2)
        return told.astype(np.float32)

    def weighed(self, spots: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """(m, k) -> latents (m, d); their neighbours' weighted rms distance s (m,); u (m,).

        All float32; u is the distance to the nearest point, in spacings.
        """
        at = np.asarray(spots, np.float32).reshape(-1, self.points.shape[1])
        rows = max(1, self.BLOCK // len(self.points))
        parts = [self._some(at[i : i + rows]) for i in range(0, max(1, len(at)), rows)]
        latents, s, u = (np.concatenate(each) for each in zip(*parts, strict=True))
        return latents, s, u

    def _some(self, at: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        far = np.zeros((len(at), len(self.points)), np.float32)
        for axis, column in enumerate(self.points.T):
            far += (at[:, axis, None] - column) ** 2
        k = min(self.NEAREST, len(self.points))
        near = np.argpartition(far, k - 1, axis=1)[:, :k]
        squares = np.take_along_axis(far, near, 1) / np.float32(self.spacing) ** 2
        w = 1 / np.maximum(squares, np.float32(self.FLOOR))
        w /= w.sum(1, keepdims=True)
        z = self.latents[near]
        latents = np.einsum("mk,mkd->md", w, z)
        s = np.sqrt(np.einsum("mk,mkd->m", w, (z - latents[:, None]) ** 2))
        return latents, s, np.sqrt(squares.min(1))

    def tensors(self) -> dict[str, np.ndarray]:
        """`points` and `calibration`; the latents are the epoch's own and are not stored twice."""
        told = (self.spacing, self.reach, self.band, self.spread)
        return {"points": self.points, "calibration": np.array(told, np.float32)}


class Projection(Protocol):
    """Latents -> a layout. Settings are fields of a frozen dataclass; `fit` remembers nothing."""

    @property
    def dims(self) -> int:
        """2 or 3."""

    def fit(self, latents: np.ndarray, onto: np.ndarray | None = None) -> Layout:
        """latents: float32 (n, d). onto: (n, dims), a neighbouring epoch's points, to lie near."""


class Registry(Mapping[str, Any]):
    """Names -> members of a family: `"module:Attribute"` of `package`, imported when asked for.

    A variation is `("module:Attribute", {"option": value}, "what it is")` and needs no file.
    Looking up an unknown name raises a HinterlandError that names the nearest known one.
    """

    def __init__(
        self,
        kind: str,
        package: str,
        members: Mapping[str, str | tuple[str, dict[str, Any], str]],
    ) -> None:
        self.kind = kind
        self._package = package
        self._members = {
            name: (place, {}, "") if isinstance(place, str) else place
            for name, place in members.items()
        }

    def __getitem__(self, name: str) -> Any:
        module, attribute = self._place(name)
        return getattr(importlib.import_module(f"{self._package}.{module}"), attribute)

    def preset(self, name: str) -> dict[str, Any]:
        """The options that make this member of its class: {} for most."""
        self._place(name)
        return dict(self._members[name][1])

    def __contains__(self, name: object) -> bool:
        return name in self._members

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def summary(self, name: str) -> str:
        """What a member is, in a line: a variation's own, else the first of the docstring.

        The docstring is read without importing the member.
        """
        module, attribute = self._place(name)
        if self._members[name][2]:
            return self._members[name][2]
        spec = importlib.util.find_spec(f"{self._package}.{module}")
        assert spec is not None and spec.origin is not None, f"{self._package}.{module} is missing"
        for node in ast.parse(Path(spec.origin).read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == attribute:
                return (ast.get_docstring(node) or "").partition("\n")[0]
        raise AssertionError(f"{self._package}.{module} has no {attribute}")

    def _place(self, name: str) -> tuple[str, str]:
        if name not in self._members:
            raise HinterlandError(f"there is no {self.kind} '{name}'", nearest_name(name, self))
        module, _, attribute = self._members[name][0].partition(":")
        return module, attribute


def nearest_name(name: str, known: Iterable[str]) -> str:
    """A hint: the known name most like `name`, and all of them."""
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    told = f"did you mean '{close[0]}'? " if close else ""
    return f"{told}known: {', '.join(names)}"


def cited(name: object) -> str:
    """What a stranger gave for a name, as a message shows it: escaped, and cut at 60 characters."""
    return ascii(str(name)[:60])
