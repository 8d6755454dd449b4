"""The values that a widget's page and Python share: checked when set, sent as bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import traitlets

from hinterland.types import HinterlandError


class Checked(traitlets.TraitType[Any, Any]):
    """A trait whose values its widget checks: a wrong one raises HinterlandError at once.

    check: the name of the widget's method that gives the value as it is kept. Arrays are kept
    read-only: what is changed in place would not be sent.
    """

    def __init__(self, check: str, wire: tuple[Callable[..., Any], Callable[..., Any]]) -> None:
        super().__init__(None, allow_none=True)
        self._check = check
        to_json, from_json = wire
        self.tag(sync=True, to_json=to_json, from_json=from_json)

    def validate(self, obj: Any, value: Any) -> Any:
        checked = getattr(obj, self._check)(value)
        if isinstance(checked, np.ndarray):
            checked.setflags(write=False)
        return checked

    def set(self, obj: Any, value: Any) -> None:
        checked = self.validate(obj, value)
        now = obj._trait_values.get(self.name, traitlets.Undefined)  # noqa: SLF001
        if not alike(now, checked):
            super().set(obj, checked)


def alike(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return np.array_equal(one, other)
    return type(one) is type(other) and bool(one == other)


def chosen(given: Any, n: int) -> np.ndarray:
    """int64, rising: some of n images, from indices, a mask or None."""
    array = np.asarray([] if given is None else given)
    if array.dtype == bool and array.shape == (n,):
        return np.flatnonzero(array)
    if array.size == 0:
        return np.empty(0, np.int64)
    if array.ndim != 1 or not np.issubdtype(array.dtype, np.integer):
        raise HinterlandError(
            f"a selection is a list of indices, or a mask of {n}; got {array.dtype} {array.shape}"
        )
    if array.min() < 0 or array.max() >= n:
        wrong = int(array.min() if array.min() < 0 else array.max())
        raise HinterlandError(f"there is no image {wrong}", f"indices go from 0 to {n - 1}")
    return np.unique(array.astype(np.int64))


def latent_of(given: Any, d: int) -> np.ndarray:
    """float32 (d,), finite."""
    try:
        array = np.array(given, np.float32)
    except (TypeError, ValueError):
        raise HinterlandError(f"a latent is {d} numbers; got {type(given).__name__}") from None
    if array.shape != (d,) or not np.isfinite(array).all():
        raise HinterlandError(f"a latent is {d} finite numbers; got {array.shape}")
    return array


def _indices_to(value: np.ndarray, _: Any) -> bytes:
    return value.astype("<i4").tobytes()


def _indices_from(value: Any, _: Any) -> np.ndarray:
    return np.frombuffer(value or b"", "<i4").astype(np.int64)


def _latent_to(value: np.ndarray | None, _: Any) -> bytes | None:
    return None if value is None else value.astype("<f4").tobytes()


def _latent_from(value: Any, _: Any) -> np.ndarray | None:
    return None if value is None else np.frombuffer(value, "<f4").copy()


def _pin_to(value: int | np.ndarray | None, _: Any) -> dict[str, Any] | None:
    if value is None:
        return None
    return {"latent": value.tolist()} if isinstance(value, np.ndarray) else {"image": value}


def _pin_from(value: Any, _: Any) -> Any:
    if value is None:
        return None
    return value["image"] if "image" in value else np.array(value["latent"], np.float32)


INDICES = _indices_to, _indices_from
LATENT = _latent_to, _latent_from
PIN = _pin_to, _pin_from
