"""How far a map can be trusted: whether neighbours on it are neighbours, and distances hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

K = 12  # neighbours: what a person sees around a point
SAMPLE = 1000  # rows whose ranks are looked at: standard errors of a few thousandths
PAIRS = 200_000  # distances of the Shepard correlation
BLOCK = 1 << 23  # distances held at a time: 64 MB


@dataclass(frozen=True, slots=True, eq=False)
class Ranks:
    """Of some rows: how far down the true list the map's neighbours stand, and the reverse.

    n: rows in all. shown: int64 (m, K), the true rank of the 1st, 2nd, … neighbour on the map;
    true: int64 (m, K), the rank on the map of the 1st, 2nd, … true neighbour. The nearest has
    rank 1.
    """

    n: int
    shown: np.ndarray
    true: np.ndarray

    @classmethod
    def of(cls, truth: np.ndarray, points: np.ndarray, rows: np.ndarray, most: int = K) -> Ranks:
        """Compare a map with what it shows, around some rows: each against all n.

        truth: float (n, d). points: float (n, 2 or 3). rows: int (m,). most: neighbours, at most
        n - 1.
        """
        n = len(truth)
        most = min(most, n - 1)
        shown, true = [], []
        for block in np.array_split(rows, max(1, len(rows) * n // BLOCK)):
            there, here = _squares(truth, block), _squares(points, block)
            shown.append(_ranks(there, _closest(here, most)))
            true.append(_ranks(here, _closest(there, most)))
        return cls(n, np.concatenate(shown), np.concatenate(true))

    def trustworthiness(self, k: int = K) -> np.ndarray:
        """1 where all map neighbours are true ones, less the further those are that are not: (m,).

        Their mean over all rows is the trustworthiness; of a shuffled map it is 0.5.
        Source: Venna & Kaski, "Neighborhood preservation in nonlinear projection methods", 2001.
        """
        return 1 - self._far(self.shown, k)

    def continuity(self, k: int = K) -> np.ndarray:
        """1 where all true neighbours are near on the map, less the further away they lie: (m,)."""
        return 1 - self._far(self.true, k)

    def neighbours_kept(self, k: int = K) -> np.ndarray:
        """The share of k true neighbours that are among the k on the map: (m,)."""
        share: np.ndarray = (self.true[:, :k] <= k).mean(1)
        return share

    def _far(self, ranks: np.ndarray, k: int) -> np.ndarray:
        assert 0 < k <= ranks.shape[1], f"ranks were taken of {ranks.shape[1]} neighbours"
        # the usual scale holds for k < n / 2; in a smaller set the worst is another
        n = self.n
        worst = k * (2 * n - 3 * k - 1) / 2 if k < n / 2 else (n - k) * (n - k - 1) / 2
        beyond = np.maximum(ranks[:, :k] - k, 0).sum(1)
        far: np.ndarray = beyond / max(worst, 1)
        return far


def faithfulness(
    truth: np.ndarray, points: np.ndarray, *, k: int = K, sample: int = SAMPLE, seed: int = 0
) -> dict[str, float]:
    """How true a map is, in numbers: name -> value.

    `trustworthiness`, `continuity` and `neighbours_kept` at k neighbours, each measured at up to
    `sample` rows drawn without replacement against all others, with the standard error of the
    sampling as `…_error` (0 where every row was taken); `shepard`: the rank correlation of
    distances over random pairs. truth: float (n, d), n at least 3; points: float (n, 2 or 3).
    """
    n = len(truth)
    rng = np.random.default_rng(seed)
    rows = np.arange(n) if n <= sample else np.sort(rng.choice(n, sample, replace=False))
    k = min(k, n - 1)
    ranks = Ranks.of(truth, points, rows, k)
    told: dict[str, float] = {}
    for name, values in {
        "trustworthiness": ranks.trustworthiness(k),
        "continuity": ranks.continuity(k),
        "neighbours_kept": ranks.neighbours_kept(k),
    }.items():
        told[name] = float(values.mean())
        told[f"{name}_error"] = error_of(values, n)
    told["shepard"] = shepard(truth, points, seed=seed)
    return told


def error_of(values: np.ndarray, n: int) -> float:
    """The standard error of a mean of m values drawn without replacement out of n."""
    m = len(values)
    return float(values.std(ddof=1) * np.sqrt((1 - m / n) / m)) if 1 < m < n else 0.0


def shepard(truth: np.ndarray, points: np.ndarray, *, pairs: int = PAIRS, seed: int = 0) -> float:
    """Spearman's correlation of true distances and map distances over random pairs.

    0 where all distances are one. Source: Shepard, "The analysis of proximities", 1962.
    """
    rng = np.random.default_rng(seed)
    a, b = rng.integers(len(truth), size=(2, pairs))
    a, b = a[a != b], b[a != b]
    return correlation(_between(truth, a, b), _between(points, a, b))


def correlation(x: np.ndarray, y: np.ndarray) -> float:
    """Spearman's rank correlation; equal values share their mean rank, a constant gives 0."""
    u, v = _places(x), _places(y)
    u, v = u - u.mean(), v - v.mean()
    scale = float(np.sqrt((u @ u) * (v @ v)))
    return float(u @ v) / scale if scale else 0.0


def stress(truth: np.ndarray, points: np.ndarray, *, pairs: int = PAIRS, seed: int = 0) -> float:
    """Kruskal's stress at the map's best scale: 0 where distances are proportional, at most 1."""
    rng = np.random.default_rng(seed)
    a, b = rng.integers(len(truth), size=(2, pairs))
    x, y = _between(truth, a, b), _between(points, a, b)
    scale = float(x @ y) / max(float(y @ y), np.finfo(float).tiny)
    return float(np.linalg.norm(x - scale * y) / max(np.linalg.norm(x), np.finfo(float).tiny))


def _squares(of: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Squared distances (m, n) in float64; a row's own is below all others."""
    x = of.astype(np.float64)
    x -= x.mean(0)
    squares = np.einsum("ij,ij->i", x, x)
    far: np.ndarray = squares[rows, None] + squares - 2 * x[rows] @ x.T
    np.maximum(far, 0, out=far)
    far[np.arange(len(rows)), rows] = -1
    return far


def _closest(far: np.ndarray, k: int) -> np.ndarray:
    """The k nearest columns, nearest first, without the row's own."""
    some = np.sort(np.argpartition(far, k, axis=1)[:, : k + 1], axis=1)
    order = np.argsort(np.take_along_axis(far, some, 1), axis=1, kind="stable")
    return np.take_along_axis(some, order, 1)[:, 1:]


def _ranks(far: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Where columns stand in the order of a row: 1 for the nearest; the least of equal ranks."""
    asked = np.take_along_axis(far, columns, 1)
    far = np.sort(far, axis=1)
    # the row itself, at -1, is the one below all: the count of those below is the rank
    return np.stack([np.searchsorted(row, a) for row, a in zip(far, asked, strict=True)])


def _between(of: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    far: np.ndarray = np.linalg.norm(of[a].astype(np.float64) - of[b], axis=1)
    return far


def _places(values: np.ndarray) -> np.ndarray:
    """Ranks, equal values at their mean."""
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    places: np.ndarray = (ends - (counts - 1) / 2)[which]
    return places
