"""Our recipes beside the published figures, on held-out images.

python benchmarks/recipes.py --output FOLDER [--only ae-2 vae-2 ae-64] [--sets mnist fashion-mnist]

Each recipe is one `hinterland train`, or two where the second polishes what the first has learnt,
kept in FOLDER and gone on with where it was stopped, and one `hinterland score`. Published:
Sainburg, McInnes, Gentner, "Parametric UMAP", Neural Computation 33, 2021, whose networks have
convolutions of 64 and 128 channels and dense layers of 512, and train for 50 epochs (autoencoders)
or 30 (variational, with a KL term averaged over latents: beta = 1/d).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

SAY = Console(stderr=True)
RISE_AND_FALL = ("schedule=cosine", "warmup=0.5", "learning_rate=0.003")


@dataclass(frozen=True, slots=True)
class Recipe:
    """A model and how to train it. published: data set -> (mse, 5-NN accuracy).

    polish: settings of a second training, of as many epochs, that begins with the first's weights.
    """

    model: str
    latent_dim: int
    epochs: int
    settings: tuple[str, ...]
    published: dict[str, tuple[float, float]]
    polish: tuple[str, ...] = ()


RECIPES = {
    "ae-2": Recipe(
        "conv-dense",
        2,
        25,
        RISE_AND_FALL,
        {"mnist": (0.0369, 0.7926), "fashion-mnist": (0.0244, 0.7339)},
    ),
    "vae-2": Recipe(
        "conv-vae",
        2,
        20,
        (*RISE_AND_FALL, "beta=0.5", "funnel=[512,256,64]"),
        {"mnist": (0.0371, 0.7649), "fashion-mnist": (0.0253, 0.7161)},
    ),
    "ae-64": Recipe(
        "conv-dense",
        64,
        8,
        ("warmup=0.5", "learning_rate=0.003", "funnel=[512]", "activation=elu"),
        {"mnist": (0.0016, 0.9758), "fashion-mnist": (0.0054, 0.8756)},
        # cross-entropy learns faster, and the squared error is what is published
        polish=("loss=mse", "learning_rate=0.002", "schedule=cosine"),
    ),
}


def main() -> None:
    """Train what is missing, score, and print the table."""
    asked = arguments()
    table = Table(title="held-out, ours (published)", title_justify="left")
    for heading in ("recipe", "images", "epochs", "error per pixel", "5-NN", "1-NN"):
        table.add_column(heading, justify="left" if heading in ("recipe", "images") else "right")
    for name in asked.only:
        for images in asked.sets:
            recipe, run = RECIPES[name], asked.output / f"{name}-{images}"
            epochs = asked.epochs or recipe.epochs
            trained(run, begun(recipe, images), recipe.settings, epochs)
            if recipe.polish:
                first, run = run, asked.output / f"{name}-{images}-polished"
                trained(run, ["train", images, "--from", str(first)], recipe.polish, epochs)
            metrics = call(["score", str(run)])["metrics"]
            mse, nearest = recipe.published[images]
            table.add_row(
                name,
                images,
                f"{epochs} + {epochs}" if recipe.polish else str(epochs),
                f"{metrics['mse']:.5f} ({mse})",
                f"{metrics['knn_accuracy']:.4f} ({nearest})",
                f"{metrics['knn1_accuracy']:.4f}",
            )
    Console().print(table)


def begun(recipe: Recipe, images: str) -> list[str]:
    """The words with which `hinterland train` begins a recipe."""
    return ["train", images, "--model", recipe.model, "--latent-dim", str(recipe.latent_dim)]


def trained(run: Path, words: list[str], settings: tuple[str, ...], epochs: int) -> None:
    """Train a run, or go on with it."""
    if (run / "run.json").is_file():
        call(["resume", str(run)])
        return
    told = [word for setting in settings for word in ("--set", setting)]
    call([*words, "-o", str(run), "--epochs", str(epochs), *told])


def call(words: list[str]) -> dict[str, dict[str, float]]:
    """What a command of ours prints as JSON."""
    program = str(Path(sys.executable).parent / "hinterland")
    SAY.print(f"hinterland {' '.join(words)}")
    done = subprocess.run([program, *words, "--json", "-q"], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    told: dict[str, dict[str, float]] = json.loads(done.stdout)
    return told


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--output", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--only", nargs="+", choices=list(RECIPES), default=list(RECIPES))
    parser.add_argument("--epochs", type=int, help="other than the recipe's")
    parser.add_argument("--sets", nargs="+", default=["mnist", "fashion-mnist"])
    return parser.parse_args()


if __name__ == "__main__":
    main()
