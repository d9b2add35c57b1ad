"""Where the objects lie in the images of a data set, and drawings aligned to that.

Otherwise a model would fail because of the pen and not because of the corruption.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

MEASURED_IMAGES = 500
"""Number of training images that are measured."""

OVERSAMPLING = 8
"""A drawing is rendered at so many times the resolution, then averaged."""

MIN_EXTENT = 0.15
"""A drawing smaller than this fraction of its field is not enlarged more, so a dot stays small."""

Shape = tuple[int, int, int]
Stroke = Sequence[tuple[float, float]]
Foreground = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ImageAlignment:
    """Typical measures of the images of a data set; lengths in pixels.

    Attributes
    ----------
    shape : tuple of int
        Height, width and channels.
    background, foreground : float
        Grey levels of the background and of the object, 0 to 255.
    extent : float
        Length of the longer side of the object.
    centre : tuple of float
        Row and column of the centre of mass of the object.
    stroke_width : float
        Width of its strokes: twice its area over its perimeter.
    edge_blur : float
        Standard deviation of the blur of its edges.
    plain_background : bool
        Whether the background has one level, as with digits; photographs do not.
    """

    shape: Shape
    background: float
    foreground: float
    extent: float
    centre: tuple[float, float]
    stroke_width: float
    edge_blur: float
    plain_background: bool


def measure_alignment(images: npt.NDArray[np.uint8]) -> ImageAlignment:
    """Return the medians of the measures of the first `MEASURED_IMAGES` images (n, h, w, c)."""
    shape = (int(images.shape[1]), int(images.shape[2]), int(images.shape[3]))
    grey = images[:MEASURED_IMAGES].mean(axis=-1)
    border = np.concatenate([grey[:, 0], grey[:, -1], grey[:, :, 0], grey[:, :, -1]], axis=1)
    background = float(np.median(border))
    low, high = (float(level) for level in np.percentile(grey, [0.5, 99.5]))
    foreground = high if high - background >= background - low else low
    spread = float(np.subtract(*np.percentile(border, [90, 10])))
    masks = (foreground_fraction(image, background, foreground) for image in grey)
    measured = [measures for mask in masks if (measures := _measure_object(mask))]
    side = min(shape[:2])
    blank = (0.7 * side, (shape[0] - 1) / 2, (shape[1] - 1) / 2, max(0.09 * side, 1.0), 0.5)
    # Without any object, as in a data set of blank images, the measures are plausible ones.
    typical = np.median(measured, axis=0).tolist() if measured else blank
    extent, row, column, stroke_width, edge_blur = typical
    plain, centre = spread < 0.1 * abs(foreground - background), (row, column)
    return ImageAlignment(
        shape, background, foreground, extent, centre, stroke_width, edge_blur, plain
    )


def foreground_fraction(
    grey: npt.NDArray[np.floating], background: float, foreground: float
) -> Foreground:
    """Return the fraction of foreground at each pixel, from 0 to 1."""
    if foreground == background:
        return np.zeros(grey.shape)
    mask: Foreground = np.clip((grey - background) / (foreground - background), 0, 1, dtype=float)
    return mask


def _measure_object(mask: Foreground) -> tuple[float, float, float, float, float] | None:
    """Return extent, centre, stroke width and edge blur of an object; None for a blank image."""
    rows, columns = np.nonzero(mask > 0.3)
    if not len(rows):
        return None
    extent = max(np.ptp(rows), np.ptp(columns)) + 1
    area = float(mask.sum())
    slopes = np.hypot(*np.gradient(np.pad(mask, 1)))
    perimeter = max(float(slopes.sum()), 1e-9)
    # The distance of an edge between 15 and 85 %; sampling gives a sharp edge 0.3 pixels.
    edge = ((mask > 0.15) & (mask < 0.85)).sum() / perimeter
    edge_blur = float(np.sqrt(max((edge / 2.07) ** 2 - 0.3**2, 0)))
    return float(extent), *_centre_of_mass(mask), 2 * area / perimeter, edge_blur


def _centre_of_mass(mask: Foreground) -> tuple[float, float]:
    """Return row and column of the centre of mass."""
    total = max(float(mask.sum()), 1e-9)
    height, width = mask.shape
    row = float((mask.sum(axis=1) * np.arange(height)).sum()) / total
    return row, float((mask.sum(axis=0) * np.arange(width)).sum()) / total


def render_drawing(strokes: Sequence[Stroke], alignment: ImageAlignment) -> npt.NDArray[np.uint8]:
    """Return a drawing as an image (h, w, c) with size, place, strokes and levels of the data.

    The points (x, y) of the strokes, of which there is at least one, are from 0 to 1, y downwards.
    """
    height, width, channels = alignment.shape
    scaled = _scale(strokes, alignment)
    # Move the centre of mass to its typical place, but keep the drawing within the image.
    row, column = _centre_of_mass(_render(scaled, alignment))
    x_places, y_places = zip(*(point for stroke in scaled for point in stroke), strict=True)
    right = _clip_shift(alignment.centre[1] - column, x_places, width, alignment.stroke_width)
    down = _clip_shift(alignment.centre[0] - row, y_places, height, alignment.stroke_width)
    mask = _render([[(x + right, y + down) for x, y in stroke] for stroke in scaled], alignment)
    levels = alignment.background + mask * (alignment.foreground - alignment.background)
    pixels = np.rint(levels).clip(0, 255).astype(np.uint8)
    return np.repeat(pixels[..., None], channels, axis=-1)


def _scale(strokes: Sequence[Stroke], alignment: ImageAlignment) -> list[list[tuple[float, float]]]:
    """Return strokes in pixels, scaled to the typical extent, in the middle of the image."""
    height, width, _ = alignment.shape
    points = np.array([point for stroke in strokes for point in stroke])
    low, high = points.min(axis=0), points.max(axis=0)
    extent = max(alignment.extent - alignment.stroke_width, 1.0)
    scale = extent / max(float((high - low).max()), MIN_EXTENT)
    x, y = (low + high) / 2
    return [
        [((px - x) * scale + width / 2, (py - y) * scale + height / 2) for px, py in stroke]
        for stroke in strokes
    ]


def _render(strokes: Sequence[Stroke], alignment: ImageAlignment) -> Foreground:
    """Return the fraction of foreground at each pixel for strokes in pixels."""
    from PIL import Image, ImageDraw, ImageFilter

    height, width, _ = alignment.shape
    canvas = Image.new("L", (OVERSAMPLING * width, OVERSAMPLING * height))
    draw = ImageDraw.Draw(canvas)
    half = max(OVERSAMPLING * alignment.stroke_width / 2, 1.0)
    for stroke in strokes:
        points = [(OVERSAMPLING * x, OVERSAMPLING * y) for x, y in stroke]
        draw.line(points, fill=255, width=math.ceil(2 * half), joint="curve")
        for x, y in (points[0], points[-1]):
            draw.ellipse((x - half, y - half, x + half, y + half), fill=255)
    blurred = canvas.filter(ImageFilter.GaussianBlur(OVERSAMPLING * alignment.edge_blur))
    fine = np.asarray(blurred, np.float64) / 255
    blocks = fine.reshape(height, OVERSAMPLING, width, OVERSAMPLING)
    mask: Foreground = blocks.mean(axis=(1, 3))
    return mask


def _clip_shift(shift: float, places: Sequence[float], side: int, stroke_width: float) -> float:
    """Return the part of a shift that keeps strokes of the given width within 0 to `side`."""
    low = stroke_width / 2 - min(places)
    high = side - stroke_width / 2 - max(places)
    return min(max(shift, low), high) if low <= high else 0.0
