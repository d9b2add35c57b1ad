"""What a corruption is: a frozen dataclass of parameters, one of them its strength.

Authors write the fields, `Corruption.draw` where chance is involved, and `Corruption.apply`; the
base class does everything else.
"""

from __future__ import annotations

import dataclasses
import enum
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, ClassVar, Self, dataclass_transform

import numpy as np
from numpy.typing import NDArray

from noiselib.fields import Axis, FieldInfo, Value, parameter, strength
from noiselib.resolution import Leaf, Resolution
from noiselib.transform import Transform, checked_t

if TYPE_CHECKING:
    from noiselib.images import Images, Levels
    from noiselib.streams import Shape, Streams

__all__ = ["Corruption", "Trait", "parameter", "registry", "strength"]


class Trait(enum.Flag):
    """What an author promises of a corruption; `noiselib.testing` tests every promise."""

    EXACT = enum.auto()
    """The same uint8 bytes on any x86-64 processor."""
    STEPPED = enum.auto()
    """The strength moves in steps (a whole number of pixels, levels ...)."""
    POINTWISE = enum.auto()
    """Draws nothing, and a value's result depends on that value alone: runs as a table."""
    BROADCAST = enum.auto()
    """`apply` takes fields of shape (n, 1, 1, 1), one value an image."""
    CHANNELWISE = enum.auto()
    """Every channel is treated alike and by itself."""
    LINEAR = enum.auto()
    """``A(a x + b y) = a A(x) + b A(y)`` before clipping."""
    MEAN_KEEPING = enum.auto()
    """The mean of an image stays."""
    CONSTANT_KEEPING = enum.auto()
    """A constant image stays."""
    RANGE_KEEPING = enum.auto()
    """No value beyond the least and greatest of its image and channel."""
    FLIPPABLE = enum.auto()
    """Flipping image and draws in either direction flips the result."""
    TRANSPOSABLE = enum.auto()
    """Transposing image and draws transposes the result."""
    MONOTONE = enum.auto()
    """At every pixel, the error does not shrink as the strength grows."""
    IDEMPOTENT = enum.auto()
    """Twice is the same as once."""


