"""Normal noise in grey levels: in fine steps for floats, in whole levels for uint8 images.

For whole levels both give one result: see `noiselib.operations.exact.in_fine_steps`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from noiselib.images import Images, Levels
from noiselib.operations.exact import in_fine_steps
from noiselib.streams import normal_table

__all__ = ["Numbers", "noise_levels", "saturated_sum", "taken", "whole_noise"]

Numbers = NDArray[np.uint16]
Values = NDArray[np.float32]


def noise_levels(noise: Values, sigma: float | Images) -> Values:
    """Scale noise to grey levels, in fine steps."""
    levels: Values = in_fine_steps(noise * (np.float32(255) * np.float32(sigma)))
    return levels


@lru_cache(maxsize=16)
def whole_noise(sigma: float) -> NDArray[np.int16]:
    """Give the normal noise of each of the 65,536 numbers in whole levels, halves up.

    To a whole level it adds what the noise in fine steps does, once that sum is rounded.
    """
    levels = np.floor(noise_levels(normal_table(), sigma) + np.float32(0.5))
    whole: NDArray[np.int16] = levels.astype(np.int16)
    whole.flags.writeable = False
    return whole


def taken(table: NDArray[Any], numbers: Numbers) -> NDArray[Any]:
    """Look numbers up; all are in the table, and "wrap" is the fastest way to say so."""
    return table.take(numbers.astype(np.intp), mode="wrap")


def saturated_sum(levels: Levels, noise: NDArray[np.int16]) -> Levels:
    """Add noise in whole levels to levels, and clip."""
    noisy = levels + noise
    return np.clip(noisy, 0, 255, out=noisy).astype(np.uint8)
