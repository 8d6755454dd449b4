"""What figures have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from hinterland.show.paper import Paper
from hinterland.show.reader import Reader

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class AbstractFigure(ABC):
    """A figure; its fields are what `--set` sets.

    width: `single`, 3.5 inches, or `double`, 7. most: runs that it can show.
    """

    width: str = "double"

    most: ClassVar[int] = 1

    @abstractmethod
    def draw(self, paper: Paper, run: Reader, /, *others: Reader) -> Figure:
        """Draw it, without its caption. Raises HinterlandError where a run cannot have it."""
