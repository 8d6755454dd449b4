"""How well latents tell classes apart: nearest neighbours, a linear probe, clusters."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np

PROBED = 20_000  # latents that a linear probe learns from, at most
STEPS = 300  # of the probe's solver: far more than the digits of an accuracy need


def knn_accuracy(
    known: np.ndarray, labels: np.ndarray, asked: np.ndarray, truth: np.ndarray, *, k: int = 5
) -> float:
    """The share of `asked` latents whose k nearest `known` latents vote for their true class.

    known: float (n, d) with labels int (n,); asked: float (m, d) with truth int (m,). Euclidean
    distance, one vote each; of classes with as many votes the first. Source: Cover & Hart,
    "Nearest neighbor pattern classification", 1967.
    """
    return knn_accuracies(known, labels, asked, truth, (k,))[0]


def knn_accuracies(
    known: np.ndarray, labels: np.ndarray, asked: np.ndarray, truth: np.ndarray, ks: Sequence[int]
) -> list[float]:
    """`knn_accuracy` for each k, from one search."""
    from sklearn.neighbors import NearestNeighbors

    most = min(max(ks), len(known))
    near = NearestNeighbors(n_neighbors=most).fit(known).kneighbors(asked, return_distance=False)
    return [_voted(labels[near[:, :k]], truth) for k in ks]


def knn_among(latents: np.ndarray, labels: np.ndarray, ks: Sequence[int]) -> list[float]:
    """`knn_accuracy` for each k, of each latent among all the others; n >= 2."""
    from sklearn.neighbors import NearestNeighbors

    most = min(max(ks), len(latents) - 1)
    # asked for nothing, scikit-learn leaves each point out of its own neighbours
    near = NearestNeighbors(n_neighbors=most).fit(latents).kneighbors(return_distance=False)
    return [_voted(labels[near[:, :k]], labels) for k in ks]


def probe_accuracy(
    known: np.ndarray, labels: np.ndarray, asked: np.ndarray, truth: np.ndarray
) -> float:
    """The share of `asked` latents that a linear classifier of the `known` ones tells right.

    Shapes as in `knn_accuracy`. Multinomial logistic regression (scikit-learn's, C = 1) on latents
    standardised by the known ones; learnt from at most 20,000, as many of each class as there are.
    Source: Alain & Bengio, "Understanding intermediate layers using linear classifier probes",
    ICLR workshop, 2017.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    rows = balanced(labels, PROBED)
    known, labels = known[rows].astype(np.float64), labels[rows]
    if (labels == labels[0]).all():
        return float((truth == labels[0]).mean())
    centre, width = known.mean(0), known.std(0)
    width = np.where(width > 0, width, 1)
    with warnings.catch_warnings():
        # the accuracy has settled long before the weights have
        warnings.simplefilter("ignore", ConvergenceWarning)
        probe = LogisticRegression(max_iter=STEPS).fit((known - centre) / width, labels)
    return float(probe.score((asked - centre) / width, truth))


def cluster_agreement(latents: np.ndarray, truth: np.ndarray, *, seed: int = 0) -> float:
    """V-measure of k-means clusters with the classes, in [0, 1]; as many clusters as classes.

    latents: (n, d), truth: int (n,). The best of three starts. V-measure is the mutual information
    in parts of the mean of both entropies. Source: Rosenberg & Hirschberg, "V-measure",
    EMNLP-CoNLL 2007.
    """
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.metrics import v_measure_score

    means = KMeans(len(np.unique(truth)), n_init=3, random_state=seed)
    with warnings.catch_warnings():
        # fewer distinct latents than classes: a collapsed code, which the number shows
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = means.fit_predict(latents)
    return float(v_measure_score(truth, found))


def balanced(labels: np.ndarray, most: int) -> np.ndarray:
    """Rows, ascending: at most most // classes of each class, spread evenly over its images."""
    classes = np.unique(labels)
    share = max(1, most // len(classes))
    picked = []
    for each in classes:
        rows = np.flatnonzero(labels == each)
        count = min(share, len(rows))
        picked.append(rows[np.arange(count) * len(rows) // count])
    chosen: np.ndarray = np.sort(np.concatenate(picked))
    return chosen


def _voted(votes: np.ndarray, truth: np.ndarray) -> float:
    """(m, k) class indices and the truth (m,) -> the share of rows whose majority is right."""
    classes = max(int(votes.max()), int(truth.max())) + 1
    rows = np.arange(len(votes))[:, None] * classes
    counts = np.bincount((rows + votes).ravel(), minlength=len(votes) * classes)
    return float((counts.reshape(len(votes), classes).argmax(1) == truth).mean())
