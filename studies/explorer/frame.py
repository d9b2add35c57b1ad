"""How the images of a data set lie in their frame, so that a drawing can be brought to it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

LOOKED_AT = 500
"""Training images that are measured."""

Ink = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Frame:
    """What is usual for the images of a data set; lengths in pixels.

    Attributes
    ----------
    shape
        Height, width and channels.
    ground, ink
        Grey levels of the background and of what stands on it, 0 to 255.
    extent
        The longer side of what stands there.
    centre
        Row and column of its centre of mass.
    stroke
        Width of its strokes: twice its area over its perimeter.
    softness
        Standard deviation of the blur of its edges.
    plain
        Whether the background is one level, as with digits; photographs have none.
    """

    shape: tuple[int, int, int]
    ground: float
    ink: float
    extent: float
    centre: tuple[float, float]
    stroke: float
    softness: float
    plain: bool


def measure_frame(images: npt.NDArray[np.uint8]) -> Frame:
    """Measure images (n, h, w, c): medians over the first of them."""
    shape = (int(images.shape[1]), int(images.shape[2]), int(images.shape[3]))
    grey = images[:LOOKED_AT].mean(axis=-1)
    border = np.concatenate([grey[:, 0], grey[:, -1], grey[:, :, 0], grey[:, :, -1]], axis=1)
    ground = float(np.median(border))
    low, high = (float(level) for level in np.percentile(grey, [0.5, 99.5]))
    ink = high if high - ground >= ground - low else low
    spread = float(np.subtract(*np.percentile(border, [90, 10])))
    marks = [found for one in grey if (found := _mark(to_ink(one, ground, ink)))]
    extent, row, column, stroke, softness = (
        np.median(np.array(marks), axis=0) if marks else _whole(shape)
    )
    return Frame(
        shape=shape,
        ground=ground,
        ink=ink,
        extent=float(extent),
        centre=(float(row), float(column)),
        stroke=float(stroke),
        softness=float(softness),
        plain=spread < 0.1 * abs(ink - ground),
    )


def to_ink(grey: npt.NDArray[np.floating], ground: float, ink: float) -> Ink:
    """Return how much ink there is at each pixel, from 0 to 1."""
    if ink == ground:
        return np.zeros(grey.shape)
    part: Ink = np.clip((grey - ground) / (ink - ground), 0, 1, dtype=np.float64)
    return part


def _mark(ink: Ink) -> tuple[float, float, float, float, float] | None:
    """Return extent, centre, stroke and softness of what stands on one image; None if nothing."""
    rows, columns = np.nonzero(ink > 0.3)
    if not len(rows):
        return None
    extent = max(np.ptp(rows), np.ptp(columns)) + 1
    total = ink.sum()
    row = float((ink.sum(axis=1) * np.arange(len(ink))).sum() / total)
    column = float((ink.sum(axis=0) * np.arange(ink.shape[1])).sum() / total)
    slopes = np.hypot(*np.gradient(np.pad(ink, 1)))
    perimeter = max(float(slopes.sum()), 1e-9)
    # A blurred edge is so wide between 15 and 85 per cent; a sharp one on pixels has .3 as well.
    edge = ((ink > 0.15) & (ink < 0.85)).sum() / perimeter
    softness = float(np.sqrt(max((edge / 2.07) ** 2 - 0.3**2, 0)))
    return float(extent), row, column, 2 * float(total) / perimeter, softness


def _whole(shape: tuple[int, int, int]) -> tuple[float, float, float, float, float]:
    """Return a mark for data of blank images: most of the frame."""
    height, width, _ = shape
    side = min(height, width)
    return 0.7 * side, (height - 1) / 2, (width - 1) / 2, max(0.09 * side, 1.0), 0.5
