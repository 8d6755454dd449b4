"""Keras 3 models (.keras): only layers that compute are built, and only from numbers."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from onnx import ModelProto

from hinterland.models.foreign import hdf5
from hinterland.models.foreign.base import Wanted, first_line
from hinterland.types import HinterlandError

MEMBERS = frozenset({"metadata.json", "config.json", "model.weights.h5"})
MOST_CONFIG = 2**24
MOST_WEIGHTS = 2**31
MOST_SIDE = 2**24  # the largest number that a layer may be asked for
# Modules all of whose classes are numbers' work, and those of which only some names are built.
MODULES = frozenset(
    f"keras.{name}"
    for name in (
        *("initializers", "regularizers", "constraints", "activations", "ops", "dtype_policies"),
    )
)
MODELS = frozenset({"Functional", "Sequential", "Model", "DTypePolicy"})
# Of keras.layers. What is not here loads code, reads files, or makes no picture.
LAYERS = frozenset(
    [
        "Activation",
        "Add",
        "Average",
        "AveragePooling1D",
        "AveragePooling2D",
        "BatchNormalization",
        "CenterCrop",
        "Concatenate",
        "Conv1D",
        "Conv1DTranspose",
        "Conv2D",
        "Conv2DTranspose",
        "Conv3D",
        "Cropping1D",
        "Cropping2D",
        "Dense",
        "DepthwiseConv2D",
        "Dot",
        "Dropout",
        "ELU",
        "EinsumDense",
        "Embedding",
        "Flatten",
        "GaussianDropout",
        "GaussianNoise",
        "GlobalAveragePooling1D",
        "GlobalAveragePooling2D",
        "GlobalMaxPooling1D",
        "GlobalMaxPooling2D",
        "GroupNormalization",
        "Identity",
        "InputLayer",
        "LayerNormalization",
        "LeakyReLU",
        "MaxPooling1D",
        "MaxPooling2D",
        "Maximum",
        "Minimum",
        "MultiHeadAttention",
        "Attention",
        "Multiply",
        "Normalization",
        "PReLU",
        "Permute",
        "ReLU",
        "RMSNormalization",
        "RepeatVector",
        "Rescaling",
        "Reshape",
        "Resizing",
        "SeparableConv1D",
        "SeparableConv2D",
        "Softmax",
        "SpatialDropout1D",
        "SpatialDropout2D",
        "SpectralNormalization",
        "Subtract",
        "UnitNormalization",
        "UpSampling1D",
        "UpSampling2D",
        "ZeroPadding1D",
        "ZeroPadding2D",
        "ActivityRegularization",
        "AlphaDropout",
        "Masking",
    ]
)
PLAIN = frozenset({"__keras_tensor__", "__ellipsis__", "__slice__", "__numpy__", "__tensor__"})
OWN_CODE = (
    "build it in a function of yours and load the weights there: --model package.module:function"
)
TWO_FILES = (
    "save the halves: encoder.save('e.keras'), decoder.save('d.keras'); then --encoder, --decoder"
)
AGAIN = "save the model again with model.save('model.keras')"


def halves(files: Mapping[str, Path], wanted: Wanted) -> dict[str, ModelProto]:
    """`encoder` and `decoder` -> a graph, from two files or from one that holds both."""
    models = {name: load(path) for name, path in files.items()}
    if "model" in models:
        models = _parted(models["model"], files["model"].name)
    return _traced(models, wanted)


def load(path: Path) -> Any:
    """A Keras model, its weights loaded. Nothing of the file is trusted to name code."""
    import keras

    config = configured(path)
    weights = Path(f"{len(list(Path.cwd().iterdir()))}.weights.h5").absolute()
    with (
        zipfile.ZipFile(path) as archive,
        archive.open("model.weights.h5") as packed,
        weights.open("xb") as file,
    ):
        shutil.copyfileobj(packed, file, 2**20)
    hdf5.check(weights, path.name)
    try:
        model = keras.saving.deserialize_keras_object(config, safe_mode=True)
        if not isinstance(model, keras.Model):
            raise HinterlandError(f"{path.name} is a {type(model).__name__}, and no model", AGAIN)
        model.load_weights(weights)
    except (HinterlandError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001  Keras raises anything
        message = f"Keras cannot load {path.name}: {first_line(error)}"
        raise HinterlandError(message, OWN_CODE) from None
    return model


def configured(path: Path) -> dict[str, Any]:
    """What a file's config.json describes, if it only computes, without what training needs."""
    config = _config(path)
    refusals = sorted(set(_refusals(config, path.name, 0)))
    if refusals:
        raise HinterlandError(refusals[0], OWN_CODE)
    return config


