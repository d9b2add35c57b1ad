"""What a corruption looks like: one image at a few strengths along the path."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studies.tables.curves import Curve, CurveRow

LENGTH = 6
"""Images in a strip: as many as fit above a panel."""

_APART = 0.8 / (LENGTH - 1)  # of the axis, between two of them: nearer ones hide one another


@dataclass(frozen=True, slots=True)
class Frame:
    """One image of a strip: the row of the curve it belongs to, and ``(h, w)`` or ``(h, w, 3)``."""

    row: CurveRow
    image: npt.NDArray[np.uint8]


Strips = Mapping[str, Sequence[Frame]]
"""Corruption -> its strip, weakest first."""


def make_strips(
    curves: Sequence[Curve], example: npt.NDArray[np.uint8], *, number: int, seed: int
) -> Strips:
    """Corrupt one image at strengths spread evenly over each path.

    Parameters
    ----------
    curves
        Say which corruptions and strengths there are.
    example
        ``(h, w, c)`` uint8; with neither 1 nor 3 channels there is nothing to show.
    number
        The image's own number in the data.
    seed
        Corruption seed; with the number it makes the image exactly what the models saw.

    Returns
    -------
    Strips
        At most `LENGTH` frames each.
    """
    if example.shape[2] not in {1, 3}:
        return {}
    longest: dict[str, Curve] = {}
    for curve in curves:
        if curve.corruption not in longest or len(curve.rows) > len(longest[curve.corruption].rows):
            longest[curve.corruption] = curve
    return {
        corruption: [
            Frame(row, shown(row.pipeline, example, number, seed)) for row in _spread(curve.rows)
        ]
        for corruption, curve in longest.items()
    }


def _spread(rows: Sequence[CurveRow]) -> list[CurveRow]:
    """Return the ends and a few rows about evenly spaced on the axis on which they are drawn."""
    finite = all(math.isfinite(row.strength) for row in rows)
    strengths = np.array([row.strength if finite else row.t for row in rows])
    places = (strengths - strengths[0]) / (strengths[-1] - strengths[0] or 1)
    chosen = [0]
    for wanted in np.linspace(0, 1, LENGTH)[1:-1]:
        free = (places >= places[chosen[-1]] + _APART) & (places <= 1 - _APART)
        if free.any():
            chosen.append(int(np.where(free, np.abs(places - wanted), np.inf).argmin()))
    return [rows[index] for index in (*chosen, *([len(rows) - 1] if len(rows) > 1 else []))]


def shown(
    pipeline: str, example: npt.NDArray[np.uint8], number: int, seed: int
) -> npt.NDArray[np.uint8]:
    """Return an image as the models saw it: ``(h, w)`` or ``(h, w, 3)``."""
    import noiselib

    corrupted = noiselib.parse(pipeline)(example[np.newaxis], seed=seed, ids=number)
    image: npt.NDArray[np.uint8] = corrupted[0, ..., 0] if example.shape[2] == 1 else corrupted[0]
    return image
