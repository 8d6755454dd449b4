"""Whether A - B + C is what it should be: drawn shapes, whose answer is known, and Fashion-MNIST.

python benchmarks/arithmetic.py --shapes runs/shapes --fashion runs/fashion [--problems 200]

Shapes. C is a drawn shape with random factors; D, the answer, is C with one factor or two changed
to any other value; B is C with one or two *other* factors changed, and A is D with these same. All
four are drawn and encoded. The candidates are real images of the run, first those that it never
trained on, then all, and D, which is one among so many; A, B and C are no candidates. Right: the
candidate nearest to A - B + C has all six factors of D. It is looked for in three ways: among
codes; among codes, in the decoder's average metric E[JᵀJ]; among decoded pictures. Beside them: how
often D is what is nearest to C alone.

Fashion-MNIST. To each held-out image of a class the vector from the mean code of its class to that
of another is added, and the run's classifier names what is decoded: the share that it takes for the
other class. Then A - B + C of three held-out images, A and B of one class: the share that stays
what C is.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

import hinterland
from hinterland.data.convert import Conversion, fitted
from hinterland.data.shapes import FACTORS, draw
from hinterland.latent.axes import averaged
from hinterland.latent.neighbours import near
from hinterland.show.reader import Reader

NAMES = tuple(FACTORS)
COUNTS = np.array([len(values) for values in FACTORS.values()])


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--shapes", type=Path)
    parser.add_argument("--fashion", type=Path)
    parser.add_argument("--problems", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epoch", default="best")
    asked = parser.parse_args()
    epoch = asked.epoch if asked.epoch == "best" else int(asked.epoch)
    if asked.shapes:
        shapes(hinterland.load(asked.shapes, epoch), asked.problems, asked.seed)
    if asked.fashion:
        fashion(hinterland.load(asked.fashion, epoch), asked.seed)


# Shapes


@dataclass(frozen=True, slots=True, eq=False)
class Real:
    """The candidates: codes (n, d), their decoded pictures (n, D), levels of the factors (n, 6)."""

    codes: np.ndarray
    pictures: np.ndarray
    factors: np.ndarray


def shapes(run: Reader, problems: int, seed: int) -> None:
    model, (n, d) = run.run.spec["model"]["name"], run.latents.shape
    print(f"{run.name}: {model}, {d} latents, epoch {run.epoch}; {problems} problems a row")
    print(
        "changed  context   code  metric  picture   C alone   of each changed factor, by `metric`"
    )
    factors = np.stack([_levels(run, name) for name in NAMES], 1)
    for rows in (np.flatnonzero(run.held_out), np.arange(n)):
        rng = np.random.default_rng(seed)
        codes = run.latents[rows]
        real = Real(codes, run.decode(codes).reshape(len(rows), -1), factors[rows])
        print(f"candidates: {len(rows):,} images of the run and the answer")
        for changed, context in ((1, 1), (1, 2), (2, 1), (2, 2)):
            _row(run, rng, problems, changed, context, real)


def _row(
    run: Reader,
    rng: np.random.Generator,
    problems: int,
    changed: int,
    context: int,
    real: Real,
) -> None:
    made = [_problem(rng, changed, context) for _ in range(problems)]
    a, b, c, answers = (np.array([each[i] for each in made]) for i in range(4))
    za, zb, zc, zd = (_encoded(run, each) for each in (a, b, c, answers))
    sums = run.arithmetic(za, zb, zc)
    shown = np.clip(run.decode(sums), 0, 1)
    # in the metric E[JᵀJ]: how much pictures differ, to first order
    turn = np.linalg.cholesky(averaged(run.surface, run.latents))
    asked = np.stack([a, b, c], 1)
    flat, own = shown.reshape(problems, -1), run.decode(zd).reshape(problems, -1)
    ways = [
        _right(sums, real.codes, zd, real.factors, answers, asked),
        _right(sums @ turn, real.codes @ turn, zd @ turn, real.factors, answers, asked),
        _right(flat, real.pictures, own, real.factors, answers, asked),
        _right(zc, real.codes, zd, real.factors, answers, asked),
    ]
    of_each = []
    for i, name in enumerate(NAMES):
        rows = np.flatnonzero(answers[:, i] != c[:, i])
        of_each.append(f"{name} {ways[1][rows].mean():.2f}")
    code, metric, picture, alone = (way.mean() for way in ways)
    print(
        f"{changed:7}  {context:7}  {code:.3f}   {metric:.3f}    {picture:.3f}     {alone:.3f}   "
        + ", ".join(of_each)
    )


def _problem(rng: np.random.Generator, changed: int, context: int) -> list[np.ndarray]:
    """A, B, C, D: levels of the six factors, int (6,) each."""
    order = rng.permutation(len(NAMES))
    one, other = order[:changed], order[changed : changed + context]
    c = rng.integers(COUNTS)
    d, b = _moved(rng, c, one), _moved(rng, c, other)
    a = b.copy()
    a[one] = d[one]
    return [a, b, c, d]


def _moved(rng: np.random.Generator, levels: np.ndarray, which: np.ndarray) -> np.ndarray:
    """Other levels of some factors, each as likely."""
    moved = levels.copy()
    drawn = rng.integers(COUNTS[which] - 1)
    moved[which] = drawn + (drawn >= levels[which])
    return moved


def _right(
    asked: np.ndarray,
    candidates: np.ndarray,
    answer: np.ndarray,
    factors: np.ndarray,
    answers: np.ndarray,
    summands: np.ndarray,
) -> np.ndarray:
    """bool (m,): the nearest is the answer, or a candidate with the same factors.

    asked, answer: (m, D); candidates: (n, D) with factors (n, 6); summands: (m, 3, 6).
    """
    rows, far = near(asked, candidates, 8)
    apart = np.linalg.norm(np.asarray(asked, np.float64) - answer, axis=1)
    told = np.empty(len(asked), bool)
    for i in range(len(asked)):
        own = (factors[rows[i], None] == summands[i]).all(2).any(1)
        first = np.flatnonzero(~own)[0]
        same = (factors[rows[i, first]] == answers[i]).all()
        told[i] = same or apart[i] < far[i, first]
    return told


def _encoded(run: Reader, levels: np.ndarray) -> np.ndarray:
    """Codes of drawn shapes, converted as the run's own images were."""
    drawn = draw({name: FACTORS[name][levels[:, i]] for i, name in enumerate(NAMES)})
    if drawn.shape[1:] != run.shape:
        told = Conversion.of(run.run.spec["images"]["conversion"])
        conversion = replace(told, size=run.shape[:2], mode="grey" if run.shape[2] == 1 else "rgb")
        small = [fitted(Image.fromarray(each), run.shape, conversion) for each in drawn]
        drawn = np.stack(small)
    return run.encode(drawn.astype(np.float32) / 255)


