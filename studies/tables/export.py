"""The tables of an export, written block by block, so that memory does not grow with the cells."""

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from models.files import atomic_write
from studies.core.errors import StudyError
from studies.plan import Condition, Point
from studies.results.sweep_results import SweepResults, complete_seeds
from studies.stats.metrics import METRICS, by_image_metrics, correct
from studies.stats.predictions import breaking_points

if TYPE_CHECKING:
    import pandas as pd

CellColumns = dict[str, Any]
"""Column -> an array, or one value for all rows."""

_BLOCK_ROWS = 10_000
_OF_OUTCOMES = ("confidence", "log_probability", "rank", "squared_norm")  # copied to the images


@dataclass(frozen=True, slots=True)
class ExportTable:
    """A table to be written.

    Attributes
    ----------
    name : str
        Name of its file, without ending.
    blocks : callable
        Returns an iterator of blocks of rows; all have the same columns with the same types.
    """

    name: str
    blocks: Callable[[], "Iterator[pd.DataFrame]"]


def export_tables(results: SweepResults) -> list[ExportTable]:
    """Return the tables of the last sweep of a folder.

    ``cells`` has one row for each finished cell of every curve, with its origin and metrics, and
    ``images`` one row for each image and cell. For a sweep over severity ranges,
    ``breaking_points`` has one row for each image, noise seed, corruption and model, with the
    strength at which the image is first misclassified.
    """
    tables = [
        ExportTable("cells", lambda: _frames(_cells(results))),
        ExportTable("images", lambda: _frames(_images(results))),
    ]
    if results.severity_ranges:
        tables.append(ExportTable("breaking_points", lambda: _frames(_breaking_points(results))))
    return tables


def _frames(parts: Iterator[CellColumns]) -> "Iterator[pd.DataFrame]":
    """Join the rows of cells to data frames of at least `_BLOCK_ROWS` rows."""
    import pandas as pd

    pending: list[pd.DataFrame] = []
    rows = 0
    for columns in parts:
        seed = {"seed": "Int64"} if "seed" in columns else {}  # an integer that may be missing
        pending.append(pd.DataFrame(columns).astype(seed))
        rows += len(pending[-1])
        if rows >= _BLOCK_ROWS:
            yield pd.concat(pending, ignore_index=True)
            pending.clear()
            rows = 0
    if pending:
        yield pd.concat(pending, ignore_index=True)


def _stored(results: SweepResults) -> Iterator[tuple[Point, Condition, str]]:
    """Yield point, condition and model of every stored cell of every curve."""
    for point in results.points:
        for model in results.models:
            for condition in results.stored(point, model):
                yield point, condition, model


def _cells(results: SweepResults) -> Iterator[CellColumns]:
    runs = results.store.runs_of_cells()
    for point, condition, model in _stored(results):
        key, outcomes = results.key(condition, model), results.outcomes(condition, model)
        where: CellColumns = {"t": point.t, "strength": point.strength}
        yield {
            "cell": [key],
            "corruption": point.corruption,
            **(where if point.level is None else {"level": point.level}),
            "pipeline": condition.pipeline,
            "revisions": json.dumps(condition.revisions),
            "seed": condition.seed,
            "model": model,
            "model_digest": results.digests[model],
            "run": runs[key],
            "images": len(outcomes.rank),
            "accuracy": METRICS["accuracy"].value([outcomes]),
            **{metric.name: metric.value([outcomes]) for metric in by_image_metrics()},
        }


def _images(results: SweepResults) -> Iterator[CellColumns]:
    written = set[str]()
    for _, condition, model in _stored(results):
        key = results.key(condition, model)
        if key in written:  # every curve contains the clean cell
            continue
        written.add(key)
        outcomes = results.outcomes(condition, model)
        yield {
            "cell": key,
            "model": model,
            "image": results.images.first + np.arange(results.images.count),
            "label": results.evaluation_set.labels,
            "predicted": outcomes.predicted,
            "correct": correct(outcomes),
            **{name: getattr(outcomes, name) for name in _OF_OUTCOMES},
        }


