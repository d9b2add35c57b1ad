"""Projective maps: the source of each pixel when the corners of an image are moved."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["SQUARE", "per_image", "project"]

Floats = NDArray[np.float64]

SQUARE = np.array([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)])  # (x, y), clockwise


def project(h: int, w: int, corners: Floats, dtype: type[Any]) -> tuple[Any, Any]:
    """Return the source of each pixel when the corners of the image are moved.

    Parameters
    ----------
    h, w : int
        The sides of the images.
    corners : ndarray of float64, shape (n, 4, 2)
        The new (x, y) of the corners, from 0 to 1 over the image, in the order of `SQUARE`; they
        must form a convex quadrilateral.
    dtype : type
        float32 or float64.

    Returns
    -------
    y : ndarray, shape (n, h, w)
        In input pixels.
    x : ndarray, shape (n, h, w)
        In input pixels.
    """
    (g0, g1, g2), (f0, f1, f2), (e0, e1, e2) = np.moveaxis(inverse_projections(corners), 0, -1)
    v = ((np.arange(h) + 0.5) / h).astype(dtype)[:, None]
    u = ((np.arange(w) + 0.5) / w).astype(dtype)

    def plane(across: Any, down: Any, constant: Any) -> Any:
        return per_image(across, dtype) * u + (
            per_image(down, dtype) * v + per_image(constant, dtype)
        )

    # Beyond the horizon there is no image: the bound sends points far away, as before it.
    # (np.clip, as np.maximum with a scalar is slower.)
    depth = plane(e0, e1, e2)
    np.clip(depth, dtype(2**-10), dtype(np.inf), out=depth)

    def place(along: Any, side: int) -> Any:
        along /= depth
        along *= dtype(side)
        along -= dtype(0.5)
        return along

    return place(plane(f0, f1, f2), h), place(plane(g0, g1, g2), w)


def per_image(values: Floats, dtype: type[Any]) -> NDArray[Any]:
    """Reshape one value for each image to (n, 1, 1)."""
    return values.astype(dtype)[:, None, None]


def inverse_projections(corners: Floats) -> Floats:
    """Return the matrices on (x, y, 1) that map quadrilaterals to the unit square, (n, 3, 3).

    The depth is positive inside. This is the closed form of the square-to-quadrilateral map
    (Heckbert 1989).
    """
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = np.moveaxis(corners, 0, -1)
    sum_x, sum_y = x0 - x1 + x2 - x3, y0 - y1 + y2 - y3
    across = (x1 - x2) * (y3 - y2) - (x3 - x2) * (y1 - y2)
    g = (sum_x * (y3 - y2) - (x3 - x2) * sum_y) / across
    h = ((x1 - x2) * sum_y - sum_x * (y1 - y2)) / across
    one = np.ones_like(g)
    a, b, c = x1 - x0 + g * x1, x3 - x0 + h * x3, x0
    d, e, f = y1 - y0 + g * y1, y3 - y0 + h * y3, y0
    adjugate = (
        (e * one - f * h, c * h - b * one, b * f - c * e),
        (f * g - d * one, a * one - c * g, c * d - a * f),
        (d * h - e * g, b * g - a * h, a * e - b * d),
    )
    inverse: Floats = np.moveaxis(np.array(adjugate), -1, 0)
    return inverse
