"""The shortest way between two latents, measured in how much the picture changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hinterland.latent.paths import linear
from hinterland.latent.support import Support
from hinterland.latent.surface import Surface

LEVELS = (8, 16, 32)  # pieces of the way, coarse to fine
MOST = (30, 8, 4)  # steps of the solver at each level
ENOUGH = 1e-4  # a step that lowers the energy by a smaller share is the last of its level
CLOSE = 2.0  # spacings from the codes that a supported way keeps within, where it can
PULL = 1.0, 4.0, 16.0, 64.0, 256.0  # towards the codes, in squared lengths of the straight line
DAMPED, EASED, STIFFER = 1e-3, 5.0, 8.0
STIFFEST = 1e6
FINE = 8  # parts of a piece that are looked at to make the pieces equal, at the end
WHOLE = 256  # unknowns of a system that is solved as one


@dataclass(frozen=True, slots=True, eq=False)
class Geodesic:
    """A way (33, d) of 32 equal changes of the picture, how long it is, and the straight line.

    Lengths are the sums of these 32 changes: at most 0.04 % less than that of an arc of half a
    circle.
    """

    way: np.ndarray
    length: float
    straight: float


def geodesic(
    surface: Surface, a: np.ndarray, b: np.ndarray, *, starts: Sequence[np.ndarray] = ()
) -> Geodesic:
    """The shortest way from one latent (d,) to another under the decoder's pull-back metric.

    starts: ways (k, d) to begin from beside the straight line, such as a graph's; the solver keeps
    to what it finds first, so they help where the straight line leads to a detour. The answer is
    never longer than the straight line.

    The energy Σ |f(z_t+1) - f(z_t)|² of a way of 8, 16, then 32 pieces is lowered by damped
    Gauss-Newton steps; its normal equations are tridiagonal in blocks of d. Source of the energy:
    Shao, Kumar, Fletcher, "The Riemannian geometry of deep generative models", CVPR workshop, 2018.
    """
    straight = surface.even(linear(a, b, LEVELS[-1] + 1), LEVELS[-1] + 1)
    way = _solved(surface, [straight, *starts])
    shortest, usual = surface.length(way), surface.length(straight)
    if not shortest < usual:
        way, shortest = straight, usual
    return Geodesic(way, shortest, usual)


def supported(
    surface: Surface,
    a: np.ndarray,
    b: np.ndarray,
    support: Support,
    *,
    starts: Sequence[np.ndarray] = (),
) -> Geodesic:
    """A short way that keeps to where the codes are: the energy, and a pull towards them.

    A shortest way cuts across parts that the decoder never learnt, where it changes little and
    means nothing (Hauberg, "Only Bayes should learn a manifold", 2018). λ/K Σ s(z_t)² is added, s
    being `Support.excess` of the usual radius, then of 2 spacings; λ grows until no latent of the
    way is more than 2 spacings from the nearest code, or than the worse end is, or it helps no
    more. It may be longer than the straight line.
    """
    straight = surface.even(linear(a, b, LEVELS[-1] + 1), LEVELS[-1] + 1)
    usual = surface.length(straight)
    allowed = max(CLOSE, float(support.distance(straight[[0, -1]]).max()))
    begin = [straight, *starts]
    best, farthest = straight, np.inf
    radius = support.radius
    for pull in PULL:
        way = _solved(surface, begin, _Pull(support, pull * usual**2, radius))
        far = float(support.distance(way).max())
        if far > 0.98 * farthest and radius < support.radius:
            break
        if far < farthest:
            best, farthest = way, far
        if farthest <= allowed:
            break
        # within the usual radius, and yet farther than allowed: there the codes are sparse
        radius, begin = min(radius, CLOSE * support.spacing), [way]
    return Geodesic(best, surface.length(best), usual)


@dataclass(frozen=True, slots=True)
class _Pull:
    support: Support
    weight: float
    radius: float


def _solved(
    surface: Surface, starts: Sequence[np.ndarray], pull: _Pull | None = None
) -> np.ndarray:
    """The best of what the coarse level makes of each start, refined: float64 (K + 1, d)."""
    if np.array_equal(starts[0][0], starts[0][-1]):
        return np.asarray(starts[0])
    found = [_lowered(surface, surface.even(z, LEVELS[0] + 1), MOST[0], pull) for z in starts]
    way, _ = min(found, key=lambda each: each[1])
    for pieces, most in zip(LEVELS[1:], MOST[1:], strict=True):
        way, _ = _lowered(surface, surface.even(way, pieces + 1), most, pull)
    return surface.even(way, LEVELS[-1] + 1, FINE)


def _lowered(
    surface: Surface, way: np.ndarray, most: int, pull: _Pull | None
) -> tuple[np.ndarray, float]:
    """Levenberg and Marquardt's steps on the inner latents of a way; and its energy."""
    pieces, damping = len(way) - 1, DAMPED
    pictures = surface.at(way)
    energy = _energy(pictures, way, pull)
    for _ in range(most):
        diagonal, beside, slope = _normal(surface, pictures, way, pull)
        size = np.einsum("tii->t", diagonal).mean() / diagonal.shape[1]
        if not size > 0:
            break
        while damping < STIFFEST:
            stiff = diagonal + damping * size * np.eye(diagonal.shape[1])
            trial = way.copy()
            trial[1:-1] -= _tridiagonal(stiff, beside, slope)
            made = surface.at(trial)
            reached = _energy(made, trial, pull)
            if reached < energy:
                break
            damping *= STIFFER
        else:
            break
        gained = (energy - reached) / energy
        way, pictures, energy = trial, made, reached
        damping = max(damping / EASED, 1e-9)
        if gained < ENOUGH:
            break
    return way, energy * pieces


