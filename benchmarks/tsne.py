"""t-SNE of a run's latents, ours beside scikit-learn's: python benchmarks/tsne.py RUN [--n 10000].

Lays --n of RUN's tracked latents out by `hinterland map`'s t-SNE and by scikit-learn's TSNE, in
turn, and by the quicker projections, and prints of each
  s       wall seconds, the first small map that compiles left out (medians of --rounds)
  cpu     processor seconds of all threads
  trust   trustworthiness at k = 12
  5-NN    accuracy of the map: each image by the five nearest others, where there are classes
--sklearn N lets scikit-learn have the first N latents only, and says what n log n makes of that.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from math import log
from pathlib import Path
from statistics import median

import numpy as np
from safetensors.numpy import load
from sklearn.manifold import TSNE
from sklearn.neighbors import NearestNeighbors

from hinterland.latent.faithfulness import Ranks
from hinterland.project import make
from hinterland.run import Run

PEER = "scikit-learn TSNE"
OURS = ("tsne", "localmap", "pacmap", "umap", "pca")
ANCHORS = 2000  # points whose ranks are looked up for the trustworthiness
K = 12


def main() -> None:
    asked = arguments()
    run = Run.open(asked.run)
    z = run.latents(run.epochs[-1])[: asked.n]
    channels = load((run.path / "images" / "channels.safetensors").read_bytes())
    labels = channels["label"][: len(z)] if "label" in channels else None
    fits: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        name: lambda z, name=name: make(name, {"dims": 2}).fit(z).points for name in asked.only
    }
    if asked.sklearn:
        fits[PEER] = lambda z: TSNE(random_state=0, n_jobs=-1).fit_transform(z[: asked.sklearn])
    for fit in fits.values():
        fit(z[:400])
    print(f"{len(z):,} x {z.shape[1]} latents of {run.path.name}, epoch {run.epochs[-1]}")
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in fits}
    maps = {}
    for _ in range(asked.rounds):
        for name, fit in fits.items():
            wall, cpu = time.perf_counter(), time.process_time()
            maps[name] = fit(z)
            taken[name].append((time.perf_counter() - wall, time.process_time() - cpu))
    print(f"{'':20} {'n':>7} {'s':>8} {'cpu':>8}   trust   5-NN")
    for name, points in maps.items():
        wall, cpu = (median(each) for each in zip(*taken[name], strict=True))
        n = len(points)
        trust = trustworthiness(z[:n], points)
        right = f"{accuracy(points, labels[:n]):.4f}" if labels is not None else "-"
        print(f"{name:20} {n:7,} {wall:8.1f} {cpu:8.1f}  {trust:.4f}  {right}", flush=True)
    if asked.sklearn and "tsne" in maps:
        grown = len(z) * log(len(z)) / (asked.sklearn * log(asked.sklearn))
        for at, what in enumerate(("wall", "processor")):
            ours, theirs = (median(t[at] for t in taken[name]) for name in ("tsne", PEER))
            so = "" if grown == 1 else f" (extrapolated from {asked.sklearn:,}, x {grown:.1f})"
            print(f"{what} seconds, scikit-learn / ours: {theirs * grown / ours:.1f}{so}")


def trustworthiness(z: np.ndarray, points: np.ndarray) -> float:
    some = np.sort(np.random.default_rng(0).permutation(len(z))[:ANCHORS])
    return float(Ranks.of(z, points, some, K).trustworthiness(K).mean())


def accuracy(points: np.ndarray, labels: np.ndarray) -> float:
    others = NearestNeighbors(n_neighbors=5).fit(points).kneighbors(return_distance=False)
    votes = [np.bincount(each).argmax() for each in labels[others]]
    return float(np.mean(votes == labels))


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path)
    parser.add_argument("--n", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--sklearn", type=int, default=10_000, metavar="N", help="0: leave it out")
    parser.add_argument("--only", nargs="+", default=list(OURS), choices=OURS)
    return parser.parse_args()


if __name__ == "__main__":
    main()
