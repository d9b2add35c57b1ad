"""Blocks of columns -> CSV, JSON or Parquet files, each whole or not there."""

import csv
import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from models.files import atomic_write
from studies.errors import StudyError
from studies.export.tables import Block, Table

if TYPE_CHECKING:
    import pyarrow as pa

FORMATS = ("csv", "parquet", "json")


def write_table(table: Table, folder: Path, form: str) -> tuple[Path, int]:
    """Write one table.

    Parameters
    ----------
    table
        What to write.
    folder
        Where; it is made if it is missing.
    form
        ``csv`` (missing values are empty), ``json`` (a list of records, one a line; missing or
        infinite values are null) or ``parquet`` (a row group a block; needs pyarrow).

    Returns
    -------
    Path
        Of the file.
    int
        How many rows it has.

    Raises
    ------
    StudyError
        When the format is unknown, or pyarrow is missing.
    OSError
        When the file cannot be written; an older one of its name then stays as it was.
    """
    writers: dict[str, Callable[[Table, Path], int]] = {
        "csv": _write_csv,
        "json": _write_json,
        "parquet": _write_parquet,
    }
    if form not in writers:
        raise StudyError(f"a table is exported as {', '.join(FORMATS)}, not as {form!r}")
    path = folder / f"{table.name}.{form}"
    folder.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as partial:
        return path, writers[form](table, partial)


def _rows(block: Block) -> Iterator[tuple[Any, ...]]:
    return zip(*(_plain(values) for values in block.values()), strict=True)


def _plain(values: npt.NDArray[Any]) -> list[Any]:
    """Return Python values; float32 as the shortest decimals that read back as the same."""
    if values.dtype == np.float32:
        return [None if math.isnan(value) else float(str(value)) for value in values]
    found = values.tolist()
    if values.dtype.kind == "f":
        return [None if math.isnan(value) else value for value in found]
    return list(found)


def _write_csv(table: Table, path: Path) -> int:
    rows = 0
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        for number, block in enumerate(table.blocks()):
            if number == 0:
                writer.writerow(block)
            writer.writerows(_rows(block))
            rows += _length(block)
    return rows


def _write_json(table: Table, path: Path) -> int:
    rows = 0
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        for block in table.blocks():
            for row in _rows(block):
                record = {
                    name: None if isinstance(value, float) and math.isinf(value) else value
                    for name, value in zip(block, row, strict=True)
                }
                file.write(",\n" if rows else "\n")
                file.write(json.dumps(record, ensure_ascii=False, allow_nan=False))
                rows += 1
        file.write("\n]\n")
    return rows


def _write_parquet(table: Table, path: Path) -> int:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise StudyError(
            "Parquet files need pyarrow, which is not installed: python -m pip install -e "
            '".[parquet]"; csv and json need nothing more'
        ) from None
    rows, writer = 0, None
    try:
        for block in table.blocks():
            group = _as_arrow(block)
            writer = writer or parquet.ParquetWriter(path, group.schema)
            writer.write_table(group)
            rows += _length(block)
        if writer is None:
            parquet.write_table(pa.table({}), path)
    finally:
        if writer is not None:
            writer.close()
    return rows


def _as_arrow(block: Block) -> "pa.Table":
    import pyarrow as pa

    def column(name: str, values: npt.NDArray[Any]) -> "pa.Array":
        if values.dtype != object:
            return pa.array(values, from_pandas=True)  # NaN is a missing value
        kind = pa.int64() if name == "seed" else pa.string()
        return pa.array(values.tolist(), kind)

    return pa.table({name: column(name, values) for name, values in block.items()})


def _length(block: Block) -> int:
    return len(next(iter(block.values())))
