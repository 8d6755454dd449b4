"""What kind of file a model comes in, told by its bytes: what may run code is refused unread."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

from hinterland.models.foreign.base import EXPORT
from hinterland.types import HinterlandError

MOST_BYTES = 2**31  # what a protobuf, and so an ONNX file, can hold
SAVE_WEIGHTS = (
    "save its state_dict with safetensors.torch.save_file, and load that in a function of yours: "
    "--model package.module:function; or export it to ONNX"
)
COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18")
COMPRESSED_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda", b"ZF")
# The first operations of a pickle of protocol 0 or 1: a global, a mark, an object.
OLD_PICKLES = (b"c", b"(", b"i", b"}", b"]", b")")


def kind_of(path: Path) -> str:
    """`onnx`, `keras` or `diffusers`; refuses everything else, above all whatever may run code."""
    if not path.exists():
        raise HinterlandError(f"there is no model at {path}", "check the path")
    if path.is_dir():
        return _folder(path)
    if not path.is_file():
        raise HinterlandError(f"{path} is no plain file", EXPORT)
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(512)
    except OSError as error:
        raise HinterlandError(f"cannot read {path}: {error.strerror}", "check it") from None
    if size > MOST_BYTES:
        raise HinterlandError(
            f"{path} has {size / 1e9:.1f} GB; at most {MOST_BYTES / 1e9:.1f} GB are read", EXPORT
        )
    if not head:
        raise HinterlandError(f"{path} is empty", "export the model again")
    if zipfile.is_zipfile(path):
        return _zip(path)
    _refuse(path, head)
    # a protobuf has no magic; an ONNX model begins with its version, or with one of its first texts
    if head[0] not in (0x08, 0x12, 0x1A, 0x22, 0x28, 0x32, 0x3A, 0x42):
        raise HinterlandError(f"{path} is neither an ONNX nor a Keras 3 model", EXPORT)
    return "onnx"


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _folder(path: Path) -> str:
    if (path / "config.json").is_file():
        return "diffusers"
    if (path / "saved_model.pb").is_file():
        raise HinterlandError(
            f"{path} is a TensorFlow SavedModel, which can hold code", "export it with tf2onnx"
        )
    raise HinterlandError(
        f"{path} is a folder without config.json", "--model FOLDER is for diffusers' AutoencoderKL"
    )


def _zip(path: Path) -> str:
    """Only the names of an archive's members are read."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except Exception:  # noqa: BLE001  a damaged archive raises anything
        raise HinterlandError(f"{path} is a damaged zip archive", EXPORT) from None
    lasts = {name.rpartition("/")[2] for name in names}
    if any(last.endswith(".pkl") for last in lasts):
        what = "TorchScript" if any("/code/" in name for name in names) else "a PyTorch pickle"
        raise HinterlandError(f"{path} is {what}, which can run code when loaded", SAVE_WEIGHTS)
    if {"archive_format", "serialized_exported_program.json"} & lasts or any(
        name.endswith(".pt") for name in names
    ):
        raise HinterlandError(
            f"{path} is a torch.export archive, which holds pickles", "export it to ONNX instead"
        )
    if "config.json" in names:
        return "keras"
    if any(name.endswith(".npy") for name in names):
        raise HinterlandError(f"{path} holds arrays, and no model", EXPORT)
    raise HinterlandError(f"{path} is a zip archive, and no model that is known here", EXPORT)


def _refuse(path: Path, head: bytes) -> None:
    if head[:1] == b"\x80" and head[1:2] <= b"\x05":
        raise HinterlandError(f"{path} is a pickle, which can run code when loaded", SAVE_WEIGHTS)
    if head.startswith(b"\x89HDF\r\n\x1a\n"):
        raise HinterlandError(
            f"{path} is an HDF5 file of Keras 2 or of weights alone, which can hold code",
            "load it where you trust it, and save it as model.keras with Keras 3",
        )
    if head.startswith(b"\x93NUMPY"):
        raise HinterlandError(f"{path} holds an array, and no model", EXPORT)
    if head.startswith((*COMPRESSED, *COMPRESSED_ZLIB)) or head[257:262] == b"ustar":
        raise HinterlandError(
            f"{path} is packed, so that what it holds cannot be seen; it may be a pickle",
            "unpack it first",
        )
    if head[8:9] == b"{" and int.from_bytes(head[:8], "little") < 10**8:
        raise HinterlandError(
            f"{path} is a safetensors file: weights without a model",
            "load them in a function of yours: --model package.module:function",
        )
    if head[:4] == b"GGUF" or head[4:8] == b"TFL3":
        raise HinterlandError(f"{path} is a GGUF or TensorFlow Lite file", EXPORT)
    if head.startswith(OLD_PICKLES) and b"\n" in head:
        raise HinterlandError(
            f"{path} looks like a pickle, which can run code when loaded", SAVE_WEIGHTS
        )
