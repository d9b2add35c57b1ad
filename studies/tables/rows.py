"""Tables as CSV: a dataclass declares the columns, and equal rows give equal bytes."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import Field, dataclass, fields
from typing import TYPE_CHECKING, Any

from studies.plan import Point
from studies.results.sweep_results import SeverityRange

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_SETTINGS = {"t", "strength"}  # chosen, not measured: written with all digits
_P_VALUES = {"p", "p_adjusted"}  # their order of magnitude matters


@dataclass(frozen=True, slots=True)
class PointRow:
    """The columns that identify a point of the curve of a model.

    Attributes
    ----------
    corruption : str
        Spec at maximum severity.
    parameter, unit : str
        The parameter that is the strength, and its unit.
    t, strength : float
        Fraction of the severity range, in [0, 1], and the strength in the unit of the parameter.
    model : str
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


class Columns:
    """Annotation of a field of a row that has several columns.

    Parameters
    ----------
    keys : callable, optional
        For a mapping: returns its keys, which are the names of the columns.
    **attributes : str
        For an object: name of a column -> attribute; the columns of None are empty.

    Examples
    --------
    >>> mean: Annotated[Interval | None, Columns(mean="estimate", mean_low="low")]
    """

    def __init__(
        self, keys: Callable[[], Sequence[str]] | None = None, /, **attributes: str
    ) -> None:
        self._keys = keys
        self._attributes = attributes

    def names(self) -> Sequence[str]:
        """Return the names of the columns."""
        return self._keys() if self._keys else list(self._attributes)

    def values(self, value: Any) -> list[Any]:
        """Return the values of the columns."""
        if self._keys:
            return [value[name] for name in self._keys()]
        names = self._attributes.values()
        return [None if value is None else getattr(value, name) for name in names]


def to_csv(kind: type["DataclassInstance"], rows: Iterable["DataclassInstance"]) -> bytes:
    """Return rows of one class as CSV in UTF-8, with one line for each row.

    Strengths have 12 significant digits, p-values 4, all other measured numbers 6 decimals; None
    is an empty field.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    several = {item.name: _columns_of(item) for item in fields(kind)}
    columns: list[str] = []
    for name, annotated in several.items():
        columns += annotated.names() if annotated else [name]
    writer.writerow(columns)
    for row in rows:
        values: list[Any] = []
        for name, annotated in several.items():
            value = getattr(row, name)
            values += annotated.values(value) if annotated else [value]
        writer.writerow(map(_text, columns, values))
    return text.getvalue().encode("utf-8")


def _columns_of(item: Field[Any]) -> Columns | None:
    """Return the annotation of a field that has several columns."""
    annotations = getattr(item.type, "__metadata__", ())
    return next((item for item in annotations if isinstance(item, Columns)), None)


def _text(column: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and column in _P_VALUES:
        return f"{value:.4g}"
    if isinstance(value, float):
        return f"{value:.12g}" if column in _SETTINGS else f"{value:.6f}"
    return str(value)
