"""Affine maps about the image's centre, and bilinear resampling: one map for all, or one an image.

Coordinates count pixels from the centre ``((h - 1) / 2, (w - 1) / 2)``, y downwards. A map is held
inverse, from the output back to the input, as the rows (y, x) of a 2 x 3 matrix on (y, x, 1).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from noiselib.exact import steady
from noiselib.images import Images
from noiselib.linear import sparse, sparse_operator

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = [
    "BORDERS",
    "Bilinear",
    "Matrices",
    "affine_matrices",
    "bilinear_operator",
    "coordinates",
    "warp_all",
    "warp_by",
    "warp_each",
    "warp_to",
]

BORDERS = ("constant", "nearest", "reflect")
BLOCK = (
    1 << 17
)  # places resampled at a time: there are a dozen temporaries, some of 8 bytes a place

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
    sine, cosine = steady(np.sin(angle)), steady(np.cos(angle))
    yx, yy = sine / (factor * stretch), cosine / (factor * stretch)
    xx, xy = cosine / factor - shear * yx, -sine / factor - shear * yy
    rows = (yy, yx, -(yy * y + yx * x), xy, xx, -(xy * y + xx * x))
    return np.stack(np.broadcast_arrays(*map(np.atleast_1d, rows)), axis=-1).reshape(-1, 2, 3)


def warp_all(images: Images, matrix: Matrices, border: str, fill: float) -> Images:
    """Resample all images by one map, through a cached sparse operator.

    Parameters
    ----------
    images : ndarray of float32, shape (n, h, w, c)
    matrix : ndarray of float64, shape (1, 2, 3)
        The inverse map.
    border : str
        What lies outside: `constant` (`fill`; interpolated towards it within one pixel, as
        scipy's ``grid-constant``), `nearest`, or `reflect` (the edge pixel repeated).
    fill : float
        The value outside, in [0, 1], where `border` is `constant`.
    """
    h, w = images.shape[1:3]
    return warp_by(images, warp_operator(h, w, tuple(matrix.ravel().tolist()), border), fill)


def warp_by(images: Images, operator: Bilinear, fill: float) -> Images:
    """Resample all images by one operator of `bilinear_operator`."""
    mixing, outside = operator
    return sparse(images, mixing, np.float32(fill) * outside if fill else None)


@lru_cache(maxsize=64)
def warp_operator(h: int, w: int, matrix: tuple[float, ...], border: str) -> Bilinear:
    """Give the bilinear operator of an affine map."""
    y, x = coordinates(h, w, np.array(matrix).reshape(1, 2, 3), np.dtype(np.float64))
    return bilinear_operator(y[0], x[0], border)


def bilinear_operator(y: NDArray[np.float64], x: NDArray[np.float64], border: str) -> Bilinear:
    """Give the operator that takes each pixel from a place in the image.

    Parameters
    ----------
    y, x : ndarray of float64, shape (h, w)
        Where each output pixel comes from, in input pixels.
    border : str
        As for `warp_all`.

    Returns
    -------
    csr_array, shape (h * w, h * w), and ndarray of float32, shape (h * w,)
        The operator, and the part of each pixel that lies outside.
    """
    h, w = y.shape
    (top, down), (left, right) = neighbours(y, h, border), neighbours(x, w, border)
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
        As for `warp_all`.
    """
    h, w = images.shape[1:3]
    step = max(1, BLOCK // (h * w))
    result = np.empty_like(images)
    for start in range(0, len(images), step):
        rows = slice(start, start + step)
        y, x = coordinates(h, w, matrices[rows], np.dtype(np.float32))
        result[rows] = warp_to(images[rows], y, x, border, fill)
    return result


def warp_to(
    images: Images, y: NDArray[np.float32], x: NDArray[np.float32], border: str, fill: float
) -> Images:
    """Resample each image at its own places.

    Parameters
    ----------
    images : ndarray of float32, shape (n, h, w, c)
    y, x : ndarray of float32, shape (n, h, w)
        Where each output pixel comes from, in input pixels; finite.
    border, fill
        As for `warp_all`.
    """
    n, h, w, c = images.shape
    (top, down), (left, right) = neighbours(y, h, border), neighbours(x, w, border)
    mode = {"constant_values": fill} if border == "constant" else {}
    frame = ((0, 0), (0, 0), (1, 1), (1, 1))
    planes = images.transpose(0, 3, 1, 2)
    framed = np.pad(planes, frame, "constant" if mode else "edge", **mode)  # type: ignore[call-overload]  # the mode decides the keywords
    index = top.astype(np.intp) * (w + 2) + left.astype(np.intp)
    index += np.arange(n)[:, None, None] * (c * (h + 2) * (w + 2))
    result = np.empty((n, c, h, w), np.float32)
    for channel in range(c):
        corner = framed.ravel()[channel * (h + 2) * (w + 2) :]
        result[:, channel] = blended(corner, index, w + 2, down, right)
    return np.ascontiguousarray(result.transpose(0, 2, 3, 1))


def blended(
    values: NDArray[np.float32], index: NDArray[np.intp], width: int, down: Any, right: Any
) -> NDArray[np.float32]:
    """Interpolate between the four neighbours that begin at `index`."""
    top_left = values.take(index, mode="clip")
    top_right = values[1:].take(index, mode="clip")
    bottom_left = values[width:].take(index, mode="clip")
    bottom_right = values[width + 1 :].take(index, mode="clip")
    top = top_left + right * (top_right - top_left)
    bottom = bottom_left + right * (bottom_right - bottom_left)
    result: NDArray[np.float32] = top + down * (bottom - top)
    return result


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


def neighbours(position: NDArray[Any], side: int, border: str) -> tuple[NDArray[Any], NDArray[Any]]:
    """Give the neighbour before each position and the part of the way to the one after.

    Neighbours count from a frame of one pixel: 0 is outside, 1 the first pixel, `side` the last.
    """
    if border == "reflect":
        half, period = position.dtype.type(0.5), position.dtype.type(2 * side)
        folded = abs(position + half)
        folded -= period * np.floor(folded / period)  # np.mod is several times slower
        position = np.minimum(folded, period - folded) - half
    framed = np.clip(position + 1, 0, side + 1)
    before = np.minimum(np.floor(framed), side)
    return before, framed - before
