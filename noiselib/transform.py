"""What corruptions, pipelines and choices have in common: a call, ``|``, ``at`` and a text form."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from typing import TYPE_CHECKING, Any

from noiselib.fields import Axis

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from noiselib.resolution import Resolution

__all__ = ["Transform"]

OWN_SCALE = Axis("t", "part of the way from the untouched images to the whole corruption", "")


class Transform(ABC):
    """Something that turns a batch of images into another of the same shape and dtype."""

    def __call__(
        self, images: NDArray[Any], *, seed: int = 0, ids: Any = 0, workers: int = 1
    ) -> NDArray[Any]:
        """Corrupt a batch of images.

        Parameters
        ----------
        images : ndarray, shape (n, h, w) or (n, h, w, c)
            uint8 in 0..255, or float16, float32 or float64 in [0, 1] (an excess up to 1e-6 is
            clipped). Arithmetic is float32.
        seed : int
            0 <= seed < 2**64.
        ids : int, array of int, or sequence of str
            The images' own numbers, or the number of the first. What an image draws depends on
            the seed and its number, not on its place in the batch.
        workers : int
            Threads to use; the result does not depend on it.

        Returns
        -------
        ndarray
            A new array of the same shape and dtype.

        Raises
        ------
        TypeError, ValueError
            For images, seeds, ids or workers that are not as above; the message says what came.
        """
        from noiselib.execution import run

        return run(self, images, seed=seed, ids=ids, workers=workers)

    def __or__(self, other: Transform) -> Transform:
        """Apply `self`, then `other`."""
        if not isinstance(other, Transform):
            return NotImplemented
        from noiselib.compose import chain

        return chain(self, other)

    @abstractmethod
    def at(self, t: float) -> Transform:
        """Give the same transform at a part of its strength.

        Parameters
        ----------
        t : float
            From 0 (the identity: a copy) to 1 (this transform itself).
        """

    @abstractmethod
    def resolve(self, seed: int, ids: NDArray[np.uint64], occurrences: Counter[str]) -> Resolution:
        """Say which corruptions each image goes through.

        Parameters
        ----------
        seed, ids
            As in a call; ids shape (n,).
        occurrences : Counter of str
            How often each name has occurred in the text so far; advanced by this transform.
        """

    @property
    @abstractmethod
    def is_identity(self) -> bool:
        """Whether every image comes back as it was."""

    @property
    @abstractmethod
    def is_random(self) -> bool:
        """Whether the seed matters."""

    @property
    @abstractmethod
    def revisions(self) -> tuple[tuple[str, int], ...]:
        """The name and revision of every corruption in it, sorted; part of any result's key."""

    @property
    def axis(self) -> Axis:
        """What `position` is measured in."""
        return OWN_SCALE

    def position(self, t: float) -> float:
        """Give the strength at t in its own unit: where to plot it."""
        return t

    @abstractmethod
    def __str__(self) -> str:
        """Give the text that `parse` reads."""

    def __repr__(self) -> str:
        return str(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Show the text in IPython and in Hypothesis's reports."""
        del cycle
        printer.text(str(self))


def checked_t(t: float) -> float:
    """Check that a part of the strength lies in [0, 1]."""
    if not 0 <= t <= 1:
        raise ValueError(f"t must lie in [0, 1], got {t}")
    return float(t)
