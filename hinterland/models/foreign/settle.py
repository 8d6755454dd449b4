"""Two foreign graphs become an autoencoder of ours: what they take is found by running them."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnxruntime as ort
from onnx import ModelProto, TensorProto

from hinterland.models.foreign import wrap
from hinterland.models.foreign.base import Brought, Wanted, first_line
from hinterland.models.weights import unload
from hinterland.types import HinterlandError

MOST_LATENTS = 1_000_000
BATCHES = (1, 2, 3)
TOLERANCE = 1e-3  # of the largest number, between batches of one, of two and of three


@dataclass(frozen=True, slots=True, eq=False)
class _Half:
    """A half of the model as it came, cut down to one input and one output."""

    name: str
    model: ModelProto
    output: str

    def copy(self) -> ModelProto:
        copied = ModelProto()
        copied.CopyFrom(self.model)
        return copied


def settle(halves: dict[str, ModelProto], wanted: Wanted, samples: np.ndarray) -> Brought:
    """Bring a checked encoder and decoder under our convention, and prove that they hold to it.

    samples: float32 (3 or more, h, w, c) in [0, 1], real pictures. Raises HinterlandError where
    the two do not fit the pictures or each other, or where a batch's size changes what comes out.
    """
    chosen = {
        name: _Half(
            name, model, wrap.prepare(model, wanted.output if name == "encoder" else None, name)
        )
        for name, model in halves.items()
    }
    encoder, decoder = chosen["encoder"], chosen["decoder"]
    last = wrap.last_operation(decoder.model, decoder.output)
    scale = ("pm1" if last == "Tanh" else "01") if wanted.scale == "auto" else wanted.scale
    order, sides = _order(encoder, wanted, scale, samples)
    outside = wrap.encoder(encoder.copy(), encoder.output, order, sides, scale)
    latents = _agreeing(outside, samples, "encoder")
    raw = _run(outside, samples[:2], "encoder", also=encoder.output)[1]
    latent_dim = latents.shape[1]
    if not 1 <= latent_dim <= MOST_LATENTS:
        raise HinterlandError(f"the encoder makes {latent_dim:,} numbers of a picture")
    inside = _inside(decoder, raw.shape[1:], latent_dim)
    order, flat = _picture(decoder, inside, latents, wanted, order)
    back = wrap.decoder(
        decoder.copy(),
        *(decoder.output, order, inside, wanted.shape, scale),
        flat=flat,
        logits=wanted.logits,
    )
    _agreeing(back, latents, "decoder")
    notes = []
    if wanted.scale == "auto" and scale == "pm1":
        notes.append("the decoder ends in tanh: its pixels are taken from -1 to 1; else --scale")
    probable = scale == "01" and (wanted.logits or last == "Sigmoid")
    notes += _suspicious(decoder, inside, latents, scale, wanted)
    told = {
        "layout": order if len(sides) == 3 else f"flat {order}",
        "scale": scale,
        "logits": wanted.logits,
        "output": encoder.output.removeprefix(f"{wrap.OURS}inner "),
        "loss": "bce" if probable else "mse",
    }
    return _unloaded({"encoder": outside, "decoder": back}, latent_dim, told, notes)


def _unloaded(
    whole: dict[str, ModelProto], latent_dim: int, told: dict[str, Any], notes: list[str]
) -> Brought:
    files: dict[str, bytes] = {}
    weights: dict[str, np.ndarray] = {}
    listed: dict[str, Any] = {"format": 1}
    for half, model in whole.items():
        wrap.check(model, half)
        places = {tensor.name: place for place, tensor in enumerate(model.graph.initializer)}

        def key_of(
            tensor: TensorProto, half: str = half, places: dict[str, int] = places
        ) -> str | None:
            if math.prod(tensor.dims) < wrap.LARGE or tensor.data_type not in _KEPT:
                return None
            plain = all(" " < letter <= "~" for letter in tensor.name) and len(tensor.name) < 200
            return f"{half}/{tensor.name if plain else places[tensor.name]}"

        taken = unload(model, f"{half}.safetensors", key_of)
        weights.update(taken)
        files[f"{half}.onnx"] = model.SerializeToString()
        listed[half] = {"file": f"{half}.onnx", "weights": sorted(taken)}
    files["graphs.json"] = json.dumps(listed, indent=1).encode()
    return Brought(latent_dim, files, weights, told, tuple(notes))


_KEPT = frozenset(
    getattr(TensorProto, kind)
    for kind in ("FLOAT", "FLOAT16", "DOUBLE", "INT8", "UINT8", "INT16", "INT32", "INT64")
)


def _order(
    encoder: _Half, wanted: Wanted, scale: str, samples: np.ndarray
) -> tuple[str, tuple[int, ...]]:
    """The order of a picture's numbers, and the sides in which the encoder takes them."""
    h, w, c = wanted.shape
    _, *sides = wrap.declared(encoder.model) or (None,)
    if not sides:
        sides = [None] * 3
    if len(sides) != 3:
        return _flat_order(wanted, sides)
    ways = {"nchw": (c, h, w), "nhwc": (h, w, c)}
    fitting = [order for order, way in ways.items() if _fits(sides, way)]
    asked = "nhwc" if wanted.layout == "flat" else wanted.layout
    if asked != "auto":
        fitting = [order for order in fitting if order == asked]
    if len(fitting) > 1:
        fitting = [order for order in fitting if _runs(encoder, order, ways[order], scale, samples)]
    if not fitting:
        raise _misfit(sides, wanted)
    if len(fitting) > 1:
        raise HinterlandError(
            "whether the encoder takes channels first or last cannot be told from it",
            "--layout nchw for channels first, --layout nhwc for channels last",
        )
    return fitting[0], ways[fitting[0]]


