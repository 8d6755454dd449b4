"""Fields over a map: the example that the page's tests read too (web/test/ground.test.ts)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from hinterland.latent.magnification import grid_metric, magnification
from hinterland.show.field import Named

EXAMPLE = json.loads((Path(__file__).parent / "fixtures" / "ground.json").read_text())


def numbers(told: list[object]) -> np.ndarray:
    """Nested lists, null for what is minus infinity."""
    return np.nan_to_num(np.array(told, float), nan=-np.inf)


def test_how_much_pictures_change_is_what_the_page_is_told() -> None:
    xs, ys = np.array(EXAMPLE["xs"]), np.array(EXAMPLE["ys"])
    pictures = np.array(EXAMPLE["pictures"], np.float32).reshape(len(ys), len(xs), 2, 2, 1)
    told, due = magnification(grid_metric(pictures, xs, ys)), numbers(EXAMPLE["magnification"])
    assert (np.isfinite(due) == np.isfinite(told)).all()
    assert 0 < np.isfinite(due).sum() < due.size
    np.testing.assert_allclose(told, due, atol=1e-6)
    finite = told[np.isfinite(told)]
    assert np.median(finite) == pytest.approx(EXAMPLE["median"])
    limit = np.quantile(np.abs(finite - np.median(finite)), 0.99)
    assert limit == pytest.approx(EXAMPLE["limit"])


def test_the_likeliest_class_and_how_surely_is_what_the_page_is_told() -> None:
    named = Named(np.array(EXAMPLE["shares"], np.float32), None)
    assert named.winner.tolist() == EXAMPLE["winner"]
    np.testing.assert_allclose(named.sure, EXAMPLE["sure"], atol=1e-6)
