"""How a batch is run: in chunks that fit the cache, on as many threads as asked for."""

from __future__ import annotations

import copy
import math
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from operator import index
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from noiselib.corruption import Corruption, Trait
from noiselib.images import Images, Levels, as_batch, from_unit, to_unit
from noiselib.resolution import Leaf, Resolution
from noiselib.streams import Streams, as_ids, as_seed
from noiselib.tables import Table, look_up, tabulated

if TYPE_CHECKING:
    from noiselib.transform import Transform

__all__ = ["corrupt", "run"]

CHUNK_VALUES = 1 << 18  # measured: larger chunks leave the cache, smaller ones pay for their calls
CHUNK_BYTES = 1 << 20  # the same of uint8 values that are not turned to floats
TABLE_VALUES = 1 << 14  # below this many uint8 values, making a table costs more than it saves

Rows = slice | NDArray[np.intp]
Task = tuple[tuple[Leaf, ...], Table | None, Rows]

# The C library gives the memory of every chunk back to the system, and fetching it again costs more
# than most corruptions; once it has seen a large block come and go it keeps up to twice as much.
# (The block is never touched, and so takes no memory; measured: up to ten times faster.)
np.empty(1 << 24, np.uint8)


def run(
    transform: Transform, images: Any, *, seed: object, ids: object, workers: object
) -> NDArray[Any]:
    """Corrupt a batch; see `Transform.__call__`."""
    batch = as_batch(images)
    job = _Job(batch, np.empty(batch.shape, batch.dtype), as_seed(seed), as_ids(ids, len(batch)))
    threads = as_workers(workers)
    if len(batch) == 0 or transform.is_identity:
        job.out[...] = batch
    else:
        resolution = transform.resolve(job.seed, job.ids, Counter())
        do_all(job.do, list(tasks_of(resolution, batch)), threads)
    return job.out if images.ndim == 4 else job.out[..., 0]


@dataclass(frozen=True)
class _Job:
    """One call: what comes in, where the result goes, and whose draws they are."""

    batch: NDArray[Any]
    out: NDArray[Any]
    seed: int
    ids: NDArray[np.uint64]
    streams: dict[tuple[str, int], Streams] = field(default_factory=dict)

    def do(self, way: tuple[Leaf, ...], table: Table | None, rows: Rows) -> None:
        """Send some rows one way, or through the table that stands for it."""
        chunk = self.batch[rows]
        result = self.out[rows] if isinstance(rows, slice) else np.empty_like(chunk)
        if table:
            look_up(chunk, table, result)
        elif chunk.dtype == np.uint8 and has_short_cut(way):
            streams = self.streams_of(way[0]).select(rows)
            put_levels_through(way[0].corruption, chunk, streams, result)
        else:
            unit = to_unit(chunk)
            for leaf in way:
                unit = self.through(leaf, unit, rows)
            from_unit(unit, result)
        if not isinstance(rows, slice):
            self.out[rows] = result

    def through(self, leaf: Leaf, unit: Images, rows: Rows) -> Images:
        """Put float32 images through one corruption in its place."""
        if leaf.parts is None:
            return put_through(leaf.corruption, unit, self.streams_of(leaf).select(rows))
        parts = leaf.parts[rows]
        spread, still = spread_over(leaf.corruption, parts)
        result = put_through(spread, unit, self.streams_of(leaf).select(rows))
        result[still] = unit[still]  # the identity is a copy, not nearly one
        return result

    def streams_of(self, leaf: Leaf) -> Streams:
        """Give the draws of a corruption in its place, for the whole batch."""
        key = (leaf.corruption.name, leaf.occurrence)
        if key not in self.streams:
            self.streams[key] = Streams(*key, self.seed, self.ids)
        return self.streams[key]


def corrupt(
    corruption: Corruption, images: Images, seed: int, ids: NDArray[np.uint64], occurrence: int = 0
) -> Images:
    """Put float32 images (n, h, w, c) in [0, 1] through one corruption, and clip."""
    return put_through(corruption, images, Streams(corruption.name, occurrence, seed, ids))


def put_through(corruption: Corruption, images: Images, streams: Streams) -> Images:
    """Draw, apply and clip."""
    draws = corruption.draw(streams, images.shape[1:])
    return clipped(corruption.apply(images, draws))


