"""Ways between two latents that look at the latents alone: straight, and about the origin."""

from __future__ import annotations

import numpy as np

from hinterland.types import HinterlandError

FEWEST = 4  # latents for which codes of a normal prior lie near a sphere


def linear(a: np.ndarray, b: np.ndarray, steps: int) -> np.ndarray:
    """Latents (d,) and (d,) -> float64 (steps, d): a straight line, its ends exact."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    at = np.linspace(0, 1, steps)[:, None]
    way: np.ndarray = (1 - at) * a + at * b
    return way


def spherical(a: np.ndarray, b: np.ndarray, steps: int) -> np.ndarray:
    """Directions turn evenly about the origin, lengths change evenly: float64 (steps, d).

    For codes of a normal prior of many dimensions, which lie near a sphere. With three latents or
    fewer they fill the middle, and the way would go around the data: HinterlandError. Straight
    where a direction is missing or both are the same or opposite. Source: White, "Sampling
    generative networks", 2016.
    """
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if len(a) < FEWEST:
        raise HinterlandError(
            f"a spherical path needs at least {FEWEST} latents; there {_are(len(a))}",
            "with so few, codes fill the middle, and it would go around them: "
            "choose geodesic or linear",
        )
    size = np.linalg.norm(a), np.linalg.norm(b)
    if min(size) > 0:
        angle = np.arccos(np.clip(a @ b / (size[0] * size[1]), -1, 1))
        if 1e-6 < angle < np.pi - 1e-6:
            at = np.linspace(0, 1, steps)[:, None]
            turned = np.sin((1 - at) * angle) * a / size[0] + np.sin(at * angle) * b / size[1]
            way: np.ndarray = turned / np.sin(angle) * ((1 - at) * size[0] + at * size[1])
            return way
    return linear(a, b, steps)


def _are(d: int) -> str:
    return "is 1" if d == 1 else f"are {d}"
