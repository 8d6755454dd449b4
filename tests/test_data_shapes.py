"""The drawn shapes: every factor is what it says, and nothing else changes with it."""

from __future__ import annotations

import numpy as np
import pytest

from hinterland.data import fingerprint, read
from hinterland.data.shapes import FACTORS, SHAPES, draw
from hinterland.types import Images

PLAIN = {"shape": 0, "scale": 1, "orientation": 0, "x": 0.5, "y": 0.5, "hue": 0}


def one(side: int = 64, **changed: float) -> np.ndarray:
    """float (side, side, 3) in [0, 1]."""
    factors = {name: np.array([value]) for name, value in {**PLAIN, **changed}.items()}
    return draw(factors, side)[0] / 255


def middle(picture: np.ndarray) -> tuple[float, float]:
    """(x, y) of the middle of the lit area, 1 is the whole picture."""
    light = picture.max(2)
    places = (np.arange(len(light)) + 0.5) / len(light)
    return float((light.sum(0) @ places) / light.sum()), float(
        (light.sum(1) @ places) / light.sum()
    )


@pytest.fixture(scope="module")
def drawn() -> Images:
    return read("shapes")


def test_shapes_come_with_their_factors(drawn: Images) -> None:
    assert drawn.pixels.shape == (10_000, 64, 64, 3)
    assert drawn.classes == SHAPES
    assert set(drawn.channels) == set(FACTORS)
    for name, values in drawn.channels.items():
        assert values.dtype == np.float32
        assert np.array_equal(np.unique(values), FACTORS[name])
    assert np.array_equal(drawn.labels, drawn.channels["shape"])


def test_the_factors_are_what_was_drawn(drawn: Images) -> None:
    rows = [0, 5_000, 9_999]
    again = draw({name: values[rows] for name, values in drawn.channels.items()})
    assert np.array_equal(again, drawn.pixels[rows])


def test_factors_are_independent(drawn: Images) -> None:
    columns = np.stack(list(drawn.channels.values()))
    between = np.corrcoef(columns) - np.eye(len(columns))
    assert abs(between).max() < 0.05


@pytest.mark.parametrize("shape", range(3))
@pytest.mark.parametrize("turn", [0, 30, 84])
@pytest.mark.parametrize(("x", "y"), [(0.25, 0.75), (0.5, 0.5), (0.61, 0.33)])
def test_a_shape_is_where_it_says(shape: int, turn: float, x: float, y: float) -> None:
    picture = one(shape=shape, orientation=turn, x=x, y=y)
    assert middle(picture) == pytest.approx((x, y), abs=0.002)


@pytest.mark.parametrize("scale", FACTORS["scale"])
def test_all_shapes_of_a_scale_are_as_large(scale: float) -> None:
    full = one().max()
    areas = [one(shape=shape, scale=scale).max(2).sum() / full for shape in range(3)]
    assert areas == pytest.approx([(scale * 0.3 * 64) ** 2] * 3, rel=0.02)


@pytest.mark.parametrize("place", [0.25, 0.75])
def test_nothing_is_cut_off(place: float) -> None:
    for shape in range(3):
        for turn in FACTORS["orientation"]:
            light = one(shape=shape, orientation=turn).sum()
            picture = one(shape=shape, orientation=turn, x=place, y=place)
            assert picture.sum() == pytest.approx(light, rel=0.005)


def test_turning_is_anticlockwise_and_a_quarter_turn_turns_the_picture() -> None:
    heart = one(shape=2)
    assert np.allclose(one(shape=2, orientation=90), np.rot90(heart), atol=1 / 255)
    assert np.allclose(one(shape=0, orientation=90), one(shape=0), atol=1 / 255)
    assert not np.allclose(one(shape=0, orientation=45), one(shape=0), atol=0.1)


def test_a_heart_stands_on_its_tip() -> None:
    lit = one(shape=2).max(2) > 0.5
    assert lit[np.flatnonzero(lit.any(1))[-1]].sum() <= 4
    assert lit[np.flatnonzero(lit.any(1))[0]].sum() > 4
    assert np.array_equal(lit, lit[:, ::-1])


def test_hue_changes_colour_and_nothing_else() -> None:
    for hue, strongest in ((0, 0), (1 / 3, 1), (2 / 3, 2)):
        picture = one(hue=hue)
        assert picture.reshape(-1, 3).sum(0).argmax() == strongest
        assert np.allclose(picture.max(2), one().max(2))


def test_edges_are_soft_and_move_by_less_than_a_pixel() -> None:
    here, there = one(x=0.5), one(x=0.5 + 0.25 / 64)
    assert 0 < abs(here - there).max() < 0.3
    coarse = one(side=512).max(2).reshape(64, 8, 64, 8).mean((1, 3))
    off = abs(one().max(2) - coarse)
    assert off.max() < 0.3, "each pixel is its share of the shape, but for corners"
    assert off.sum() / coarse.sum() < 0.01


def test_every_call_draws_the_same(drawn: Images) -> None:
    again = read("shapes")
    assert fingerprint(again) == fingerprint(drawn)
    assert again.factors == drawn.factors == tuple(drawn.channels)
    for name, column in again.channels.items():
        np.testing.assert_array_equal(column, drawn.channels[name])
