"""Rows -> CSV, the same bytes for the same rows."""

import csv
import io
from collections.abc import Iterable
from dataclasses import fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_SETTINGS = {"t", "strength"}  # chosen, not measured: written in full
_SMALL = {"p", "p_adjusted"}  # their order of magnitude is what counts


def to_csv(kind: type["DataclassInstance"], rows: Iterable["DataclassInstance"]) -> bytes:
    """Return rows of one kind as CSV: UTF-8, a column a field, a line a row.

    Strengths have 12 significant digits, p-values 4, all other measured numbers 6 decimals; None
    is left empty.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    columns = [field.name for field in fields(kind)]
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_text(name, getattr(row, name)) for name in columns])
    return text.getvalue().encode("utf-8")


def _text(column: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and column in _SMALL:
        return f"{value:.4g}"
    if isinstance(value, float):
        return f"{value:.12g}" if column in _SETTINGS else f"{value:.6f}"
    return str(value)
