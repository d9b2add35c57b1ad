"""Normal noise in grey levels: in fine steps for floats, in integer levels for uint8 images.

On integer levels both have the same result: see `noiselib.operations.exact.round_to_4096ths`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from noiselib.images import Images, UInt8Images
from noiselib.operations.exact import round_to_4096ths
from noiselib.streams import normal_table

__all__ = ["Uniform16", "add_saturated", "integer_noise_table", "look_up_numbers", "scale_noise"]

Uniform16 = NDArray[np.uint16]
Values = NDArray[np.float32]


def scale_noise(noise: Values, sigma: float | Images) -> Values:
    """Scale noise to grey levels, in steps of 1/4096."""
    levels: Values = round_to_4096ths(noise * (np.float32(255) * np.float32(sigma)))
    return levels


@lru_cache(maxsize=16)
def integer_noise_table(sigma: float) -> NDArray[np.int16]:
    """Return the normal noise for each of the 65,536 uniform numbers in integer levels, ties up.

    Added to an integer level, it gives what the noise in fine steps gives once that sum is rounded.
    """
    levels = np.floor(scale_noise(normal_table(), sigma) + np.float32(0.5))
    table: NDArray[np.int16] = levels.astype(np.int16)
    table.flags.writeable = False
    return table


def look_up_numbers(table: NDArray[Any], numbers: Uniform16) -> NDArray[Any]:
    """Look up numbers in a table; all are in range, and "wrap" is the fastest mode."""
    return table.take(numbers.astype(np.intp), mode="wrap")


def add_saturated(images: UInt8Images, noise: NDArray[np.int16]) -> UInt8Images:
    """Add noise in integer levels to uint8 images, and clip."""
    noisy = images + noise
    return np.clip(noisy, 0, 255, out=noisy).astype(np.uint8)
