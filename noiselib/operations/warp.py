"""Affine maps about the image's centre, and bilinear resampling: one map for all, or one an image.

Coordinates count pixels from the centre ``((h - 1) / 2, (w - 1) / 2)``, y downwards. A map is held
inverse, from the output back to the input, as the rows (y, x) of a 2 x 3 matrix on (y, x, 1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from noiselib.images import Images, UInt8Images
from noiselib.operations.bilinear import split_positions, warp_to
from noiselib.operations.exact import drop_last_bits
from noiselib.operations.linear import sparse, sparse_operator, sparse_uint8

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = [
    "BORDERS",
    "Bilinear",
    "Matrices",
    "affine_matrices",
    "affine_operator",
    "bilinear_operator",
    "coordinates",
    "warp_all",
    "warp_all_uint8",
    "warp_each",
]

BORDERS = ("constant", "nearest", "reflect")

Matrices = NDArray[np.float64]  # (n, 2, 3)
Bilinear = tuple["csr_array", NDArray[np.float32]]  # an operator, and what lies outside


def affine_matrices(
    *,
    degrees: Any = 0.0,
    x: Any = 0.0,
    y: Any = 0.0,
    factor: Any = 1.0,
    stretch: Any = 1.0,
    shear: Any = 0.0,
) -> Matrices:
    """Give the inverse of: shear, then stretch, magnify, rotate and shift.

    Forward, ``out = R @ diag(factor, factor * stretch) @ [[1, shear], [0, 1]] @ in + (x, y)`` on
    columns (x, y); R turns counter-clockwise by `degrees`, as seen.

    Parameters
    ----------
    degrees : float or ndarray, shape (n,)
        Angle, counter-clockwise.
    x, y : float or ndarray, shape (n,)
        Shift to the right and downwards, in pixels.
    factor : float or ndarray, shape (n,)
        Magnification.
    stretch : float or ndarray, shape (n,)
        Further magnification of the height.
    shear : float or ndarray, shape (n,)
        Pixels to the right for each pixel down.

    Returns
    -------
    ndarray of float64, shape (n, 2, 3)
        n = 1 for numbers.
    """
    angle = np.deg2rad(degrees)
    sine, cosine = drop_last_bits(np.sin(angle)), drop_last_bits(np.cos(angle))
    yx, yy = sine / (factor * stretch), cosine / (factor * stretch)
    xx, xy = cosine / factor - shear * yx, -sine / factor - shear * yy
    rows = (yy, yx, -(yy * y + yx * x), xy, xx, -(xy * y + xx * x))
    return np.stack(np.broadcast_arrays(*map(np.atleast_1d, rows)), axis=-1).reshape(-1, 2, 3)


def warp_all(images: Images, operator: Bilinear, fill: float) -> Images:
    """Resample all images by one operator; what lies outside has the value `fill`, in [0, 1]."""
    mixing, outside = operator
    return sparse(images, mixing, np.float32(fill) * outside if fill else None)


def warp_all_uint8(images: UInt8Images, operator: Bilinear, fill: float) -> UInt8Images:
    """Do what `warp_all` does to uint8 images, with the rounding of the door."""
    mixing, outside = operator
    return sparse_uint8(images, mixing, np.float32(fill) * outside if fill else None)


def affine_operator(h: int, w: int, matrix: Matrices, border: str) -> Bilinear:
    """Give the operator of an affine map, held inverse, shape (1, 2, 3)."""
    y, x = coordinates(h, w, matrix, np.dtype(np.float64))
    return bilinear_operator(y[0], x[0], border)


def bilinear_operator(y: NDArray[np.float64], x: NDArray[np.float64], border: str) -> Bilinear:
    """Give the operator that takes each pixel from a place in the image.

    Parameters
    ----------
    y, x : ndarray of float64, shape (h, w)
        Where each output pixel comes from, in input pixels.
    border : str
        As for `noiselib.operations.bilinear.warp_to`.

    Returns
    -------
    csr_array, shape (h * w, h * w), and ndarray of float32, shape (h * w,)
        The operator, and the part of each pixel that lies outside.
    """
    h, w = y.shape
    (top, down), (left, right) = split_positions(y, h, border), split_positions(x, w, border)
    weights, sources = [], []
    for row, row_weight in ((top, 1 - down), (top + 1, down)):
        for column, column_weight in ((left, 1 - right), (left + 1, right)):
            # rows and columns count from the frame, one pixel outside
            inside = (row >= 1) & (row <= h) & (column >= 1) & (column <= w)
            shared = row_weight * column_weight
            if border != "constant":  # the frame repeats the edge
                inside = np.ones_like(inside)
            weights.append(np.where(inside, shared, 0))
            sources.append((np.clip(row, 1, h) - 1) * w + np.clip(column, 1, w) - 1)
    pixels = np.stack(sources, axis=-1).reshape(h * w, 4).astype(np.intp)
    operator = sparse_operator(np.stack(weights, axis=-1).reshape(h * w, 4), pixels)
    outside = 1 - np.asarray(operator.sum(axis=1), np.float32)
    return operator, outside


def warp_each(images: Images, matrices: Matrices, border: str, fill: float) -> Images:
    """Resample each image by its own map.

    Parameters
    ----------
    images : ndarray of float32, shape (n, h, w, c)
    matrices : ndarray of float64, shape (n, 2, 3)
        The inverse maps.
    border, fill
        As for `noiselib.operations.bilinear.warp_to`.
    """
    h, w = images.shape[1:3]
    y, x = coordinates(h, w, matrices, np.dtype(np.float32))
    return warp_to(images, y, x, border, fill)


def coordinates(
    h: int, w: int, matrices: Matrices, dtype: np.dtype[Any]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Give where each output pixel comes from, in input pixels, shape (n, h, w) each."""
    centre_y, centre_x = (h - 1) / 2, (w - 1) / 2
    out_y = (np.arange(h) - centre_y).astype(dtype)[:, None]
    out_x = (np.arange(w) - centre_x).astype(dtype)
    (yy, yx, y0), (xy, xx, x0) = np.moveaxis(matrices, 0, -1)[..., None, None]
    y = yy.astype(dtype) * out_y + (y0 + centre_y).astype(dtype) + yx.astype(dtype) * out_x
    x = xy.astype(dtype) * out_y + (x0 + centre_x).astype(dtype) + xx.astype(dtype) * out_x
    return y, x