def put_levels_through(
    corruption: Corruption, chunk: Levels, streams: Streams, out: Levels
) -> None:
    """Put uint8 images through one corruption, by its short cut where it has one."""
    levels = np.ascontiguousarray(chunk)
    draws = corruption.draw(streams, levels.shape[1:])
    result = corruption.apply_to_levels(levels, draws)
    if result is None:
        from_unit(clipped(corruption.apply(to_unit(levels), draws)), out)
    else:
        out[...] = result


def clipped(images: Images) -> Images:
    """Clip what a corruption gave to [0, 1], as a copy: it may have given what it was given."""
    result: Images = np.clip(images, 0, 1, out=np.empty(images.shape, np.float32))
    return result


def spread_over(
    corruption: Corruption, parts: NDArray[np.float64]
) -> tuple[Corruption, NDArray[np.bool_]]:
    """Give a copy of a corruption whose moving fields have shape (n, 1, 1, 1), one t an image.

    With it comes where an image's own strength does nothing: at t = 0, or rounded to it.
    """
    used, which = np.unique(parts, return_inverse=True)
    steps, still = zip(*(_step(corruption, float(t)) for t in used), strict=True)
    spread = copy.copy(corruption)
    for name, info in spread.infos.items():
        if info.identity is not None:
            values = np.array([getattr(one, name) for one in steps], np.float32)[which]
            object.__setattr__(spread, name, values[:, None, None, None])
    return spread, np.array(still)[which]


@lru_cache(maxsize=256)  # every chunk asks for the same ones, which took 40 % of a varied noise
def _step(corruption: Corruption, t: float) -> tuple[Corruption, bool]:
    """Give a corruption at t, and whether it does nothing there."""
    step = corruption.at(t)
    return step, step.is_identity


def as_workers(workers: object) -> int:
    """Check a number of threads."""
    try:
        count = index(workers)  # type: ignore[arg-type]  # the except below is the check
    except TypeError:
        raise TypeError(f"workers must be an integer, got {workers!r}") from None
    if count < 1:
        raise ValueError(f"workers must be 1 or more, got {count}")
    return count


def tasks_of(resolution: Resolution, batch: NDArray[Any]) -> Iterator[Task]:
    """Cut each way's images into chunks; uint8 images may go through a table instead."""
    ways, values = resolution.ways, math.prod(batch.shape[1:])
    for label, way in enumerate(ways):
        table, chunk, whole = None, CHUNK_VALUES, batch.dtype == np.uint8
        if whole and batch.size >= TABLE_VALUES and is_table(way):
            table, chunk = table_of(tuple(leaf.corruption for leaf in way)), CHUNK_BYTES
        elif len(way) == 1:
            usual = CHUNK_BYTES if whole and has_short_cut(way) else CHUNK_VALUES
            chunk = way[0].corruption.chunk_values or usual
        step = max(1, chunk // values)
        for rows in rows_of(resolution.labels, label, len(ways), step):
            yield way, table, rows


def rows_of(labels: NDArray[np.intp], label: int, ways: int, step: int) -> Iterator[Rows]:
    """Give the rows of one way, in chunks: slices where all images go it, else indices."""
    if ways == 1:
        for start in range(0, len(labels), step):
            yield slice(start, start + step)
    else:
        rows = np.flatnonzero(labels == label)
        for start in range(0, len(rows), step):
            yield rows[start : start + step]


def do_all(do: Callable[..., None], tasks: list[Task], threads: int) -> None:
    """Do every task, on so many threads; the first error is raised."""
    if threads == 1 or len(tasks) < 2:
        for task in tasks:
            do(*task)
        return
    with ThreadPoolExecutor(min(threads, len(tasks))) as pool:
        for future in [pool.submit(do, *task) for task in tasks]:
            future.result()


def is_table(way: tuple[Leaf, ...]) -> bool:
    """Whether a way is nothing but pointwise corruptions, so that 256 results say it all."""
    return all(Trait.POINTWISE in leaf.corruption.traits and leaf.parts is None for leaf in way)


def has_short_cut(way: tuple[Leaf, ...]) -> bool:
    """Whether a way is one corruption that may do without floats."""
    return (
        len(way) == 1
        and way[0].parts is None
        and type(way[0].corruption).apply_to_levels is not Corruption.apply_to_levels
    )


@lru_cache(maxsize=64)
def table_of(corruptions: tuple[Corruption, ...]) -> Table:
    """Tabulate pointwise corruptions one after the other: the result for each of 256 levels."""

    def apply(levels: Images) -> Images:
        for corruption in corruptions:
            levels = corrupt(corruption, levels, 0, np.zeros(1, np.uint64))
        return levels

    return tabulated(apply)
