"""Shifts of images, and scaling about their means: in floats and in integer levels.

Both ways add numbers in steps of 1/4096 level (see `noiselib.operations.exact.round_to_4096ths`),
and so have the same result.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from noiselib.images import Images, UInt8Images
from noiselib.operations.exact import integer_image_means, round_to_4096ths

__all__ = ["scale_about_means", "scale_about_means_uint8", "shift_uint8"]

PerImage = NDArray[np.float64]  # (n, 1, 1, 1) or (n, 1, 1, c)

SHORT = 4096  # values
# From 2048 to 4096, the spacing of float32 is that of the fine steps: adding 3072 rounds to them.
FINE_OFFSET = 3072
MAX_FACTOR = 4  # up to here, scaled levels plus the offset stay below 4096


def shift_uint8(images: UInt8Images, shifts: NDArray[np.int16]) -> UInt8Images:
    """Add -255 to 255 to each image, with saturation, by three operations on bytes."""
    n, h, w, c = images.shape
    # numpy is ten times slower when one value is broadcast to more than some thousands.
    lines = n if h * w * c <= SHORT else n * h
    shifts = np.repeat(shifts.reshape(n, 1), lines // n, axis=0)
    lower, upper = np.maximum(-shifts, 0), np.minimum(255 - shifts, 255)
    result = np.maximum(images.reshape(lines, -1), lower.astype(np.uint8))
    np.minimum(result, upper.astype(np.uint8), out=result)
    result += shifts.astype(np.uint8)  # a negative shift counts modulo 256
    return result.reshape(images.shape)


def scale_about_means(levels: Images, means: PerImage, factors: Images) -> Images:
    """Scale distances from the means: ``factor * level + (1 - factor) * mean``, both in fine steps.

    Factors are float32 and broadcast to images. For factors so large that float32 cannot hold the
    fine steps, the result is rounded to float32.
    """
    scaled: Images = factors * levels
    if factors.max() <= MAX_FACTOR:
        scaled += np.float32(FINE_OFFSET)
        scaled -= np.float32(FINE_OFFSET)
    else:
        scaled = round_to_4096ths(scaled)
    scaled += offsets(means, factors, levels.shape[2])
    return scaled


def offsets(means: PerImage, factors: Images, w: int) -> Images:
    """Return ``(1 - factor) * mean`` in fine steps: (n, 1, 1, 1), for channels (n, 1, w, c).

    Repeated along each row, as numpy is slow with inner loops over channels alone.
    """
    steps = round_to_4096ths((1 - factors.astype(np.float64)) * means).astype(np.float32)
    return steps if steps.shape[3] == 1 else np.repeat(steps, w, axis=2)


def scale_about_means_uint8(images: UInt8Images, factors: Images) -> UInt8Images | None:
    """Apply `scale_about_means` to uint8 images; return None for factors above 4."""
    largest = factors.max()
    if largest > MAX_FACTOR:
        return None
    values = images.astype(np.float32)
    moved = offsets(integer_image_means(values), factors, images.shape[2])
    values *= factors
    values += np.float32(FINE_OFFSET)
    values += moved - np.float32(FINE_OFFSET - 0.5)
    if largest > 1:
        np.clip(values, 0, 255, out=values)
    return values.astype(np.uint8)
