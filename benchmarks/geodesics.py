"""Shortest paths and magnification on the sphere and on real runs: time, length, distance to data.

python benchmarks/geodesics.py runs/mnist2 runs/mnist16 [--pairs 100]

One thread; milliseconds are the processor's, so that a busy machine hardly matters. For each run,
of random pairs of its images: how long each path is in parts of the straight line, how far its
worst latent is from the nearest code in spacings (the usual distance of a code to the nearest
other), how uneven its steps are. Then the decoder's magnification by differences in single
precision, beside the exact Jacobian of the torch model in double precision (`train` extra).
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np

import hinterland
from hinterland.latent.geodesic import geodesic
from hinterland.latent.magnification import grid_metric, magnification
from hinterland.latent.surface import Surface
from hinterland.show.operations import Route
from hinterland.show.reader import Reader

PATHS = ("linear", "geodesic", "supported", "examples")


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="+", type=Path)
    parser.add_argument("--pairs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    sphere(asked.seed)
    for path in asked.runs:
        run = hinterland.load(path)
        n, d = run.latents.shape
        model = run.run.spec["model"]["name"]
        print(f"\n{path.name}: {model}, {d} latents, epoch {run.epoch}, {n:,} codes")
        paths(run, asked.pairs, asked.seed)
        stretching(run)


def sphere(seed: int, pairs: int = 40) -> None:
    """Pairs of points drawn evenly on the unit sphere, in stereographic coordinates."""
    drawn = np.random.default_rng(seed).standard_normal((pairs, 2, 3))
    drawn /= np.linalg.norm(drawn, axis=2, keepdims=True)
    latents = drawn[..., :2] / (1 - drawn[..., 2:])
    surface, begun = Surface(stereographic), time.process_time()
    found = [geodesic(surface, a, b).length for a, b in latents]
    took = (time.process_time() - begun) / pairs
    arcs = np.arccos((drawn[:, 0] * drawn[:, 1]).sum(1))
    error = np.abs(np.array(found) / arcs - 1)
    print(
        f"sphere, {pairs} pairs: largest relative error {error.max():.1e}, "
        f"{(error > 5e-4).sum()} above 5e-4, {1000 * took:.1f} ms a pair"
    )


def stereographic(z: np.ndarray) -> np.ndarray:
    square = (z**2).sum(1, keepdims=True)
    return np.concatenate([2 * z, square - 1], 1) / (1 + square)


def paths(run: Reader, pairs: int, seed: int) -> None:
    drawn = np.random.default_rng(seed).integers(0, len(run.latents), (pairs, 2))
    ends = [(run.latents[a], run.latents[b]) for a, b in drawn if a != b]
    for path in ("geodesic", "examples"):  # the graphs are built once, and not timed
        run.route(*ends[0], path)
    usual = run.route(*ends[0]).path
    print("path         ms  length / straight  (most)  spacings: mean  95 %   most  uneven")
    for path in PATHS:
        begun = time.process_time()
        routes = [run.route(a, b, path) for a, b in ends]
        took = 1000 * (time.process_time() - begun) / len(ends)
        told = "  the default" if path == usual else ""
        longer = sum(route.length > route.straight * (1 + 1e-9) for route in routes)
        told += f"  {longer} longer than straight" if path == "geodesic" else ""
        print(f"{path:10}{took:5.0f}  {row(run, routes)}{told}")


def row(run: Reader, routes: list[Route]) -> str:
    share = np.array([route.length / max(route.straight, 1e-9) for route in routes])
    far = np.array([route.farthest for route in routes])
    uneven = [
        float(np.std(each) / np.mean(each))
        for each in (run.surface.strides(route.way) for route in routes)
    ]
    return (
        f"{share.mean():17.3f}  {share.max():6.3f}  {far.mean():14.2f}  "
        f"{np.quantile(far, 0.95):4.2f}  {far.max():5.2f}  {np.median(uneven):6.3f}"
    )


def stretching(run: Reader) -> None:
    """Magnification by differences against the exact Jacobian."""
    exact = Surface(run.decode, jacobian=jacobian_of(run))
    d = run.latents.shape[1]
    if d == 2:
        begun = time.process_time()
        told = run.distortion(96)
        took = time.process_time() - begun
        spots = np.stack(np.meshgrid(told.xs, told.ys), -1).reshape(-1, 2)
        true = magnification(exact.metric(spots)).reshape(told.values.shape)
        found = magnification(told.metric)
        compared("map of 96, differences about each spot", found, true, f", {took:.1f} s")
        pictures = run.decode(spots).reshape(*told.values.shape, -1)
        tiles = magnification(grid_metric(pictures, told.xs, told.ys))
        compared("map of 96, differences of its own tiles", tiles, true)
    codes = run.latents[:500].astype(np.float64)
    found = magnification(run.surface.metric(codes))
    compared("at 500 codes", found, magnification(exact.metric(codes)))


def compared(what: str, found: np.ndarray, true: np.ndarray, more: str = "") -> None:
    error = np.abs(10 ** (found - true) - 1)
    shares = [f"{(error < limit).mean():.1%} within {limit:g}" for limit in (1e-3, 0.02)]
    print(f"magnification, {what}: median error {np.median(error):.1e}, {', '.join(shares)}{more}")


def jacobian_of(run: Reader) -> Any:
    """The exact Jacobian of a run's decoder, by forward differentiation in double precision."""
    import warnings

    import torch

    from hinterland.models import build
    from hinterland.models.base import to_tensors

    warnings.simplefilter("ignore", DeprecationWarning)
    torch.set_num_threads(1)
    model = run.run.spec["model"]
    net = build(model["name"], run.shape, model["latent_dim"], run.options)
    net.load_state_dict(to_tensors(run.run.arrays(run.epoch, "weights")))
    net.eval().double()

    def picture(z: torch.Tensor) -> torch.Tensor:
        return net.picture(z[None])[0].permute(1, 2, 0).reshape(-1)

    many = torch.func.vmap(torch.func.jacfwd(picture))

    def jacobian(z: np.ndarray) -> np.ndarray:
        told: np.ndarray = many(torch.from_numpy(np.asarray(z, np.float64))).detach().numpy()
        return told

    return jacobian


if __name__ == "__main__":
    main()