def _energy(pictures: np.ndarray, way: np.ndarray, pull: _Pull | None) -> float:
    """½ Σ |r_t|², and the pull's share."""
    steps = np.diff(pictures, axis=0)
    energy = 0.5 * float(np.einsum("ij,ij->", steps, steps, dtype=np.float64))
    if pull is not None:
        s, _ = pull.support.excess(way[1:-1], pull.radius)
        energy += 0.5 * pull.weight / (len(way) - 1) ** 2 * float((s**2).sum())
    return energy


def _normal(
    surface: Surface, pictures: np.ndarray, way: np.ndarray, pull: _Pull | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gauss and Newton's equations: blocks on and above the diagonal, and the slope.

    (K - 1, d, d), (K - 2, d, d), (K - 1, d).
    """
    j = surface.jacobian(way[1:-1])  # (K - 1, D, d)
    turned = j.transpose(0, 2, 1)
    bend = -np.diff(pictures, n=2, axis=0)  # r_t-1 - r_t
    diagonal = 2 * (turned @ j).astype(np.float64)
    beside = -(turned[:-1] @ j[1:]).astype(np.float64)
    slope = (turned @ bend[..., None])[..., 0].astype(np.float64)
    if pull is not None:
        weight = pull.weight / (len(way) - 1) ** 2
        s, ds = pull.support.excess(way[1:-1], pull.radius)
        diagonal += weight * ds[:, :, None] * ds[:, None, :]
        slope += weight * s[:, None] * ds
    return diagonal, beside, slope


def _tridiagonal(diagonal: np.ndarray, beside: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Solve a symmetric system of blocks, (t, d, d), (t - 1, d, d) and (t, d) -> (t, d).

    Thomas's elimination, block by block: work and memory grow with t, not with its cube. A small
    system is solved whole, in one call.
    """
    t, d = right.shape
    if t * d <= WHOLE:
        whole = np.zeros((t, d, t, d))
        at = np.arange(t)
        whole[at, :, at] = diagonal
        whole[at[:-1], :, at[1:]] = beside
        whole[at[1:], :, at[:-1]] = beside.transpose(0, 2, 1)
        return np.linalg.solve(whole.reshape(t * d, t * d), right.ravel()).reshape(t, d)
    carried = np.empty((t, d, d + 1))
    block, told = diagonal[0], right[0]
    for i in range(t):
        if i:
            block = diagonal[i] - beside[i - 1].T @ carried[i - 1, :, :d]
            told = right[i] - beside[i - 1].T @ carried[i - 1, :, d]
        above = beside[i] if i < t - 1 else np.zeros((d, d))
        carried[i] = np.linalg.solve(block, np.column_stack([above, told]))
    found = np.empty((t, d))
    found[-1] = carried[-1, :, d]
    for i in range(t - 2, -1, -1):
        found[i] = carried[i, :, d] - carried[i, :, :d] @ found[i + 1]
    return found
