"""Images inside pictures: their own pixels, on axes that are not seen."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from studies.run.diagnosis import Images

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH = 4.6
"""Inches of a picture that fits a telephone."""


def show_image(panel: "Axes", image: Images, extent: tuple[float, float, float, float]) -> None:
    """Draw ``(h, w, c)`` at (left, right, bottom, top), the vertical axis pointing down."""
    panel.imshow(displayed(image), extent=extent, cmap="gray", vmin=0, vmax=255)


def displayed(image: Images) -> Images:
    """Return ``(h, w)`` or ``(h, w, 3)``; other numbers of channels are shown as their mean."""
    if image.shape[2] == 3:
        return image
    grey: Images = np.rint(image.mean(axis=2)).astype(np.uint8)
    return grey


def set_bare(panel: "Axes", columns: int, height: float, left: float = 0.0) -> None:
    """Take away the axes, and let a unit be as wide as it is high."""
    panel.set_xlim(left, columns)
    panel.set_ylim(height, 0)
    panel.set_aspect("equal")
    panel.set_axis_off()


@contextmanager
def whole_images() -> Iterator[None]:
    """Keep each image's own pixels in SVG, in place of one coarse picture of them all."""
    from matplotlib import rc_context

    with rc_context({"image.composite_image": False, "image.interpolation": "none"}):
        yield
