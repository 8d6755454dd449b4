"""Where the codes lie, and how far from them a latent is."""

from __future__ import annotations

import numpy as np

from hinterland.latent.neighbours import near

NEAR = 5  # neighbours whose distance says how far a latent is from the codes
MEASURED = 1000  # codes whose distances to the others say what is usual
SHARE = 0.9  # of the codes lie within `radius` of their neighbours


class Support:
    """Codes (n, d), n at least 2, as the part of latent space that a decoder has learnt.

    spacing: the usual (median) distance of a code to the nearest other. radius: within which 90 %
    of the codes have their five nearest others, root mean square.
    """

    def __init__(self, codes: np.ndarray) -> None:
        self._codes = np.asarray(codes, np.float32)
        n = len(codes)
        some = np.unique(np.linspace(0, n - 1, min(n, MEASURED)).astype(int))
        _, far = near(self._codes[some], self._codes, NEAR + 1)
        far = far[:, 1:]  # the first is the code itself
        tiny = 1e-12 + 1e-6 * float(np.abs(self._codes).max())
        self.spacing = max(float(np.median(far[:, 0])), tiny)
        self.radius = max(float(np.quantile(_rms(far), SHARE)), tiny)

    def distance(self, latents: np.ndarray) -> np.ndarray:
        """(m, d) -> float64 (m,): to the nearest code, in spacings."""
        _, far = near(latents, self._codes, 1)
        told: np.ndarray = far[:, 0] / self.spacing
        return told

    def excess(self, latents: np.ndarray, radius: float) -> tuple[np.ndarray, np.ndarray]:
        """How far beyond a radius: s = max(0, d5 / radius - 1) (m,), and its gradient (m, d).

        d5 is the root mean square distance to the five nearest codes.
        """
        rows, far = near(latents, self._codes, NEAR)
        d5 = _rms(far)
        s = np.maximum(0, d5 / radius - 1)
        pull = latents - self._codes[rows].astype(np.float64).mean(1)
        slope = np.where(s > 0, 1 / (np.maximum(d5, 1e-300) * radius), 0)[:, None] * pull
        return s, slope


def _rms(far: np.ndarray) -> np.ndarray:
    told: np.ndarray = np.sqrt((far**2).mean(1))
    return told