def _breaking_points(results: SweepResults) -> Iterator[CellColumns]:
    numbers = results.images.first + np.arange(results.images.count)
    for severity_range in results.severity_ranges:
        points = severity_range.points
        t = np.array([*(point.t for point in points), np.nan])
        strength = np.array([*(point.strength for point in points), np.nan])
        for model in results.models:
            stored = [results.stored(point, model) for point in points]
            for conditions in complete_seeds(points, stored):
                right = np.stack([results.correct(item, model) for item in conditions])
                breaking = breaking_points(right[np.newaxis])[0]
                yield {
                    "corruption": severity_range.corruption,
                    "model": model,
                    "seed": conditions[-1].seed,
                    "image": numbers,
                    "failed": breaking < len(points),
                    "breaking_t": t[breaking],
                    "breaking_strength": strength[breaking],
                }


def write_table(table: ExportTable, folder: Path, form: str) -> tuple[Path, int]:
    """Write one table, and return its file and the number of its rows.

    Parameters
    ----------
    table : ExportTable
    folder : Path
        Where to write; it is created if it is missing.
    form : {"csv", "json", "parquet"}
        In CSV, missing values are empty. JSON is a list of records, one on each line; missing and
        infinite values are null. Parquet has one row group for each block, and needs pyarrow.

    Raises
    ------
    StudyError
        If the format is unknown, or pyarrow is missing.
    OSError
        If the file cannot be written; an existing file of its name is then unchanged.
    """
    if form not in FORMATS:
        raise StudyError(f"a table is exported as {', '.join(FORMATS)}, not as {form!r}")
    path = folder / f"{table.name}.{form}"
    folder.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as partial:
        return path, FORMATS[form](table.blocks(), partial)


def _write_csv(blocks: "Iterator[pd.DataFrame]", path: Path) -> int:
    rows = 0
    with path.open("w", newline="", encoding="utf-8") as file:
        for block in blocks:
            _shortest(block).to_csv(file, header=not rows, index=False, lineterminator="\n")
            rows += len(block)
    return rows


def _write_json(blocks: "Iterator[pd.DataFrame]", path: Path) -> int:
    rows = 0
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        for block in blocks:
            plain = _shortest(block).astype(object)
            plain = plain.where(plain.notna() & ~plain.isin([math.inf, -math.inf]), None)
            for record in plain.to_dict("records"):
                file.write(",\n" if rows else "\n")
                file.write(json.dumps(record, ensure_ascii=False, allow_nan=False))
                rows += 1
        file.write("\n]\n")
    return rows


def _shortest(block: "pd.DataFrame") -> "pd.DataFrame":
    """Return float32 columns as the shortest decimals that round to the same numbers."""
    block = block.copy(deep=False)
    for name in block.select_dtypes("float32"):
        block[name] = block[name].astype(str).astype(float)
    return block


def _write_parquet(blocks: "Iterator[pd.DataFrame]", path: Path) -> int:
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
        for block in blocks:
            group = pa.Table.from_pandas(block, preserve_index=False)
            writer = writer or parquet.ParquetWriter(path, group.schema)
            writer.write_table(group)
            rows += len(block)
        if writer is None:
            parquet.write_table(pa.table({}), path)
    finally:
        if writer is not None:
            writer.close()
    return rows


FORMATS: dict[str, Callable[["Iterator[pd.DataFrame]", Path], int]] = {
    "csv": _write_csv,
    "parquet": _write_parquet,
    "json": _write_json,
}
"""Format, which is also the ending of the file -> function that writes a table in it."""

PROVENANCE_FILE = "provenance.json"


def provenance_json(results: SweepResults) -> bytes:
    """Return the provenance of an export as UTF-8 JSON.

    It has ``study``, ``data`` (name, digest, images, classes), ``models`` (by name: digest, file
    and training) and ``runs``: by the number in the column ``run`` of the cells, the command,
    every setting, versions, commit and machine.
    """
    images, evaluation_set = results.images, results.evaluation_set
    data = {
        "name": evaluation_set.data,
        "digest": images.digest,
        "first_image": images.first,
        "images": images.count,
        "class_names": evaluation_set.class_names,
    }
    models = {
        m.name: {"digest": m.digest, "path": m.path, "training": m.provenance or None}
        for name in results.models
        if (m := results.store.model(name))
    }
    runs = {
        str(run.number): {
            "command": run.command,
            "started": run.started,
            "finished": run.finished,
            "settings": run.study,
            **run.provenance,
        }
        for run in results.store.runs()
    }
    found = {"study": evaluation_set.study, "data": data, "models": models, "runs": runs}
    return (json.dumps(found, indent=1, ensure_ascii=False) + "\n").encode()
