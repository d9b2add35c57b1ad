"""Laws and the cases that they test."""

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
    """One example for a law: a corruption, and whatever else the law draws, with a label.

    Parameters
    ----------
    cls : type
        A subclass of `noiselib.Corruption`.
    data : DataObject
        The source of examples, from `hypothesis.strategies.data`.
    """

    def __init__(self, cls: type[Corruption], data: st.DataObject) -> None:
        self.cls = cls
        self._data = data

    def draw(self, strategy: st.SearchStrategy[Any], label: str) -> Any:
        """Draw from any strategy.

        Parameters
        ----------
        strategy : SearchStrategy
            A Hypothesis strategy.
        label : str
            The name of the value in the report of a failure.

        Returns
        -------
        Any
            The value.
        """
        return self._data.draw(strategy, label)

    def corruption(self) -> Corruption:
        """Draw an instance of the class."""
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

    def fractions(self, count: int) -> list[float]:
        """Draw several t, in ascending order."""
        several = st.lists(st.floats(0, 1), min_size=count, max_size=count)
        return sorted(self.draw(several, "t"))

    def fraction(self) -> float:
        """Draw one t."""
        return self.fractions(1)[0]

    def apply_inputs(self) -> tuple[Corruption, NDArray[np.float32], Any]:
        """Draw a corruption, float32 images in [0, 1], and its random draws for them."""
        corruption, images = self.corruption(), unit(self.images())
        assume(not corruption.is_identity)  # the base class never calls apply then
        return corruption, images, draws_for(corruption, images, self.seed())


@dataclass(frozen=True)
class Law:
    """A property of corruptions.

    Attributes
    ----------
    name : str
        Its name.
    statement : str
        The property, in one line.
    trait : Trait or None
        The trait that promises it; None for a law of every corruption.
    check : callable
        Takes a `Case`; raises AssertionError if the law is broken.
    """

    name: str
    statement: str
    trait: Trait | None
    check: Callable[[Case], None]

    def applies(self, cls: type[Corruption]) -> bool:
        """Whether the law holds for a class: it is universal, or promised by a trait."""
        return self.trait is None or self.trait in cls.traits


class Laws(list[Law]):
    """The laws of one topic, registered by decorating their functions."""

    def register(
        self, trait: Trait | None = None
    ) -> Callable[[Callable[[Case], None]], Callable[[Case], None]]:
        """Register a function as a law; its docstring is the statement."""

        def registered(check: Callable[[Case], None]) -> Callable[[Case], None]:
            statement = (check.__doc__ or "").partition("\n")[0]
            self.append(Law(check.__name__, statement, trait, check))
            return check

        return registered


def unit(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Convert uint8 images to float32 in [0, 1]."""
    return images.astype(np.float32) / np.float32(255)


def draws_for(corruption: Corruption, images: NDArray[np.float32], seed: int) -> Any:
    """Return the random draws of a corruption for images with ids from 0."""
    streams = Streams(corruption.name, 0, seed, np.arange(len(images), dtype=np.uint64))
    return corruption.draw(streams, images.shape[1:])


def max_abs(difference: NDArray[Any]) -> float:
    """Return the largest absolute value; 0 for an empty array."""
    return float(np.abs(difference).max(initial=0))
