"""A run's model at any of its epochs, run by ONNX Runtime: looking at a run needs no torch."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from hinterland.run import Run
from hinterland.types import Autoencoder, HinterlandError

if TYPE_CHECKING:
    from hinterland.models.session import Session

KEPT = 8  # sessions held at once
MOST = 4096  # latents or pictures in one question


class Recorded:
    """Encoder and decoder of a run, made when asked for and kept while in use. Safe in threads.

    model: stands in for the last epoch of a run without graphs; asked by one thread at a time.
    Raises HinterlandError where it is not of the run's sizes.
    """

    def __init__(self, run: Run, model: Autoencoder | None = None) -> None:
        self._run = run
        self._instead = None if run.graphs() else model
        self._sessions: OrderedDict[tuple[str, int], Session] = OrderedDict()
        self._lock = threading.Lock()
        self.image_shape: tuple[int, int, int] = tuple(run.spec["images"]["shape"])
        self.latent_dim: int = run.spec["model"]["latent_dim"]
        if model is not None:
            sizes = tuple(model.image_shape), model.latent_dim
            if sizes != (self.image_shape, self.latent_dim):
                raise HinterlandError(
                    f"the model maps pictures {sizes[0]} to {sizes[1]} latents; "
                    f"{run.path} was recorded with {self.image_shape} and {self.latent_dim}",
                    "give the model that the run was recorded from",
                )

    @property
    def available(self) -> bool:
        return self._instead is not None or bool(self._run.graphs())

    def check(self, epoch: Any) -> int:
        """The epoch, if it is one of the run's. Raises HinterlandError where it is not."""
        return self._run.known(epoch)

    def decode(self, latents: np.ndarray, epoch: int) -> np.ndarray:
        """(n, d) -> (n, h, w, c) in [0, 1], by that epoch's decoder."""
        if self._instead is not None:
            return self._asked(self._instead.decode, latents, epoch)
        return self._session("decoder", epoch).run(latents)

    def encode(self, images: np.ndarray, epoch: int) -> np.ndarray:
        """(n, h, w, c) in [0, 1] -> (n, d), by that epoch's encoder."""
        if self._instead is not None:
            return self._asked(self._instead.encode, images, epoch)
        return self._session("encoder", epoch).run(images)

    def _asked(
        self, function: Callable[[np.ndarray], np.ndarray], given: np.ndarray, epoch: int
    ) -> np.ndarray:
        last = self._run.epochs[-1]
        if epoch != last:
            raise HinterlandError(
                f"epoch {epoch} cannot be decoded: the run holds latents only, "
                f"and the model in memory is that of epoch {last}",
                f"go to epoch {last}",
            )
        with self._lock:
            return function(given)

    def _session(self, name: str, epoch: int) -> Session:
        key = name, epoch
        with self._lock:
            if key not in self._sessions:
                self._sessions[key] = self._made(name, epoch)
            self._sessions.move_to_end(key)
            while len(self._sessions) > KEPT:
                self._sessions.popitem(last=False)
            return self._sessions[key]

    def _made(self, name: str, epoch: int) -> Session:
        from hinterland.models.session import Session  # onnxruntime takes 0.4 s to import

        return Session(self._run.graph(name), f"{name}.safetensors", self._run.mounted(epoch, name))


def array_of(told: Mapping[str, Any], name: str, shape: tuple[int, ...]) -> np.ndarray:
    """The numbers that a question brings: float32 (n, *shape), finite."""
    try:
        array = np.asarray(told.get(name), np.float32)
    except (TypeError, ValueError, OverflowError):
        raise HinterlandError(f"'{name}' must be numbers of shape (n, {_joined(shape)})") from None
    if array.shape[1:] != shape or array.ndim != len(shape) + 1 or len(array) == 0:
        raise HinterlandError(
            f"'{name}' must have shape (n, {_joined(shape)}); got {array.shape}",
            "scene.json says the sizes",
        )
    if len(array) > MOST:
        raise HinterlandError(f"'{name}' has {len(array)} rows", f"ask for at most {MOST} at once")
    if not np.isfinite(array).all():
        raise HinterlandError(f"'{name}' must be finite numbers")
    return array


def _joined(shape: tuple[int, ...]) -> str:
    return ", ".join(map(str, shape))
