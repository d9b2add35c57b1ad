"""Paths of corruptions, and the columns that say where on one of them a row is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from studies.plan import Point

if TYPE_CHECKING:
    from noiselib import Transform


@dataclass(frozen=True, slots=True)
class Path:
    """The way from clean images to one corruption.

    Attributes
    ----------
    corruption
        Spec at its worst strength.
    parameter, unit
        The parameter that is the strength, and its unit.
    points
        From clean to worst.
    """

    corruption: str
    parameter: str
    unit: str
    points: tuple[Point, ...] = field(repr=False)

    def strength(self, t: float) -> float:
        """Return the strength at any t of the path, in the parameter's own unit."""
        return float(_parsed(self.corruption).position(t))


def paths_of(points: Sequence[Point]) -> list[Path]:
    """Return the paths that some points are on, in their order."""
    paths = []
    for corruption in dict.fromkeys(point.corruption for point in points):
        axis = _parsed(corruption).axis
        along = tuple(point for point in points if point.corruption == corruption)
        paths.append(Path(corruption, axis.name, axis.unit, along))
    return paths


@cache
def _parsed(corruption: str) -> "Transform":
    import noiselib

    return noiselib.parse(corruption)
