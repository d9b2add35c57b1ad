"""The loop: every corruption at every size, noiselib and its peers in turn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from benchmarks.images import ImageSet
from benchmarks.peers import Peer
from benchmarks.results import Results, Row
from benchmarks.timing import Failure, Run, Timing, describe, race

__all__ = ["Effort", "measure", "measure_conversions"]

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
        outcome = outcomes[peer.name]
        if isinstance(outcome, Timing):
            try:
                changes[peer.name] = change(peer, prepared[peer.name][outcome.form], images)
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


def change(peer: Peer, run: Run, images: ImageSet) -> float:
    """Give the mean change of a value, in grey levels, and see that the result is images."""
    some = images.images[:COMPARED]
    result = peer.unit(run(len(some)))
    if result.shape != some.shape:
        raise ValueError(f"the result has shape {result.shape}, the images have {some.shape}")
    return float(np.abs(result * 255 - some).mean())


def measure_conversions(
    results: Results, image_sets: Sequence[ImageSet], peers: Sequence[Peer], effort: Effort
) -> None:
    """Measure what turning uint8 into a peer's own form and back costs; store it in the results."""
    for images in image_sets:
        outcomes = race(
            [
                (peer.name, partial(conversion_forms, peer.conversion, images))
                for peer in peers
                if peer.conversion is not None
            ],
            total=len(images.images),
            repeats=effort.repeats,
            budget=effort.budget,
        )
        results.conversions |= {(name, images.size): found for name, found in outcomes.items()}


def conversion_forms(conversion: Any, images: ImageSet) -> Mapping[str, Run]:
    """Give a conversion as a contestant."""
    return {"to its form and back": conversion(images.images)}
