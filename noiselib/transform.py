"""Transforms: what corruptions, pipelines and random choices have in common, and pipelines."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from noiselib.execution import run
from noiselib.fields import Axis
from noiselib.routing import Routing
from noiselib.validation import as_batch, as_ids, as_seed, as_workers

__all__ = ["Composite", "Pipeline", "Transform", "chain", "checked_t", "identity"]

T_AXIS = Axis("t", "fraction of the severity range, from the identity to the corruption itself", "")


class Transform(ABC):
    """A map from a batch of images to another of the same shape and dtype."""

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
            The id of each image, or the id of the first, from which the others count up. The
            random draws for an image depend on the seed and its id, not on its place in the batch.
        workers : int
            Number of threads; the result does not depend on it.

        Returns
        -------
        ndarray
            A new array of the same shape and dtype.

        Raises
        ------
        TypeError, ValueError
            If images, seed, ids or workers are not as above; the message says what was given.
        """
        batch = as_batch(images)
        seed, numbers = as_seed(seed), as_ids(ids, len(batch))
        threads = as_workers(workers)
        if len(batch) == 0 or self.is_identity:
            result = batch.copy()
        else:
            result = run(self.resolve(seed, numbers, Counter()), batch, seed, numbers, threads)
        return result if images.ndim == 4 else result[..., 0]

    def __or__(self, other: Transform) -> Transform:
        """Apply `self`, then `other`."""
        if not isinstance(other, Transform):
            return NotImplemented
        return chain(self, other)

    @abstractmethod
    def at(self, t: float) -> Transform:
        """Return the same transform at a fraction of its severity range.

        Parameters
        ----------
        t : float
            From 0 (the identity: a copy) to 1 (this transform itself).

        Returns
        -------
        Transform
            With the same random draws.

        Raises
        ------
        ValueError
            If t is not in [0, 1].
        """

    @abstractmethod
    def resolve(self, seed: int, ids: NDArray[np.uint64], occurrences: Counter[str]) -> Routing:
        """Return the corruptions that each image goes through.

        Parameters
        ----------
        seed : int
            0 <= seed < 2**64.
        ids : ndarray of uint64, shape (n,)
            The ids of the images.
        occurrences : Counter of str
            How often each name has occurred in the spec so far; advanced by this transform.

        Returns
        -------
        Routing
            The routes, and which image takes which.
        """

    @property
    @abstractmethod
    def is_identity(self) -> bool:
        """Whether every image is returned unchanged."""

    @property
    @abstractmethod
    def is_random(self) -> bool:
        """Whether the result depends on the seed."""

    @property
    @abstractmethod
    def revisions(self) -> tuple[tuple[str, int], ...]:
        """The name and revision of every corruption in it, sorted; part of the key of a result."""

    @property
    def axis(self) -> Axis:
        """What `position` is measured in."""
        return T_AXIS

    def position(self, t: float) -> float:
        """Return the strength at t in its own unit: where to plot it.

        Parameters
        ----------
        t : float
            Fraction of the severity range, in [0, 1].

        Returns
        -------
        float
            A value on `axis`.
        """
        return t

    @abstractmethod
    def __str__(self) -> str:
        """Return the spec that `noiselib.parse` reads."""

    def __repr__(self) -> str:
        return str(self)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Print the spec in IPython and in the reports of Hypothesis."""
        del cycle
        printer.text(str(self))


class Composite(Transform):
    """A transform that is made of other transforms."""

    @property
    @abstractmethod
    def components(self) -> tuple[Transform, ...]:
        """The transforms it is made of, in the order of the spec."""

    @property
    def is_identity(self) -> bool:
        """Whether every component returns every image unchanged."""
        return all(one.is_identity for one in self.components)

    @property
    def is_random(self) -> bool:
        """Whether the result depends on the seed: a choice does, even if its options do not."""
        return not self.is_identity

    @property
    def revisions(self) -> tuple[tuple[str, int], ...]:
        """The names and revisions of all corruptions in its components."""
        return tuple(sorted({pair for one in self.components for pair in one.revisions}))


@dataclass(frozen=True, repr=False)
class Pipeline(Composite):
    """Transforms applied one after the other.

    Each stage clips to [0, 1]; uint8 is rounded once, at the end. Build pipelines with ``|``:
    nested pipelines are flattened, the identity vanishes, and a pipeline of one stage is that
    stage. Iterate, index or slice a pipeline to get its stages.

    Attributes
    ----------
    stages : tuple of Transform
        The stages, in order of application; none for the identity.
    """

    stages: tuple[Transform, ...]

    @property
    def components(self) -> tuple[Transform, ...]:
        """The stages."""
        return self.stages

    @property
    def is_random(self) -> bool:
        """Whether any stage depends on the seed."""
        return any(stage.is_random for stage in self.stages)

    def at(self, t: float) -> Pipeline:
        """Return the pipeline with every stage at a fraction of its severity range."""
        t = checked_t(t)
        return Pipeline(tuple(stage.at(t) for stage in self.stages))

    def resolve(self, seed: int, ids: NDArray[np.uint64], occurrences: Counter[str]) -> Routing:
        """Send each image along its route through every stage."""
        nothing = Routing.same_for_all((), len(ids))
        routings = [stage.resolve(seed, ids, occurrences) for stage in self.stages]
        return reduce(Routing.then, routings, nothing)

    def __len__(self) -> int:
        return len(self.stages)

    def __getitem__(self, key: slice | int) -> Transform:
        if isinstance(key, slice):
            return chain(*self.stages[key])
        return self.stages[key]

    def __bool__(self) -> bool:
        return True  # not len(self) > 0: the identity is a valid pipeline

    def __str__(self) -> str:
        return " | ".join(map(str, self.stages)) or "identity"


identity = Pipeline(())
"""The transform that returns every image unchanged."""


def chain(*transforms: Transform) -> Transform:
    """Apply transforms one after the other, as ``a | b | ...`` does."""
    stages: list[Transform] = []
    for transform in transforms:
        stages += transform.stages if isinstance(transform, Pipeline) else (transform,)
    return stages[0] if len(stages) == 1 else Pipeline(tuple(stages))


def checked_t(t: float) -> float:
    """Check that a fraction of the severity range lies in [0, 1]."""
    if not 0 <= t <= 1:
        raise ValueError(f"t must lie in [0, 1], got {t}")
    return float(t)
