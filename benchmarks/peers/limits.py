"""What the geometric corruptions do, as a range for each number of an affine map."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["NEUTRAL", "Limits", "draw", "forward_matrix", "limits"]

Limits = dict[str, tuple[float, float]]

NEUTRAL = {"degrees": 0.0, "x": 0.0, "y": 0.0, "factor": 1.0, "stretch": 1.0, "shear": 0.0}


def limits(corruption: Any) -> Limits:
    """Give the least and greatest angle, shift, magnification, stretch and slant.

    They are the same for a corruption that treats all images alike.
    """
    slants = corruption.name.endswith("shear")  # its factor is a slant, not a magnification
    result: Limits = {}
    for name, neutral in NEUTRAL.items():
        field = {"shear": "factor", "factor": ""}.get(name, name) if slants else name
        value = float(getattr(corruption, field, neutral))
        if not corruption.is_random:
            result[name] = (value, value)
        elif neutral:
            result[name] = (1 / value, value)
        else:
            result[name] = (-value, value)
    return result


def draw(ranges: Limits, generator: np.random.Generator) -> dict[str, float]:
    """Draw each number from its range: uniformly, or a magnification in its logarithm."""
    return {
        name: math.exp(generator.uniform(math.log(low), math.log(high)))
        if NEUTRAL[name]
        else generator.uniform(low, high)
        for name, (low, high) in ranges.items()
    }


def forward_matrix(shape: tuple[int, ...], **values: float) -> NDArray[np.float64]:
    """Give the 3 x 3 matrix on columns (x, y, 1), in pixels, of a map about the image's centre.

    Parameters
    ----------
    shape : tuple of int
        (h, w) of the image; more is ignored.
    **values
        `degrees`, `x`, `y`, `factor`, `stretch` and `shear`, as noiselib's affine has them.
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
