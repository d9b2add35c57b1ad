"""Snow, mud and water: random layers (n, h, w) in [0, 1]."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
from numpy.typing import NDArray

from noiselib.operations.linear import Matrix, gaussian_matrix, separable_product
from noiselib.operations.motion import apply_by_angle, motion_blur
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

ANGLES = 16  # directions of streaks
STEPS = 256  # per unit of a normal number

Layer = NDArray[np.float32]  # (n, h, w)


def lattice_sides(h: int, w: int, size: float) -> tuple[int, int]:
    """Return the sides of a lattice of random points that are `size` pixels apart."""
    return math.ceil(h / size - 1e-9), math.ceil(w / size - 1e-9)


def stretching_matrix(side: int, size: float) -> Matrix:
    """Return the matrix that interpolates points `size` pixels apart at the pixels of a side."""
    (count, _) = lattice_sides(side, side, size)
    stretched = max(side, math.floor(count * size + 0.5))
    spacing = (count - 1) / max(1, stretched - 1)
    return interpolation_matrix(side, count, spacing, (stretched - side) // 2 * spacing)


def blobs(points: Layer, h: int, w: int, size: float) -> Layer:
    """Interpolate between random points that are `size` pixels apart.

    Parameters
    ----------
    points : ndarray of float32, shape (n, *lattice_sides(h, w, size))
        Within -8..8; rounded to multiples of 1/256.
    h, w : int
        The sides of the images.
    size : float
        In pixels.

    Returns
    -------
    ndarray of float32, shape (n, h, w)
    """
    steps = np.rint(points * np.float32(STEPS))
    fields = separable_product(steps, stretching_matrix(h, size), stretching_matrix(w, size))
    return fields * np.float32(1 / STEPS)


def streak_angles(which: NDArray[np.intp], degrees: tuple[float, float]) -> NDArray[np.float64]:
    """Return angles, from indices of 16 that divide a range equally."""
    low, high = degrees
    turned: NDArray[np.float64] = low + (high - low) * (2 * which + 1) / (2 * ANGLES)
    return turned


def streak(
    layer: Layer, which: NDArray[np.intp], radius: int, sigma: float, degrees: tuple[float, float]
) -> Layer:
    """Blur each layer along a line, at one of 16 angles that divide a range equally.

    Parameters
    ----------
    layer : ndarray of float32, shape (n, h, w)
        In [0, 1].
    which : ndarray of intp, shape (n,)
        The index of the angle, 0..15.
    radius : int
        As for `noiselib.operations.motion.motion_blur`.
    sigma : float
        As for `noiselib.operations.motion.motion_blur`.
    degrees : tuple of float
        The range, clockwise from the right.

    Returns
    -------
    ndarray of float32, shape (n, h, w)
    """
    blur = partial(motion_blur, radius=radius, sigma=sigma)
    return apply_by_angle(layer[..., None], streak_angles(which, degrees), blur)[..., 0]


def liquid_field(normal: Layer, mean: float, deviation: float, sigma: float) -> Layer:
    """Smooth normal noise of a mean and standard deviation; border ``nearest``."""
    rows, columns = (gaussian_matrix(side, sigma, "nearest", 4.0) for side in normal.shape[1:])
    field = separable_product(np.rint(normal * np.float32(STEPS)), rows, columns)
    return np.float32(mean) + np.float32(deviation / STEPS) * field


def mud_mask(field: Layer, level: float, softness: float) -> Layer:
    """Return the mask of a field above a level, smoothed, and set to 0 below .8."""
    above = (field > np.float32(level)).astype(np.float32) * np.float32(STEPS)
    rows, columns = (gaussian_matrix(side, softness, "nearest", 4.0) for side in field.shape[1:])
    mask = separable_product(above, rows, columns) * np.float32(1 / STEPS)
    return mask * (mask >= np.float32(0.8))


def water_relief(field: Layer, level: float) -> Layer:
    """Return drops of a field above a level, in relief; the brightest point of each layer is 1."""
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
