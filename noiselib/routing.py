"""Routing: which corruptions each image of a batch goes through, after all random choices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from noiselib.images import Images, UInt8Images
from noiselib.streams import Shape, Streams

__all__ = ["Operation", "Routing", "Stage"]


class Operation(Protocol):
    """What running a batch needs from a corruption; see `noiselib.corruption.Corruption`."""

    name: ClassVar[str]
    chunk_values: ClassVar[int | None]

    @property
    def is_pointwise(self) -> bool:
        """Whether a lookup table can replace the corruption."""

    @property
    def has_uint8_path(self) -> bool:
        """Whether `apply_uint8` is defined."""

    def draw(self, streams: Streams, shape: Shape) -> Any:
        """Return the random draws for all images of `streams`."""

    def apply(self, images: Images, draws: Any) -> Images:
        """Return the corrupted images."""

    def apply_uint8(self, images: UInt8Images, draws: Any) -> UInt8Images | None:
        """Return the corrupted uint8 images, or None if this case has no such path."""

    def at_each(self, fractions: NDArray[np.float64]) -> tuple[Operation, NDArray[np.bool_]]:
        """Return the corruption with one strength for each image, and where it does nothing."""


@dataclass(frozen=True, eq=False)
class Stage:
    """One corruption on a route.

    Attributes
    ----------
    corruption : Operation
        The corruption.
    occurrence : int
        Which occurrence of its name in the spec this is; it is part of the random key.
    strengths : ndarray of float64, shape (n,), or None
        If given, image i of the batch goes through ``corruption.at(strengths[i])``.
    """

    corruption: Operation
    occurrence: int
    strengths: NDArray[np.float64] | None = None


@dataclass(frozen=True, eq=False)
class Routing:
    """The routes through a transform, and which image takes which.

    Attributes
    ----------
    labels : ndarray of intp, shape (n,)
        The number of the route of each image.
    routes : tuple of tuple of Stage
        The stages of each route, in order of application; every route has at least one image.
    """

    labels: NDArray[np.intp]
    routes: tuple[tuple[Stage, ...], ...]

    @classmethod
    def same_for_all(cls, route: tuple[Stage, ...], count: int) -> Routing:
        """Send all images along one route."""
        return cls(np.zeros(count, np.intp), (route,))

    @classmethod
    def choice(cls, chosen: NDArray[np.intp], options: list[Routing]) -> Routing:
        """Send image i along the route that option ``chosen[i]`` has for it."""
        offsets = np.cumsum([0] + [len(option.routes) for option in options])
        table = np.stack([option.labels for option in options]) + offsets[:-1, None]
        routes = [route for option in options for route in option.routes]
        used, labels = np.unique(table[chosen, np.arange(len(chosen))], return_inverse=True)
        return cls(labels, tuple(routes[route] for route in used))

    def then(self, following: Routing) -> Routing:
        """Send each image along its route here, and then along its route in `following`."""
        if len(self.routes) == len(following.routes) == 1:
            return Routing(self.labels, (self.routes[0] + following.routes[0],))
        pairs = self.labels * len(following.routes) + following.labels
        used, labels = np.unique(pairs, return_inverse=True)
        first, second = np.divmod(used, len(following.routes))
        routes = (self.routes[a] + following.routes[b] for a, b in zip(first, second, strict=True))
        return Routing(labels, tuple(routes))
