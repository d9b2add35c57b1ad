"""Fields of corruptions: their meaning and limits, and how they move with the strength."""

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
    """What the strength of a corruption is measured in.

    Attributes
    ----------
    name : str
        The name of the strength.
    description : str
        Its meaning.
    unit : str
        Its unit; empty for pure numbers.
    """

    name: str
    description: str
    unit: str

    @property
    def label(self) -> str:
        """Name and unit, as a plot labels its axis."""
        return f"{self.name} [{self.unit}]" if self.unit else self.name


def linear(start: float, end: float, t: float) -> float:
    """Move in equal steps: ``start + t * (end - start)``."""
    return start + t * (end - start)


def geometric(start: float, end: float, t: float) -> float:
    """Move in equal ratios: ``start**(1 - t) * end**t``; both ends must be positive."""
    return float(start ** (1 - t) * end**t)


def inverse_square(start: float, end: float, t: float) -> float:
    """Move from infinity: ``end / t**2``; for counts, whose noise is their square root."""
    return end / t**2 if t**2 > 0 else start


@dataclasses.dataclass(frozen=True, kw_only=True)
class FieldInfo:
    """The description of one field of a corruption.

    Attributes
    ----------
    description : str
        The meaning of the field, with its scale.
    unit : str
        Its unit; empty for pure numbers.
    low, high : float
        The limits, both inclusive.
    choices : tuple of str
        The allowed values of a str field; empty otherwise.
    identity : float or None
        The value at t = 0; None if the field does not move with the strength.
    worst : float or None
        For the strength: its default, the value at maximum severity. None for other fields.
    path : callable
        ``path(identity, value, t)``: the value at t.
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

    def checked(self, owner: str, name: str, field_type: str, value: object) -> Value:
        """Return a value converted to the type of the field, floats to 12 significant digits.

        Parameters
        ----------
        owner, name : str
            The names of the corruption and the field, for messages.
        field_type : str
            "float", "int", "str" or "bool".
        value : object
            The value to check.

        Returns
        -------
        float, int, str or bool
            The value.

        Raises
        ------
        TypeError
            If the value has another type.
        ValueError
            If the value is NaN, outside the limits, or not one of the choices.
        """
        if field_type == "bool":
            if not isinstance(value, bool):
                raise TypeError(f"{owner}: {name} must be True or False, got {value!r}")
            return value
        if field_type == "str":
            if value not in self.choices:
                raise ValueError(
                    f"{owner}: {name} must be one of {', '.join(self.choices)}, got {value!r}"
                )
            return str(value)
        expected = Integral if field_type == "int" else Real
        if not isinstance(value, expected) or isinstance(value, bool):
            noun = "an integer" if field_type == "int" else "a number"
            raise TypeError(f"{owner}: {name} must be {noun}, got {value!r}")
        if not self.low <= value <= self.high:  # type: ignore[operator]  # Real compares
            raise ValueError(
                f"{owner}: {name} must lie in [{self.low:g}, {self.high:g}], got {value}"
            )
        if field_type == "int":
            return int(value)  # type: ignore[call-overload, no-any-return]  # checked above
        return round_to_12_digits(float(value))

    def at(self, field_type: str, value: Value, t: float) -> Value:
        """Return the value at a fraction of the severity range.

        Parameters
        ----------
        field_type : str
            "float", "int", "str" or "bool".
        value : float, int, str or bool
            The value at t = 1.
        t : float
            In [0, 1].

        Returns
        -------
        float, int, str or bool
            The identity at t = 0; always `value` if the field does not move with the strength.
        """
        if self.identity is None or t == 1:
            return value
        if t == 0:
            return self.identity if field_type == "float" else round(self.identity)
        moved = self.path(self.identity, float(value), t)
        return round_to_12_digits(moved) if field_type == "float" else round(moved)

    def entry(self, name: str, field_type: str, default: Value) -> str:
        """Return the entry of the field in the Parameters section of a docstring.

        Parameters
        ----------
        name : str
            The name of the field.
        field_type : str
            "float", "int", "str" or "bool".
        default : float, int, str or bool
            Its default.

        Returns
        -------
        str
            Two lines: the type and default, and the description with unit and limits.
        """
        if field_type == "bool":
            values = "True or False"
        else:
            values = ", ".join(self.choices) or f"{self.low:g} to {self.high:g}"
        facts = ["the strength"] if self.is_strength else []
        facts += [values] if self.identity is None else [values, f"identity at {self.identity:g}"]
        meaning = self.description[:1].upper() + self.description[1:]
        unit = f" [{self.unit}]" if self.unit else ""
        return (
            f"{name} : {field_type}, default {default}\n    {meaning}{unit} ({'; '.join(facts)})."
        )


def round_to_12_digits(value: float) -> float:
    """Round to 12 significant digits, so that 0.1 + 0.02 prints as 0.12; -0 becomes 0."""
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
    """Declare the one field that is the strength of a corruption.

    Parameters
    ----------
    description : str
        The meaning of the field, with its scale.
    identity : float
        The value at which the corruption does nothing.
    worst : float
        The default: the value at maximum severity, where plots and galleries end.
    low, high : float, optional
        The limits, both inclusive. By default, the identity is the limit on one side, and there is
        none on the side of `worst`.
    unit : str
        The unit; empty for pure numbers.
    path : callable
        ``path(identity, value, t)``, monotone in t: the value that `Corruption.at` gives the field.

    Returns
    -------
    dataclasses.Field
        The field, for the body of a `Corruption` class.
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
    """Declare a field other than the strength.

    Parameters
    ----------
    description : str
        The meaning of the field, with its scale.
    default : float, int, str or bool
        The default.
    low, high : float
        The limits of a number, both inclusive.
    choices : tuple of str
        The allowed values of a str field.
    unit : str
        The unit; empty for pure numbers.
    identity : float, optional
        If given, the field moves with the strength, from this value at t = 0.
    path : callable
        ``path(identity, value, t)``, monotone in t.

    Returns
    -------
    dataclasses.Field
        The field, for the body of a `Corruption` class.
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
