"""Corruptions: frozen dataclasses of parameters, one of which is the strength.

Authors write the fields, `Corruption.draw` if the corruption is random, and `Corruption.apply`; the
base class does everything else.
"""

from __future__ import annotations

import copy
import dataclasses
import re
from collections import Counter
from functools import lru_cache
from typing import Any, ClassVar, Self, dataclass_transform

import numpy as np
from numpy.typing import NDArray

from noiselib.fields import Axis, FieldInfo, Value
from noiselib.images import Images, UInt8Images
from noiselib.routing import Routing, Stage
from noiselib.streams import Shape, Streams
from noiselib.traits import Trait
from noiselib.transform import Transform, checked_t

__all__ = ["Corruption", "registered"]

registered: dict[str, type[Corruption]] = {}
"""The classes defined so far, by name; `noiselib.registry` imports all families first."""


# No field_specifiers: for type checkers, strength() and parameter() are defaults of their fields.
@dataclass_transform(kw_only_default=True, frozen_default=True)
@dataclasses.dataclass(frozen=True, kw_only=True, repr=False)
class Corruption(Transform):
    """A corruption of image batches.

    A subclass becomes a frozen dataclass with keyword-only fields, and is registered under its
    name in snake_case; ``class Mine(Corruption, register=False)`` keeps it out of the registry,
    for tests and experiments. Exactly one field is declared with `noiselib.strength`, the others
    with `noiselib.parameter`. A class whose name begins with an underscore is a common base and
    not itself a corruption.

    Attributes
    ----------
    name : str
        The name in specs and in the registry.
    revision : int
        To be raised when results change; it is part of the key of every stored result.
    traits : Trait
        The promises of the class.
    chunk_values : int or None
        How many values to process at a time, if measured.
    field_info : dict of str to FieldInfo
        The description of each field, the strength first.
    field_types : dict of str to str
        The type of each field: "float", "int", "str" or "bool".
    strength_name : str
        The name of the field that is the strength.

    Examples
    --------
    >>> class Darken(Corruption, register=False):
    ...     '''Scale towards black: ``y = (1 - loss) * x``. Own design.'''
    ...     loss: float = strength("fraction of the light that is lost", identity=0, worst=0.9)
    ...     def apply(self, images, draws):
    ...         return images * (1 - self.loss)
    >>> Darken(loss=0.5).at(0.5)
    darken(loss=0.25)
    """

    name: ClassVar[str]
    revision: ClassVar[int] = 1
    traits: ClassVar[Trait] = Trait(0)
    chunk_values: ClassVar[int | None] = None
    field_info: ClassVar[dict[str, FieldInfo]]
    field_types: ClassVar[dict[str, str]]
    strength_name: ClassVar[str]

    def __init_subclass__(cls, *, register: bool = True) -> None:
        super().__init_subclass__()
        dataclasses.dataclass(frozen=True, kw_only=True, repr=False)(cls)
        if "apply" in vars(cls) and "apply_uint8" not in vars(cls):
            # The inherited one would do what another `apply` does.
            setattr(cls, "apply_uint8", Corruption.apply_uint8)  # noqa: B010 - for mypy
        if cls.__name__.startswith("_"):
            return
        cls.name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()
        cls.field_info, cls.field_types = collect_fields(cls)
        strengths = [name for name, info in cls.field_info.items() if info.is_strength]
        if len(strengths) != 1:
            raise TypeError(
                f"{cls.__name__}: exactly one field must be the strength, got {len(strengths)}"
            )
        cls.strength_name = strengths[0]
        entries = [
            info.entry(name, cls.field_types[name], getattr(cls, name))
            for name, info in cls.field_info.items()
        ]
        vars(cls)["__init__"].__doc__ = "\n".join(["Parameters", "----------", *entries])
        if register:
            register_class(cls)

    def __post_init__(self) -> None:
        for name, info in self.field_info.items():
            value = info.checked(self.name, name, self.field_types[name], getattr(self, name))
            object.__setattr__(self, name, value)

    def draw(self, streams: Streams, shape: Shape) -> Any:
        """Draw all random numbers; they must not depend on the strength.

        Parameters
        ----------
        streams : Streams
            The random streams of the n images to corrupt.
        shape : tuple of int
            (h, w, c) of one image.

        Returns
        -------
        Any
            What `apply` needs: an array whose first axis is the images, or a tuple of such arrays.
        """
        del streams, shape

    def apply(self, images: Images, draws: Any) -> Images:
        """Corrupt each image: a pure function that does not modify its arguments.

        Parameters
        ----------
        images : ndarray of float32, shape (n, h, w, c)
            In [0, 1], n >= 1.
        draws : Any
            The result of `draw`.

        Returns
        -------
        ndarray of float32, shape (n, h, w, c)
            Values may leave [0, 1]; they are clipped afterwards.
        """
        del images, draws
        raise TypeError(f"{type(self).__name__} must define apply(images, draws)")

    def apply_uint8(self, images: UInt8Images, draws: Any) -> UInt8Images | None:
        """Corrupt uint8 images in integer arithmetic, where that is faster.

        Optional. The result must be, byte by byte, what `apply` returns for ``images / 255``,
        clipped and rounded. A pure function as well.

        Parameters
        ----------
        images : ndarray of uint8, shape (n, h, w, c)
            Contiguous, n >= 1.
        draws : Any
            The result of `draw`.

        Returns
        -------
        ndarray of uint8, shape (n, h, w, c), or None
            None if these parameters or images need `apply`.
        """
        del images, draws
        return None

    def at(self, t: float) -> Self:
        """Return this corruption at a fraction of its severity range, with the same draws."""
        t = checked_t(t)
        changes = {
            name: info.at(self.field_types[name], getattr(self, name), t)
            for name, info in self.field_info.items()
            if info.identity is not None
        }
        return dataclasses.replace(self, **changes)

    def at_each(self, fractions: NDArray[np.float64]) -> tuple[Self, NDArray[np.bool_]]:
        """Return this corruption at one fraction of its severity range for each image.

        Parameters
        ----------
        fractions : ndarray of float64, shape (n,)
            One t for each image.

        Returns
        -------
        corruption : Corruption
            A copy whose fields that move with the strength have shape (n, 1, 1, 1).
        unchanged : ndarray of bool, shape (n,)
            Whether an image is unchanged: at t = 0, or if its strength is rounded to it.
        """
        used, which = np.unique(fractions, return_inverse=True)
        steps, unchanged = zip(*(_at(self, float(t)) for t in used), strict=True)
        spread = copy.copy(self)
        for name, info in self.field_info.items():
            if info.identity is not None:
                values = np.array([getattr(one, name) for one in steps], np.float32)[which]
                object.__setattr__(spread, name, values[:, None, None, None])
        return spread, np.array(unchanged)[which]

    def resolve(self, seed: int, ids: NDArray[np.uint64], occurrences: Counter[str]) -> Routing:
        """Send each image through this corruption, or nowhere if it is the identity."""
        del seed
        stage = Stage(self, occurrences[self.name])
        occurrences[self.name] += 1
        return Routing.same_for_all(() if self.is_identity else (stage,), len(ids))

    @property
    def is_identity(self) -> bool:
        """Whether every field that moves with the strength has its identity value."""
        return all(
            getattr(self, name) == info.identity
            for name, info in self.field_info.items()
            if info.identity is not None
        )

    @property
    def is_random(self) -> bool:
        """Whether it draws random numbers."""
        return type(self).draw is not Corruption.draw and not self.is_identity

    @property
    def is_pointwise(self) -> bool:
        """Whether a lookup table can replace it for uint8 images."""
        return Trait.POINTWISE in self.traits

    @property
    def has_uint8_path(self) -> bool:
        """Whether the class defines `apply_uint8`."""
        return type(self).apply_uint8 is not Corruption.apply_uint8

    @property
    def revisions(self) -> tuple[tuple[str, int], ...]:
        """Its name and revision."""
        return ((self.name, self.revision),)

    @property
    def axis(self) -> Axis:
        """The name, description and unit of the strength; t if the strength is at its identity."""
        info = self.field_info[self.strength_name]
        if getattr(self, self.strength_name) == info.identity:
            return super().axis
        return Axis(self.strength_name, info.description, info.unit)

    def position(self, t: float) -> float:
        """Return the strength at t in its own unit."""
        if self.axis == super().axis:
            return t
        return float(getattr(self.at(t), self.strength_name))

    def __str__(self) -> str:
        shown = [
            f"{name}={format_value(getattr(self, name))}"
            for name, info in self.field_info.items()
            if info.is_strength or getattr(self, name) != getattr(type(self), name)
        ]
        return f"{self.name}({', '.join(shown)})"


