"""`hinterland resume`: the same run, as if it had never stopped."""

from __future__ import annotations

from pathlib import Path

import click

from hinterland.cli.given import data_dir, images_from, the_run
from hinterland.cli.out import Out, speaks


@click.command("resume")
@the_run
@images_from
@click.option("--lr", type=float, help="Another learning rate from here on.")
@click.option("--epochs", type=int, help="Train until this many; default: what was asked for.")
@click.option("--device", help="auto, cpu, cuda, cuda:1, mps; default: what was asked for.")
@data_dir
@speaks
def resume(
    run: Path,
    images_from: str | None,
    lr: float | None,
    epochs: int | None,
    device: str | None,
    data_dir: Path | None,
    out: Out,
) -> None:
    """Go on with a RUN that was stopped, or train it for longer.

    On the same device of the same machine, with the same versions and number of threads, the
    weights come out bit for bit as if it had never stopped.

    \b
    hinterland resume runs/mnist
    hinterland resume runs/mnist --epochs 40
    """
    from hinterland.cli.reading import reread
    from hinterland.cli.training import shown, trained
    from hinterland.run import Run

    recording = Run.open(run)

    from hinterland.train import changed, check_ours

    check_ours(recording)
    differences = changed(recording, device)  # a device that is not there is refused first
    images = reread(recording, images_from, data_dir, out)
    for what in differences:
        out.say(f"note: {what}; the weights may differ in their last bits")
    told = trained(recording, images, epochs, out, learning_rate=lr, device=device)
    out.tell(told)
    out.then(f"hinterland open {shown(run)}")
