"""`hinterland score`: a run's model in numbers."""

from __future__ import annotations

from pathlib import Path

import click

from hinterland.cli.out import Out, speaks


@click.command("score")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--images", "images_from", help="Where the images are now, if they were moved.")
@click.option("--epoch", type=int, help="Which epoch; default: the last.")
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path),
    help="Where named data sets are looked for first.",
)
@speaks
def score(
    run: Path, images_from: str | None, epoch: int | None, data_dir: Path | None, out: Out
) -> None:
    """Measure the model of a RUN on the images that it never trained on.

    mse is the mean squared error of a reconstruction per pixel, knn_accuracy the share of held-out
    images whose 5 nearest training images in latent space vote for their class.
    """
    from hinterland.cli.reading import reread
    from hinterland.cli.training import shown
    from hinterland.run import Run
    from hinterland.score import score as measured

    recording = Run.open(run)
    images = reread(recording, images_from, data_dir, out)
    epoch = recording.known(recording.epochs[-1] if epoch is None else epoch)
    metrics = measured(recording, images, epoch)
    assert images.held_out is not None, "a data set is split when it is read"
    held_out = int(images.held_out.sum())
    lines = [f"{name:14} {value:.4f}" for name, value in metrics.items()]
    out.tell(
        {"metrics": metrics, "images": held_out, "epoch": epoch},
        "\n".join([f"epoch {epoch}, {held_out:,} held-out images", *lines]),
    )
    out.then(f"hinterland open {shown(run)}")
