"""Walks and sums of latents: the page does the same arithmetic, on the same fixture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hinterland.latent.arithmetic import analogy, attribute, separation
from hinterland.latent.graph import Graph
from hinterland.latent.paths import linear, spherical
from hinterland.latent.support import Support
from hinterland.latent.surface import Surface

FIXTURE = Path(__file__).parent / "fixtures" / "paths.json"
TOLD = json.loads(FIXTURE.read_text())
CODES = np.asarray(TOLD["codes"], np.float32)
# the latents themselves, in place of pictures: lengths in latent space
PLAIN = Surface(lambda z: z)


def ends(told: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    return np.asarray(told["from"], np.float32), np.asarray(told["to"], np.float32)


@pytest.mark.parametrize("told", TOLD["ways"], ids=lambda told: str(told["name"]))
def test_the_page_and_python_walk_the_same_ways(told: dict[str, Any]) -> None:
    a, b = ends(told)
    steps = len(told["straight"])
    np.testing.assert_allclose(linear(a, b, steps), told["straight"], atol=1e-6)
    np.testing.assert_allclose(spherical(a, b, steps), told["spherical"], atol=1e-6)
    rows = Graph(PLAIN, CODES).between(a, b)
    assert rows.tolist() == told["through"]
    chain = np.concatenate([a[None], CODES[rows], b[None]])
    np.testing.assert_allclose(PLAIN.even(chain, steps), told["along"], atol=1e-5)


def test_the_page_and_python_measure_the_same_distances_from_the_data() -> None:
    support, told = Support(CODES), TOLD["support"]
    assert support.spacing == pytest.approx(told["spacing"], rel=1e-6)
    np.testing.assert_allclose(support.distance(np.asarray(told["at"])), told["far"], rtol=1e-5)


def test_the_page_and_python_add_the_same() -> None:
    a, b, c = CODES[:3]
    np.testing.assert_allclose(analogy(a, b, c), TOLD["sum"], atol=1e-6)
    told = TOLD["attribute"]
    has, lacks = np.array(told["has"]), np.array(told["lacks"])
    vector = attribute(CODES, has, lacks)
    np.testing.assert_allclose(vector, told["vector"], atol=1e-6)
    assert separation(CODES, has, lacks, vector) == pytest.approx(told["separation"])


def test_some_of_the_ways_cross_from_cloud_to_cloud() -> None:
    """Else the fixture would not see how clouds that do not meet are joined."""
    cloud = np.array(TOLD["clouds"])
    assert any(len({*cloud[told["through"]]}) > 1 for told in TOLD["ways"])
    assert all(told["through"] for told in TOLD["ways"])
