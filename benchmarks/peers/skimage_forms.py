"""Forms in which a function of scikit-image is run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from benchmarks.peers.peer import Batch, image_by_image
from benchmarks.timing import Run

__all__ = ["as_levels", "batched", "both", "each_channel"]

BATCH = 256  # float64 arrays of so many small images stay in the caches of the processor


def as_levels(result: Any) -> Batch:
    """Round values in [0, 1] to uint8."""
    levels: Batch = np.rint(result * 255).astype(np.uint8)
    return levels


def batched(function: Callable[[Any], Any], images: Batch) -> dict[str, Run]:
    """Return the runs of a function on all images at once, and in batches."""

    def some(count: int) -> Batch:
        starts = range(0, count, BATCH)
        return np.concatenate([function(images[k : min(k + BATCH, count)]) for k in starts])

    return {"one batch": lambda count: function(images[:count]), f"batches of {BATCH}": some}


def both(function: Callable[[Any], Any], images: Batch) -> Mapping[str, Run]:
    """Return the runs of a function in batches and image by image."""
    return {**batched(function, images), "image by image": image_by_image(function, images)}


def each_channel(function: Callable[[Any], Any], images: Batch) -> Mapping[str, Run]:
    """Return the run of a function of grey images, channel by channel."""
    if images.ndim == 3:
        return {"image by image": image_by_image(function, images)}

    def colour(image: Any) -> Any:
        return np.stack([function(image[..., k]) for k in range(image.shape[2])], axis=-1)

    return {"channel by channel": image_by_image(colour, images)}
