"""The tables of an export, block by block, so that memory does not grow with the cells."""

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
from studies.stats.breaking_points import breaking_points
from studies.stats.metrics import METRICS, by_image_metrics, correct

if TYPE_CHECKING:
    import pandas as pd

Block = dict[str, Any]
"""Column -> values, arrays of one length or one value for all rows of the block."""

_BLOCK_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Table:
    """A table to be written.

    Attributes
    ----------
    name : str
        Name of its file, without ending.
    blocks : callable
        Yields its blocks of rows; all have the same columns with the same types.
    """

    name: str
    blocks: Callable[[], "Iterator[pd.DataFrame]"]


def export_tables(results: SweepResults) -> list[Table]:
    """Return the tables of the last sweep of a folder.

    Returns
    -------
    list of Table
        ``cells``: one row for each finished cell of every curve, with its origin and metrics.
        ``images``: one row for each image and cell. For a sweep over severity ranges also
        ``breaking_points``: one row for each image, noise seed, corruption and model, with the
        strength at which the image is first misclassified.
    """
    tables = [
        Table("cells", lambda: _frames(_cells(results))),
        Table("images", lambda: _frames(_images(results))),
    ]
    if results.severity_ranges:
        tables.append(Table("breaking_points", lambda: _frames(_breaking_points(results))))
    return tables


def _frames(blocks: Iterator[Block]) -> "Iterator[pd.DataFrame]":
    """Join blocks to data frames of a size that fits memory, whatever the number of cells."""
    import pandas as pd

    waiting: list[pd.DataFrame] = []
    for block in blocks:
        seed = {"seed": "Int64"} if "seed" in block else {}
        waiting.append(pd.DataFrame(block).astype(seed))
        if sum(map(len, waiting)) >= _BLOCK_ROWS:
            yield pd.concat(waiting, ignore_index=True)
            waiting.clear()
    if waiting:
        yield pd.concat(waiting, ignore_index=True)


def _stored(results: SweepResults) -> Iterator[tuple[Point, Condition, str]]:
    """Yield point, condition and model of every finished cell of every curve."""
    for point in results.points:
        for model in results.models:
            for condition in results.stored(point, model):
                yield point, condition, model


def _cells(results: SweepResults) -> Iterator[Block]:
    runs = results.store.runs_of_cells()
    for point, condition, model in _stored(results):
        key, outcomes = results.key(condition, model), results.outcomes(condition, model)
        where: Block = {"t": point.t, "strength": point.strength}
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


def _images(results: SweepResults) -> Iterator[Block]:
    written = set[str]()
    for _, condition, model in _stored(results):
        key = results.key(condition, model)
        if key in written:  # the clean cell is part of every curve
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
            "confidence": outcomes.confidence,
            "log_probability": outcomes.log_probability,
            "rank": outcomes.rank,
            "squared_norm": outcomes.squared_norm,
        }


def _breaking_points(results: SweepResults) -> Iterator[Block]:
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


def write_table(table: Table, folder: Path, form: str) -> tuple[Path, int]:
    """Write one table.

    Parameters
    ----------
    table : Table
        What to write.
    folder : Path
        Where to write; it is made if it is missing.
    form : str
        ``csv`` (missing values are empty), ``json`` (a list of records, one on each line; missing
        and infinite values are null) or ``parquet`` (one row group for each block; needs pyarrow).

    Returns
    -------
    Path
        The file.
    int
        How many rows it has.

    Raises
    ------
    StudyError
        When the format is unknown, or pyarrow is missing.
    OSError
        When the file cannot be written; an older one of its name then stays as it was.
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
    """Return float32 columns as the shortest decimals that read back as the same."""
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
"""Format -> what writes a table in it."""

FILE_NAME = "provenance.json"


def provenance_json(results: SweepResults) -> bytes:
    """Return what a reader of the tables needs to trace a number, as UTF-8 JSON.

    Returns
    -------
    bytes
        An object with ``study``, ``data`` (name, digest, images, classes), ``models`` (by name:
        digest, file and training) and ``runs``: by the number that the column ``run`` of the cells
        has, the command, every setting, versions, commit and machine.
    """
    images = results.images
    found: dict[str, Any] = {
        "study": results.evaluation_set.study,
        "data": {
            "name": results.evaluation_set.data,
            "digest": images.digest,
            "first_image": images.first,
            "images": images.count,
            "class_names": results.evaluation_set.class_names,
        },
        "models": {
            model.name: {
                "digest": model.digest,
                "path": model.path,
                "training": model.provenance or None,
            }
            for name in results.models
            if (model := results.store.model(name))
        },
        "runs": {
            str(run.number): {
                "command": run.command,
                "started": run.started,
                "finished": run.finished,
                "settings": run.study,
                **run.provenance,
            }
            for run in results.store.runs()
        },
    }
    return (json.dumps(found, indent=1, ensure_ascii=False) + "\n").encode()
