"""The true nearest neighbours: in latent space, not on a map."""

from __future__ import annotations

import numpy as np

BLOCK = 1 << 23  # distances held at a time: 32 MB
SPARE = 4  # more are looked at than asked for, since float32 may confuse the last


def nearest(rows: np.ndarray, k: int) -> np.ndarray:
    """The k nearest other rows of each row, nearest first: uint32 (n, k), k at most n - 1.

    rows: float (n, d). Euclidean, and exact up to the rounding of float32. A row's twin is its
    neighbour, the row itself never is.
    """
    n = len(rows)
    k = max(0, min(k, n - 1))
    found = np.empty((n, k), np.uint32)
    if k == 0:
        return found
    centred = (rows - rows.mean(0, dtype=np.float64)).astype(np.float32)
    squares = np.einsum("ij,ij->i", centred, centred)
    for own in np.array_split(np.arange(n), max(1, n * n // BLOCK)):
        # |a - b|² without |a|², which does not change the order within a row
        far = centred[own] @ centred.T
        far *= -2
        far += squares
        far[np.arange(len(own)), own] = np.inf
        found[own] = _least(far, k)
    return found


def near(asked: np.ndarray, rows: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The k rows nearest to each of the asked: int64 (m, k), nearest first, and distances (m, k).

    asked: float (m, d), rows: float (n, d); k at most n. Distances are float64, and set the order
    among those that float32 finds nearest: a row that is asked for finds itself or its twin.
    """
    wanted = max(1, min(k, len(rows)))
    k = min(wanted + SPARE, len(rows))
    centre = rows.mean(0, dtype=np.float64)
    centred, at = (rows - centre).astype(np.float32), (asked - centre).astype(np.float32)
    squares = np.einsum("ij,ij->i", centred, centred)
    found = np.empty((len(at), k), np.int64)
    for own in np.array_split(np.arange(len(at)), max(1, len(at) * len(rows) // BLOCK)):
        far = at[own] @ centred.T
        far *= -2
        far += squares
        found[own] = _least(far, k)
    apart = np.asarray(asked, np.float64)[:, None] - rows[found].astype(np.float64)
    far = np.sqrt(np.einsum("mkd,mkd->mk", apart, apart))
    order = np.argsort(far, axis=1, kind="stable")[:, :wanted]
    return np.take_along_axis(found, order, 1), np.take_along_axis(far, order, 1)


def _least(far: np.ndarray, k: int) -> np.ndarray:
    """The columns of the k least numbers of each row, the least first."""
    m, n = far.shape
    # the k least are in the k groups whose own least are least: a pass over all, then a small sort
    width = max(1, int((n / k) ** 0.5))
    groups = n // width
    if groups > 2 * k:
        whole = far[:, : groups * width].reshape(m, groups, width)
        chosen = np.sort(np.argpartition(whole.min(2), k - 1, axis=1)[:, :k], axis=1)
        columns = (chosen[:, :, None] * width + np.arange(width)).reshape(m, -1)
        rest = np.broadcast_to(np.arange(groups * width, n), (m, n - groups * width))
        columns = np.concatenate([columns, rest], axis=1)
        far = np.take_along_axis(far, columns, 1)
    else:
        columns = np.broadcast_to(np.arange(n), (m, n))
    order = np.argsort(far, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(columns, order, 1)


def kept(true: np.ndarray, shown: np.ndarray) -> np.ndarray:
    """The share of each row's true neighbours that are among its shown ones: float32 (n,)."""
    n, k = true.shape
    ours = np.arange(n)[:, None]
    # a pair (row, neighbour) as one number, so that one look-up serves all rows
    pairs = np.isin(ours * n + true.astype(np.int64), ours * n + shown.astype(np.int64))
    share: np.ndarray = pairs.sum(1, dtype=np.float32) / np.float32(max(1, k))
    return share
