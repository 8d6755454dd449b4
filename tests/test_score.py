"""Scores are measured on held-out images alone, agree with training, and are all explained."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from math import log, pi
from pathlib import Path

import numpy as np
import pytest

from hinterland.cli import main
from hinterland.data import read
from hinterland.run import Run
from hinterland.score import GROUPS, Score, best_epoch, score
from hinterland.train import Settings, begin, train
from hinterland.types import HinterlandError, Images
from tests.conftest import ROOT, made_up, record

TRACKED = {"tracked_knn_accuracy", "tracked_knn1_accuracy"}


@pytest.fixture(scope="module")
def told(trained: Run, images: Images) -> Score:
    return score(trained, images)


def names(*groups: str) -> list[str]:
    return [name for group in groups for name in GROUPS[group] if name not in TRACKED]


def test_a_variational_model_with_labels_is_measured(told: Score) -> None:
    expected = [n for n in names("reconstruction", "likelihood", "classes") if n != "iwae"]
    assert list(told.metrics) == expected
    assert np.isfinite(list(told.metrics.values())).all()
    assert told.images == told.tracked == 20
    assert told.notes == ()


def test_the_bound_is_the_loss_that_training_saw(told: Score, trained: Run) -> None:
    """But for the luck of the draws."""
    parts = trained.manifest(told.epoch)["parts"]
    assert told.metrics["kl"] == pytest.approx(parts["kl"], rel=1e-4)
    assert told.metrics["reconstruction_nats"] == pytest.approx(parts["reconstruction"], rel=0.02)
    assert told.metrics["elbo"] == pytest.approx(-sum(parts.values()), rel=0.02)
    assert told.likelihood == "Bernoulli, of grey pixels"
    assert sum(told.per_dimension["kl"]) == pytest.approx(told.metrics["kl"])


def test_more_draws_bring_the_bound_closer(trained: Run, images: Images) -> None:
    one, many = (score(trained, images, samples=samples) for samples in (1, 50))
    assert many.samples == 50
    assert many.metrics["elbo"] < many.metrics["iwae"]
    assert one.metrics["iwae"] < many.metrics["iwae"]
    assert score(trained, images, samples=50) == many


def test_large_pictures_come_in_small_batches(
    told: Score, trained: Run, images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hinterland.score.HELD", 3 * 64)
    again = score(trained, images)
    assert again.metrics == pytest.approx(told.metrics, rel=1e-5)


def test_what_was_trained_on_tells_classes_apart_and_nothing_else(
    told: Score, trained: Run, images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "hinterland.score.fingerprint", lambda _: trained.spec["images"]["fingerprint"]
    )
    pixels = images.pixels.copy()
    pixels[~images.held_out] = 255 - pixels[~images.held_out]  # type: ignore[operator]
    spoiled = score(trained, replace(images, pixels=pixels))
    for name, value in told.metrics.items():
        same = name not in {"knn_accuracy", "knn1_accuracy", "probe_accuracy"}
        assert same == (spoiled.metrics[name] == pytest.approx(value)), name


def test_a_model_without_a_prior_has_no_likelihood(tmp_path: Path, images: Images) -> None:
    """The linear decoder overshoots, so that its pictures are no probabilities either."""
    run = record(tmp_path / "run", images, model="pca", epochs=1)
    found = score(run, images, samples=2)
    assert list(found.metrics) == [n for n in names("reconstruction", "classes") if n != "bce"]
    assert (found.likelihood, found.samples) == (None, 0)
    assert "iwae needs a Gaussian posterior" in found.notes[0]
    training = images.pixels[~images.held_out].reshape(80, -1) / 255  # type: ignore[operator]
    asked = images.pixels[images.held_out].reshape(20, -1) / 255
    axes = np.linalg.svd(training - training.mean(0))[2][:2]
    error = asked - training.mean(0)
    error -= error @ axes.T @ axes
    assert found.metrics["mse"] == pytest.approx(np.square(error).mean(), rel=1e-4)


def test_known_factors_are_looked_for_in_the_latents(tmp_path: Path, images: Images) -> None:
    assert images.labels is not None
    rng = np.random.default_rng(0)
    known = replace(
        images,
        channels={
            "corner": images.labels.astype(np.float32),
            "light": images.pixels.mean((1, 2, 3), dtype=np.float32),  # more values than images
            "unknown of some": np.where(rng.random(100) < 0.1, np.nan, 1).astype(np.float32),
        },
        factors=("corner", "light", "unknown of some"),
    )
    run = record(tmp_path / "run", known, model="wae", d=3, epochs=1)
    found = score(run, known).metrics
    assert [name for name in found if name in names("factors")] == names("factors")
    assert "prior_mmd" in found
    no_factor = score(run, replace(known, factors=())).metrics
    assert not set(names("factors")) & set(no_factor), "a column of a table is no factor"
    assert "kl" not in found


def test_a_gaussian_likelihood_counts_its_constant(tmp_path: Path, images: Images) -> None:
    """Of unlabelled images, of which the run tracks some."""
    bare = replace(images, labels=None, classes=())
    settings = Settings(epochs=1, batch_size=16, track=10, device="cpu")
    run = begin(
        tmp_path / "run",
        bare,
        source="made up",
        model="vae",
        latent_dim=2,
        options={"loss": "mse"},
        settings=settings,
    )
    for _ in train(run, bare):
        pass
    found = score(run, bare)
    assert found.likelihood == "Gaussian, of variance 1/2"
    assert found.tracked == 10
    assert "10 held-out images that the run tracks" in found.notes[0]
    expected = run.manifest(1)["parts"]["reconstruction"] + 32 * log(pi)
    assert found.metrics["reconstruction_nats"] == pytest.approx(expected, rel=0.1)
    assert not set(found.metrics) & {*GROUPS["classes"], *GROUPS["factors"]}


def test_a_run_without_graphs_tells_what_its_latents_tell(
    told: Score, trained: Run, images: Images, tmp_path: Path
) -> None:
    shutil.copytree(trained.path, tmp_path / "run")
    (tmp_path / "run" / "model" / "graphs.json").unlink()
    found = score(Run.open(tmp_path / "run"), images)
    assert set(found.metrics) == {"kl", "active_units", "prior_mmd", "kmeans_v_measure", *TRACKED}
    for name in ("kl", "active_units", "prior_mmd", "kmeans_v_measure"):
        assert found.metrics[name] == pytest.approx(told.metrics[name], rel=1e-3)
    assert "no encoder graph" in found.notes[0]


def test_the_best_epoch_has_the_lowest_held_out_loss(trained: Run) -> None:
    losses = {each["epoch"]: each["losses"]["validation"] for each in trained.losses()}
    assert losses[best_epoch(trained)] == min(losses.values())


def test_a_run_that_was_never_trained_is_refused(trained: Run, images: Images) -> None:
    empty = Run(trained.path / "nowhere", trained.spec)
    for measure in (lambda: score(empty, images), lambda: best_epoch(empty)):
        with pytest.raises(HinterlandError, match="no epoch"):
            measure()


def test_the_command_tells_people_and_programs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    same = made_up(100, (8, 8, 1))
    np.savez(tmp_path / "same.npz", images=same.pixels, labels=same.labels)
    run = record(tmp_path / "run", read(tmp_path / "same.npz"), epochs=1)
    words = ["score", str(run.path), "--images", str(tmp_path / "same.npz")]
    assert left(*words, "--epoch", "last") == 2
    assert "'last' is neither a number nor 'best'" in capsys.readouterr().err
    assert left(*words, "--epoch", "best", "--json", "-q") == 0
    out = json.loads(capsys.readouterr().out)
    assert set(out) >= {"metrics", "images", "epoch", "tracked", "likelihood", "per_dimension"}
    assert out["epoch"] == best_epoch(run)
    assert left(*words, "--samples", "3") == 0
    out, err = capsys.readouterr()
    assert re.search(r"^classes\n  knn_accuracy +\d\.\d{4}$", out, re.MULTILINE)
    assert re.search(r"^  iwae +-\d+\.\d{4}  3 samples$", out, re.MULTILINE)
    assert "next: hinterland open" in err


def left(*words: str) -> int:
    """The exit status of a command run in this process."""
    with pytest.raises(SystemExit) as done:
        main(words)
    return int(done.value.code or 0)


def test_every_number_is_explained_and_nothing_else_is() -> None:
    page = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    assert re.findall(r"^### `(\w+)`$", page, re.MULTILINE) == [
        name for group in GROUPS.values() for name in group
    ]
