"""Somebody else's torch modules as one encoder and decoder: ours outside, theirs inside."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.jit import TracerWarning  # type: ignore[attr-defined]

from hinterland.recorder.pair import Manners, Pair, undisturbed
from hinterland.types import HinterlandError

if TYPE_CHECKING:
    from hinterland.models.base import AbstractNet

NAMES = ("mean", "mu", "z_mean", "loc", "latents", "latent", "latent_dist", "z", "sample")
Call = Callable[[Tensor], Any]


@dataclass(frozen=True, slots=True)
class Half:
    """One way of a model: what is called, and the module whose weights it uses."""

    call: Call
    module: nn.Module

    @property
    def place(self) -> tuple[torch.device, torch.dtype]:
        """Where its weights are, and what they are; what it is given must be alike."""
        for weight in self.module.parameters():
            if weight.is_floating_point():
                return weight.device, weight.dtype
        return torch.device("cpu"), torch.float32


class Net(nn.Module):
    """An encoder and a decoder under our convention; the modules in it stay their owner's.

    It is to `graphs.export` what an `AbstractNet` is: it has `posterior` and `picture`.
    """

    def __init__(
        self,
        halves: tuple[Half, Half],
        modules: Mapping[str, nn.Module],
        image_shape: tuple[int, int, int],
        manners: Manners,
    ) -> None:
        super().__init__()
        for name, module in modules.items():
            self.add_module(name, module)
        self.halves = halves
        self.image_shape = image_shape
        self.manners = manners
        self.latent_shape: tuple[int, ...] = ()
        self.latent_dim = 0

    def posterior(self, x: Tensor) -> dict[str, Tensor]:
        """(n, c, h, w) in [0, 1] -> `mean` (n, d)."""
        return {"mean": self.code(x).flatten(1)}

    def code(self, x: Tensor) -> Tensor:
        """(n, c, h, w) in [0, 1] -> (n, ...), in the shape that the model gives."""
        low, high = self.manners.span
        if self.manners.scale != "01":
            x = x * (high - low) + low
        if self.manners.layout == "flat":
            x = x.flatten(1)
        elif self.manners.layout == "nhwc":
            x = x.permute(0, 2, 3, 1)
        half = self.halves[0]
        device, dtype = half.place
        return first(half.call(x.to(device, dtype)), "encode").float()

    def picture(self, z: Tensor) -> Tensor:
        """(n, d) -> (n, c, h, w) in [0, 1], but for a linear decoder's overshoot."""
        half = self.halves[1]
        device, dtype = half.place
        code = z.to(device, dtype).reshape(-1, *self.latent_shape)
        y = self._upright(first(half.call(code), "decode").float())
        low, high = self.manners.span
        if self.manners.logits:
            return torch.sigmoid(y)
        return y if self.manners.scale == "01" else (y - low) / (high - low)

    def _upright(self, y: Tensor) -> Tensor:
        """What the decoder gave -> (n, c, h, w)."""
        h, w, c = self.image_shape
        last = self.manners.layout == "nhwc" and tuple(y.shape[1:]) == (h, w, c)
        if last or (tuple(y.shape[1:]) == (h, w, c) != (c, h, w)):
            return y.permute(0, 3, 1, 2)
        flat = tuple(y.shape[1:]) == (h * w * c,)
        if flat and self.manners.layout == "nhwc":
            return y.reshape(-1, h, w, c).permute(0, 3, 1, 2)
        if flat or (c == 1 and tuple(y.shape[1:]) == (h, w)):
            return y.reshape(-1, c, h, w)
        if tuple(y.shape[1:]) != (c, h, w):
            raise HinterlandError(
                f"decode returned the shape {tuple(y.shape)} for {len(y)} latents",
                f"({len(y)}, {c}, {h}, {w}) is due, or the same numbers flat, or channels last",
            )
        return y

    def settle(self, images: np.ndarray) -> None:
        """Find out by trying how the model wants its pictures; images: float32 (n, h, w, c)."""
        x = torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2)
        asked = self.manners
        faults = []
        for layout in self._candidates(asked.layout):
            self.manners = Manners(layout, asked.scale, asked.logits)
            try:
                code = self.code(x)
            except HinterlandError:
                raise
            except Exception as error:  # noqa: BLE001  their code raises whatever it likes
                faults.append(f"{layout}: {(str(error).splitlines() or [type(error).__name__])[0]}")
                continue
            if code.ndim < 2 or len(code) != len(x):
                faults.append(f"{layout}: it returned the shape {tuple(code.shape)}")
                continue
            self.latent_shape = tuple(code.shape[1:])
            self.latent_dim = code[0].numel()
            return
        h, w, c = self.image_shape
        raise HinterlandError(
            f"encode does not take {len(x)} images of {h} x {w} x {c} ({'; '.join(faults)})",
            "give it the images that it is trained on, or say their layout: "
            "layout='nchw', 'nhwc' or 'flat'",
        )

    def _candidates(self, layout: str) -> tuple[str, ...]:
        return ("nchw", "flat", "nhwc") if layout == "auto" else (layout,)

    def graphs(self) -> dict[str, bytes]:
        """File name -> bytes, as `models.graphs.export` gives them; to be called while `calm`.

        Traced while all weights differ: the exporter merges weights of equal value, such as an
        untrained model's biases and batch norms, which training then drives apart.
        """
        try:
            from hinterland.models import graphs
        except ImportError as error:
            raise HinterlandError(
                f"recording a torch model needs {error.name}",
                "pip install 'hinterland[train]', or record without graphs: graphs=False",
            ) from None
        try:
            with self._distinct(), warnings.catch_warnings():
                # Shapes that their code looks at are fixed by the trace, which is tried later.
                warnings.simplefilter("ignore", TracerWarning)
                return graphs.export(cast("AbstractNet", self))
        except Exception as error:  # the exporter raises whatever it likes
            raise HinterlandError(
                "the model cannot be exported for the page: "
                f"{(str(error).splitlines() or [type(error).__name__])[0]}",
                "record its latents alone: graphs=False",
            ) from error

    @contextmanager
    def _distinct(self) -> Iterator[None]:
        """All weights are drawn at random, and then again what they were.

        In place, because not every model can be copied: Keras ones with layers of one's own cannot.
        """
        kept = [
            (tensor, tensor.detach().clone())
            for tensor in (*self.parameters(), *self.buffers())
            if tensor.is_floating_point()
        ]
        luck = torch.Generator().manual_seed(0)
        with torch.no_grad():
            try:
                for tensor, _ in kept:
                    tensor.copy_(torch.rand(tensor.shape, generator=luck) * 0.9 + 0.1)
                yield
            finally:
                for tensor, value in kept:
                    tensor.copy_(value)
                self.eval()  # the exporter leaves what it was given in training mode

    def weights(self, names: set[str]) -> dict[str, np.ndarray]:
        """The weights that the graphs name, as they are now."""
        known = self.state_dict()
        missing = sorted(names - known.keys())
        if missing:
            raise HinterlandError(
                f"the model has no weights '{missing[0]}', which the run's graphs need",
                "go on with the model that the run was begun with, or begin another run",
            )
        return {name: known[name].detach().cpu().numpy() for name in sorted(names)}


