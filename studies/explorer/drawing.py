"""Strokes of a finger or mouse, brought to the frame of a data set."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from studies.core.errors import StudyError
from studies.explorer.frame import Frame

FINE = 8
"""Drawn so many times as fine, then averaged."""

LEAST = 0.15
"""A drawing smaller than this part of its field is not enlarged further: a dot stays a dot."""

MOST_STROKES, MOST_POINTS = 200, 20_000

Stroke = Sequence[tuple[float, float]]


def read_strokes(sent: Any) -> list[list[tuple[float, float]]]:
    """Check what a browser sent: lists of points [x, y] from 0 to 1.

    Raises
    ------
    StudyError
        When it is anything else, or too much.
    """
    if not isinstance(sent, list) or len(sent) > MOST_STROKES:
        raise StudyError(f"a drawing has at most {MOST_STROKES} strokes")
    try:
        strokes = [[(float(x), float(y)) for x, y in stroke] for stroke in sent]
    except (TypeError, ValueError):
        raise StudyError("a drawing must be strokes of points with two numbers") from None
    points = [number for stroke in strokes for point in stroke for number in point]
    if len(points) > 2 * MOST_POINTS:
        raise StudyError(f"a drawing has at most {MOST_POINTS} points")
    if not all(0 <= number <= 1 for number in points):
        raise StudyError("the points of a drawing must lie in its field")
    return [stroke for stroke in strokes if stroke]


def draw(strokes: Sequence[Stroke], frame: Frame) -> npt.NDArray[np.uint8]:
    """Return a drawing as an image of the data: size, place, stroke and levels as usual there.

    Parameters
    ----------
    strokes
        Points (x, y) from 0 to 1, x to the right and y downwards; one stroke at least.
    frame
        Of the data.

    Returns
    -------
    ndarray of uint8, shape (h, w, c)
    """
    height, width, channels = frame.shape
    placed = _placed(strokes, frame)
    # Move it so that the centre of mass is where it usually is, yet nothing leaves the frame.
    ink = _inked(placed, frame)
    total = max(float(ink.sum()), 1e-9)
    down = frame.centre[0] - float((ink.sum(axis=1) * np.arange(height)).sum()) / total
    right = frame.centre[1] - float((ink.sum(axis=0) * np.arange(width)).sum()) / total
    right = _kept_inside([x for stroke in placed for x, _ in stroke], right, width, frame.stroke)
    down = _kept_inside([y for stroke in placed for _, y in stroke], down, height, frame.stroke)
    ink = _inked([[(x + right, y + down) for x, y in stroke] for stroke in placed], frame)
    levels = np.rint(frame.ground + ink * (frame.ink - frame.ground)).clip(0, 255)
    return np.repeat(levels.astype(np.uint8)[..., None], channels, axis=-1)


def _placed(strokes: Sequence[Stroke], frame: Frame) -> list[list[tuple[float, float]]]:
    """Scale strokes to the usual extent, in the middle of the frame; in pixels."""
    height, width, _ = frame.shape
    points = np.array([point for stroke in strokes for point in stroke])
    least, most = points.min(axis=0), points.max(axis=0)
    room = max(frame.extent - frame.stroke, 1.0)
    scale = room / max(float((most - least).max()), LEAST)
    x, y = (least + most) / 2
    return [
        [((px - x) * scale + width / 2, (py - y) * scale + height / 2) for px, py in stroke]
        for stroke in strokes
    ]


def _inked(strokes: Sequence[Stroke], frame: Frame) -> npt.NDArray[np.float64]:
    """Draw strokes, given in pixels, and return the ink at each pixel from 0 to 1."""
    from PIL import Image, ImageDraw, ImageFilter

    height, width, _ = frame.shape
    picture = Image.new("L", (FINE * width, FINE * height))
    pen = ImageDraw.Draw(picture)
    half = max(FINE * frame.stroke / 2, 1.0)
    for stroke in strokes:
        points = [(FINE * x, FINE * y) for x, y in stroke]
        pen.line(points, fill=255, width=math.ceil(2 * half), joint="curve")
        for x, y in (points[0], points[-1]):
            pen.ellipse((x - half, y - half, x + half, y + half), fill=255)
    soft = picture.filter(ImageFilter.GaussianBlur(FINE * frame.softness))
    fine = np.asarray(soft, np.float64) / 255
    ink: npt.NDArray[np.float64] = fine.reshape(height, FINE, width, FINE).mean(axis=(1, 3))
    return ink


def _kept_inside(places: Sequence[float], shift: float, side: int, stroke: float) -> float:
    """Return the part of a shift that keeps places, with half a stroke, within 0 to `side`."""
    low = stroke / 2 - min(places)
    high = side - stroke / 2 - max(places)
    return min(max(shift, low), high) if low <= high else 0.0
