"""A run that is opened for looking at: pictures, latents, classes, its model, and operations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, cached_property
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as tensors_of

from hinterland.data import look, source_of
from hinterland.data.convert import Conversion
from hinterland.live.recorded import Recorded
from hinterland.project import make
from hinterland.run import Run
from hinterland.run.atlas import unpack
from hinterland.show.operations import Operations
from hinterland.types import Flat, HinterlandError, Images, Layout, Near

if TYPE_CHECKING:
    from hinterland.show.movies import Made

BATCH = 2**18  # numbers of pictures that are decoded at a time


def load(
    run: Run | Path | str, epoch: int | str | None = None, *, images: str | Path | None = None
) -> Reader:
    """Open a run to work with its latents: no server, no torch.

    epoch: a number, `best`, or None for the last. images: where its data set is now, for figures
    that show what the run does not hold; by default where it was. Raises HinterlandError for
    what is no run, and for an epoch that it has not.
    """
    recording = run if isinstance(run, Run) else Run.open(Path(run))

    @cache
    def whole() -> Images:
        told = recording.spec["images"]
        source = source_of(told, recording.path) if images is None else images
        return look(source, Conversion.of(told.get("conversion", {}))).images

    return Reader(recording, epoch, whole)


class Reader(Operations):
    """One epoch of a run, read and never changed; its model runs without torch.

    epoch: a number, `best` (the lowest held-out loss), or None for the last. images: reads the
    whole data set, for what the run does not hold. Raises HinterlandError where the run has no
    epoch, or not that one.
    """

    def __init__(
        self,
        run: Run,
        epoch: int | str | None = None,
        images: Callable[[], Images] | None = None,
    ) -> None:
        epochs = run.epochs
        if not epochs:
            raise HinterlandError(f"{run.path} has no epoch yet", f"hinterland resume {run.path}")
        if epoch == "best":
            epoch = run.best()
        self.run, self.epochs = run, epochs
        self.epoch = epochs[-1] if epoch is None else run.known(epoch)
        self._images = images
        self._model = Recorded(run)

    def at(self, epoch: int) -> Reader:
        """The same run at another epoch; what does not change is read once."""
        other = Reader(self.run, epoch, self._images)
        other._model = self._model
        for name in ("images", "_channels", "_classifier"):
            if name in self.__dict__:
                other.__dict__[name] = self.__dict__[name]
        return other

    @property
    def name(self) -> str:
        """The name of the run's folder."""
        return self.run.path.absolute().name

    @property
    def shape(self) -> tuple[int, int, int]:
        """(h, w, c) of a picture."""
        h, w, c = self.run.spec["images"]["shape"]
        return h, w, c

    @property
    def options(self) -> dict[str, Any]:
        """The model's options."""
        told: dict[str, Any] = self.run.spec["model"]["options"]
        return told

    @cached_property
    def arrays(self) -> dict[str, np.ndarray]:
        """What the epoch recorded of each image: `mean` (n, d), and `logvar` where there is one.

        Raises HinterlandError where the codes are not finite.
        """
        told = self.run.arrays(self.epoch, "latents")
        if not np.isfinite(told["mean"]).all():
            raise HinterlandError(
                f"the latents of epoch {self.epoch} of {self.run.path} are not finite",
                "name an earlier one with --epoch",
            )
        return told

    @property
    def latents(self) -> np.ndarray:
        """float32 (n, d): the tracked images' codes."""
        return self.arrays["mean"]

    @cached_property
    def images(self) -> np.ndarray:
        """uint8 (n, h, w, c): the tracked images."""
        told = self.run.images()
        place = self.run.path / "images"
        try:
            pages = [(place / page).read_bytes() for page in told["atlas"]["files"]]
            return unpack(pages, told["n"], self.shape)
        except (OSError, ValueError) as error:
            raise HinterlandError(
                f"cannot read the images of {self.run.path}: {error}", "restore them from a copy"
            ) from None

    def pictures(self, rows: np.ndarray | Sequence[int]) -> np.ndarray:
        """float32 (m, h, w, c) in [0, 1] of some tracked images."""
        chosen: np.ndarray = self.images[np.asarray(rows, int)].astype(np.float32) / 255
        return chosen

    @cached_property
    def _channels(self) -> dict[str, np.ndarray]:
        place = self.run.path / "images" / "channels.safetensors"
        try:
            return tensors_of(place.read_bytes())
        except (OSError, SafetensorError) as error:
            raise HinterlandError(
                f"cannot read {place}: {error}", "restore it from a copy"
            ) from None

    def channel(self, name: str) -> tuple[np.ndarray, tuple[str, ...] | None]:
        """A column of the images: class indices and their names, or numbers and None."""
        for told in self.run.images()["channels"]:
            if told["name"] == name:
                names = told.get("values")
                return self._channels[name], None if names is None else tuple(names)
        known = ", ".join(told["name"] for told in self.run.images()["channels"])
        raise HinterlandError(f"{self.run.path} has no channel '{name}'", f"known: {known}")

    @property
    def labels(self) -> np.ndarray | None:
        """int32 (n,), -1 for none; None where the images have no labels."""
        return self._channels.get("label")

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes' names; empty where there are none."""
        return () if self.labels is None else self.channel("label")[1] or ()

    @property
    def held_out(self) -> np.ndarray:
        """bool (n,): which tracked images the model never trained on."""
        split = self._channels.get("split")
        return np.zeros(len(self.latents), bool) if split is None else split == 1

    def decode(self, latents: np.ndarray) -> np.ndarray:
        """float32 (m, d) -> float32 (m, h, w, c), by this epoch's decoder."""
        return self._batched(lambda z: self._model.decode(z, self.epoch), latents)

    def encode(self, pictures: np.ndarray) -> np.ndarray:
        """float32 (m, h, w, c) in [0, 1] -> float32 (m, d), by this epoch's encoder."""
        return self._batched(lambda x: self._model.encode(x, self.epoch), pictures)

    def classify(self, pictures: np.ndarray) -> np.ndarray:
        """float32 (m, h, w, c) -> probabilities (m, classes), by the classifier of the run.

        Raises HinterlandError where the run has none.
        """
        return self._batched(self._classifier.run, np.clip(pictures, 0, 1))

    def needs_classifier(self) -> None:
        """Raise HinterlandError where the run has no classifier."""
        _ = self._classifier

    @cached_property
    def _classifier(self) -> Any:
        found = self.run.classifier()
        if found is None:
            raise HinterlandError(
                f"{self.run.path} has no classifier, which names what is decoded",
                "train on labelled images with --set classifier=100000, the default; "
                "hinterland figure manifold shows the same without colours",
            )
        from hinterland.models.session import Session  # onnxruntime takes 0.4 s to import

        return Session(found[0], "none", b"\0")  # its weights are in the graph

    def _batched(self, run: Callable[[np.ndarray], np.ndarray], given: np.ndarray) -> np.ndarray:
        size = max(1, BATCH // prod(self.shape))
        parts = [run(given[i : i + size]) for i in range(0, max(1, len(given)), size)]
        return np.concatenate(parts)

    def layout(self, name: str = "", dims: int = 2) -> tuple[Layout, str]:
        """A map of this epoch and its name; without one, the latents themselves or their PCA.

        name: of one of the run's maps. Raises HinterlandError where it has no frame of this epoch.
        """
        if name:
            return self.charted(name, dims), name
        d = self.latents.shape[1]
        if d == dims:
            eye = np.eye(d, dtype=np.float32)
            return Flat(self.latents, np.zeros(d, np.float32), eye), "latents"
        if d < dims:
            raise HinterlandError(
                f"{self.run.path} has latents of {d}: no map of {dims} dimensions",
                f"train one with --latent-dim {dims}",
            )
        return make("pca", {"dims": dims}).fit(self.latents), "pca"

    def charted(self, name: str, dims: int) -> Layout:
        """The frame of this epoch of one of the run's maps."""
        told = self.run.maps().get(name)
        if told is None:
            known = ", ".join(self.run.maps())
            raise HinterlandError(
                f"{self.run.path} has no map '{name}'",
                f"known: {known}; hinterland map {self.run.path} makes others",
            )
        if told["dims"] != dims:
            raise HinterlandError(
                f"map '{name}' of {self.run.path} has {told['dims']} dimensions; {dims} are needed",
                f"hinterland map {self.run.path} --dims {dims}",
            )
        if self.epoch not in told["epochs"]:
            raise HinterlandError(
                f"map '{name}' of {self.run.path} has no frame of epoch {self.epoch}",
                f"it has: {', '.join(map(str, told['epochs']))}; name one with --epoch",
            )
        try:
            place = self.run.path / "maps" / name / f"{self.epoch:04}.safetensors"
            frame = tensors_of(place.read_bytes())
        except (OSError, SafetensorError) as error:
            raise HinterlandError(
                f"map '{name}' of {self.run.path} is damaged: {error}",
                f"hinterland map {self.run.path}",
            ) from None
        if "axes" in frame:
            return Flat(frame["points"], frame["centre"], frame["axes"])
        return Near(frame["points"], self.latents, *map(float, frame["calibration"]))

    def figure(
        self,
        kind: str,
        path: Path | str,
        /,
        *others: Reader,
        theme: str = "light",
        seed: int = 0,
        **options: Any,
    ) -> None:
        """Draw a figure of this run, and of others, to a .png, .svg or .pdf (docs/figures.md)."""
        from hinterland.show.figures import figure

        figure(kind, [self, *others], Path(path), theme=theme, seed=seed, options=options)

    def movie(
        self,
        kind: str,
        path: Path | str,
        /,
        *,
        fps: int = 20,
        theme: str = "light",
        seed: int = 0,
        **options: Any,
    ) -> Made:
        """Make a movie of this run, to a .gif, .webp or .mp4 (docs/figures.md)."""
        from hinterland.show.movies import movie

        return movie(kind, self, Path(path), fps=fps, theme=theme, seed=seed, options=options)

    def whole(self) -> Images:
        """The data set of the run. Raises HinterlandError where it is not there."""
        if self._images is None:
            raise HinterlandError("the data set is not at hand", "hand it to the reader")
        return self._images()

    def pick(self, count: int, rng: np.random.Generator, *, spread: bool = True) -> np.ndarray:
        """Rows of `count` tracked images: held-out ones where there are; each class in its turn.

        Fewer, where there are not so many. spread: over the classes; else at random.
        """
        rows = np.flatnonzero(self.held_out)
        rows = rng.permutation(rows if len(rows) else np.arange(len(self.latents)))
        labels = self.labels
        if not spread or labels is None:
            return rows[:count]
        known = np.unique(labels[rows])
        rank = rng.permutation(len(known)) if count < len(known) else np.arange(len(known))
        which = np.searchsorted(known, labels[rows])
        turn = np.zeros(len(rows), int)
        for i in range(len(known)):
            turn[which == i] = np.arange((which == i).sum())
        chosen: np.ndarray = rows[np.lexsort((rank[which], labels[rows] < 0, turn))][:count]
        return chosen
