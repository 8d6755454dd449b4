"""A scene in few bytes: its arrays as packed files, its weights as coarse as its pictures allow."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from safetensors.numpy import load, save
from threadpoolctl import threadpool_limits

from hinterland.run.atlas import unpack as tiles
from hinterland.scene import Scene
from hinterland.show.lighten import Lightener, Lighter, order, same_latents, same_pictures
from hinterland.show.packed import SUFFIX, Arrays, pack, unpack

FINE = 2**15 - 1  # steps from nought to the largest number of latents and points
ROWS = 2048  # that a graph's weights are tried with, and as many that prove them
NUMBERS = 2**23  # in their pictures, at most
LATENTS = 200  # parts of the cloud's width that an encoder's latents may be off


def squeeze(
    scene: Scene, *, exact: bool = False, progress: Callable[[int, int], None] = lambda _a, _b: None
) -> Iterator[tuple[str, bytes, float]]:
    """The files of a static scene: path, bytes, and how far its pictures are off (docs/formats.md).

    Decoders: within a 255th, on pictures that were tried; encoders: latents within a 200th of the
    cloud's width; 0 for other files. exact: all numbers stay as they are.
    """
    told = json.loads(scene.files["scene.json"]())
    graphs = [name for name in ("decoder", "encoder") if name in told["graphs"]]
    epochs = [each["epoch"] for each in told["epochs"]]
    done = 0
    for path, make in scene.files.items():
        name = PurePosixPath(path).name
        if not path.endswith(".safetensors"):
            yield path, make(), 0.0
        elif name.removesuffix(".safetensors") not in graphs:
            yield packed_path(path), _plain(path, make(), told, exact), 0.0
    for name in graphs:
        weights = _Weights(scene, told, name, exact)
        for epoch, between in order([e for e in epochs if weights.path(e) in scene.files]):
            yield weights.packed(epoch, between)
            done += 1
            progress(done, len(epochs) * len(graphs))


def packed_path(path: str) -> str:
    """Where the packed file of a safetensors file is."""
    return path.removesuffix(".safetensors") + SUFFIX


def _plain(path: str, content: bytes, told: Mapping[str, Any], exact: bool) -> bytes:
    """Latents, points and measures to a 32,767th of their largest, all else exactly.

    The points of a flat map are not there: they follow from the latents.
    """
    place, *_ = path.split("/")
    arrays = load(content)
    if path.endswith("latents.safetensors"):
        arrays = {"mean": arrays["mean"]}
    flat = {each["name"] for each in told["maps"] if each["way"] == "flat"}
    if place == "maps" and path.split("/")[1] in flat:
        del arrays["points"]
    rounded = {"mean", "points"} | (set(arrays) if place == "measures.safetensors" else set())
    steps = {name: _step(arrays[name]) for name in sorted(rounded & set(arrays)) if not exact}
    return pack(save(arrays), {name: step for name, step in steps.items() if step})


def _step(array: np.ndarray) -> float:
    """The distance of numbers that are told apart; 0 where the array stays as it is."""
    if array.dtype != np.float32 or not np.isfinite(array).all():
        return 0.0
    return float(np.float32(np.abs(array).max(initial=0) / FINE))


class _Weights:
    """The weights of one graph of a scene, epoch by epoch."""

    def __init__(self, scene: Scene, told: Mapping[str, Any], name: str, exact: bool) -> None:
        self.scene, self.told, self.name, self.exact = scene, told, name, exact
        graph = scene.files[told["graphs"][name]]()
        self.lightener = Lightener(graph, f"{name}.safetensors", same_pictures)
        self.done: dict[int, Arrays] = {}
        numbers = math.prod(told["images"]["shape"])
        self.rows = int(np.clip(NUMBERS // numbers, 64, ROWS))
        self._pixels: np.ndarray | None = None

    def path(self, epoch: int) -> str:
        return f"epochs/{epoch:04}/{self.name}.safetensors"

    def packed(self, epoch: int, between: list[int]) -> tuple[str, bytes, float]:
        # Products this small are slower on several threads, which wait for each other.
        with threadpool_limits(1, user_api="blas"):
            return self._packed(epoch, between)

    def _packed(self, epoch: int, between: list[int]) -> tuple[str, bytes, float]:
        lighter = Lighter(self.scene.files[self.path(epoch)](), {}, 0.0)
        if not self.exact:
            lighter = self._lightened(epoch, lighter)
        near = {packed_path(self.path(e)): self.done[e] for e in between if e in self.done}
        made = pack(lighter.content, lighter.steps, near if lighter.steps else {})
        self.done[epoch] = load(unpack(made, near))
        return packed_path(self.path(epoch)), made, lighter.worst

    def _lightened(self, epoch: int, whole: Lighter) -> Lighter:
        latents = load(self.scene.files[f"epochs/{epoch:04}/latents.safetensors"]())["mean"]
        if not np.isfinite(latents).all() or not len(latents):
            return whole
        rng = np.random.default_rng(epoch)
        if self.name == "encoder":
            reach = float(np.ptp(latents, axis=0).max()) / LATENTS
            if not reach:
                return whole
            self.lightener.judge = same_latents(reach)
            given, proof = (self._pictures(rng) for _ in range(2))
        else:
            given, proof = (self._spots(latents, rng) for _ in range(2))
        return self.lightener.lighten(whole.content, given, proof)

    def _spots(self, latents: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Latents of images, and as many from anywhere between the lowest and the highest."""
        half = self.rows // 2
        some = latents[rng.permutation(len(latents))[:half]]
        anywhere = rng.uniform(latents.min(0), latents.max(0), (half, latents.shape[1]))
        return np.concatenate([some, anywhere]).astype(np.float32)

    def _pictures(self, rng: np.random.Generator) -> np.ndarray:
        if self._pixels is None:
            images = self.told["images"]
            pages = [self.scene.files[name]() for name in images["atlas"]["files"]]
            self._pixels = tiles(pages, images["n"], tuple(images["shape"]))
        some = self._pixels[rng.permutation(len(self._pixels))[: self.rows]]
        found: np.ndarray = some / np.float32(255)
        return found