def _levels(run: Reader, name: str) -> np.ndarray:
    column, _ = run.channel(name)
    levels: np.ndarray = np.abs(column[:, None] - FACTORS[name]).argmin(1)
    return levels


# Fashion-MNIST


def fashion(run: Reader, seed: int) -> None:
    labels, classes = run.labels, run.classes
    assert labels is not None, "Fashion-MNIST has labels"
    found = run.run.classifier()
    known = f", right on {found[1]['accuracy']:.1%} of held-out images" if found else ""
    d = run.latents.shape[1]
    print(f"\n{run.name}: {run.run.spec['model']['name']}, {d} latents, epoch {run.epoch}")
    print(f"the classifier's verdict{known}")
    means = np.stack([run.latents[labels == i].mean(0) for i in range(len(classes))])
    there = np.flatnonzero(run.held_out)
    print("from \\ to        " + " ".join(f"{name[:7]:>7}" for name in classes))
    share = np.empty((len(classes), len(classes)))
    for i, name in enumerate(classes):
        codes = run.latents[there[labels[there] == i]]
        for j in range(len(classes)):
            made = run.decode(run.arithmetic(means[j], means[i], codes))
            share[i, j] = (run.classify(made).argmax(1) == j).mean()
        print(f"{name[:15]:17}" + " ".join(f"{x:7.2f}" for x in share[i]))
    apart = share[~np.eye(len(classes), dtype=bool)]
    print(f"another class: {apart.mean():.3f}; reconstructed, its own: {np.diag(share).mean():.3f}")
    rng = np.random.default_rng(seed)
    kept = [_kept(run, rng, there, labels) for _ in range(1000)]
    print(f"A - B + C, A and B of one class: still C's class {np.mean(kept):.3f} of 1,000")


def _kept(run: Reader, rng: np.random.Generator, there: np.ndarray, labels: np.ndarray) -> bool:
    a = rng.choice(there)
    b = rng.choice(there[labels[there] == labels[a]])
    c = rng.choice(there)
    made = run.decode(run.arithmetic(run.latents[a], run.latents[b], run.latents[c])[None])
    return bool(run.classify(made).argmax() == labels[c])


if __name__ == "__main__":
    main()
