"""What a law is, and what it is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st
from numpy.typing import NDArray

from noiselib.corruption import Corruption
from noiselib.streams import Streams
from noiselib.testing import strategies
from noiselib.traits import Trait

__all__ = ["LEVEL", "STEP", "Case", "Law", "Laws", "max_abs"]

LEVEL = 1 / 255  # one grey level
STEP = 1 / 4080  # one step of the linear operators


class Case:
    """One example for a law: a corruption, and whatever the law asks for, drawn and labelled."""

    def __init__(self, cls: type[Corruption], data: st.DataObject) -> None:
        self.cls = cls
        self._data = data

    def draw(self, strategy: st.SearchStrategy[Any], label: str) -> Any:
        """Draw from any strategy."""
        return self._data.draw(strategy, label)

    def corruption(self) -> Corruption:
        """Draw an instance."""
        drawn: Corruption = self.draw(strategies.instances(self.cls), "corruption")
        return drawn

    def images(self, **limits: Any) -> NDArray[np.uint8]:
        """Draw a uint8 batch (n, h, w, c)."""
        drawn: NDArray[np.uint8] = self.draw(strategies.batches(**limits), "images")
        return drawn

    def seed(self) -> int:
        """Draw a seed."""
        drawn: int = self.draw(strategies.seeds(), "seed")
        return drawn

    def parts(self, count: int) -> list[float]:
        """Draw so many t, in rising order."""
        several = st.lists(st.floats(0, 1), min_size=count, max_size=count)
        return sorted(self.draw(several, "t"))

    def draw_part(self) -> float:
        """Draw one t."""
        return self.parts(1)[0]

    def raw(self) -> tuple[Corruption, NDArray[np.float32], Any]:
        """Draw a corruption, float32 images in [0, 1], and what it draws for them."""
        corruption, images = self.corruption(), unit(self.images())
        assume(not corruption.is_identity)  # the base class never calls apply there
        return corruption, images, draws_for(corruption, images, self.seed())


@dataclass(frozen=True)
class Law:
    """A law of corruptions.

    Attributes
    ----------
    name : str
        Its name.
    statement : str
        What it says, in a line.
    trait : Trait or None
        The promise that calls for it; None for a law of every corruption.
    check : callable
        Takes a `Case`; raises AssertionError where the law is broken.
    """

    name: str
    statement: str
    trait: Trait | None
    check: Callable[[Case], None]

    def applies(self, cls: type[Corruption]) -> bool:
        """Whether the corruption has promised it."""
        return self.trait is None or self.trait in cls.traits


class Laws(list[Law]):
    """The laws of one theme, entered by decorating their functions."""

    def enter(
        self, trait: Trait | None = None
    ) -> Callable[[Callable[[Case], None]], Callable[[Case], None]]:
        """Enter a function as a law; its docstring is the statement."""

        def entered(check: Callable[[Case], None]) -> Callable[[Case], None]:
            statement = (check.__doc__ or "").partition("\n")[0]
            self.append(Law(check.__name__, statement, trait, check))
            return check

        return entered


def unit(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Give uint8 images as float32 in [0, 1]."""
    return images.astype(np.float32) / np.float32(255)


def draws_for(corruption: Corruption, images: NDArray[np.float32], seed: int) -> Any:
    """Give what a corruption draws for images numbered from 0."""
    streams = Streams(corruption.name, 0, seed, np.arange(len(images), dtype=np.uint64))
    return corruption.draw(streams, images.shape[1:])


def max_abs(difference: NDArray[Any]) -> float:
    """Give the largest absolute value; 0 of nothing."""
    return float(np.abs(difference).max(initial=0))