def _config(path: Path) -> dict[str, Any]:
    """config.json of an archive that is as Keras writes it."""
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        names = [member.filename for member in members]
        if set(names) != MEMBERS or len(names) != len(MEMBERS):
            other = sorted(set(names) ^ MEMBERS) or ["a member twice"]
            raise HinterlandError(
                f"{path.name} is not as Keras 3 writes it: {other[0]!r}"[:300], AGAIN
            )
        for member in members:
            most = MOST_WEIGHTS if member.filename.endswith(".h5") else MOST_CONFIG
            packed = member.file_size > 100 * (member.compress_size + 1024)
            if member.file_size > most or packed or member.flag_bits & 1:
                raise HinterlandError(
                    f"{path.name}: {member.filename} has {member.file_size:,} bytes when unpacked",
                    AGAIN,
                )
        try:
            config: dict[str, Any] = json.loads(archive.read("config.json"))
        except (ValueError, RecursionError, zipfile.BadZipFile) as error:
            message = f"config.json of {path.name} cannot be read: {first_line(error)}"
            raise HinterlandError(message, AGAIN) from None
    if not isinstance(config, dict) or "class_name" not in config:
        raise HinterlandError(f"config.json of {path.name} describes no model", AGAIN)
    untrained: dict[str, Any] = _untrained(config)
    return untrained


def _untrained(told: Any) -> Any:
    """Without optimisers and losses, which may be code and are not needed."""
    if isinstance(told, dict):
        return {k: _untrained(v) for k, v in told.items() if k != "compile_config"}
    return [_untrained(item) for item in told] if isinstance(told, list) else told


def _refusals(told: Any, name: str, depth: int) -> Iterator[str]:
    """Why a configuration is not built, in words."""
    if depth > 200:
        yield f"{name} is nested too deeply"
        return
    if isinstance(told, bool):
        return
    if isinstance(told, int | float):
        if not -MOST_SIDE <= told <= MOST_SIDE:
            yield f"{name} asks for a layer with the number {told}"[:200]
    elif isinstance(told, list):
        for item in told:
            yield from _refusals(item, name, depth + 1)
    elif isinstance(told, dict):
        if {"class_name", "module", "registered_name", "spec_name"} & set(told):
            yield from _unknown(told, name)
        for key, item in told.items():
            # a name for a thing that is used twice, no size
            if key not in ("shared_object_id", "seed"):
                yield from _refusals(item, name, depth + 1)


def _unknown(told: dict[str, Any], name: str) -> Iterator[str]:
    kind, module = told.get("class_name"), told.get("module")
    if kind in PLAIN and module is None:
        return
    registered = told.get("registered_name")
    if not isinstance(kind, str) or not isinstance(module, str) or registered not in (None, kind):
        yield f"{name} holds {kind!r}, which is not a part of Keras: somebody's own code"[:200]
        return
    if module in ("keras", "keras.models") or module.startswith("keras.src.models."):
        inside = kind in MODELS
    elif module == "keras.layers":
        inside = kind in LAYERS
    else:
        inside = module in MODULES or module.startswith("keras.src.ops.")
    # classes are written Like This; functions, which do more than compute, are not
    if not inside or not kind.isidentifier() or not kind[0].isupper():
        yield f"{name} holds {module}.{kind}, which is not built from a file"[:200]


def _parted(model: Any, name: str) -> dict[str, Any]:
    """The encoder and the decoder that a whole autoencoder is made of."""
    import keras

    inner = [layer for layer in model.layers if isinstance(layer, keras.Model)]
    found = {}
    for half in ("encoder", "decoder"):
        named = [layer for layer in inner if half in layer.name.lower()]
        if len(named) == 1:
            found[half] = named[0]
    if len(found) == 2:
        return found
    if len(inner) == 2 and inner[0].output_shape == inner[1].input_shape:
        return {"encoder": inner[0], "decoder": inner[1]}
    raise HinterlandError(
        f"{name} is not made of an encoder and a decoder that are models", TWO_FILES
    )


def _traced(models: Mapping[str, Any], wanted: Wanted) -> dict[str, ModelProto]:
    import torch

    from hinterland.models.foreign import tracing

    found = {}
    for half, model in models.items():
        if len(model.inputs) != 1:
            raise HinterlandError(f"the {half} has {len(model.inputs)} inputs; one is due")
        given = list(model.inputs[0].shape)
        if half == "encoder" and len(given) == 4:
            h, w, c = wanted.shape
            usual = (h, w, c) if given[1] not in (1, 3) else (c, h, w)
            given = [None, *(side or u for side, u in zip(given[1:], usual, strict=True))]
        if None in given[1:]:
            raise HinterlandError(f"the {half} takes latents of unknown size", TWO_FILES)
        names = list(getattr(model, "output_names", []))

        def call(x: Any, model: Any = model, names: list[str] = names) -> Any:
            made = model(x, training=False)
            many = isinstance(made, list | tuple) and len(names) == len(made)
            return dict(zip(names, made, strict=True)) if many else made

        found[half] = tracing.half(model, call, torch.zeros(2, *given[1:]), half)
    return found
