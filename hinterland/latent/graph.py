"""Ways through real examples: the neighbour graph of the codes, its edges as long as pictures."""

from __future__ import annotations

from typing import Any

import numpy as np

from hinterland.latent.neighbours import near, nearest
from hinterland.latent.surface import Surface

BESIDE = 10  # neighbours that a code is joined to
HELD = 1 << 25  # numbers of the codes' pictures that are held
EDGES = 1 << 23  # numbers of pictures that are subtracted at a time


class Graph:
    """Codes joined to their nearest others, each edge as long as its two pictures differ.

    Clouds that do not meet are joined where they are nearest to each other.

    rows: int (m,), which of the codes are its nodes: at most `most`, evenly spread over the codes,
    and no more than whose pictures 134 MB hold. Source: Chen, Ferroni, Klushyn, Paraschos, Bayer,
    van der Smagt, "Fast approximate geodesics for deep generative models", ICANN 2019.
    """

    def __init__(self, surface: Surface, codes: np.ndarray, most: int = 10_000) -> None:
        from scipy.sparse import csr_array

        size = surface.at(codes[:1]).shape[1]
        n = max(2, min(len(codes), most, HELD // size))
        self.rows = np.unique(np.linspace(0, len(codes) - 1, n).astype(int))
        self._surface, self._codes = surface, codes[self.rows].astype(np.float64)
        self._pictures = surface.at(self._codes).astype(np.float32)
        m = len(self.rows)
        found = nearest(self._codes, BESIDE).astype(np.int64)
        one, other = np.repeat(np.arange(m), found.shape[1]), found.ravel()
        bridges = _bridges(self._codes, one, other)
        one, other = np.append(one, bridges[:, 0]), np.append(other, bridges[:, 1])
        lengths = self._apart(self._pictures, one, other)
        self._edges: Any = csr_array((lengths, (one, other)), shape=(m, m))

    def between(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """The nodes on the shortest way from one latent (d,) to another: rows of the codes (k,).

        The latents are joined to the codes nearest to them; where they are codes themselves, the
        way begins and ends with them.
        """
        from scipy.sparse import csr_array, vstack
        from scipy.sparse.csgraph import dijkstra

        ends = np.stack([a, b]).astype(np.float64)
        m, close, lengths = len(self.rows), [], []
        for end in ends:
            rows, far = near(end[None], self._codes, BESIDE)
            close.append(rows[0, :1] if far[0, 0] == 0 else rows[0])
            pictures = np.concatenate([self._surface.at(end[None]), self._pictures[close[-1]]])
            to = np.arange(1, len(pictures))
            lengths.append(self._apart(pictures.astype(np.float32), np.zeros_like(to), to))
        tail = np.repeat([0, 1], [len(rows) for rows in close])
        tails = csr_array((np.concatenate(lengths), (tail, np.concatenate(close))), (2, m + 2))
        inner = self._edges.copy()
        inner.resize((m, m + 2))
        whole = vstack([inner, tails])
        _, before = dijkstra(whole, directed=False, indices=m, return_predecessors=True)
        way, at = [], int(before[m + 1])
        while at != m:
            way.append(at)
            at = int(before[at])
        told: np.ndarray = self.rows[way[::-1]]
        return told

    @staticmethod
    def _apart(pictures: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Distances between pictures, float64; never 0, which a sparse matrix takes for no edge."""
        step = max(1, EDGES // pictures.shape[1])
        parts = [np.empty(0)]
        for start in range(0, len(one), step):
            own = slice(start, start + step)
            change = pictures[one[own]] - pictures[other[own]]
            parts.append(np.sqrt(np.einsum("ij,ij->i", change, change, dtype=np.float64)))
        return np.maximum(np.concatenate(parts), 1e-9)


def _bridges(codes: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Pairs (k, 2) of codes (m, d) that join a graph's parts: each to what is nearest to it."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    m, found = len(codes), np.empty((0, 2), int)
    while True:
        ends = np.append(one, found[:, 0]), np.append(other, found[:, 1])
        edges = csr_array((np.ones(len(ends[0])), ends), shape=(m, m))
        count, part = connected_components(edges, directed=False)
        if count == 1:
            return found
        largest = np.bincount(part).argmax()
        for each in np.setdiff1d(np.arange(count), [largest]):
            inside, outside = np.flatnonzero(part == each), np.flatnonzero(part != each)
            rows, far = near(codes[inside], codes[outside], 1)
            best = far[:, 0].argmin()
            found = np.append(found, [[inside[best], outside[rows[best, 0]]]], axis=0)
