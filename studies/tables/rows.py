"""Tables as files: a dataclass declares the columns, and equal rows give equal bytes."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from studies.plan import Point
from studies.results.sweep_results import SeverityRange

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_SETTINGS = {"t", "strength"}  # chosen, not measured: written in full
_SMALL = {"p", "p_adjusted"}  # their order of magnitude is what counts
_COLUMNS = "columns"


@dataclass(frozen=True, slots=True)
class PointRow:
    """The columns that say which point of which curve a row is about.

    Attributes
    ----------
    corruption : str
        Spec at maximum severity.
    parameter, unit : str
        The parameter that is the strength, and its unit.
    t, strength : float
        Fraction of the severity range, in [0, 1], and the strength in the unit of the parameter.
    model : str
        Name of the model.
    """

    corruption: str
    parameter: str
    unit: str
    t: float
    strength: float
    model: str

    @staticmethod
    def place(
        severity_range: SeverityRange, point: Point, model: str
    ) -> tuple[str, str, str, float, float, str]:
        """Return the values of these columns."""
        of = severity_range
        return of.corruption, of.parameter, of.unit, point.t, point.strength, model


def several_columns(names: Callable[[], Sequence[str]]) -> Any:
    """Declare a field of a row that holds several columns, a mapping from names to values.

    Parameters
    ----------
    names : callable
        Returns the names of the columns, in their order.
    """
    return field(metadata={_COLUMNS: names})


def columns_of(kind: type["DataclassInstance"]) -> list[str]:
    """Return the names of the columns of a kind of row."""
    return [
        name
        for item in fields(kind)
        for name in (item.metadata[_COLUMNS]() if _COLUMNS in item.metadata else (item.name,))
    ]


def values_of(row: "DataclassInstance") -> Iterator[Any]:
    """Yield the values of a row, column by column."""
    for item in fields(row):
        value = getattr(row, item.name)
        if _COLUMNS in item.metadata:
            yield from (value[name] for name in item.metadata[_COLUMNS]())
        else:
            yield value


def to_csv(kind: type["DataclassInstance"], rows: Iterable["DataclassInstance"]) -> bytes:
    """Return rows of one kind as CSV in UTF-8, one line for each row.

    Strengths have 12 significant digits, p-values 4, all other measured numbers 6 decimals; None
    is left empty.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    columns = columns_of(kind)
    writer.writerow(columns)
    for row in rows:
        writer.writerow(map(_text, columns, values_of(row)))
    return text.getvalue().encode("utf-8")


def _text(column: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and column in _SMALL:
        return f"{value:.4g}"
    if isinstance(value, float):
        return f"{value:.12g}" if column in _SETTINGS else f"{value:.6f}"
    return str(value)
