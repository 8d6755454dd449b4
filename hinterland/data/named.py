"""The data sets that are known by name: found on this machine, or downloaded and checked."""

from __future__ import annotations

import os
from pathlib import Path

from hinterland.data.idx import Part, load
from hinterland.data.paths import quoted
from hinterland.data.wanted import Wanted
from hinterland.types import HinterlandError, Images

__all__ = ["fashion_mnist", "folder_of", "kmnist", "mnist", "places"]

VARIABLE = "HINTERLAND_DATA"
# (images, labels, held out)
FILES = (
    ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", False),
    ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", True),
)
MNIST_URL = "https://storage.googleapis.com/cvdf-datasets/mnist/"
MNIST_SHA256 = {
    "train-images-idx3-ubyte": "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "train-labels-idx1-ubyte": "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "t10k-images-idx3-ubyte": "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "t10k-labels-idx1-ubyte": "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
}
FASHION_URL = "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/"
FASHION_SHA256 = {
    "train-images-idx3-ubyte": "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    "train-labels-idx1-ubyte": "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    "t10k-images-idx3-ubyte": "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    "t10k-labels-idx1-ubyte": "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
}
GARMENTS = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


KMNIST_URL = "https://codh.rois.ac.jp/kmnist/dataset/kmnist/"
KMNIST_SHA256 = {
    "train-images-idx3-ubyte": "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
    "train-labels-idx1-ubyte": "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
    "t10k-images-idx3-ubyte": "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
    "t10k-labels-idx1-ubyte": "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
}
SYLLABLES = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")


def mnist(data_dir: Path | None = None) -> Images:
    """70,000 handwritten digits, 28x28, grey, 10 classes; the last 10,000 held out.

    Source: LeCun, Cortes & Burges, "The MNIST database of handwritten digits", 1998.
    """
    return _idx("mnist", data_dir, MNIST_URL, MNIST_SHA256, tuple("0123456789"))


def fashion_mnist(data_dir: Path | None = None) -> Images:
    """70,000 pictures of clothes, 28x28, grey, 10 classes; the last 10,000 held out.

    Source: Xiao, Rasul & Vollgraf, "Fashion-MNIST", arXiv:1708.07747, 2017.
    """
    return _idx("fashion-mnist", data_dir, FASHION_URL, FASHION_SHA256, GARMENTS)


def kmnist(data_dir: Path | None = None) -> Images:
    """70,000 cursive Japanese characters, 28x28, grey, 10 classes; the last 10,000 held out.

    Source: Clanuwat et al., "Deep Learning for Classical Japanese Literature", arXiv:1812.01718,
    2018.
    """
    return _idx("kmnist", data_dir, KMNIST_URL, KMNIST_SHA256, SYLLABLES)


def places(name: str, data_dir: Path | None, example: str) -> list[Path]:
    """The folders that are looked into before the cache: data_dir and $HINTERLAND_DATA.

    example: a file of the set `name`, for the error where data_dir is none.
    """
    if data_dir is not None and not data_dir.is_dir():
        raise HinterlandError(
            f"no folder {quoted(data_dir)} to look for data sets in",
            f"give the folder that holds {name}/{example}.gz",
        )
    told = os.environ.get(VARIABLE)
    return [place for place in (data_dir, Path(told) if told else None) if place is not None]


def folder_of(name: str, data_dir: Path | None, url: str, checksums: dict[str, str]) -> Path:
    """Where the files of a set are: data_dir, $HINTERLAND_DATA, or else the user's cache.

    checksums: file name, without .gz -> SHA-256 of the gzipped file below `url`.
    """
    for place in places(name, data_dir, next(iter(checksums))):
        if all(_file(place / name, file) for file in checksums):
            return place / name
    return _cached(name, url, checksums)


def _idx(
    name: str,
    data_dir: Path | None,
    url: str,
    checksums: dict[str, str],
    classes: tuple[str, ...],
) -> Images:
    folder = folder_of(name, data_dir, url, checksums)
    return load(folder, _parts(folder), Wanted(), classes)


def _cached(name: str, url: str, checksums: dict[str, str]) -> Path:
    """The set's folder in the user's cache; what is missing there is downloaded."""
    import platformdirs

    folder = platformdirs.user_cache_path("hinterland") / name
    missing = [file for file in checksums if not _file(folder, file)]
    hint = (
        f"put {', '.join(f'{file}.gz' for file in checksums)} into {quoted(folder)}, "
        f"or into a folder {name}/ of your own and set {VARIABLE} to the folder above it"
    )
    if not missing:
        return folder
    try:
        import pooch
    except ModuleNotFoundError:
        message = f"data set '{name}' is not on this machine, and downloads need 'pooch'"
        raise HinterlandError(message, f"pip install 'hinterland[train]'; or {hint}") from None
    for file in missing:
        link = f"{url}{file}.gz"
        try:
            pooch.retrieve(link, f"sha256:{checksums[file]}", fname=f"{file}.gz", path=folder)
        except OSError as error:
            reason = error.strerror or "no answer"
        except ValueError:
            reason = "what comes has a wrong checksum"
        else:
            continue
        message = f"data set '{name}' is not on this machine, and cannot be downloaded"
        raise HinterlandError(f"{message}: {link}: {reason}", hint)
    return folder


def _parts(folder: Path) -> list[Part]:
    return [
        Part(_must(folder, images), _must(folder, labels), held_out)
        for images, labels, held_out in FILES
    ]


def _must(folder: Path, name: str) -> Path:
    found = _file(folder, name)
    assert found is not None, f"{name} vanished from {folder}"
    return found


def _file(folder: Path, name: str) -> Path | None:
    beside = (folder / f"{name}.gz", folder / name)
    return next((path for path in beside if path.is_file()), None)
