"""Which corruptions each image of a batch goes through, once all choices are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from noiselib.corruption import Corruption

__all__ = ["Leaf", "Resolution"]


@dataclass(frozen=True, eq=False)
class Leaf:
    """One corruption in its place.

    Attributes
    ----------
    corruption : Corruption
        The corruption.
    occurrence : int
        Which occurrence of its name in the whole text it is; part of what it draws.
    parts : ndarray of float64, shape (n,), or None
        Given, image i of the batch goes through ``corruption.at(parts[i])``.
    """

    corruption: Corruption
    occurrence: int
    parts: NDArray[np.float64] | None = None


@dataclass(frozen=True, eq=False)
class Resolution:
    """The ways that images go, and which image goes which way.

    Attributes
    ----------
    labels : ndarray of intp, shape (n,)
        The number of each image's way.
    ways : tuple of tuple of Leaf
        The corruptions on each way, in order; every way has an image.
    """

    labels: NDArray[np.intp]
    ways: tuple[tuple[Leaf, ...], ...]

    @classmethod
    def same_for_all(cls, way: tuple[Leaf, ...], count: int) -> Resolution:
        """Send all images the same way."""
        return cls(np.zeros(count, np.intp), (way,))

    @classmethod
    def choice(cls, chosen: NDArray[np.intp], options: list[Resolution]) -> Resolution:
        """Send image i the way that option ``chosen[i]`` has for it."""
        offsets = np.cumsum([0] + [len(option.ways) for option in options])
        table = np.stack([option.labels for option in options]) + offsets[:-1, None]
        ways = [way for option in options for way in option.ways]
        used, labels = np.unique(table[chosen, np.arange(len(chosen))], return_inverse=True)
        return cls(labels, tuple(ways[way] for way in used))

    def then(self, following: Resolution) -> Resolution:
        """Send each image its way here, and then its way there."""
        if len(self.ways) == len(following.ways) == 1:
            return Resolution(self.labels, (self.ways[0] + following.ways[0],))
        pairs = self.labels * len(following.ways) + following.labels
        used, labels = np.unique(pairs, return_inverse=True)
        first, second = np.divmod(used, len(following.ways))
        ways = (self.ways[a] + following.ways[b] for a, b in zip(first, second, strict=True))
        return Resolution(labels, tuple(ways))
