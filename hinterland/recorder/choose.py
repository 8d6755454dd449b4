"""Finding the encoder and the decoder in what somebody hands over."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from hinterland.recorder.pair import Manners, Pair, functions, undisturbed
from hinterland.types import HinterlandError

if TYPE_CHECKING:
    from hinterland.recorder.net import Half

HOW = "give model=, or encode= and decode="


def choose(
    model: Any, encode: Any, decode: Any, shape: tuple[int, int, int], manners: Manners
) -> Pair:
    """The pair that is meant.

    model: something with `encode` and `decode`, or `encoder` and `decoder`, or a tuple of the two.
    encode, decode: two torch modules, methods of torch modules, Keras models, or functions of
    arrays. shape: (h, w, c) of a picture.
    """
    if model is not None:
        if encode is not None or decode is not None:
            raise HinterlandError("there is a model, and functions beside it", HOW)
        encode, decode = _parts(model)
    if encode is None or decode is None:
        missing = " and ".join(n for n, f in (("encode", encode), ("decode", decode)) if f is None)
        raise HinterlandError(f"nothing was given to {missing} with", HOW)
    if _is_keras(encode) and _is_keras(decode):
        return _keras(encode, decode, shape, manners)
    halves = _half(encode), _half(decode)
    if halves[0] is not None and halves[1] is not None:
        from hinterland.recorder.net import modules

        return modules(halves[0], halves[1], shape, manners, "torch")
    if halves[0] is not None or halves[1] is not None:
        raise HinterlandError("one of encode and decode is of torch, the other is not", HOW)
    return functions(encode, decode, manners)


def _parts(model: Any) -> tuple[Any, Any]:
    model = _bare(model)
    if isinstance(model, tuple | list) and len(model) == 2:
        return model[0], model[1]
    for names in (("encode", "decode"), ("encoder", "decoder")):
        found = [getattr(model, name, None) for name in names]
        if all(callable(part) for part in found):
            return found[0], found[1]
    raise HinterlandError(
        f"a {type(model).__name__} has neither encode and decode nor encoder and decoder",
        "give the two by themselves: encode=, decode=",
    )


def _bare(model: Any) -> Any:
    """A torch module without what wraps it to compile it or to share its gradients."""
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(model, torch.nn.Module):
        return model
    model = getattr(model, "_orig_mod", model)
    wrapped = (torch.nn.DataParallel, torch.nn.parallel.DistributedDataParallel)
    return _bare(model.module) if isinstance(model, wrapped) else model


def _half(part: Any) -> Half | None:
    """A torch module, or a method of one that takes tensors; None for anything else."""
    torch = sys.modules.get("torch")
    if torch is None:
        return None
    part = _bare(part)
    owner = getattr(part, "__self__", part)
    if not isinstance(owner, torch.nn.Module):
        return None
    from hinterland.models.base import AbstractNet
    from hinterland.recorder.net import Half

    if isinstance(
        owner, AbstractNet
    ):  # its encode and decode take arrays; what lies below, tensors
        part = owner.posterior if part.__name__ == "encode" else owner.picture
    return Half(part, owner)


def _is_keras(part: Any) -> bool:
    keras = sys.modules.get("keras")
    return keras is not None and isinstance(part, keras.layers.Layer)


def _keras(encode: Any, decode: Any, shape: tuple[int, int, int], manners: Manners) -> Pair:
    """Keras models: modules where Keras runs on torch, else functions that predict a batch."""
    keras = sys.modules["keras"]
    if manners.layout == "auto":
        layout = "flat" if len(encode.input_shape) == 2 else "nhwc"
        if len(encode.input_shape) == 4 and encode.input_shape[1:] != shape:
            layout = "nchw" if encode.input_shape[1:] == (shape[2], *shape[:2]) else layout
        manners = Manners(layout, manners.scale, manners.logits)
    if keras.backend.backend() == "torch":
        from hinterland.recorder.net import Half, modules

        halves = (_Quiet(encode), _Quiet(decode))
        pair = modules(Half(halves[0], encode), Half(halves[1], decode), shape, manners, "keras")
    else:
        pair = functions(_predicts(encode), _predicts(decode), manners)
    luck = [v for part in (encode, decode) for v in part.non_trainable_variables]

    @contextmanager
    def calm() -> Iterator[None]:
        # A sampling layer's seeds are among these; drawing from them would change the training.
        before = [keras.ops.convert_to_numpy(variable).copy() for variable in luck]
        with undisturbed(), pair.calm():
            try:
                yield
            finally:
                for variable, value in zip(luck, before, strict=True):
                    variable.assign(value)

    return Pair(pair.encode, pair.decode, "keras", calm, pair.net)


class _Quiet:
    """A Keras model called as when it predicts."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def __call__(self, x: Any) -> Any:
        return self.model(x, training=False)


def _predicts(model: Any) -> Any:
    def predict(batch: np.ndarray) -> Any:
        made = model.predict_on_batch(batch)
        return made[0] if isinstance(made, tuple | list) else made

    return predict
