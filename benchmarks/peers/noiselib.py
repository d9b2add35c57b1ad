"""noiselib itself: every registered corruption, on the batch as it is."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from benchmarks.peers.peer import Batch, Peer
from benchmarks.timing import Run

__all__ = ["load"]


def load() -> Peer:
    """Give noiselib in the form of a peer."""
    import noiselib

    return Peer(
        name="noiselib",
        version=distribution_version(),
        remark="one batch",
        makers=dict.fromkeys(noiselib.registry(), forms),
    )


def distribution_version() -> str:
    """Give the version of the distribution that brings noiselib."""
    from importlib.metadata import version

    return version("image-robustness-studies")


def forms(corruption: Any, images: Batch) -> Mapping[str, Run]:
    """Run a corruption on the whole batch."""
    return {"one batch": partial(first, corruption, images)}


def first(corruption: Any, images: Batch, count: int) -> Batch:
    """Corrupt the first so many images."""
    result: Batch = corruption(images[:count], seed=1)
    return result
