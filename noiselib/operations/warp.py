"""Affine maps about the centre of an image, and bilinear resampling by one map or one for each.

Coordinates are counted in pixels from the centre ``((h - 1) / 2, (w - 1) / 2)``, y downwards. A map
is stored as its inverse, from the output to the input: the rows (y, x) of a 2 x 3 matrix on (y, x,
1).
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
Bilinear = tuple["csr_array", NDArray[np.float32]]  # an operator, and the fraction outside


def affine_matrices(
    *,
    degrees: Any = 0.0,
    x: Any = 0.0,
    y: Any = 0.0,
    factor: Any = 1.0,
    stretch: Any = 1.0,
    shear: Any = 0.0,
) -> Matrices:
    """Return the inverse of: shear, then stretch, magnify, rotate and shift.

    The forward map is
    ``out = R @ diag(factor, factor * stretch) @ [[1, shear], [0, 1]] @ in + (x, y)`` on columns (x,
    y); R rotates the picture counter-clockwise by `degrees`.

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
        n = 1 if all arguments are numbers.
    """
    angle = np.deg2rad(degrees)
    sine, cosine = drop_last_bits(np.sin(angle)), drop_last_bits(np.cos(angle))
    yx, yy = sine / (factor * stretch), cosine / (factor * stretch)
    xx, xy = cosine / factor - shear * yx, -sine / factor - shear * yy
    rows = (yy, yx, -(yy * y + yx * x), xy, xx, -(xy * y + xx * x))
    return np.stack(np.broadcast_arrays(*map(np.atleast_1d, rows)), axis=-1).reshape(-1, 2, 3)


def warp_all(images: Images, operator: Bilinear, fill: float) -> Images:
    """Resample all images by one operator; pixels outside have the value `fill`, in [0, 1]."""
    mixing, outside = operator
    return sparse(images, mixing, np.float32(fill) * outside if fill else None)


def warp_all_uint8(images: UInt8Images, operator: Bilinear, fill: float) -> UInt8Images:
    """Apply `warp_all` to uint8 images, rounded as by `noiselib.images.from_unit`."""
    mixing, outside = operator
    return sparse_uint8(images, mixing, np.float32(fill) * outside if fill else None)


def affine_operator(h: int, w: int, matrix: Matrices, border: str) -> Bilinear:
    """Return the operator of an affine map, given as its inverse, shape (1, 2, 3)."""
    y, x = coordinates(h, w, matrix, np.dtype(np.float64))
    return bilinear_operator(y[0], x[0], border)


def bilinear_operator(y: NDArray[np.float64], x: NDArray[np.float64], border: str) -> Bilinear:
    """Return the operator that interpolates each pixel at a position in the image.

    Parameters
    ----------
    y, x : ndarray of float64, shape (h, w)
        The source of each output pixel, in input pixels.
    border : str
        As for `noiselib.operations.bilinear.warp_to`.

    Returns
    -------
    operator : csr_array, shape (h * w, h * w)
        On the grid.
    outside : ndarray of float32, shape (h * w,)
        The fraction of each pixel that lies outside.
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
    border : str
        As for `noiselib.operations.bilinear.warp_to`.
    fill : float
        As for `noiselib.operations.bilinear.warp_to`.

    Returns
    -------
    ndarray of float32, shape (n, h, w, c)
    """
    h, w = images.shape[1:3]
    y, x = coordinates(h, w, matrices, np.dtype(np.float32))
    return warp_to(images, y, x, border, fill)


def coordinates(
    h: int, w: int, matrices: Matrices, dtype: np.dtype[Any]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the source (y, x) of each output pixel, in input pixels, shape (n, h, w) each."""
    centre_y, centre_x = (h - 1) / 2, (w - 1) / 2
    out_y = (np.arange(h) - centre_y).astype(dtype)[:, None]
    out_x = (np.arange(w) - centre_x).astype(dtype)
    (yy, yx, y0), (xy, xx, x0) = np.moveaxis(matrices, 0, -1)[..., None, None]
    y = yy.astype(dtype) * out_y + (y0 + centre_y).astype(dtype) + yx.astype(dtype) * out_x
    x = xy.astype(dtype) * out_y + (x0 + centre_x).astype(dtype) + xx.astype(dtype) * out_x
    return y, x