@dataclass_transform(
    kw_only_default=True, frozen_default=True, field_specifiers=(strength, parameter)
)
@dataclasses.dataclass(frozen=True, kw_only=True, repr=False)
class Corruption(Transform):
    """A corruption of image batches.

    A subclass becomes a frozen dataclass with keyword-only fields, and is entered in the registry
    under its name in snake_case. Exactly one field is declared with `strength`, the others with
    `parameter`. A class whose name begins with an underscore is a common base, not a corruption.

    Parameters
    ----------
    register : bool
        As a class keyword: False keeps a class out of the registry (for tests and experiments).

    Examples
    --------
    >>> class Darken(Corruption, register=False):
    ...     '''Scale towards black: ``y = (1 - loss) * x``. Own design.'''
    ...     loss: float = strength("part of the light that is lost", identity=0, worst=0.9, high=1)
    ...     def apply(self, images, draws):
    ...         return images * (1 - self.loss)
    >>> Darken(loss=0.5).at(0.5)
    darken(loss=0.25)
    """

    name: ClassVar[str]
    revision: ClassVar[int] = 1
    traits: ClassVar[Trait] = Trait(0)
    chunk_values: ClassVar[int | None] = None  # how many at a time suit it best, if known
    infos: ClassVar[dict[str, FieldInfo]]
    kinds: ClassVar[dict[str, str]]
    strength_name: ClassVar[str]

    def __init_subclass__(cls, *, register: bool = True) -> None:
        super().__init_subclass__()
        dataclasses.dataclass(frozen=True, kw_only=True, repr=False)(cls)
        if "apply" in vars(cls) and "apply_to_levels" not in vars(cls):
            # What is inherited does what another apply does.
            setattr(cls, "apply_to_levels", Corruption.apply_to_levels)  # noqa: B010 - for mypy
        if cls.__name__.startswith("_"):
            return
        cls.name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()
        cls.infos, cls.kinds = described_fields(cls)
        strengths = [name for name, info in cls.infos.items() if info.is_strength]
        if len(strengths) != 1:
            raise TypeError(
                f"{cls.__name__}: exactly one field must be the strength, got {len(strengths)}"
            )
        cls.strength_name = strengths[0]
        if register:
            enter(cls)

    def __post_init__(self) -> None:
        for name, info in self.infos.items():
            value = info.checked(self.name, name, self.kinds[name], getattr(self, name))
            object.__setattr__(self, name, value)

    def draw(self, streams: Streams, shape: Shape) -> Any:
        """Draw what chance decides; never depending on the strength.

        Parameters
        ----------
        streams : Streams
            The draws of the n images at hand.
        shape : tuple of int
            (h, w, c) of one image.

        Returns
        -------
        Any
            Whatever `apply` needs: an array whose first axis is the images, or a tuple of such.
        """
        del streams, shape

    def apply(self, images: Images, draws: Any) -> Images:
        """Corrupt images: a pure function, image by image, that leaves its arguments as they are.

        Parameters
        ----------
        images : ndarray of float32, shape (n, h, w, c)
            In [0, 1], n >= 1.
        draws : Any
            What `draw` gave.

        Returns
        -------
        ndarray of float32, shape (n, h, w, c)
            May leave [0, 1]; it is clipped afterwards.
        """
        del images, draws
        raise TypeError(f"{type(self).__name__} must define apply(images, draws)")

    def apply_to_levels(self, levels: Levels, draws: Any) -> Levels | None:
        """Corrupt uint8 images without leaving whole numbers, where that is faster.

        A short cut for `apply`, of which no corruption has need: the result must be, byte by byte,
        what `apply` gives for ``levels / 255``, clipped and rounded. Pure as well.

        Parameters
        ----------
        levels : ndarray of uint8, shape (n, h, w, c)
            Contiguous, n >= 1.
        draws : Any
            What `draw` gave.

        Returns
        -------
        ndarray of uint8, shape (n, h, w, c), or None
            None where there is no such short cut.
        """
        del levels, draws
        return None

    def at(self, t: float) -> Self:
        """Give this corruption at a part of its strength; the draws stay the same."""
        t = checked_t(t)
        changes = {
            name: info.at(self.kinds[name], getattr(self, name), t)
            for name, info in self.infos.items()
            if info.identity is not None
        }
        return dataclasses.replace(self, **changes)

    def resolve(self, seed: int, ids: NDArray[np.uint64], occurrences: Counter[str]) -> Resolution:
        """Say that each image goes through this corruption; not where it does nothing."""
        del seed
        leaf = Leaf(self, occurrences[self.name])
        occurrences[self.name] += 1
        return Resolution.same_for_all(() if self.is_identity else (leaf,), len(ids))

    @property
    def is_identity(self) -> bool:
        """Whether every field that moves stands where it does nothing."""
        return all(
            getattr(self, name) == info.identity
            for name, info in self.infos.items()
            if info.identity is not None
        )

    @property
    def is_random(self) -> bool:
        """Whether it draws anything."""
        return type(self).draw is not Corruption.draw and not self.is_identity

    @property
    def revisions(self) -> tuple[tuple[str, int], ...]:
        """Its name and revision."""
        return ((self.name, self.revision),)

    @property
    def axis(self) -> Axis:
        """The strength's name, description and unit; t where the strength itself stands still."""
        info = self.infos[self.strength_name]
        if getattr(self, self.strength_name) == info.identity:
            return super().axis
        return Axis(self.strength_name, info.description, info.unit)

    def position(self, t: float) -> float:
        """Give the strength at t in its own unit."""
        if self.axis == super().axis:
            return t
        return float(getattr(self.at(t), self.strength_name))

    def __str__(self) -> str:
        shown = [
            f"{name}={written(getattr(self, name))}"
            for name, info in self.infos.items()
            if info.is_strength or getattr(self, name) != getattr(type(self), name)
        ]
        return f"{self.name}({', '.join(shown)})"


def described_fields(cls: type[Corruption]) -> tuple[dict[str, FieldInfo], dict[str, str]]:
    """Give the description and the kind ("float", "int", "str" or "bool") of each field.

    The strength comes first, also where other fields are inherited.
    """
    infos: dict[str, FieldInfo] = {}
    kinds: dict[str, str] = {}
    for field in dataclasses.fields(cls):
        if "info" not in field.metadata:
            raise TypeError(f"{cls.__name__}: declare {field.name} with strength() or parameter()")
        kind = field.type if isinstance(field.type, str) else field.type.__name__
        if kind not in ("float", "int", "str", "bool"):
            raise TypeError(f"{cls.__name__}: {field.name} must be float, int, str or bool")
        infos[field.name], kinds[field.name] = field.metadata["info"], kind
    first = dict(sorted(infos.items(), key=lambda item: not item[1].is_strength))
    return first, kinds


def written(value: Value) -> str:
    """Write a value as the text form has it: 30 and not 30.0."""
    return f"{value:.12g}" if isinstance(value, float) else repr(value)


_REGISTRY: dict[str, type[Corruption]] = {}


def enter(cls: type[Corruption]) -> None:
    """Enter a class in the registry; a second class of the same name is an error."""
    other = _REGISTRY.get(cls.name)
    if other and (other.__module__, other.__qualname__) != (cls.__module__, cls.__qualname__):
        raise TypeError(f"{cls.__module__}: {other.__module__} has a corruption {cls.name} already")
    _REGISTRY[cls.name] = cls


def registry() -> dict[str, type[Corruption]]:
    """Give every registered corruption by name, sorted by name."""
    import noiselib.corruptions  # noqa: F401 - importing the families enters them

    return dict(sorted(_REGISTRY.items()))
