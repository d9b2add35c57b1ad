"""Galleries: images in rows, each with what it is and what it was taken for."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studies.diagnosis.axes import title_height
from studies.diagnosis.single_images import WIDTH, set_bare, show_image, whole_images
from studies.reporting.drawing import Picture, rendered, styled
from studies.run.diagnosis import Images
from studies.tables.image_choices import Block, Tile

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Of the colours of Okabe and Ito, the green and the red that every reader tells apart; the signs
# and the kind of frame say the same without them.
RIGHT, WRONG = "#009E73", "#D55E00"

COLUMNS = 5
_IMAGE = 0.9  # of the width of a column
_LINE = 0.19  # height of a line of text, in widths of a column
_HEADING = 0.3

Caption = Callable[[Tile], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Labels:
    """What stands under the images of a gallery.

    Attributes
    ----------
    lines
        Gives the lines under an image.
    framed
        Whether a frame tells right answers from wrong ones.
    """

    lines: Caption
    framed: bool = False


def draw_gallery(
    name: str, title: str, blocks: Sequence[Block], images: Images, labels: Labels
) -> Picture:
    """Draw blocks of images under one another.

    Parameters
    ----------
    name, title
        File name and heading of the picture.
    blocks
        At least one with a tile.
    images
        ``(n, h, w, c)`` all images; the tiles have their numbers.
    labels
        What to write under each.
    """
    from matplotlib.figure import Figure

    aspect = images.shape[1] / images.shape[2]
    lines = max(len(labels.lines(tile)) for block in blocks for tile in block.tiles)
    row = _IMAGE * aspect + _LINE * lines + 0.12
    height = sum(_height(block, row) for block in blocks)
    with styled(), whole_images():
        scale = (WIDTH - 0.2) / COLUMNS
        figure = Figure(
            figsize=(WIDTH, height * scale + 0.45 + title_height(title)), layout="constrained"
        )
        panel = figure.subplots()
        top = 0.0
        for block in blocks:
            if block.heading:
                panel.text(0.04, top + 0.2, block.heading, fontsize=9.5, va="baseline")
                top += _HEADING
            for number, tile in enumerate(block.tiles):
                place = number % COLUMNS, top + row * (number // COLUMNS)
                _draw_tile(panel, place, tile, images[tile.number], labels)
            top += row * math.ceil(len(block.tiles) / COLUMNS)
        set_bare(panel, COLUMNS, height)
        figure.suptitle(title, x=0.02, ha="left", fontsize=11, fontweight="bold")
        return rendered(name, figure)


def _height(block: Block, row: float) -> float:
    return row * math.ceil(len(block.tiles) / COLUMNS) + (_HEADING if block.heading else 0)


def _draw_tile(
    panel: "Axes", place: tuple[float, float], tile: Tile, image: Images, labels: Labels
) -> None:
    from matplotlib.patches import Rectangle

    left, top = place[0] + (1 - _IMAGE) / 2, place[1] + 0.04
    bottom = top + _IMAGE * image.shape[0] / image.shape[1]
    show_image(panel, image, (left, left + _IMAGE, bottom, top))
    right = all(answer == tile.true for answer, _ in tile.answers)
    colour = (RIGHT if right else WRONG) if labels.framed else "#333333"
    if labels.framed:
        frame = Rectangle(
            (left, top),
            _IMAGE,
            bottom - top,
            fill=False,
            edgecolor=colour,
            linewidth=2.2,
            linestyle="-" if right else (0, (3, 1)),
        )
        panel.add_patch(frame)
    for number, line in enumerate(labels.lines(tile)):
        panel.text(
            place[0] + 0.5,
            bottom + _LINE * (number + 0.8),
            line,
            ha="center",
            va="baseline",
            fontsize=8,
            color=colour,
        )