def modules(
    encode: Half, decode: Half, image_shape: tuple[int, int, int], manners: Manners, kind: str
) -> Pair:
    """A pair of torch modules, or of methods of one module that take and give tensors."""
    one = encode.module is decode.module
    owned = (
        {"model": encode.module} if one else {"encoder": encode.module, "decoder": decode.module}
    )
    for module in owned.values():
        if any(nn.parameter.is_lazy(weight) for weight in module.parameters()):
            raise HinterlandError(
                "the model has weights without a shape yet", "run one batch through it first"
            )
    net = Net((encode, decode), owned, image_shape, manners)

    def encoded(images: np.ndarray) -> np.ndarray:
        if not net.latent_shape:
            net.settle(images[:2])
        x = torch.from_numpy(images).permute(0, 3, 1, 2)
        return net.code(x).cpu().numpy()

    def decoded(latents: np.ndarray) -> np.ndarray:
        y = net.picture(torch.from_numpy(latents).flatten(1))
        return y.permute(0, 2, 3, 1).cpu().numpy()

    return Pair(encoded, decoded, kind, lambda: calm(net), net)


@contextmanager
def calm(net: nn.Module) -> Iterator[None]:
    """Evaluation mode without gradients; training goes on afterwards as if nothing had been.

    Modes are given back module by module, since parts may be frozen. Not inference_mode: a tensor
    that a model keeps from it could not take part in training.
    """
    modes = [(module, module.training) for module in net.modules()]
    kinds = {weight.device.type for weight in net.parameters()} or {"cpu"}
    with undisturbed(), torch.no_grad():
        _seeded()
        net.eval()
        try:
            with torch.autocast(kinds.pop(), enabled=False):
                yield
        finally:
            for module, mode in modes:
                module.training = mode


def _seeded() -> None:
    """The same luck each time, of the processor and of the GPUs that the program uses.

    Not torch.manual_seed: it also seeds CUDA that nobody has used yet, which cannot be undone.
    """
    torch.default_generator.manual_seed(0)
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        torch.cuda.manual_seed_all(0)
    if torch.mps.is_available():
        torch.mps.manual_seed(0)


def first(made: Any, name: str) -> Tensor:
    """The tensor in what a model returns: of several the mean, by its name or as the first."""
    for _ in range(3):
        if isinstance(made, Tensor):
            return made
        if isinstance(made, tuple | list) and made:
            made = made[0]
            continue
        named = made if isinstance(made, Mapping) else {n: getattr(made, n, None) for n in NAMES}
        key = next((n for n in NAMES if named.get(n) is not None), None)
        if key is None:
            break
        made = named[key]
    raise HinterlandError(
        f"{name} returned a {type(made).__name__}, in which no tensor is known",
        f"return a tensor, several with the mean first, or name one: {', '.join(NAMES[:4])}",
    )
