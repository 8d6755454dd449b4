"""Scoring: how well a run's model does on the images that it never trained on."""

from __future__ import annotations

from math import prod

import numpy as np

from hinterland.data import fingerprint
from hinterland.engine import batches
from hinterland.latent.metrics import knn_accuracy
from hinterland.models.session import Session
from hinterland.run import Run
from hinterland.types import HinterlandError, Images

LARGE = 1024  # pictures at a time


def score(run: Run, images: Images, epoch: int | None = None) -> dict[str, float]:
    """name -> number, all measured on held-out images, at an epoch (default: the last).

    `mse`: mean squared error of a reconstruction per pixel, in [0, 1] units. `knn_accuracy`: the
    share of held-out images whose 5 nearest training images in latent space vote for their class
    (only where there are labels).
    """
    if fingerprint(images) != run.spec["images"]["fingerprint"]:
        raise HinterlandError(
            f"{run.path} was trained on other images than {run.spec['images']['source']} now holds",
            "restore the images that it was trained on",
        )
    assert images.held_out is not None, "a data set is split when it is read"
    epoch = run.known(run.epochs[-1] if epoch is None else epoch)
    encoder = Session(run.graph("encoder"), "encoder.safetensors", run.mounted(epoch, "encoder"))
    decoder = Session(run.graph("decoder"), "decoder.safetensors", run.mounted(epoch, "decoder"))
    asked = np.flatnonzero(images.held_out)
    latents, squares = [], 0.0
    for rows in batches(asked, LARGE):
        x = images.pixels[rows].astype(np.float32) / 255
        z = encoder.run(x)
        latents.append(z)
        squares += float(((decoder.run(z) - x).astype(np.float64) ** 2).sum())
    metrics = {"mse": squares / (len(asked) * prod(images.shape))}
    if images.labels is not None:
        known = np.flatnonzero(~images.held_out & (images.labels >= 0))
        trained = [
            encoder.run(images.pixels[rows].astype(np.float32) / 255)
            for rows in batches(known, LARGE)
        ]
        truth = images.labels[asked]
        labelled = truth >= 0
        metrics["knn_accuracy"] = knn_accuracy(
            np.concatenate(trained),
            images.labels[known],
            np.concatenate(latents)[labelled],
            truth[labelled],
        )
    return metrics
