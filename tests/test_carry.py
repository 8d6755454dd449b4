"""Carrying what a map leaves out: the page does the same arithmetic, on the same fixture."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from hinterland.project.carry import carry
from hinterland.types import Flat, HinterlandError, Layout, Near


def told(kind: str) -> tuple[Layout, dict[str, np.ndarray], dict[str, list[list[float]]]]:
    example = json.loads((Path(__file__).parent / "fixtures" / "carry.json").read_text())[kind]
    carried = example.pop("carried")
    of = {name: np.float32(value) for name, value in example.items()}
    if kind == "flat":
        return Flat(of["points"], of["centre"], of["axes"]), of, carried
    return Near(of["points"], of["latents"], *map(float, of["calibration"])), of, carried


@pytest.mark.parametrize("kind", ["flat", "near"])
def test_the_page_and_python_agree_on_what_is_carried(kind: str) -> None:
    """The page's tests read the same file."""
    layout, of, carried = told(kind)
    for alpha, expected in carried.items():
        found = carry(layout, of["spots"], of["latent"], of["home"], float(alpha))
        np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("kind", ["flat", "near"])
def test_all_of_it_at_home_is_the_latent_and_none_of_it_is_the_plain_way_back(kind: str) -> None:
    layout, of, _ = told(kind)
    home = of["home"]
    whole = carry(layout, home[None], of["latent"], home, 1.0)
    np.testing.assert_allclose(whole, of["latent"][None], atol=1e-6)
    none = carry(layout, of["spots"], of["latent"], home, 0.0)
    assert np.array_equal(none, layout.to_latent(of["spots"]))


def test_a_sheet_carries_what_stands_off_it() -> None:
    sheet = Flat(np.zeros((1, 2), np.float32), np.zeros(3, np.float32), np.eye(2, 3, dtype="f4"))
    found = carry(sheet, np.float32([[5, 6]]), np.float32([1, 2, 8]), np.float32([1, 2]), 0.5)
    assert found.tolist() == [[5, 6, 4]]


def test_nothing_is_left_out_of_an_image_on_a_map_that_bends() -> None:
    layout, of, _ = told("near")
    assert isinstance(layout, Near)
    spots = of["spots"]
    found = carry(layout, spots, layout.latents[5], layout.points[5], 1.0)
    np.testing.assert_allclose(found, layout.to_latent(spots), atol=1e-6)


@pytest.mark.parametrize("alpha", [-0.1, 1.5, float("nan")])
def test_a_part_is_from_none_to_all(alpha: float) -> None:
    layout, of, _ = told("flat")
    with pytest.raises(HinterlandError, match="from 0 to 1"):
        carry(layout, of["spots"], of["latent"], of["home"], alpha)
