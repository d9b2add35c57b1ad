"""Smooth random fields with exact arithmetic: white noise through a Gaussian, or a sum of cosines.

For a narrow Gaussian, noise in integer steps is multiplied by its matrices, which act on blocks of
neighbouring rows. A wide Gaussian passes only few cosine waves: then these alone are drawn and
summed. In both cases every partial sum has so few bits that it is exact, and so independent of the
processor and the batch.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from noiselib.operations.exact import drop_last_bits
from noiselib.operations.linear import gaussian_matrix, on_grid, separable_product
from noiselib.streams import Streams

__all__ = ["interpolation_matrix", "smooth_noise"]

STEPS = 1024  # of the noise, per unit; the noise is in (-1, 1)
WIDE = 4  # pixels; from this sigma on, waves are faster
CUT = 0.01  # waves that the Gaussian attenuates below this factor are left out

Matrix = NDArray[np.float32]
Fields = NDArray[np.float32]  # (n, h, w)


def smooth_noise(streams: Streams, count: int, sides: tuple[int, int], sigma: float) -> Fields:
    """Draw white noise smoothed by a Gaussian, with border `reflect`, and scaled to variance 1.

    The variance is that over all images and pixels; near the border it is larger.

    Parameters
    ----------
    streams : Streams
        Called once.
    count : int
        How many fields to draw for each image.
    sides : tuple of int
        (h, w).
    sigma : float
        Standard deviation of the Gaussian, in pixels. Its kernel ends at 3 sigma.

    Returns
    -------
    ndarray of float32, shape (n, count, h, w)
    """
    h, w = sides
    if sigma < WIDE:
        noise = streams.uniform16((count, h, w))
        steps = (noise >> np.uint16(5)).astype(np.float32) - np.float32(STEPS - 0.5)
        rows, columns = (gaussian_matrix(side, sigma, truncate=3.0) for side in sides)
        fields = separable_product(steps.reshape(-1, h, w), rows, columns)
        fields *= np.float32(
            math.sqrt(3) / (STEPS * noise_deviation(rows) * noise_deviation(columns))
        )
    else:
        downwards, sideways = (cosine_matrix(side, sigma) for side in sides)
        numbers = streams.normal((count, downwards.shape[1], sideways.shape[1]))
        waves = numbers.astype(np.float64).reshape(-1, *numbers.shape[2:])
        fields = sum_waves(waves, downwards, sideways)
    return fields.reshape(-1, count, h, w)


@lru_cache(maxsize=64)
def interpolation_matrix(length: int, count: int, spacing: float, first: float = 0) -> Matrix:
    """Return the matrix that interpolates between `count` points, at ``first + k * spacing``.

    Shape (length, count); positions beyond the last point take its value.
    """
    place = np.minimum(first + np.arange(length) * spacing, count - 1)
    before = np.minimum(place.astype(np.intp), max(0, count - 2))
    rows = np.zeros((length, count))
    rows[np.arange(length), before] = 1 - (place - before)
    rows[np.arange(length), np.minimum(before + 1, count - 1)] += place - before
    result = on_grid(rows)
    result.flags.writeable = False
    return result


def noise_deviation(rows: Matrix) -> float:
    """Return the standard deviation of white noise after multiplication by rows, over all rows."""
    return math.sqrt(np.square(rows.astype(np.float64)).sum() / len(rows))


@lru_cache(maxsize=64)
def cosine_matrix(length: int, sigma: float) -> NDArray[np.float64]:
    """Return the cosines that a Gaussian passes, attenuated by it, shape (length, waves).

    In steps of 2**-16, and of mean square 1 overall: independent normal multiples of them sum to
    white noise smoothed by the Gaussian, border `reflect`, and scaled to variance 1.
    """
    count = min(length, 1 + int(length / (math.pi * sigma) * math.sqrt(-2 * math.log(CUT))))
    waves = np.arange(count)
    passed = np.exp(-0.5 * (math.pi * waves * sigma / length) ** 2)
    angles = math.pi * np.outer(np.arange(length) + 0.5, waves) / length
    rows = np.cos(angles) * passed * np.where(waves > 0, math.sqrt(2), 1)
    rows = drop_last_bits(rows / math.sqrt(np.square(passed).sum()))
    rows = np.rint(rows * 2**16) / 2**16
    rows.flags.writeable = False
    return rows


def sum_waves(
    waves: NDArray[np.float64], rows: NDArray[np.float64], columns: NDArray[np.float64]
) -> Fields:
    """Sum waves: ``rows @ waves @ columns.T``; float64 holds every partial sum exactly."""
    n, k, _ = waves.shape
    steps = np.rint(waves * 2**12) / 2**12
    across = (steps.reshape(n * k, -1) @ columns.T).reshape(n, k, len(columns))
    across = np.rint(across * 2**16) / 2**16
    fields: Fields = np.matmul(rows, across).astype(np.float32)
    return fields
