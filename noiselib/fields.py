"""The fields of a corruption: what they mean, their limits, and how they move with the strength."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from numbers import Integral, Real
from typing import Any, NamedTuple

__all__ = ["Axis", "FieldInfo", "geometric", "inverse_square", "linear", "parameter", "strength"]

Path = Callable[[float, float, float], float]
Value = float | int | str | bool


class Axis(NamedTuple):
    """What the strength of a corruption is measured in."""

    name: str
    description: str
    unit: str

    @property
    def label(self) -> str:
        """Say name and unit, as on the axis of a plot."""
        return f"{self.name} [{self.unit}]" if self.unit else self.name


def linear(start: float, end: float, t: float) -> float:
    """Go in equal steps: ``start + t * (end - start)``."""
    return start + t * (end - start)


def geometric(start: float, end: float, t: float) -> float:
    """Go in equal ratios: ``start**(1 - t) * end**t``; both ends positive."""
    return float(start ** (1 - t) * end**t)


def inverse_square(start: float, end: float, t: float) -> float:
    """Go from infinity: ``end / t**2``; for counts whose noise is their square root."""
    return end / t**2 if t**2 > 0 else start


@dataclasses.dataclass(frozen=True, kw_only=True)
class FieldInfo:
    """What is known of one field of a corruption.

    Attributes
    ----------
    description : str
        The field in words.
    unit : str
        Its unit; empty for pure numbers.
    low, high : float
        Its limits, both allowed.
    choices : tuple of str
        The values of a field that is a choice; empty otherwise.
    identity : float or None
        Where the field stands at t = 0; None if it does not move with the strength.
    worst : float or None
        For the strength: where it stands if nothing else is said.
    path : callable
        ``path(identity, value, t)``: where the field stands at t.
    """

    description: str
    unit: str = ""
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[str, ...] = ()
    identity: float | None = None
    worst: float | None = None
    path: Path = linear

    @property
    def is_strength(self) -> bool:
        """Whether this is the strength of its corruption."""
        return self.worst is not None

    def checked(self, owner: str, name: str, kind: str, value: object) -> Value:
        """Give the value in its own type, floats to 12 significant digits.

        Raises
        ------
        TypeError
            For a value of another kind.
        ValueError
            For NaN, a value beyond the limits, or none of the choices.
        """
        if kind == "bool":
            if not isinstance(value, bool):
                raise TypeError(f"{owner}: {name} must be True or False, got {value!r}")
            return value
        if kind == "str":
            if value not in self.choices:
                raise ValueError(
                    f"{owner}: {name} must be one of {', '.join(self.choices)}, got {value!r}"
                )
            return str(value)
        wanted = Integral if kind == "int" else Real
        if not isinstance(value, wanted) or isinstance(value, bool):
            noun = "a whole number" if kind == "int" else "a number"
            raise TypeError(f"{owner}: {name} must be {noun}, got {value!r}")
        if not self.low <= value <= self.high:  # type: ignore[operator]  # Real compares
            raise ValueError(
                f"{owner}: {name} must lie in [{self.low:g}, {self.high:g}], got {value}"
            )
        return int(value) if kind == "int" else rounded(float(value))  # type: ignore[call-overload]  # checked above

    def at(self, kind: str, value: Value, t: float) -> Value:
        """Give the value at t: the identity at 0, `value` at 1; what does not move stays."""
        if self.identity is None or t == 1:
            return value
        if t == 0:
            return self.identity if kind == "float" else round(self.identity)
        moved = self.path(self.identity, float(value), t)
        return rounded(moved) if kind == "float" else round(moved)


def rounded(value: float) -> float:
    """Round to 12 significant digits, so that 0.1 + 0.02 reads 0.12; -0 becomes 0."""
    return float(f"{value:.12g}") + 0.0


def strength(
    description: str,
    *,
    identity: float,
    worst: float,
    low: float | None = None,
    high: float | None = None,
    unit: str = "",
    path: Path = linear,
) -> Any:
    """Declare the one field that is a corruption's strength.

    Parameters
    ----------
    description : str
        The field in words, with its scale.
    identity : float
        The value at which the corruption does nothing.
    worst : float
        The value if none is given: the far end of plots and galleries.
    low, high : float, optional
        The limits, both allowed. Left out, the field is bounded by its identity on one side and
        free on the side of `worst`.
    unit : str
        The unit; empty for pure numbers.
    path : callable
        ``path(identity, value, t)``, monotone in t: how `Corruption.at` moves the field.
    """
    if low is None:
        low = identity if worst > identity else -math.inf
    if high is None:
        high = identity if worst < identity else math.inf
    info = FieldInfo(
        description=description,
        unit=unit,
        low=low,
        high=high,
        identity=identity,
        worst=worst,
        path=path,
    )
    return dataclasses.field(default=worst, kw_only=True, metadata={"info": info})


def parameter(
    description: str,
    *,
    default: Value,
    low: float = -math.inf,
    high: float = math.inf,
    choices: tuple[str, ...] = (),
    unit: str = "",
    identity: float | None = None,
    path: Path = linear,
) -> Any:
    """Declare a field beside the strength.

    Parameters
    ----------
    description : str
        The field in words, with its scale.
    default : float, int, str or bool
        The value if none is given.
    low, high : float
        The limits of a number, both allowed.
    choices : tuple of str
        The values of a choice.
    unit : str
        The unit; empty for pure numbers.
    identity : float, optional
        Given, the field moves with the strength, from here at t = 0 along `path`.
    path : callable
        ``path(identity, value, t)``, monotone in t.
    """
    info = FieldInfo(
        description=description,
        unit=unit,
        low=low,
        high=high,
        choices=choices,
        identity=identity,
        path=path,
    )
    return dataclasses.field(default=default, kw_only=True, metadata={"info": info})
