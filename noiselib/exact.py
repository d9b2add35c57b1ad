"""What keeps results the same on every processor."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["image_means", "steady"]

STEPS = 2.0**24


def steady(values: Any) -> NDArray[np.float64]:
    """Round to multiples of 2**-24.

    Sine, tangent and powers differ between processors in the last of their 53 bits; after this
    they no longer do. For values an image or a corruption, never a pixel.
    """
    result: NDArray[np.float64] = np.rint(np.asarray(values, np.float64) * STEPS) / STEPS
    return result


def image_means(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Give the mean of every image and channel, ready to be taken from the images.

    Its shape is (n, 1, 1, 1) for one channel; for more it is (n, 1, w, c), the same along a row,
    as numpy is slow where its inner loop is only the channels.

    The sum is float64, and so exact for up to two million pixels of uint8 origin, in any order.
    """
    n, h, w, c = images.shape
    planes = images.reshape(n, h * w, c)
    # One channel at a time, turned to float64 first: a third faster than sum(dtype=float64).
    sums = np.empty((n, c))
    for k in range(c):
        np.einsum("ij->i", planes[..., k].astype(np.float64), out=sums[:, k])
    means = (sums / (h * w)).astype(np.float32)[:, None, None, :]
    return means if c == 1 else np.repeat(means, w, axis=2)
