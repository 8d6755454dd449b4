"""How good a latent space is, in numbers."""

from __future__ import annotations

import numpy as np

BLOCK = 2_000_000  # distances held at once


def knn_accuracy(
    known: np.ndarray, labels: np.ndarray, asked: np.ndarray, truth: np.ndarray, *, k: int = 5
) -> float:
    """The share of `asked` latents whose k nearest `known` latents vote for their true class.

    known: float (n, d) with labels int (n,); asked: float (m, d) with truth int (m,). Euclidean
    distance, one vote each; a tie goes to the smaller class, as in scikit-learn's
    KNeighborsClassifier. Exact, by blocks of a matrix product, so memory does not follow n * m.
    Source: Cover & Hart, "Nearest neighbor pattern classification", 1967.
    """
    k = min(k, len(known))
    known = np.asarray(known, np.float64)
    classes = int(max(labels.max(), truth.max())) + 1
    squares = (known**2).sum(1)
    right = 0
    step = max(1, BLOCK // len(known))
    for start in range(0, len(asked), step):
        block = np.asarray(asked[start : start + step], np.float64)
        distances = squares - 2 * block @ known.T
        nearest = np.argpartition(distances, k - 1, axis=1)[:, :k]
        votes = np.zeros((len(block), classes), np.int64)
        np.add.at(votes, (np.arange(len(block))[:, None], labels[nearest]), 1)
        right += int((votes.argmax(1) == truth[start : start + step]).sum())
    return right / len(asked)


def mse(pictures: np.ndarray, originals: np.ndarray) -> float:
    """The mean over pixels and pictures of the squared error; both in [0, 1]."""
    return float(np.mean((pictures.astype(np.float64) - originals) ** 2))
