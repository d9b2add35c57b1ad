"""Composition: pipelines (``a | b``), and choices made anew for each image."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import reduce
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from noiselib.corruption import Corruption, Trait
from noiselib.resolution import Leaf, Resolution
from noiselib.streams import Streams
from noiselib.transform import Transform, checked_t

__all__ = ["OneOf", "Pipeline", "Sometimes", "Vary", "identity", "one_of", "sometimes", "vary"]

VARY_STEPS = 32  # vary draws t from {0, 1/32, ..., 1}: fine enough, and images group by t


class _Composite(Transform):
    """What is made of other transforms."""

    @property
    def parts(self) -> tuple[Transform, ...]:
        """The transforms it is made of, in the order of the text."""
        raise TypeError(f"{type(self).__name__} must define parts")

    @property
    def is_identity(self) -> bool:
        return all(part.is_identity for part in self.parts)

    @property
    def is_random(self) -> bool:
        return not self.is_identity  # a choice is drawn even where its options draw nothing

    @property
    def revisions(self) -> tuple[tuple[str, int], ...]:
        return tuple(sorted({pair for part in self.parts for pair in part.revisions}))


@dataclass(frozen=True, repr=False)
class Pipeline(_Composite):
    """Transforms applied one after the other; each clips to [0, 1], uint8 is rounded once, last.

    Build it with ``|``: nested pipelines are flattened, the identity vanishes, and a pipeline of
    one stage is that stage. Iterate over it, index it or slice it for its stages.

    Attributes
    ----------
    stages : tuple of Transform
        The stages, in order of application; none for the identity.
    """

    stages: tuple[Transform, ...]

    @property
    def parts(self) -> tuple[Transform, ...]:
        """The transforms it is made of."""
        return self.stages

    @property
    def is_random(self) -> bool:
        """Whether any stage draws."""
        return any(stage.is_random for stage in self.stages)

    def at(self, t: float) -> Pipeline:
        """Give the pipeline with every stage at a part of its strength."""
        t = checked_t(t)
        return Pipeline(tuple(stage.at(t) for stage in self.stages))

    def resolve(self, seed: int, ids: NDArray[np.uint64], occurrences: Counter[str]) -> Resolution:
        """Send each image its way through every stage."""
        nothing = Resolution.same_for_all((), len(ids))
        resolutions = [stage.resolve(seed, ids, occurrences) for stage in self.stages]
        return reduce(Resolution.then, resolutions, nothing)

    def __len__(self) -> int:
        return len(self.stages)

    def __getitem__(self, key: slice | int) -> Transform:
        if isinstance(key, slice):
            return chain(*self.stages[key])
        return self.stages[key]

    def __bool__(self) -> bool:
        return True  # the identity is something, even though it has no stages

    def __str__(self) -> str:
        return " | ".join(map(str, self.stages)) or "identity"


identity = Pipeline(())
"""The transform that gives every image back as it was."""


def chain(*transforms: Transform) -> Transform:
    """Apply transforms one after the other, as ``a | b | ...`` does."""
    stages: list[Transform] = []
    for transform in transforms:
        stages += transform.stages if isinstance(transform, Pipeline) else (transform,)
    return stages[0] if len(stages) == 1 else Pipeline(tuple(stages))


@dataclass(frozen=True, repr=False)
class OneOf(_Composite):
    """Each image goes through one of the options, all equally likely."""

    name: ClassVar[str] = "one_of"
    options: tuple[Transform, ...]

    def __post_init__(self) -> None:
        if len(self.options) < 2:
            raise ValueError(f"one_of: needs two options or more, got {len(self.options)}")
        check_transforms(self.name, self.options)

    @property
    def parts(self) -> tuple[Transform, ...]:
        """The transforms it is made of."""
        return self.options

    def at(self, t: float) -> OneOf:
        """Give the same choice between the options at a part of their strengths."""
        t = checked_t(t)
        return OneOf(tuple(option.at(t) for option in self.options))

    def resolve(self, seed: int, ids: NDArray[np.uint64], occurrences: Counter[str]) -> Resolution:
        """Draw an option for each image."""
        words = draws_of(self.name, seed, ids, occurrences)
        # (word * k) >> 32 is uniform in 0..k-1 to one part in 2**32 / k
        chosen = words.astype(np.uint64) * np.uint64(len(self.options)) >> np.uint64(32)
        resolutions = [option.resolve(seed, ids, occurrences) for option in self.options]
        return Resolution.choice(chosen.astype(np.intp), resolutions)

    def __str__(self) -> str:
        return f"one_of({', '.join(map(str, self.options))})"


@dataclass(frozen=True, repr=False)
class Sometimes(_Composite):
    """Each image goes through a transform with probability p, and else comes back as it was."""

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
    def parts(self) -> tuple[Transform, ...]:
        """The transforms it is made of."""
        return (self.inner,)

    def at(self, t: float) -> Sometimes:
        """Give the transform at a part of its strength; the probability stays."""
        return Sometimes(self.inner.at(t), self.p)

    def resolve(self, seed: int, ids: NDArray[np.uint64], occurrences: Counter[str]) -> Resolution:
        """Draw for each image whether it is spared."""
        words = draws_of(self.name, seed, ids, occurrences)
        chosen = words < np.uint64(round(self.p * 2**32))
        spared = Resolution.same_for_all((), len(ids))
        options = [spared, self.inner.resolve(seed, ids, occurrences)]
        return Resolution.choice(chosen.astype(np.intp), options)

    def __str__(self) -> str:
        return f"sometimes({self.inner}, p={self.p:.12g})"


@dataclass(frozen=True, repr=False)
class Vary(_Composite):
    """Each image goes through a transform at its own part t of the strength.

    t is uniform in {0, 1/32, ..., 1}; image i is what ``inner.at(t_i)`` makes of it.
    """

    name: ClassVar[str] = "vary"
    inner: Transform

    def __post_init__(self) -> None:
        check_transforms(self.name, (self.inner,))

    @property
    def parts(self) -> tuple[Transform, ...]:
        """The transforms it is made of."""
        return (self.inner,)

    def at(self, t: float) -> Vary:
        """Give the same with the strongest end at a part of its strength."""
        return Vary(self.inner.at(t))

    def resolve(self, seed: int, ids: NDArray[np.uint64], occurrences: Counter[str]) -> Resolution:
        """Draw t for each image; images of the same t go the same way."""
        words = draws_of(self.name, seed, ids, occurrences).astype(np.uint64)
        steps = (words * np.uint64(VARY_STEPS + 1) >> np.uint64(32)).astype(np.intp)
        if isinstance(self.inner, Corruption) and Trait.BROADCAST in self.inner.traits:
            leaf = Leaf(self.inner, occurrences[self.inner.name], steps / VARY_STEPS)
            occurrences[self.inner.name] += 1
            return Resolution.same_for_all((leaf,), len(ids))
        used, chosen = np.unique(steps, return_inverse=True)
        before = occurrences.copy()
        options = []
        for step in used:
            occurrences.clear()
            occurrences.update(before)
            options.append(self.inner.at(step / VARY_STEPS).resolve(seed, ids, occurrences))
        return Resolution.choice(chosen, options)

    def __str__(self) -> str:
        return f"vary({self.inner})"


def one_of(*options: Transform) -> OneOf:
    """Send each image through one of the options, all equally likely."""
    return OneOf(options)


def sometimes(transform: Transform, *, p: float) -> Sometimes:
    """Send each image through a transform with probability p."""
    return Sometimes(transform, p)


def vary(transform: Transform) -> Vary:
    """Send each image through a transform at its own part of the strength."""
    return Vary(transform)


def check_transforms(owner: str, transforms: tuple[object, ...]) -> None:
    """Refuse anything that is not a transform."""
    for transform in transforms:
        if not isinstance(transform, Transform):
            raise TypeError(f"{owner}: expected a corruption or a pipeline, got {transform!r}")


def draws_of(
    name: str, seed: int, ids: NDArray[np.uint64], occurrences: Counter[str]
) -> NDArray[np.uint32]:
    """Draw one 32-bit word an image for a choice."""
    words = Streams(name, occurrences[name], seed, ids).words(())
    occurrences[name] += 1
    return words
