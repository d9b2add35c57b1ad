"""What falls on the picture: flakes, streaks and splashes, as layers (n, h, w) in [0, 1]."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from noiselib.operations.linear import Matrix, gaussian_matrix, separable_product
from noiselib.operations.motion import apply_by_angle, motion_blur
from noiselib.operations.neighbourhood import Block
from noiselib.operations.smooth import interpolation_matrix

__all__ = [
    "ANGLES",
    "blobs",
    "lattice_sides",
    "liquid_field",
    "mud_mask",
    "streak",
    "streak_angles",
    "water_relief",
]

ANGLES = 16  # directions in which layers are streaked
STEPS = 256  # of a normal number

Layer = NDArray[np.float32]  # (n, h, w)


def lattice_sides(h: int, w: int, size: float) -> tuple[int, int]:
    """Give how many random points make a layer of blobs `size` pixels apart."""
    return math.ceil(h / size - 1e-9), math.ceil(w / size - 1e-9)


def stretching_matrix(side: int, size: float) -> Matrix:
    """Give the matrix that spreads points `size` pixels apart over a side: its middle is kept."""
    (count, _) = lattice_sides(side, side, size)
    stretched = max(side, math.floor(count * size + 0.5))
    spacing = (count - 1) / max(1, stretched - 1)
    return interpolation_matrix(side, count, spacing, (stretched - side) // 2 * spacing)


def blobs(points: Layer, h: int, w: int, size: float) -> Layer:
    """Interpolate between random points, `size` pixels apart.

    Parameters
    ----------
    points : ndarray of float32, shape (n, *lattice_sides(h, w, size))
        Within -8..8; taken in steps of 1/256.
    """
    steps = np.rint(points * np.float32(STEPS))
    fields = separable_product(steps, stretching_matrix(h, size), stretching_matrix(w, size))
    return fields * np.float32(1 / STEPS)


def streak_angles(which: NDArray[np.intp], degrees: tuple[float, float]) -> NDArray[np.float64]:
    """Give the angles, of 16 that share a range equally."""
    low, high = degrees
    turned: NDArray[np.float64] = low + (high - low) * (2 * which + 1) / (2 * ANGLES)
    return turned


def streak(
    layer: Layer, which: NDArray[np.intp], radius: int, sigma: float, degrees: tuple[float, float]
) -> Layer:
    """Blur each layer along a line, at one of 16 angles that share a range equally.

    Parameters
    ----------
    layer : ndarray of float32, shape (n, h, w)
        In [0, 1].
    which : ndarray of intp, shape (n,)
        Which of the angles, 0..15.
    radius, sigma
        As for `noiselib.operations.motion.motion_blur`.
    degrees : tuple of float
        The range, clockwise from the right.
    """

    def move(images: Block, angle: float) -> Block:
        return motion_blur(images, radius, sigma, angle)

    return apply_by_angle(layer[..., None], streak_angles(which, degrees), move)[..., 0]


def liquid_field(normal: Layer, mean: float, deviation: float, sigma: float) -> Layer:
    """Smooth normal noise of a mean and deviation, border ``nearest``."""
    rows, columns = (gaussian_matrix(side, sigma, "nearest", 4.0) for side in normal.shape[1:])
    field = separable_product(np.rint(normal * np.float32(STEPS)), rows, columns)
    return np.float32(mean) + np.float32(deviation / STEPS) * field


def mud_mask(field: Layer, level: float, softness: float) -> Layer:
    """Give the mask of a field above a level, smoothed, and cut off below .8."""
    above = (field > np.float32(level)).astype(np.float32) * np.float32(STEPS)
    rows, columns = (gaussian_matrix(side, softness, "nearest", 4.0) for side in field.shape[1:])
    mask = separable_product(above, rows, columns) * np.float32(1 / STEPS)
    return mask * (mask >= np.float32(0.8))


def water_relief(field: Layer, level: float) -> Layer:
    """Give drops of a field above a level, in relief; the brightest point of each layer is 1."""
    inside = (field > np.float32(level)).astype(np.float32)
    side_rows = (gaussian_matrix(side, 1.5, "nearest", 4.0) for side in field.shape[1:])
    soft = separable_product(inside * np.float32(STEPS), *side_rows) * np.float32(2 / STEPS)
    far = np.abs(soft - 1)  # 0 on the edge of a drop, 1 far inside and outside
    framed = np.pad(far, ((0, 0), (1, 1), (1, 1)), mode="edge")
    across = framed[:, 1:-1, 2:] - framed[:, 1:-1, :-2]
    down = framed[:, 2:, 1:-1] - framed[:, :-2, 1:-1]
    diagonal = framed[:, 2:, 2:] - framed[:, :-2, :-2]
    relief = np.clip(far + across + down + 2 * diagonal, 0, 1)
    drops = np.maximum(field, 0) * inside * relief
    brightest = drops.max(axis=(1, 2), keepdims=True)
    lit: Layer = drops / np.maximum(brightest, np.float32(1e-6))
    return lit
