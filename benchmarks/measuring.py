"""Measure every corruption at every size, noiselib and its peers in turn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from benchmarks.images import ImageSet
from benchmarks.peers import Peer
from benchmarks.results import BenchmarkRow
from benchmarks.timing import Failure, Run, Timing, describe, time_in_turn

__all__ = ["Effort", "measure"]

COMPARED = 256  # images on which the work of the packages is compared

Floors = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Effort:
    """The number of repeats, and the seconds that each may take."""

    repeats: int = 5
    budget: float = 0.3


def measure(
    corruptions: Sequence[Any],
    image_sets: Sequence[ImageSet],
    packages: Sequence[Peer],
    floors: Floors,
    effort: Effort,
) -> Iterator[BenchmarkRow]:
    """Measure corruptions, one row after the other.

    Parameters
    ----------
    corruptions : sequence of Corruption
        Instances with the strength to measure.
    image_sets : sequence of ImageSet
        One for each size.
    packages : sequence of Peer
        First noiselib, then the others.
    floors : mapping of str to mapping of str to float
        Minimum speeds by corruption and size.
    effort : Effort
        How long to measure.

    Yields
    ------
    BenchmarkRow
        One for each corruption and size.
    """
    for images in image_sets:
        for corruption in corruptions:
            yield measure_row(corruption, images, packages, floors, effort)


def measure_row(
    corruption: Any,
    images: ImageSet,
    packages: Sequence[Peer],
    floors: Floors,
    effort: Effort,
) -> BenchmarkRow:
    """Measure one corruption at one size."""
    taking_part = [peer for peer in packages if corruption.name in peer.makers]
    prepared: dict[str, Mapping[str, Run]] = {}

    def prepare(peer: Peer) -> Mapping[str, Run]:
        prepared[peer.name] = peer.makers[corruption.name](corruption, images.images)
        return prepared[peer.name]

    outcomes = time_in_turn(
        [(peer.name, partial(prepare, peer)) for peer in taking_part],
        total=len(images.images),
        repeats=effort.repeats,
        budget=effort.budget,
    )
    changes = {}
    for peer in taking_part:
        outcome = outcomes.get(peer.name)
        if isinstance(outcome, Timing):
            try:
                changes[peer.name] = change(prepared[peer.name][outcome.form], images)
            except Exception as error:  # the result of another package is not an image
                outcomes[peer.name] = Failure(describe(error))
    return BenchmarkRow(
        corruption=corruption.name,
        spec=str(corruption),
        size=images.size,
        floor=floors.get(corruption.name, {}).get(images.size),
        ours=outcomes.pop(packages[0].name),
        peers=outcomes,
        changes=changes,
    )


def change(run: Run, images: ImageSet) -> float:
    """Return the mean change of a value in grey levels, and check that the result is images."""
    some = images.images[:COMPARED]
    result = np.asarray(run(len(some)))
    if result.dtype != np.uint8:
        raise TypeError(f"the result is {result.dtype}, the images are uint8")
    if result.shape != some.shape:
        raise ValueError(f"the result has shape {result.shape}, the images have {some.shape}")
    return float(np.abs(result - some.astype(np.float32)).mean())
