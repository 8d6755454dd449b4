"""How coarse the weights of a graph may be: found by running it, so that its pictures stay."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from safetensors.numpy import load, save

from hinterland.models.session import Session
from hinterland.show.packed import Arrays, stepped
from hinterland.show.tapped import products, tapped, values

WHOLE = 64  # a tensor with fewer numbers stays as it is
PROBE = 1 / 512  # of a tensor's largest number: the step by which its weight is felt out
GUESSES = 6  # at a scale, each made from the error at the one before
CLOSE = 0.9  # of what is allowed: no better one is looked for
FAR = 16.0  # times the scale, from one guess to the next at most
FINER = 0.95  # the next scale that is tried, where the proof fails
TRIES = 60
SAFE = 0.95  # of the tolerance, on the rows that steps are sought with; others prove them
WIDE = 4096  # inputs of a product, at most, whose errors are made up for; numbers of it, at least
DAMPED = 1e-3  # of the inputs' mean square
BLOCK = 64  # columns

Judge = Callable[[np.ndarray, np.ndarray], float]


@dataclass(frozen=True, slots=True, eq=False)
class Lighter:
    """Coarse weights. content: a safetensors file. steps: tensor -> the distance of its numbers.

    worst: the largest error that was found, 1 at the tolerance. Without steps, the weights as they
    are.
    """

    content: bytes
    steps: Mapping[str, float]
    worst: float


@dataclass
class Lightener:
    """Makes the weights of one graph coarse, epoch by epoch; what it learnt serves the next.

    judge: (what the graph gave, what it gives now) -> the worst error, 1 at the tolerance.
    """

    graph: bytes
    location: str
    judge: Judge
    _shares: dict[str, float] = field(default_factory=dict)
    _scale: float = 0.0

    def lighten(self, content: bytes, given: np.ndarray, proof: np.ndarray) -> Lighter:
        """The coarsest weights that will do.

        content: the weights, a safetensors file. given, proof: rows that the graph is run with; the
        error is within the tolerance on all of both.
        """
        weights = load(content)
        large = [name for name in sorted(weights) if weights[name].size >= WHOLE]
        large = [name for name in large if np.ptp(weights[name]) > 0]
        if not large or not all(np.isfinite(array).all() for array in weights.values()):
            return Lighter(content, {}, 0.0)
        trial = _Trial(self, weights, given)
        if set(self._shares) != set(large):
            self._shares, self._scale = trial.felt(large), 0.0
        tried = trial.sought(self._steps, self._scale or trial.first(self._shares))
        true = trial.run(weights, proof)
        for _ in range(TRIES):
            if tried.worst <= SAFE:
                worst = max(tried.worst, self.judge(true, trial.run(tried.coarse, proof)))
                if worst <= 1:
                    self._scale = tried.scale
                    return Lighter(_saved(tried.coarse), self._steps(tried.scale), worst)
            tried = trial.tried(self._steps, tried.scale * FINER)
        return Lighter(content, {}, 0.0)

    def _steps(self, scale: float) -> dict[str, float]:
        return {name: float(np.float32(scale * share)) for name, share in self._shares.items()}


@dataclass(frozen=True, slots=True, eq=False)
class _Tried:
    """Weights at a scale, and their worst error on the rows that steps are sought with."""

    scale: float
    coarse: Arrays
    worst: float


class _Trial:
    """One epoch's weights, made coarse in this way and that."""

    def __init__(self, of: Lightener, weights: Arrays, given: np.ndarray) -> None:
        self.of, self.weights, self.given = of, weights, given
        self.told = self.run(weights, given)
        self.inputs = _inputs(of.graph, of.location, weights, given)
        self._feedback: dict[str, np.ndarray] = {}

    def run(self, weights: Arrays, given: np.ndarray) -> np.ndarray:
        return Session(self.of.graph, self.of.location, _saved(weights)).run(given)

    def tried(self, steps: Callable[[float], dict[str, float]], scale: float) -> _Tried:
        coarse = self.coarse(steps(scale))
        return _Tried(scale, coarse, self.of.judge(self.told, self.run(coarse, self.given)))

    def coarse(self, steps: Mapping[str, float]) -> dict[str, np.ndarray]:
        """All weights, those with a step as multiples of it."""
        return {
            **self.weights,
            **{name: self._coarse(name, step) for name, step in steps.items()},
        }

    def felt(self, large: Sequence[str]) -> dict[str, float]:
        """How coarse each tensor may be beside the others.

        Where errors are small they add up, each as its step squared times what the tensor weighs;
        the fewest bits are needed where each adds as much as it has numbers.
        """
        shares = {}
        for name in large:
            step = float(np.abs(self.weights[name]).max()) * PROBE
            now = self.run(self.coarse({name: step}), self.given)
            weight = float(((now - self.told) ** 2).mean()) / step**2
            shares[name] = float(np.sqrt(self.weights[name].size / max(weight, 1e-12)))
        return shares

    def first(self, shares: Mapping[str, float]) -> float:
        """A scale to begin with: not even the smallest tensor has all its numbers rounded away."""
        return PROBE * min(
            float(np.abs(self.weights[name]).max()) / shares[name] for name in shares
        )

    def sought(self, steps: Callable[[float], dict[str, float]], scale: float) -> _Tried:
        """A scale whose error is about what is allowed: the two grow alike."""
        now = self.tried(steps, scale)
        for _ in range(GUESSES):
            if CLOSE * SAFE <= now.worst <= SAFE:
                break
            factor = np.clip((1 + CLOSE) / 2 * SAFE / max(now.worst, 1e-9), 1 / FAR, FAR)
            now = self.tried(steps, now.scale * float(factor))
        return now

    def _coarse(self, name: str, step: float) -> np.ndarray:
        rows = self.inputs.get(name)
        if rows is None:
            return stepped(self.weights[name], step)
        if name not in self._feedback:
            self._feedback[name] = feedback(rows)
        return made_up_for(self.weights[name].astype(np.float64), step, self._feedback[name])


