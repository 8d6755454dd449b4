"""How good a latent space is, in numbers."""

from __future__ import annotations

import numpy as np


def knn_accuracy(
    known: np.ndarray, labels: np.ndarray, asked: np.ndarray, truth: np.ndarray, *, k: int = 5
) -> float:
    """The share of `asked` latents whose k nearest `known` latents vote for their true class.

    known: float (n, d) with labels int (n,); asked: float (m, d) with truth int (m,). Euclidean
    distance, one vote each. Source: Cover & Hart, "Nearest neighbor pattern classification", 1967.
    """
    from sklearn.neighbors import KNeighborsClassifier

    neighbours = KNeighborsClassifier(n_neighbors=min(k, len(known))).fit(known, labels)
    return float(neighbours.score(asked, truth))
