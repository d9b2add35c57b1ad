"""Images in rows: galleries of predictions, and tables of the images of each class."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from studies.report.blocks import Figure
from studies.report.charts.style import PHONE_WIDTH, canvas, rendered, styled, title_height
from studies.report.format import shortened
from studies.report.images import displayed
from studies.run.diagnosis import Images
from studies.tables.diagnosis_images import GalleryImage, GalleryPart

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def _show_image(panel: "Axes", image: Images, extent: tuple[float, float, float, float]) -> None:
    """Draw ``(h, w, c)`` at (left, right, bottom, top), the vertical axis pointing down."""
    panel.imshow(displayed(image), extent=extent, cmap="gray", vmin=0, vmax=255)


def _set_bare(panel: "Axes", columns: int, height: float, left: float = 0.0) -> None:
    """Take away the axes, and let a unit be as wide as it is high."""
    panel.set_xlim(left, columns)
    panel.set_ylim(height, 0)
    panel.set_aspect("equal")
    panel.set_axis_off()


# Each image's own pixels in SVG, in place of one coarse picture of them all.
_WHOLE_IMAGES = {"image.composite_image": False, "image.interpolation": "none"}

# Of the colours of Okabe and Ito, the green and the red that differ for every reader; the signs and
# the kind of frame say the same without them.
_RIGHT, _WRONG = "#009E73", "#D55E00"

_COLUMNS = 5
_IMAGE = 0.9  # of the width of a column
_LINE = 0.19  # height of a line of text, in widths of a column
_HEADING = 0.3


@dataclass(frozen=True, slots=True)
class Labels:
    """The lines under an image of a gallery, and whether frames show which answers are correct."""

    lines: Callable[[GalleryImage], Sequence[str]]
    framed: bool = False


def draw_gallery(
    name: str, title: str, blocks: Sequence[GalleryPart], images: Images, labels: Labels
) -> Figure:
    """Draw blocks of images under one another.

    Parameters
    ----------
    name, title : str
        File name and heading of the figure.
    blocks : sequence of GalleryPart
        At least one with a tile.
    images : ndarray of uint8
        All images, ``(n, h, w, c)``; the tiles have their numbers.
    labels : Labels
        What to write under each.
    """
    aspect = images.shape[1] / images.shape[2]
    lines = max(len(labels.lines(tile)) for block in blocks for tile in block.images)
    row = _IMAGE * aspect + _LINE * lines + 0.12
    height = sum(
        row * math.ceil(len(block.images) / _COLUMNS) + (_HEADING if block.heading else 0)
        for block in blocks
    )
    with styled(_WHOLE_IMAGES):
        scale = (PHONE_WIDTH - 0.2) / _COLUMNS
        figure = canvas(PHONE_WIDTH, height * scale + 0.45 + title_height(title))
        panel = figure.subplots()
        top = 0.0
        for block in blocks:
            if block.heading:
                panel.text(0.04, top + 0.2, block.heading, fontsize=9.5, va="baseline")
                top += _HEADING
            for number, tile in enumerate(block.images):
                place = number % _COLUMNS, top + row * (number // _COLUMNS)
                _draw_tile(panel, place, tile, images[tile.number], labels)
            top += row * math.ceil(len(block.images) / _COLUMNS)
        _set_bare(panel, _COLUMNS, height)
        figure.suptitle(title, x=0.02, ha="left", fontsize=11, fontweight="bold")
        return rendered(name, figure)


def _draw_tile(
    panel: "Axes", place: tuple[float, float], tile: GalleryImage, image: Images, labels: Labels
) -> None:
    from matplotlib.patches import Rectangle

    left, top = place[0] + (1 - _IMAGE) / 2, place[1] + 0.04
    bottom = top + _IMAGE * image.shape[0] / image.shape[1]
    _show_image(panel, image, (left, left + _IMAGE, bottom, top))
    right = all(answer == tile.true for answer, _ in tile.predictions)
    colour = (_RIGHT if right else _WRONG) if labels.framed else "#333333"
    if labels.framed:
        look: dict[str, Any] = {"linewidth": 2.2, "linestyle": "-" if right else (0, (3, 1))}
        size = _IMAGE, bottom - top
        panel.add_patch(Rectangle((left, top), *size, fill=False, edgecolor=colour, **look))
    for number, line in enumerate(labels.lines(tile)):
        x, y = place[0] + 0.5, bottom + _LINE * (number + 0.8)
        panel.text(x, y, line, ha="center", va="baseline", fontsize=8, color=colour)


_SHORT = 3  # letters of a heading that fit over an image


def draw_image_table(
    name: str,
    title: str,
    rows: Sequence[tuple[str, Sequence[Images]]],
    headings: Sequence[str] = (),
) -> Figure:
    """Draw rows of images without text between them, with a label before each.

    Parameters
    ----------
    name, title : str
        File name and heading of the figure.
    rows : sequence of tuple of str and sequence of ndarray
        Labels and images, each ``(h, w, c)``.
    headings : sequence of str
        Of the columns; may be empty.
    """
    columns = max(len(images) for _, images in rows)
    example = next(images[0] for _, images in rows if len(images))
    aspect = example.shape[0] / example.shape[1]
    margin = 0.45 + 0.11 * max(len(shortened(label)) for label, _ in rows) * columns / 8
    scale = PHONE_WIDTH / (columns + margin)
    longest = max((len(shortened(heading)) for heading in headings), default=0)
    room = 0.3 + (0.2 if longest <= _SHORT else 0.16 * longest) if headings else 0.0
    with styled(_WHOLE_IMAGES):
        height = len(rows) * aspect + room
        figure = canvas(PHONE_WIDTH, height * scale + 0.45 + title_height(title))
        panel = figure.subplots()
        for column, heading in enumerate(headings):
            x, y, text = column + 0.5, room - 0.12, shortened(heading)
            turn = 90 if longest > _SHORT else 0
            panel.text(x, y, text, ha="center", va="bottom", fontsize=8, rotation=turn)
        for number, (label, images) in enumerate(rows):
            middle = room + aspect * (number + 0.5)
            panel.text(-0.12, middle, shortened(label), ha="right", va="center", fontsize=8.5)
            for column, image in enumerate(images):
                low, high = (room + aspect * (number + edge) for edge in (0.98, 0.02))
                _show_image(panel, image, (column + 0.02, column + 0.98, low, high))
        _set_bare(panel, columns, height, left=-margin)
        figure.suptitle(title, x=0.02, ha="left", fontsize=11, fontweight="bold")
        return rendered(name, figure)
