"""The loop: every corruption at every size, noiselib and its peers in turn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from benchmarks.images import ImageSet
from benchmarks.peers import Peer
from benchmarks.results import Row
from benchmarks.timing import Failure, Run, Timing, describe, race

__all__ = ["Effort", "measure"]

COMPARED = 256  # images on which it is checked that all do the same work

Floors = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Effort:
    """How much is measured: so many repeats, each of at most so many seconds."""

    repeats: int = 5
    budget: float = 0.3


def measure(
    corruptions: Sequence[Any],
    image_sets: Sequence[ImageSet],
    contestants: Sequence[Peer],
    floors: Floors,
    effort: Effort,
) -> Iterator[Row]:
    """Measure corruptions, one row after the other.

    Parameters
    ----------
    corruptions : sequence of Corruption
        Instances, at the strength to measure.
    image_sets : sequence of ImageSet
        One a size.
    contestants : sequence of Peer
        noiselib first.
    floors : mapping
        By corruption and size.
    effort : Effort
    """
    for images in image_sets:
        for corruption in corruptions:
            yield measure_row(corruption, images, contestants, floors, effort)


def measure_row(
    corruption: Any,
    images: ImageSet,
    contestants: Sequence[Peer],
    floors: Floors,
    effort: Effort,
) -> Row:
    """Measure one corruption at one size."""
    entered = [peer for peer in contestants if corruption.name in peer.makers]
    prepared: dict[str, Mapping[str, Run]] = {}

    def prepare(peer: Peer) -> Mapping[str, Run]:
        prepared[peer.name] = peer.makers[corruption.name](corruption, images.images)
        return prepared[peer.name]

    outcomes = race(
        [(peer.name, partial(prepare, peer)) for peer in entered],
        total=len(images.images),
        repeats=effort.repeats,
        budget=effort.budget,
    )
    changes = {}
    for peer in entered:
        outcome = outcomes.get(peer.name)
        if isinstance(outcome, Timing):
            try:
                changes[peer.name] = change(prepared[peer.name][outcome.form], images)
            except Exception as error:  # foreign code: what it gave is no image
                outcomes[peer.name] = Failure(describe(error))
    return Row(
        corruption=corruption.name,
        spec=str(corruption),
        size=images.size,
        floor=floors.get(corruption.name, {}).get(images.size),
        ours=outcomes.pop(contestants[0].name),
        peers=outcomes,
        changes=changes,
    )


def change(run: Run, images: ImageSet) -> float:
    """Give the mean change of a value, in grey levels, and see that the result is images."""
    some = images.images[:COMPARED]
    result = np.asarray(run(len(some)))
    if result.dtype != np.uint8:
        raise TypeError(f"the result is {result.dtype}, the images are uint8")
    if result.shape != some.shape:
        raise ValueError(f"the result has shape {result.shape}, the images have {some.shape}")
    return float(np.abs(result - some.astype(np.float32)).mean())
