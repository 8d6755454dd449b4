"""The built-in data set: small handwritten digits that come with scikit-learn."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hinterland.data.split import hold_out
from hinterland.types import HinterlandError, Images

__all__ = ["digits"]

CLASSES = tuple("0123456789")


def digits(_data_dir: Path | None = None) -> Images:
    """1,797 handwritten digits, 8x8, grey, 10 classes; built in, 20 % held out.

    Source: Alpaydin & Kaynak, "Optical recognition of handwritten digits", UCI 1998.
    """
    try:
        from sklearn.datasets import load_digits
    except ModuleNotFoundError:
        raise HinterlandError(
            "data set 'digits' needs the package 'scikit-learn'", "pip install 'hinterland[train]'"
        ) from None
    pixels, target = load_digits(return_X_y=True)  # (1797, 64), 0 to 16
    labels = target.astype(np.int64)
    return Images(
        np.rint(pixels * (255 / 16)).astype(np.uint8).reshape(-1, 8, 8, 1),
        labels,
        CLASSES,
        hold_out(len(labels), labels, share=0.2),
    )
