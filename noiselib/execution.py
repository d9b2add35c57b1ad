"""Running a batch: in chunks that fit the cache, on as many threads as requested."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from noiselib.images import Images, UInt8Images, from_unit, to_unit
from noiselib.operations.lookup_table import LookupTable, look_up, tabulate
from noiselib.routing import Operation, Routing, Stage
from noiselib.streams import Streams

__all__ = ["corrupt", "run"]

CHUNK_VALUES = 1 << 18  # measured: larger chunks leave the cache, smaller ones pay for their calls
CHUNK_BYTES = 1 << 20  # the same for uint8 values that are not converted to floats
TABLE_VALUES = 1 << 14  # below this many uint8 values, making a table costs more than it saves

Rows = slice | NDArray[np.intp]
Route = tuple[Stage, ...]
Task = tuple[Route, LookupTable | None, Rows]

# The C library returns the memory of every chunk to the system, and fetching it again costs more
# than most corruptions; once it has seen a large block allocated and freed, it keeps up to twice
# that size. The block is never touched, so it takes no memory; measured: up to ten times faster.
np.empty(1 << 24, np.uint8)


def run(
    routing: Routing, batch: NDArray[Any], seed: int, ids: NDArray[np.uint64], threads: int
) -> NDArray[Any]:
    """Send each image of a batch along its route.

    Parameters
    ----------
    routing : Routing
        The routes, and which image takes which.
    batch : ndarray, shape (n, h, w, c)
        Images that passed `noiselib.validation.as_batch`.
    seed : int
        0 <= seed < 2**64.
    ids : ndarray of uint64, shape (n,)
        The ids of the images.
    threads : int
        Number of threads; the result does not depend on it.

    Returns
    -------
    ndarray, shape (n, h, w, c)
        A new array of the same dtype.
    """
    job = _Job(batch, np.empty(batch.shape, batch.dtype), seed, ids)
    run_tasks(job.run_task, list(split_into_tasks(routing, batch)), threads)
    return job.out


@dataclass(frozen=True)
class _Job:
    """One call: the input, the output and the random streams of each stage."""

    batch: NDArray[Any]
    out: NDArray[Any]
    seed: int
    ids: NDArray[np.uint64]
    streams: dict[tuple[str, int], Streams] = field(default_factory=dict)

    def run_task(self, route: Route, table: LookupTable | None, rows: Rows) -> None:
        """Send some rows along a route, or through the table that replaces it."""
        chunk = self.batch[rows]
        result = self.out[rows] if isinstance(rows, slice) else np.empty_like(chunk)
        if table:
            look_up(chunk, table, result)
        elif chunk.dtype == np.uint8 and has_uint8_path(route):
            streams = self.streams_of(route[0]).select(rows)
            apply_uint8(route[0].corruption, chunk, streams, result)
        else:
            unit = to_unit(chunk)
            for stage in route:
                unit = self.apply_stage(stage, unit, rows)
            from_unit(unit, result)
        if not isinstance(rows, slice):
            self.out[rows] = result

    def apply_stage(self, stage: Stage, unit: Images, rows: Rows) -> Images:
        """Apply one stage to float32 images."""
        streams = self.streams_of(stage).select(rows)
        if stage.strengths is None:
            return apply(stage.corruption, unit, streams)
        spread, unchanged = stage.corruption.at_each(stage.strengths[rows])
        result = apply(spread, unit, streams)
        result[unchanged] = unit[unchanged]  # the identity is a copy, not nearly one
        return result

    def streams_of(self, stage: Stage) -> Streams:
        """Return the random streams of a stage, for the batch."""
        key = (stage.corruption.name, stage.occurrence)
        if key not in self.streams:
            self.streams[key] = Streams(*key, self.seed, self.ids)
        return self.streams[key]


def corrupt(
    corruption: Operation, images: Images, seed: int, ids: NDArray[np.uint64], occurrence: int = 0
) -> Images:
    """Apply one corruption to float32 images (n, h, w, c) in [0, 1], and clip."""
    return apply(corruption, images, Streams(corruption.name, occurrence, seed, ids))


def apply(corruption: Operation, images: Images, streams: Streams) -> Images:
    """Draw, apply and clip."""
    draws = corruption.draw(streams, images.shape[1:])
    return clip(corruption.apply(images, draws))


def apply_uint8(
    corruption: Operation, chunk: UInt8Images, streams: Streams, out: UInt8Images
) -> None:
    """Apply one corruption to uint8 images, without converting them to floats where it can."""
    levels = np.ascontiguousarray(chunk)
    draws = corruption.draw(streams, levels.shape[1:])
    result = corruption.apply_uint8(levels, draws)
    if result is None:
        from_unit(clip(corruption.apply(to_unit(levels), draws)), out)
    else:
        out[...] = result


def clip(images: Images) -> Images:
    """Clip to [0, 1] into new memory: `apply` may have returned its input."""
    result: Images = np.clip(images, 0, 1, out=np.empty(images.shape, np.float32))
    return result


def split_into_tasks(routing: Routing, batch: NDArray[Any]) -> Iterator[Task]:
    """Split the images of each route into chunks; for uint8 images, a table may replace a route."""
    routes, values = routing.routes, math.prod(batch.shape[1:])
    for label, route in enumerate(routes):
        table, chunk, is_uint8 = None, CHUNK_VALUES, batch.dtype == np.uint8
        if is_uint8 and batch.size >= TABLE_VALUES and is_pointwise(route):
            table, chunk = table_of(tuple(stage.corruption for stage in route)), CHUNK_BYTES
        elif len(route) == 1:
            usual = CHUNK_BYTES if is_uint8 and has_uint8_path(route) else CHUNK_VALUES
            chunk = route[0].corruption.chunk_values or usual
        step = max(1, chunk // values)
        for rows in split_rows(routing.labels, label, len(routes), step):
            yield route, table, rows


def split_rows(labels: NDArray[np.intp], label: int, routes: int, step: int) -> Iterator[Rows]:
    """Yield the rows of one route in chunks: slices if it is the only route, else indices."""
    if routes == 1:
        for start in range(0, len(labels), step):
            yield slice(start, start + step)
    else:
        rows = np.flatnonzero(labels == label)
        for start in range(0, len(rows), step):
            yield rows[start : start + step]


def run_tasks(task: Callable[..., None], arguments: list[Any], threads: int) -> None:
    """Call `task` with each tuple of arguments, on several threads; raise the first error."""
    if threads == 1 or len(arguments) < 2:
        for each in arguments:
            task(*each)
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(min(threads, len(arguments))) as pool:
        for future in [pool.submit(task, *each) for each in arguments]:
            future.result()


def is_pointwise(route: Route) -> bool:
    """Whether a route has pointwise corruptions alone, so that 256 results define it."""
    return all(stage.corruption.is_pointwise and stage.strengths is None for stage in route)


def has_uint8_path(route: Route) -> bool:
    """Whether a route is one corruption that need not convert uint8 images to floats."""
    return len(route) == 1 and route[0].strengths is None and route[0].corruption.has_uint8_path


@lru_cache(maxsize=64)
def table_of(corruptions: tuple[Operation, ...]) -> LookupTable:
    """Return the lookup table of several pointwise corruptions, applied one after the other."""

    def apply_all(images: Images) -> Images:
        for corruption in corruptions:
            images = corrupt(corruption, images, 0, np.zeros(1, np.uint64))
        return images

    return tabulate(apply_all)
