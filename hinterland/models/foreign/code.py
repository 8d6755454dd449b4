"""A model that one's own code builds: `package.module:function`, trusted by being named."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from hinterland.models.foreign.base import Brought, Wanted, first_line
from hinterland.types import Autoencoder, HinterlandError

PLACE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")
WANTS = (
    "a torch module with encode and decode, or encoder and decoder; or any object whose encode "
    "and decode take and give numpy arrays"
)


def is_place(text: str) -> bool:
    """Whether a text names a function, not a file."""
    return PLACE.fullmatch(text) is not None


def load(place: str) -> Any:
    """Call `package.module:function`. The current directory can be imported from."""
    module_name, _, name = place.partition(":")
    here = str(Path.cwd())
    sys.path.insert(0, here)
    try:
        module = importlib.import_module(module_name)
        function = getattr(module, name, None)
        if function is None:
            known = [word for word in vars(module) if not word.startswith("_")]
            raise HinterlandError(
                f"{module_name} has no '{name}'", f"it has: {', '.join(known)}"[:300]
            )
        return function() if callable(function) and not _is_model(function) else function
    except (HinterlandError, MemoryError):
        raise
    except ModuleNotFoundError as error:
        raise HinterlandError(
            f"--model {place}: there is no module '{error.name}'",
            "modules are looked for in the current directory and among what pip installed",
        ) from None
    except Exception as error:
        raise HinterlandError(
            f"--model {place}: {type(error).__name__}: {first_line(error)}",
            "put your function right; --debug shows where",
        ) from error
    finally:
        sys.path.remove(here)


def bring(place: str, wanted: Wanted, samples: np.ndarray) -> Brought:
    """The model that `place` builds. samples: float32 (n, h, w, c) in [0, 1]."""
    model = load(place)
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(model, torch.nn.Module):
        from hinterland.models.foreign.settle import settle

        return settle(_traced(model, wanted, samples), wanted, samples)
    encode, decode = getattr(model, "encode", None), getattr(model, "decode", None)
    if not callable(encode) or not callable(decode):
        raise HinterlandError(f"--model {place} gives {type(model).__name__}", f"it takes {WANTS}")
    return _plain(encode, decode, wanted, samples)


def _is_model(found: Any) -> bool:
    """Whether a name stands for a model itself, not for what makes one."""
    return (not isinstance(found, type) and hasattr(found, "decode")) or hasattr(found, "decoder")


def _traced(model: Any, wanted: Wanted, samples: np.ndarray) -> dict[str, Any]:
    import torch

    from hinterland.models.foreign import tracing

    model = model.cpu().eval()
    encode = getattr(model, "encode", None) or getattr(model, "encoder", None)
    decode = getattr(model, "decode", None) or getattr(model, "decoder", None)
    if not callable(encode) or not callable(decode):
        raise HinterlandError(f"{type(model).__name__} has no encoder and decoder", f"take {WANTS}")
    pictures = torch.from_numpy(np.ascontiguousarray(samples[:2]))
    examples = {
        "nchw": pictures.permute(0, 3, 1, 2).contiguous(),
        "flat": pictures.flatten(1),
        "nhwc": pictures,
    }
    asked = [wanted.layout] if wanted.layout != "auto" else list(examples)
    for layout in asked:
        try:
            made = tracing.latents_of(encode, examples[layout])
        except Exception as error:
            if layout == asked[-1]:
                raise HinterlandError(
                    f"the encoder does not take these images: {first_line(error)}",
                    "see --layout, --size and --mode",
                ) from error
            continue
        break
    graph = tracing.half(model, encode, examples[layout], "encoder")
    names = [name for name in made if name == wanted.output] or list(made)
    latents = next((made[name] for name in names if _is_mean(name)), made[names[0]])
    back = tracing.half(model, decode, latents, "decoder")
    return {"encoder": graph, "decoder": back}


def _is_mean(name: str) -> bool:
    from hinterland.models.foreign.wrap import MEANS

    return MEANS.search(name) is not None


class _Plain:
    """Functions that take and give numpy arrays, as an `Autoencoder`."""

    def __init__(
        self, encode: Callable[..., Any], decode: Callable[..., Any], shape: tuple[int, int, int]
    ) -> None:
        self._encode, self._decode = encode, decode
        self.image_shape, self.latent_dim = shape, 0

    def encode(self, images: np.ndarray) -> np.ndarray:
        made = self._asked(self._encode, images, "encode")
        made = made.reshape(len(made), -1)
        due = (len(images), self.latent_dim or made.shape[1])
        return self._checked(made, due, "encode")

    def decode(self, latents: np.ndarray) -> np.ndarray:
        made = self._asked(self._decode, latents, "decode")
        return self._checked(made, (len(latents), *self.image_shape), "decode")

    def _asked(self, function: Callable[..., Any], given: np.ndarray, name: str) -> np.ndarray:
        try:
            return np.asarray(function(given), np.float32)
        except Exception as error:
            raise HinterlandError(
                f"{name} raised {type(error).__name__}: {first_line(error)}",
                "put your function right; --debug shows where",
            ) from error

    def _checked(self, made: np.ndarray, due: tuple[int, ...], name: str) -> np.ndarray:
        if made.shape != due or not np.isfinite(made).all():
            what = f"shape {made.shape}" if made.shape != due else "numbers that are not finite"
            raise HinterlandError(f"{name} gave {what}; {due} finite numbers are due")
        return made


def _plain(
    encode: Callable[..., Any], decode: Callable[..., Any], wanted: Wanted, samples: np.ndarray
) -> Brought:
    coder = _Plain(encode, decode, wanted.shape)
    latents = coder.encode(samples)
    coder.latent_dim = latents.shape[1]
    coder.decode(latents)
    known: Autoencoder = coder
    note = "a model without graphs: its latents are recorded, the page cannot decode them"
    told = {"loss": "mse"}
    return Brought(latents.shape[1], told=told, notes=(note,), coder=known)