def feedback(rows: np.ndarray) -> np.ndarray:
    """What the rounding of a column of a weight asks of the columns after it: upper (in, in).

    rows: (m, in), what the weight is multiplied with. The Cholesky factor of the inverse of their
    second moments: Frantar and others, "GPTQ", 2023, section 3.
    """
    moments = rows.T.astype(np.float64) @ rows / len(rows)
    moments[np.diag_indices_from(moments)] += DAMPED * (np.trace(moments) / len(moments) or 1.0)
    inverse = np.linalg.inv(moments)
    found: np.ndarray = np.linalg.cholesky((inverse + inverse.T) / 2).T
    return found


def made_up_for(weight: np.ndarray, step: float, upper: np.ndarray) -> np.ndarray:
    """A weight (out, in) as multiples of a step, float32, so that its products change least.

    Column by column: what rounding one costs is made up for by those after it (`feedback`).
    """
    left = np.ascontiguousarray(weight.T)  # a column of the weight lies together, which is quicker
    found, missed = np.empty_like(left), np.empty_like(left)
    for start in range(0, len(left), BLOCK):
        end = min(start + BLOCK, len(left))
        for column in range(start, end):
            left[column] -= upper[start:column, column] @ missed[start:column]
            found[column] = np.floor(left[column] / step + 0.5) * step
            missed[column] = (left[column] - found[column]) / upper[column, column]
        left[end:] -= upper[start:end, end:].T @ missed[start:end]
    return np.ascontiguousarray(found.T, np.float32)


def _inputs(
    graph: bytes, location: str, weights: Arrays, given: np.ndarray
) -> dict[str, np.ndarray]:
    """Tensor -> the rows (m, in) that it is multiplied with, of dense layers that are not wide."""
    names = {}
    for product in products(graph):
        for name, weight in weights.items():
            own = product.weight == name or product.weight.endswith(f".{name}")
            if own and weight.size >= WIDE and weight.ndim == 2 and weight.shape[1] <= WIDE:
                names[name] = product.given
    if not names:
        return {}
    try:
        told = values(tapped(graph, list(names.values())), location, _saved(weights), given)
    except Exception:  # noqa: BLE001  a graph that ONNX Runtime cannot look into is only rounded
        return {}
    return {name: told[given] for name, given in names.items()}


def _saved(weights: Arrays) -> bytes:
    return save({name: np.ascontiguousarray(array) for name, array in weights.items()})


def order(epochs: Sequence[int]) -> list[tuple[int, list[int]]]:
    """Epochs in the order in which they are packed, each with those that it lies between.

    The last comes first and stands alone; then the first, then always the middle of two: any epoch
    is a few files away, and half of them lie right between two others.
    """
    if not epochs:
        return []
    found: list[tuple[int, list[int]]] = [(epochs[-1], [])]
    if len(epochs) > 1:
        found.append((epochs[0], [epochs[-1]]))
    spans = [(0, len(epochs) - 1)]
    while spans:
        low, high = spans.pop(0)
        if high - low < 2:
            continue
        middle = (low + high) // 2
        found.append((epochs[middle], [epochs[low], epochs[high]]))
        spans += [(low, middle), (middle, high)]
    return found


def same_pictures(told: np.ndarray, now: np.ndarray) -> float:
    """The worst difference of two sets of pictures in [0, 1], in steps of a 255th."""
    apart = np.clip(now, 0, 1) - np.clip(told, 0, 1)
    return float(np.abs(apart).max(initial=0)) * 255


def same_latents(reach: float) -> Judge:
    """The worst difference of two sets of latents, in parts of `reach`."""

    def judge(told: np.ndarray, now: np.ndarray) -> float:
        return float(np.abs(now - told).max(initial=0)) / reach

    return judge
