"""Parameters of corruptions as other packages take them: affine ranges, corners, lengths."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "NEUTRAL",
    "Limits",
    "corner_moves",
    "corners",
    "draw",
    "forward_matrix",
    "limits",
    "motion_length",
    "visible_side",
]

Limits = dict[str, tuple[float, float]]
Corners = NDArray[np.float64]  # (4, 2)

NEUTRAL = {"degrees": 0.0, "x": 0.0, "y": 0.0, "factor": 1.0, "stretch": 1.0, "shear": 0.0}


def limits(corruption: Any) -> Limits:
    """Return the least and greatest angle, shift, magnification, stretch and shear.

    The two are equal for a corruption that is not random.
    """
    is_shear = corruption.name.endswith("shear")  # its factor is a shear, not a magnification
    result: Limits = {}
    for name, neutral in NEUTRAL.items():
        field = {"shear": "factor", "factor": ""}.get(name, name) if is_shear else name
        value = float(getattr(corruption, field, neutral))
        if not corruption.is_random:
            result[name] = (value, value)
        elif neutral:
            result[name] = (1 / value, value)
        else:
            result[name] = (-value, value)
    return result


def draw(ranges: Limits, generator: np.random.Generator) -> dict[str, float]:
    """Draw each number from its range: uniform, or uniform in the logarithm for factors."""
    return {
        name: math.exp(generator.uniform(math.log(low), math.log(high)))
        if NEUTRAL[name]
        else generator.uniform(low, high)
        for name, (low, high) in ranges.items()
    }


def forward_matrix(shape: tuple[int, ...], **values: float) -> NDArray[np.float64]:
    """Return the 3 x 3 matrix on columns (x, y, 1), in pixels, of a map about the image's centre.

    Parameters
    ----------
    shape : tuple of int
        Shape (h, w) of the image; further numbers are ignored.
    **values : float
        The parameters `degrees`, `x`, `y`, `factor`, `stretch` and `shear` of noiselib's affine.

    Returns
    -------
    ndarray of float64, shape (3, 3)
        The matrix from input to output coordinates.
    """
    given = NEUTRAL | values
    sine, cosine = (f(math.radians(given["degrees"])) for f in (math.sin, math.cos))
    turn = np.array([[cosine, sine], [-sine, cosine]])
    scales = np.diag([given["factor"], given["factor"] * given["stretch"]])
    linear = turn @ scales @ np.array([[1, given["shear"]], [0, 1]])
    centre = np.array([shape[1] - 1, shape[0] - 1]) / 2
    matrix = np.eye(3)
    matrix[:2, :2] = linear
    matrix[:2, 2] = centre - linear @ centre + (given["x"], given["y"])
    return matrix


def corners(shape: tuple[int, ...]) -> Corners:
    """Return the corners (x, y) of an image of (h, w), in pixels, clockwise from the upper left."""
    h, w = shape[:2]
    return np.array([(0, 0), (w, 0), (w, h), (0, h)]) - 0.5


def corner_moves(corruption: Any, shape: tuple[int, ...]) -> Corners:
    """Return how far a perspective moves each corner, or its maximum, in pixels."""
    h, w = shape[:2]
    if corruption.is_random:
        most = float(corruption.distortion)
        return most / 2 * np.array([(w, h), (-w, h), (-w, -h), (w, -h)])
    narrowing = float(corruption.narrowing)
    return narrowing / 2 * np.array([(w, 0), (-w, 0), (0, 0), (0, 0)])


def motion_length(corruption: Any) -> int:
    """Return the odd length of an even line as wide as our half Gaussian, in pixels."""
    deviation = float(corruption.sigma) * math.sqrt(1 - 2 / math.pi)
    return 2 * round((math.sqrt(12) * deviation - 1) / 2) + 1


def visible_side(corruption: Any) -> float:
    """Return the mean side, inside the image, of a square with a uniformly random centre."""
    size = float(corruption.size)
    return size - size**2 / 4
