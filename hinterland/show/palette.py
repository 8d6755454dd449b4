"""Colours on paper and on night, the same as the page's: classes, numbers, and what is around."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hinterland.types import HinterlandError, nearest_name

# Okabe and Ito's eight, told apart with every common colour blindness; the eighth is the ink.
FEW = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7")
# Thirty-two, each as far as could be from those before it, also as seen with protanopia,
# deuteranopia and tritanopia (web/src/palette.ts has the same).
MANY = (
    *("#e69f00", "#56b4e9", "#009e73", "#d55e00", "#0072b2", "#e08bbf", "#9b1b5a", "#7a5cf0"),
    *("#b7cf3c", "#5fd6c0", "#5a00d2", "#964b00", "#c31e96", "#7887e1", "#96d2ff", "#ff4b78"),
    *("#870096", "#d2b487", "#3c0fff", "#d2004b", "#b478b4", "#965a69", "#d2873c", "#b43cc3"),
    *("#3c5a78", "#78a596", "#e15aff", "#96e187", "#961e1e", "#78c35a", "#5a3cb4", "#5a693c"),
)


@dataclass(frozen=True, slots=True)
class Theme:
    """What a figure is drawn with. alone: points that nothing tells apart; none: without a class.

    ramp, parting: matplotlib's names of the colours of numbers, and of those about zero.
    """

    name: str
    paper: str
    ink: str
    quiet: str
    hair: str
    none: str
    alone: str
    ramp: str
    parting: str

    def classes(self, count: int) -> list[str]:
        """One colour for each of `count` classes; they repeat after thirty-two."""
        if count <= len(FEW) + 1:
            return [*FEW, self.ink][:count]
        return [MANY[i % len(MANY)] for i in range(count)]

    def of_labels(self, labels: np.ndarray, count: int) -> np.ndarray:
        """Class indices (n,), -1 for none -> float (n, 3) in [0, 1]."""
        table = np.array([rgb(colour) for colour in [*self.classes(count), self.none]])
        shown: np.ndarray = table[labels]
        return shown


THEMES = {
    theme.name: theme
    for theme in (
        Theme(
            *("light", "#ffffff", "#1e2023", "#5f5d58", "#d4d2cd", "#8a8882", "#3e546e"),
            *("viridis", "RdBu_r"),
        ),
        Theme(
            *("dark", "#101418", "#ebe8e1", "#a5a39c", "#3a4047", "#7a7e84", "#9eb6d0"),
            *("viridis", "berlin"),
        ),
    )
}


def theme_of(name: str) -> Theme:
    """The theme of that name. Raises HinterlandError for another."""
    if name not in THEMES:
        raise HinterlandError(f"there is no theme '{name}'", nearest_name(name, THEMES))
    return THEMES[name]


def rgb(colour: str) -> tuple[float, float, float]:
    """`#rrggbb` -> three numbers in [0, 1]."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue
