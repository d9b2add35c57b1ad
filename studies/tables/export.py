"""The tables of an export, block by block, so that memory does not grow with the cells."""

import csv
import json
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from models.files import replacing
from studies.core.errors import StudyError
from studies.plan import Condition, Planned, Point, cell_key
from studies.results.adaptive import Level
from studies.results.sweep_results import Reader, Swept, severity_ranges, whole_draws
from studies.stats import metrics
from studies.stats.breaking_points import breaking_points
from studies.store.store import Store

if TYPE_CHECKING:
    import pyarrow as pa


Block = Mapping[str, npt.NDArray[Any]]
"""Column -> values, all of one length. Object columns hold text or None."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table to be written.

    Attributes
    ----------
    name
        Of its file, without ending.
    blocks
        Makes its blocks; all have the same columns with the same types.
    """

    name: str
    blocks: Callable[[], Iterator[Block]]


def tables_of(swept: Swept, reader: Reader, runs: Mapping[str, int]) -> list[Table]:
    """Return the tables of the last sweep of a folder.

    Parameters
    ----------
    swept
        What was asked for.
    reader
        Reads its cells.
    runs
        Key of a cell -> number of the run that computed it.

    Returns
    -------
    list of Table
        ``cells``: a row a finished cell of every curve, with its origin and metrics. ``images``: a
        row an image and cell. For a sweep from clean to worst also ``breaking_points``: a row an
        image, draw, corruption and model, with the strength at which it is first not recognised.
    """
    tables = [
        Table("cells", lambda: _gathered(_cells(swept, reader, runs))),
        Table("images", lambda: _images(swept, reader)),
    ]
    if any(isinstance(item, Point) for item in swept.plan):
        tables.append(Table("breaking_points", lambda: _breaking_points(swept, reader)))
    return tables


def _stored(swept: Swept, reader: Reader) -> Iterator[tuple[Planned, Condition, str, str, str]]:
    """Yield point, condition, model, digest and key of every finished cell of every curve."""
    for planned in swept.plan:
        for model, digest in swept.digests.items():
            for condition in reader.stored(planned, digest):
                yield planned, condition, model, digest, _key(condition, swept, digest)


def _key(condition: Condition, swept: Swept, digest: str) -> str:
    return cell_key(condition, swept.evaluation_set.images, digest)


def _gathered(blocks: Iterator[Block], rows: int = 10_000) -> Iterator[Block]:
    """Join small blocks into larger ones."""
    while some := list(islice(blocks, rows)):
        yield {name: np.concatenate([block[name] for block in some]) for name in some[0]}


def _cells(swept: Swept, reader: Reader, runs: Mapping[str, int]) -> Iterator[Block]:
    for planned, condition, model, digest, key in _stored(swept, reader):
        outcomes = reader.outcomes(condition, digest)
        yield {
            "cell": _text(key),
            **_place(planned),
            "pipeline": _text(condition.pipeline),
            "revisions": _text(json.dumps(condition.revisions)),
            "seed": _number(condition.seed),
            "model": _text(model),
            "model_digest": _text(digest),
            "run": np.array([runs[key]]),
            "images": np.array([len(outcomes.rank)]),
            "accuracy": _mean(metrics.correct(outcomes)),
            "confidence": _mean(metrics.confidence(outcomes)),
            "negative_log_likelihood": _mean(metrics.negative_log_likelihood(outcomes)),
            "brier": _mean(metrics.brier(outcomes)),
        }


def _place(planned: Planned) -> Block:
    """Return the columns that say where a cell is: on a curve, or at a level of a protocol."""
    if isinstance(planned, Point):
        return {
            "corruption": _text(planned.corruption),
            "t": np.array([planned.t]),
            "strength": np.array([planned.strength]),
        }
    if isinstance(planned, Level):
        return {"corruption": _text(planned.corruption), "level": np.array([planned.number])}
    raise TypeError(f"neither a point nor a level: {planned!r}")


def _images(swept: Swept, reader: Reader) -> Iterator[Block]:
    evaluation_set, written = swept.evaluation_set, set[str]()
    numbers = evaluation_set.images.first + np.arange(evaluation_set.images.count)
    for _, condition, model, digest, key in _stored(swept, reader):
        if key in written:  # the clean cell is part of every curve
            continue
        written.add(key)
        outcomes = reader.outcomes(condition, digest)
        yield {
            "cell": _text(key, len(numbers)),
            "model": _text(model, len(numbers)),
            "image": numbers,
            "label": evaluation_set.labels,
            "predicted": outcomes.predicted,
            "correct": metrics.correct(outcomes),
            "confidence": outcomes.confidence,
            "log_probability": outcomes.log_probability,
            "rank": outcomes.rank,
            "squared_norm": outcomes.squared_norm,
        }


def _breaking_points(swept: Swept, reader: Reader) -> Iterator[Block]:
    images = swept.evaluation_set.images
    numbers = images.first + np.arange(images.count)
    for path in severity_ranges([item for item in swept.plan if isinstance(item, Point)]):
        t = np.array([*(point.t for point in path.points), np.nan])
        strength = np.array([*(point.strength for point in path.points), np.nan])
        for model, digest in swept.digests.items():
            stored = [reader.stored(point, digest) for point in path.points]
            for draw in whole_draws(path.points, stored):
                ranks = [reader.quantity(condition, digest, "rank") for condition in draw]
                broken = breaking_points(np.equal(np.stack(ranks), 0)[np.newaxis])[0]
                yield {
                    "corruption": _text(path.corruption, len(numbers)),
                    "model": _text(model, len(numbers)),
                    "seed": _number(draw[-1].seed, len(numbers)),
                    "image": numbers,
                    "lost": broken < len(path.points),
                    "breaking_t": t[broken],
                    "breaking_strength": strength[broken],
                }


def _text(value: str, rows: int = 1) -> npt.NDArray[Any]:
    return np.full(rows, value, object)


def _number(value: int | None, rows: int = 1) -> npt.NDArray[Any]:
    """Return whole numbers that may be None."""
    return np.full(rows, value, object)


def _mean(values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    return np.array([values.mean(dtype=np.float64)])


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
    with replacing(path) as partial:
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


FILE_NAME = "provenance.json"


def origin_of(store: Store, swept: Swept) -> bytes:
    """Return what a reader of the tables needs to trace a number, as UTF-8 JSON.

    Parameters
    ----------
    store
        The results.
    swept
        What the tables are about.

    Returns
    -------
    bytes
        An object with ``study``, ``data`` (name, digest, images, classes), ``models`` (by name:
        digest, file and training) and ``runs``: by the number that the column ``run`` of the cells
        has, the command, every setting, versions, commit and machine.
    """
    images = swept.evaluation_set.images
    found: dict[str, Any] = {
        "study": swept.evaluation_set.study,
        "data": {
            "name": swept.evaluation_set.data,
            "digest": images.digest,
            "first_image": images.first,
            "images": images.count,
            "class_names": swept.evaluation_set.class_names,
        },
        "models": {
            model.name: {
                "digest": model.digest,
                "path": model.path,
                "training": model.provenance or None,
            }
            for name in swept.digests
            if (model := store.model(name))
        },
        "runs": {
            str(run.number): {
                "command": run.command,
                "started": run.started,
                "finished": run.finished,
                "settings": run.study,
                **run.provenance,
            }
            for run in store.runs()
        },
    }
    return (json.dumps(found, indent=1, ensure_ascii=False) + "\n").encode()