def _flat_order(wanted: Wanted, sides: Sequence[int | None]) -> tuple[str, tuple[int, ...]]:
    h, w, c = wanted.shape
    order = "nchw" if wanted.layout == "nchw" else "nhwc"
    due = (c * h * w,) if len(sides) == 1 else (h, w)
    if len(sides) > 2 or (len(sides) == 2 and c != 1) or not _fits(sides, due):
        raise _misfit(sides, wanted)
    return order, due


def _fits(sides: Sequence[int | None], due: Sequence[int]) -> bool:
    return all(side in (None, d) for side, d in zip(sides, due, strict=True))


def _misfit(sides: Sequence[int | None], wanted: Wanted) -> HinterlandError:
    h, w, c = wanted.shape
    told = " x ".join("?" if side is None else f"{side}" for side in sides)
    message = f"the encoder takes pictures of {told} numbers; the images have {h} x {w} x {c}"
    match sides:
        case [int(a), int(b), int(d)] if a in (1, 3) and d not in (1, 3):
            theirs = (b, d, a)
        case [int(a), int(b), int(d)] if d in (1, 3):
            theirs = (a, b, d)
        case [int(a), int(b)]:
            theirs = (a, b, 1)
        case [int(a)] if math.isqrt(a) ** 2 == a:
            theirs = (math.isqrt(a), math.isqrt(a), 1)
        case [int(a)] if a % 3 == 0 and math.isqrt(a // 3) ** 2 == a // 3:
            theirs = (math.isqrt(a // 3), math.isqrt(a // 3), 3)
        case _:
            return HinterlandError(message, "--size WIDTHxHEIGHT, --mode rgb|grey, --layout")
    hints = []
    if theirs[:2] != (h, w):
        hints.append(f"--size {theirs[1]}x{theirs[0]}")
    if theirs[2] != c:
        hints.append(f"--mode {'grey' if theirs[2] == 1 else 'rgb'}")
    return HinterlandError(message, " ".join(hints) or "another --layout, or none")


def _inside(decoder: _Half, raw: tuple[int, ...], latent_dim: int) -> tuple[int, ...]:
    """The sides in which the decoder takes a latent."""
    _, *sides = wrap.declared(decoder.model) or (None,)
    if not sides or (len(sides) == len(raw) and _fits(sides, raw)):
        return raw
    known = tuple(side for side in sides if side is not None)
    if len(known) == len(sides) and math.prod(known) == latent_dim:
        return known
    if len(sides) == 1 and not known:
        return (latent_dim,)
    told = " x ".join("?" if side is None else f"{side}" for side in sides)
    made = " x ".join(map(str, raw))
    raise HinterlandError(
        f"the encoder makes {made} numbers, the decoder takes {told}",
        "they must be halves of one model; --latents NAME takes another output of the encoder",
    )


def _picture(
    decoder: _Half, inside: tuple[int, ...], latents: np.ndarray, wanted: Wanted, order: str
) -> tuple[str, bool]:
    """The order of the decoder's numbers, and whether they come other than in three sides."""
    h, w, c = wanted.shape
    made = _inner(decoder, inside, latents).shape[1:]
    ways = {"nchw": (c, h, w), "nhwc": (h, w, c)}
    fitting = [name for name, way in ways.items() if made == way]
    if fitting:
        return (order if order in fitting else fitting[0]), False
    if made in ((h * w * c,), *([(h, w)] if c == 1 else [])):
        return order, True
    told = " x ".join(map(str, made))
    raise HinterlandError(
        f"the decoder makes pictures of {told} numbers; the images have {h} x {w} x {c}",
        "the encoder and the decoder must be halves of one model",
    )


def _inner(decoder: _Half, inside: tuple[int, ...], latents: np.ndarray) -> np.ndarray:
    kind = decoder.model.graph.input[0].type.tensor_type.elem_type
    whole = {TensorProto.FLOAT16: np.float16, TensorProto.DOUBLE: np.float64}.get(kind, np.float32)
    given = latents[:2].reshape(-1, *inside).astype(whole)
    return _run(decoder.copy(), given, "decoder")[0]


def _suspicious(
    decoder: _Half, inside: tuple[int, ...], latents: np.ndarray, scale: str, wanted: Wanted
) -> list[str]:
    """A note where much of what the decoder makes would be clipped away."""
    made = _inner(decoder, inside, latents).astype(np.float64)
    lowest, highest = {"01": (0, 1), "pm1": (-1, 1), "255": (0, 255)}[scale]
    margin = 0.1 * (highest - lowest)
    share = np.mean((made < lowest - margin) | (made > highest + margin))
    if wanted.logits or share < 0.2:
        return []
    told = f"{share:.0%} of the decoder's numbers lie outside {lowest} to {highest}"
    return [f"{told} and are clipped; perhaps --logits, or another --scale"]


def _runs(half: _Half, order: str, way: tuple[int, ...], scale: str, samples: np.ndarray) -> bool:
    try:
        _run(wrap.encoder(half.copy(), half.output, order, way, scale), samples[:2], half.name)
    except HinterlandError:
        return False
    return True


def _agreeing(model: ModelProto, given: np.ndarray, half: str) -> np.ndarray:
    """What a half makes of `given`, the same in batches of every size, and finite."""
    wrap.check(model, half)
    session = _session(model, half)
    most = max(BATCHES)
    alone = np.concatenate([_made(session, given[row : row + 1], half) for row in range(most)])
    for size in BATCHES[1:]:
        made = _made(session, given[:size], half)
        room = TOLERANCE * max(1.0, float(np.abs(alone).max()))
        if made.shape[1:] != alone.shape[1:] or len(made) != size:
            raise _bound(half, f"of {size} rows it makes {len(made)}")
        if not np.allclose(made, alone[:size], rtol=0, atol=room):
            raise _bound(half, "a picture's numbers depend on its neighbours in the batch")
    if not np.isfinite(alone).all():
        raise HinterlandError(f"the {half} makes numbers that are not finite", "another --scale?")
    return alone


def _made(session: ort.InferenceSession, given: np.ndarray, half: str) -> np.ndarray:
    try:
        made: np.ndarray = session.run(None, {session.get_inputs()[0].name: given})[0]
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  onnxruntime raises kinds of its own
        if len(given) == 1:
            raise _unfit(half, error) from None
        raise _bound(half, first_line(error)) from None
    return made


def _unfit(half: str, error: Exception) -> HinterlandError:
    return HinterlandError(
        f"the {half} does not run on these images: {first_line(error)}",
        "see --layout, --size and --mode; or export it with a free batch dimension",
    )


def _bound(half: str, why: str) -> HinterlandError:
    return HinterlandError(
        f"the {half} does not run on batches of 1, 2 and 3 alike: {why}",
        "export it with a free batch dimension, for inference (model.eval())",
    )


def _run(
    model: ModelProto, given: np.ndarray, half: str, also: str | None = None
) -> list[np.ndarray]:
    """What a graph makes of `given`, and what the value `also` is on the way."""
    if also is not None:
        model = ModelProto.FromString(model.SerializeToString())
        model.graph.output.add().name = also
    for side in (*model.graph.input, *model.graph.output):
        dims = side.type.tensor_type.shape.dim
        if side in (*model.graph.input,) and dims:
            dims[0].dim_param = "n"
        elif side.type.HasField("tensor_type"):
            side.type.tensor_type.ClearField("shape")
    session = _session(model, half)
    try:
        made: list[np.ndarray] = session.run(None, {session.get_inputs()[0].name: given})
    except Exception as error:  # noqa: BLE001  onnxruntime raises kinds of its own
        raise _unfit(half, error) from None
    return made


def _session(model: ModelProto, half: str) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    try:
        content = model.SerializeToString()
        return ort.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # noqa: BLE001  onnxruntime raises kinds of its own
        raise HinterlandError(
            f"ONNX Runtime cannot run the {half}: {first_line(error)}",
            "export it again, with opset_version=17",
        ) from None
