"""scikit-image's blurs, edges and resampling.

The means over a disk and a square are those of its rank filters, which ignore what lies beyond the
border; the disk has no soft edge. It smooths by a Gaussian before it scales images down.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from benchmarks.peers.peer import Batch, image_by_image
from benchmarks.peers.skimage_forms import as_levels, batched, both, each_channel
from benchmarks.timing import Run

__all__ = ["FILTERS"]


def gaussian_blur(corruption: Any, images: Batch) -> Mapping[str, Run]:
    """Filter with the same standard deviation, border and end of the kernel."""
    from skimage.filters import gaussian

    def blur(sigma: tuple[float, ...], some: Any) -> Any:
        return as_levels(gaussian(some, sigma=sigma, mode="reflect", truncate=4.0))

    sides = (corruption.sigma, corruption.sigma) + (0.0,) * (images.ndim - 3)
    return {
        **batched(partial(blur, (0.0, *sides)), images),
        "image by image": image_by_image(partial(blur, sides), images),
    }


def box_blur(corruption: Any, images: Batch) -> Mapping[str, Run]:
    """Average over the same window."""
    from skimage.filters.rank import mean

    side = round(corruption.width)
    return each_channel(partial(mean, footprint=np.ones((side, side), np.uint8)), images)


def defocus_blur(corruption: Any, images: Batch) -> Mapping[str, Run]:
    """Average over the same disk."""
    from skimage.filters.rank import mean
    from skimage.morphology import disk

    return each_channel(partial(mean, footprint=disk(round(corruption.radius))), images)


def median_blur(corruption: Any, images: Batch) -> Mapping[str, Run]:
    """Take the median of the same window, by sorting or by a moving histogram."""
    from skimage.filters import median

    side = 2 * corruption.radius + 1
    window = np.ones((side, side), np.uint8)
    flat = window.reshape((1, side, side) + (1,) * (images.ndim - 3))
    by_rank = each_channel(partial(median, footprint=window, behavior="rank"), images)
    sort = partial(median, footprint=flat, mode="reflect")
    return batched(sort, images) | {f"rank, {form}": run for form, run in by_rank.items()}


def canny_edges(corruption: Any, images: Batch) -> Mapping[str, Run]:
    """Find the edges of each channel; there is no mixing with the image."""
    from skimage.feature import canny

    del corruption
    return each_channel(lambda image: canny(image) * np.uint8(255), images)


def pixelate(corruption: Any, images: Batch) -> Mapping[str, Run]:
    """Average blocks of whole pixels, and repeat the means."""
    from skimage.transform import downscale_local_mean

    block = round(1 / corruption.fraction)

    def coarse(some: Any) -> Any:
        rest = (1,) * (images.ndim - 3)
        whole = (1,) * (some.ndim - len(rest) - 2)
        small = downscale_local_mean(some, (*whole, block, block, *rest))
        levels = np.rint(small).astype(np.uint8)
        return levels.repeat(block, axis=len(whole)).repeat(block, axis=len(whole) + 1)

    return both(coarse, images)


def downscale(corruption: Any, images: Batch) -> Mapping[str, Run]:
    """Scale down and up again, bilinearly."""
    from skimage.transform import resize

    shape = images.shape[1:]
    small = tuple(int(corruption.fraction * side) for side in shape[:2]) + shape[2:]

    def coarse(image: Any) -> Any:
        return as_levels(resize(resize(image, small, order=1, anti_aliasing=True), shape, order=1))

    return {"image by image": image_by_image(coarse, images)}


FILTERS = {
    "gaussian_blur": gaussian_blur,
    "box_blur": box_blur,
    "defocus_blur": defocus_blur,
    "median_blur": median_blur,
    "canny_edges": canny_edges,
    "pixelate": pixelate,
    "downscale": downscale,
}
