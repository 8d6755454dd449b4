"""How still a map stands while the epochs pass: python benchmarks/coherence.py RUN.

Lays some of RUN's tracked images (--images 1500) out at some of its epochs (--epochs 6, evenly
spread) by --projection tsne, in several ways, and prints, averaged over neighbouring epochs,
  move    median way of a point from one epoch to the next, in units of the map's rms extent
  corr    Spearman's correlation of that way with the share of the 15 latent neighbours exchanged:
          whether the points that move are those whose latents change
  trust   trustworthiness at k = 15, averaged over the epochs
The product lays a run out as `backward from the last` does; --only takes one or more of the ways.
Then the two that must stand still: the same latents again, and the same turned and grown.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np

from hinterland.latent.faithfulness import Ranks, correlation
from hinterland.latent.neighbours import kept, nearest
from hinterland.project import make, timeline
from hinterland.project.align import rotation
from hinterland.run import Run
from hinterland.types import Projection

K = 15
Maps = list[np.ndarray]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--projection", default="tsne")
    parser.add_argument("--images", type=int, default=1500)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--only", nargs="+", default=[""], metavar="WAY", help="how ways begin")
    asked = parser.parse_args()
    run = Run.open(asked.run)
    every = [epoch for epoch in run.epochs if epoch > 0] or run.epochs
    places = np.linspace(0, len(every) - 1, min(asked.epochs, len(every))).round().astype(int)
    epochs = [every[i] for i in places]
    n = len(run.latents(epochs[-1]))
    some = np.sort(np.random.default_rng(0).permutation(n)[: asked.images])
    latents = [run.latents(epoch)[some] for epoch in epochs]
    projection = make(asked.projection, {"dims": 2})
    exchanged = [1 - kept(nearest(a, K), nearest(b, K)) for a, b in pairwise(latents)]
    print(f"{len(some):,} x {latents[0].shape[1]}, epochs {epochs}, {asked.projection}")
    print(f"latent {K}-NN kept: {' '.join(f'{1 - each.mean():.2f}' for each in exchanged)}")
    ways: dict[str, Callable[[], Maps]] = {
        "independent, other seeds": lambda: [
            make(asked.projection, {"dims": 2, "seed": i}).fit(z).points
            if seeded(projection)
            else projection.fit(z).points
            for i, z in enumerate(latents)
        ],
        "the same, Procrustes chain": lambda: chained([projection.fit(z).points for z in latents]),
        "joint: one map of all": lambda: joint(projection, latents),
        "forward from the first": lambda: along(projection, latents),
        "backward from the last": lambda: along(projection, latents[::-1])[::-1],
    }
    print(f"{'':28}  move    corr   trust      s")
    for name, way in ways.items():
        if not name.startswith(tuple(asked.only)):
            continue
        begun = time.perf_counter()
        maps = way()
        seconds = time.perf_counter() - begun
        told = [moved(a, b, e) for (a, b), e in zip(pairwise(maps), exchanged, strict=True)]
        moves, corrs = zip(*told, strict=True)
        trust = [true(z, points) for z, points in zip(latents, maps, strict=True)]
        print(
            f"{name:28} {np.mean(moves):.3f}  {np.mean(corrs):+.3f}  {np.mean(trust):.4f}  "
            f"{seconds:5.1f}"
        )
    still(projection, latents[-1])


def still(projection: Projection, z: np.ndarray) -> None:
    """The same latents again, and turned and grown, by the timeline and by fitting alone."""
    d = z.shape[1]
    turn, _ = np.linalg.qr(np.random.default_rng(0).standard_normal((d, d)))
    none = np.ones(len(z))
    for name, other in {
        "the same": z,
        "turned and grown": (z @ turn * 3).astype(np.float32),
    }.items():
        maps = along(projection, [z, other])
        again = projection.fit(other, onto=maps[0]).points
        print(
            f"{name}: move {moved(maps[0], maps[1], none)[0]:.1e} in the timeline, "
            f"{moved(maps[0], again, none)[0]:.3f} if it is fitted once more"
        )


def along(projection: Projection, latents: Maps) -> Maps:
    return [layout.points for _, layout in timeline(projection, enumerate(latents))]


def chained(maps: Maps) -> Maps:
    """Each turned and scaled onto the one after it."""
    done = [maps[-1] - maps[-1].mean(0)]
    for points in maps[-2::-1]:
        centred = (points - points.mean(0)) @ rotation(points, done[0])
        scale = (centred * done[0]).sum() / (centred**2).sum()
        done.insert(0, centred * scale)
    return done


def joint(projection: Projection, latents: Maps) -> Maps:
    """One map of all epochs' latents, each turned onto the next first."""
    turned = [latents[-1] - latents[-1].mean(0)]
    for z in latents[-2::-1]:
        turned.insert(0, (z - z.mean(0)) @ rotation(z, turned[0]))
    points = projection.fit(np.concatenate(turned).astype(np.float32)).points
    return np.split(points, len(latents))


def moved(a: np.ndarray, b: np.ndarray, exchanged: np.ndarray) -> tuple[float, float]:
    ways = np.linalg.norm(a - b, axis=1)
    extent = np.sqrt(((b - b.mean(0)) ** 2).sum(1).mean())
    return float(np.median(ways) / extent), correlation(ways, exchanged)


def true(z: np.ndarray, points: np.ndarray) -> float:
    return float(Ranks.of(z, points, np.arange(len(z)), K).trustworthiness(K).mean())


def seeded(projection: Projection) -> bool:
    return hasattr(projection, "seed")


if __name__ == "__main__":
    main()
