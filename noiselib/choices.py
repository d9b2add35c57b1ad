"""Random choices for each image: between options, with a probability, or of the strength."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from noiselib.corruption import Corruption
from noiselib.routing import Routing, Stage
from noiselib.streams import Streams
from noiselib.traits import Trait
from noiselib.transform import Composite, Transform, checked_t

__all__ = ["OneOf", "Sometimes", "Vary", "one_of", "sometimes", "vary"]

VARY_STEPS = 32  # vary draws t from {0, 1/32, ..., 1}: fine enough, and images group by t


@dataclass(frozen=True, repr=False)
class OneOf(Composite):
    """Each image goes through one of the options, all equally likely.

    Attributes
    ----------
    options : tuple of Transform
        Two or more.
    """

    name: ClassVar[str] = "one_of"
    options: tuple[Transform, ...]

    def __post_init__(self) -> None:
        if len(self.options) < 2:
            raise ValueError(f"one_of: needs two options or more, got {len(self.options)}")
        check_transforms(self.name, self.options)

    @property
    def components(self) -> tuple[Transform, ...]:
        """The options."""
        return self.options

    def at(self, t: float) -> OneOf:
        """Return the same choice between the options, each at a fraction of its severity range."""
        t = checked_t(t)
        return OneOf(tuple(option.at(t) for option in self.options))

    def resolve(self, seed: int, ids: NDArray[np.uint64], occurrences: Counter[str]) -> Routing:
        """Draw an option for each image."""
        words = draw_words(self.name, seed, ids, occurrences)
        # (word * k) >> 32 is uniform in 0..k-1 to one part in 2**32 / k
        chosen = words.astype(np.uint64) * np.uint64(len(self.options)) >> np.uint64(32)
        routings = [option.resolve(seed, ids, occurrences) for option in self.options]
        return Routing.choice(chosen.astype(np.intp), routings)

    def __str__(self) -> str:
        return f"one_of({', '.join(map(str, self.options))})"


@dataclass(frozen=True, repr=False)
class Sometimes(Composite):
    """Each image goes through a transform with probability p, and is unchanged otherwise.

    Attributes
    ----------
    inner : Transform
        The transform.
    p : float
        The probability, in [0, 1].
    """

    name: ClassVar[str] = "sometimes"
    inner: Transform
    p: float

    def __post_init__(self) -> None:
        check_transforms(self.name, (self.inner,))
        if isinstance(self.p, bool) or not isinstance(self.p, int | float | np.floating):
            raise TypeError(f"sometimes: p must be a number, got {self.p!r}")
        if not 0 <= self.p <= 1:
            raise ValueError(f"sometimes: p must lie in [0, 1], got {self.p}")
        object.__setattr__(self, "p", float(f"{self.p:.12g}"))

    @property
    def components(self) -> tuple[Transform, ...]:
        """The inner transform."""
        return (self.inner,)

    def at(self, t: float) -> Sometimes:
        """Return the transform at a fraction of its severity range, with the same probability."""
        return Sometimes(self.inner.at(t), self.p)

    def resolve(self, seed: int, ids: NDArray[np.uint64], occurrences: Counter[str]) -> Routing:
        """Draw for each image whether it is transformed."""
        words = draw_words(self.name, seed, ids, occurrences)
        chosen = words < np.uint64(round(self.p * 2**32))
        unchanged = Routing.same_for_all((), len(ids))
        options = [unchanged, self.inner.resolve(seed, ids, occurrences)]
        return Routing.choice(chosen.astype(np.intp), options)

    def __str__(self) -> str:
        return f"sometimes({self.inner}, p={self.p:.12g})"


@dataclass(frozen=True, repr=False)
class Vary(Composite):
    """Each image goes through a transform at its own fraction t of the severity range.

    t is uniform in {0, 1/32, ..., 1}; the result for image i is that of ``inner.at(t_i)``.

    Attributes
    ----------
    inner : Transform
        The transform at maximum severity.
    """

    name: ClassVar[str] = "vary"
    inner: Transform

    def __post_init__(self) -> None:
        check_transforms(self.name, (self.inner,))

    @property
    def components(self) -> tuple[Transform, ...]:
        """The inner transform."""
        return (self.inner,)

    def at(self, t: float) -> Vary:
        """Return the same choice with its maximum at a fraction of the severity range."""
        return Vary(self.inner.at(t))

    def resolve(self, seed: int, ids: NDArray[np.uint64], occurrences: Counter[str]) -> Routing:
        """Draw t for each image; images with the same t share a route."""
        words = draw_words(self.name, seed, ids, occurrences).astype(np.uint64)
        steps = (words * np.uint64(VARY_STEPS + 1) >> np.uint64(32)).astype(np.intp)
        if isinstance(self.inner, Corruption) and Trait.BROADCAST in self.inner.traits:
            stage = Stage(self.inner, occurrences[self.inner.name], steps / VARY_STEPS)
            occurrences[self.inner.name] += 1
            return Routing.same_for_all((stage,), len(ids))
        used, chosen = np.unique(steps, return_inverse=True)
        before = occurrences.copy()
        options = []
        for step in used:
            occurrences.clear()
            occurrences.update(before)
            options.append(self.inner.at(step / VARY_STEPS).resolve(seed, ids, occurrences))
        return Routing.choice(chosen, options)

    def __str__(self) -> str:
        return f"vary({self.inner})"


def one_of(*options: Transform) -> OneOf:
    """Send each image through one of several transforms, all equally likely.

    Parameters
    ----------
    *options : Transform
        Two or more.

    Returns
    -------
    OneOf
        The choice, keyed by seed and image id.
    """
    return OneOf(options)


def sometimes(transform: Transform, *, p: float) -> Sometimes:
    """Send each image through a transform with a probability.

    Parameters
    ----------
    transform : Transform
        The transform.
    p : float
        The probability, in [0, 1].

    Returns
    -------
    Sometimes
        The choice, keyed by seed and image id.
    """
    return Sometimes(transform, p)


def vary(transform: Transform) -> Vary:
    """Send each image through a transform at a random fraction of its severity range.

    Parameters
    ----------
    transform : Transform
        The transform at maximum severity.

    Returns
    -------
    Vary
        The choice, keyed by seed and image id.
    """
    return Vary(transform)


def check_transforms(owner: str, transforms: tuple[object, ...]) -> None:
    """Raise TypeError for anything that is not a transform."""
    for transform in transforms:
        if not isinstance(transform, Transform):
            raise TypeError(f"{owner}: expected a corruption or a pipeline, got {transform!r}")


def draw_words(
    name: str, seed: int, ids: NDArray[np.uint64], occurrences: Counter[str]
) -> NDArray[np.uint32]:
    """Draw one 32-bit word for each image, to make a choice with."""
    words = Streams(name, occurrences[name], seed, ids).words(())
    occurrences[name] += 1
    return words
