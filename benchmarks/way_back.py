"""From a spot of a map back to a latent, on points held out: python benchmarks/way_back.py RUN.

Lays the latents of an epoch of RUN out (--projection tsne), holds a tenth of the points out,
looks for their latents at their spots from the others, in several ways, and prints
  FVU       squared error of the latents in units of their variance: 0 exact, 1 the mean
  dec, x    mean squared error per pixel of the decoded latent, against the reconstruction from
            the true latent, and against the image itself (beside it the model's own error)
  label     share of latents whose 15 nearest true ones vote for the image's class
  ms        per spot, one at a time
then what the chosen way promises: sites, the band of its errors, and new images that join a map.
The held-out points are hidden from the way back, not from the projection (Espadoto et al. 2021).
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from safetensors.numpy import load
from scipy.interpolate import RBFInterpolator
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors

from hinterland.models.session import Session
from hinterland.project import join, make
from hinterland.project.near import near
from hinterland.run import Run
from hinterland.run.atlas import unpack

Way = Callable[[np.ndarray], np.ndarray]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--projection", default="tsne")
    parser.add_argument("--epoch", type=int, help="default: the last")
    asked = parser.parse_args()
    run = Run.open(asked.run)
    epoch = run.known(run.epochs[-1] if asked.epoch is None else asked.epoch)
    z = run.latents(epoch)
    images, labels = pictures(run)
    decoder = Session(run.graph("decoder"), "decoder.safetensors", run.mounted(epoch, "decoder"))
    projection = make(asked.projection, {"dims": 2})
    begun = time.perf_counter()
    points = projection.fit(z).points
    print(
        f"{len(z):,} x {z.shape[1]} latents, {asked.projection} {time.perf_counter() - begun:.1f} s"
    )
    held = np.sort(np.random.default_rng(1).permutation(len(z))[: len(z) // 10])
    rest = np.delete(np.arange(len(z)), held)
    layout = near(points[rest], z[rest])
    ways: dict[str, Way] = {
        "mean latent": lambda at: np.repeat(z[rest].mean(0)[None], len(at), 0),
        "nearest neighbour": nearest_neighbour(points[rest], z[rest]),
        "Near (IDW, k=10, p=2)": layout.to_latent,
        "local affine, k=20": local_affine(points[rest], z[rest], 20),
        "thin plate, k=40, smoothing 1": RBFInterpolator(
            points[rest], z[rest], neighbors=40, smoothing=1
        ),
    }
    votes = KNeighborsClassifier(15).fit(z[rest], labels[rest])
    x, own = images[held], decoder.run(z[held])
    error = float(((own - x) ** 2).mean())
    print(f"the model's own error {error:.4f}, label {votes.score(z[held], labels[held]):.3f}")
    print(f"{'':30}   FVU     dec       x   x/own  label     ms")
    for name, way in ways.items():
        found = np.asarray(way(points[held]), np.float32)
        seen = decoder.run(found)
        fvu = ((found - z[held]) ** 2).sum() / ((z[held] - z.mean(0)) ** 2).sum()
        whole = float(((seen - x) ** 2).mean())
        begun = time.perf_counter()
        for spot in points[held][:100]:
            way(spot[None])
        ms = (time.perf_counter() - begun) * 10
        print(
            f"{name:30} {fvu:.3f}  {((seen - own) ** 2).mean():.4f}  {whole:.4f}  "
            f"{whole / error:.3f}  {votes.score(found, labels[held]):.3f}  {ms:5.2f}"
        )
    sites = np.abs(layout.to_latent(points[rest][:1000]) - z[rest][:1000]).max()
    found, s, _ = layout.weighed(points[held])
    covered = (np.linalg.norm(found - z[held], axis=1) <= layout.band * s).mean()
    print(f"Near: at its sites {sites:.1e} off; {covered:.1%} of errors within the band of 90 %")
    trust = layout.trust(points[held])
    print(
        f"Near: trust at held-out spots, quartiles {np.quantile(trust, [0.25, 0.5, 0.75]).round(3)}"
    )
    joined(asked.projection, z, labels, rest, held)


def joined(
    name: str, z: np.ndarray, labels: np.ndarray, rest: np.ndarray, held: np.ndarray
) -> None:
    """A map of nine tenths of the latents; the others, which it never saw, join it."""
    projection = make(name, {"dims": 2})
    layout = projection.fit(z[rest])
    begun = time.perf_counter()
    placed = join(projection, layout, z[held])
    seconds = time.perf_counter() - begun
    votes = KNeighborsClassifier(5).fit(layout.points, labels[rest])
    found = layout.to_latent(placed)
    fvu = ((found - z[held]) ** 2).sum() / ((z[held] - z.mean(0)) ** 2).sum()
    # the map's own accuracy: each point by its 5 nearest others
    nearest = NearestNeighbors(n_neighbors=5).fit(layout.points).kneighbors(return_distance=False)
    several = [np.bincount(each).argmax() for each in labels[rest][nearest]]
    own = float(np.mean(several == labels[rest]))
    print(
        f"{len(held):,} new images joined in {seconds:.1f} s: FVU {fvu:.3f}, 5-NN accuracy on the "
        f"map {votes.score(placed, labels[held]):.3f}, the map's own {own:.3f}"
    )


def nearest_neighbour(points: np.ndarray, z: np.ndarray) -> Way:
    search = NearestNeighbors(n_neighbors=1).fit(points)
    return lambda at: z[search.kneighbors(at, return_distance=False)[:, 0]]


def local_affine(points: np.ndarray, z: np.ndarray, k: int) -> Way:
    """An affine function of the place, fitted to the k nearest points by weighted least squares."""
    search = NearestNeighbors(n_neighbors=k).fit(points)

    def way(at: np.ndarray) -> np.ndarray:
        far, near_ones = search.kneighbors(at)
        found = []
        for spot, distances, rows in zip(at, far, near_ones, strict=True):
            root = 1 / np.maximum(distances, 1e-8)
            root /= root.max()
            plane = np.hstack([np.ones((k, 1)), points[rows] - spot])
            found.append(np.linalg.lstsq(plane * root[:, None], z[rows] * root[:, None])[0][0])
        return np.stack(found)

    return way


def pictures(run: Run) -> tuple[np.ndarray, np.ndarray]:
    """The tracked images in [0, 1] and their classes."""
    told = run.images()
    h, w, c = told["shape"]
    pages = [(run.path / "images" / page).read_bytes() for page in told["atlas"]["files"]]
    labels = load((run.path / "images" / "channels.safetensors").read_bytes())["label"]
    return unpack(pages, told["n"], (h, w, c)).astype(np.float32) / 255, labels


if __name__ == "__main__":
    main()
