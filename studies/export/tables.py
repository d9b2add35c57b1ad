"""The tables of an export, block by block, so that memory does not grow with the cells."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from studies.plan import Condition, Planned, Point, cell_key
from studies.results.adaptive import Level
from studies.results.sweep_results import Reader, Swept, paths_of, whole_draws
from studies.stats import metrics
from studies.stats.breaking_points import breaking_points

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
    return cell_key(condition, swept.subject.images, digest)


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
    subject, written = swept.subject, set[str]()
    numbers = subject.images.first + np.arange(subject.images.count)
    for _, condition, model, digest, key in _stored(swept, reader):
        if key in written:  # the clean cell is part of every curve
            continue
        written.add(key)
        outcomes = reader.outcomes(condition, digest)
        yield {
            "cell": _text(key, len(numbers)),
            "model": _text(model, len(numbers)),
            "image": numbers,
            "label": subject.labels,
            "predicted": outcomes.predicted,
            "correct": metrics.correct(outcomes),
            "confidence": outcomes.confidence,
            "log_probability": outcomes.log_probability,
            "rank": outcomes.rank,
            "squared_norm": outcomes.squared_norm,
        }


def _breaking_points(swept: Swept, reader: Reader) -> Iterator[Block]:
    images = swept.subject.images
    numbers = images.first + np.arange(images.count)
    for path in paths_of([item for item in swept.plan if isinstance(item, Point)]):
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
