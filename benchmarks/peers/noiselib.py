"""noiselib itself: every registered corruption, on the batch without conversion."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from benchmarks.peers.peer import Batch, Peer
from benchmarks.timing import Run

__all__ = ["load"]


def load() -> Peer:
    """Return noiselib as a peer."""
    import noiselib

    return Peer(
        name="noiselib",
        version=distribution_version(),
        remark="one batch",
        makers=dict.fromkeys(noiselib.registry(), forms),
    )


def distribution_version() -> str:
    """Return the version of the distribution that contains noiselib."""
    from importlib.metadata import version

    return version("image-robustness-studies")


def forms(corruption: Any, images: Batch) -> Mapping[str, Run]:
    """Return the run of a corruption on the whole batch."""
    return {"one batch": partial(corrupt_first, corruption, images)}


def corrupt_first(corruption: Any, images: Batch, count: int) -> Batch:
    """Corrupt the first `count` images."""
    result: Batch = corruption(images[:count], seed=1)
    return result