@lru_cache(maxsize=256)  # every chunk needs the same ones: 40 % of the time of a varied noise
def _at(corruption: Corruption, t: float) -> tuple[Corruption, bool]:
    """Return a corruption at t, and whether it does nothing there."""
    step = corruption.at(t)
    return step, step.is_identity


def collect_fields(cls: type[Corruption]) -> tuple[dict[str, FieldInfo], dict[str, str]]:
    """Return the description and the type ("float", "int", "str" or "bool") of each field.

    The strength comes first, even after inherited fields.
    """
    field_info: dict[str, FieldInfo] = {}
    field_types: dict[str, str] = {}
    for field in dataclasses.fields(cls):
        if "info" not in field.metadata:
            raise TypeError(f"{cls.__name__}: declare {field.name} with strength() or parameter()")
        kind = field.type if isinstance(field.type, str) else field.type.__name__
        if kind not in ("float", "int", "str", "bool"):
            raise TypeError(f"{cls.__name__}: {field.name} must be float, int, str or bool")
        field_info[field.name], field_types[field.name] = field.metadata["info"], kind
    first = dict(sorted(field_info.items(), key=lambda item: not item[1].is_strength))
    return first, field_types


def format_value(value: Value) -> str:
    """Format a value as specs have it: 30 and not 30.0."""
    return f"{value:.12g}" if isinstance(value, float) else repr(value)


def register_class(cls: type[Corruption]) -> None:
    """Enter a class in the registry; raise TypeError if another class has its name."""
    other = registered.get(cls.name)
    if other and (other.__module__, other.__qualname__) != (cls.__module__, cls.__qualname__):
        raise TypeError(f"{cls.__module__}: {other.__module__} has a corruption {cls.name} already")
    registered[cls.name] = cls
