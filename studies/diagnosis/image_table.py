"""Rows of images with a label before each: samples of the classes, mean images."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from studies.diagnosis.axes import shortened, title_height
from studies.diagnosis.single_images import WIDTH, set_bare, show_image, whole_images
from studies.reporting.drawing import Picture, rendered, styled
from studies.run.diagnosis import Images

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SHORT = 3  # letters of a heading that fit over an image


def draw_image_table(
    name: str,
    title: str,
    rows: Sequence[tuple[str, Sequence[Images]]],
    headings: Sequence[str] = (),
) -> Picture:
    """Draw rows of images without text between them, with a label before each.

    Parameters
    ----------
    name, title
        File name and heading of the picture.
    rows
        Labels and ``(h, w, c)`` images.
    headings
        Of the columns; may be empty.
    """
    from matplotlib.figure import Figure

    columns = max(len(images) for _, images in rows)
    example = next(images[0] for _, images in rows if len(images))
    aspect = example.shape[0] / example.shape[1]
    margin = 0.45 + 0.11 * max(len(shortened(label)) for label, _ in rows) * columns / 8
    scale = WIDTH / (columns + margin)
    longest = max((len(shortened(heading)) for heading in headings), default=0)
    room = 0.3 + (0.2 if longest <= _SHORT else 0.16 * longest) if headings else 0.0
    with styled(), whole_images():
        height = len(rows) * aspect + room
        figure = Figure(
            figsize=(WIDTH, height * scale + 0.45 + title_height(title)), layout="constrained"
        )
        panel = figure.subplots()
        for column, heading in enumerate(headings):
            _head(panel, column, room, heading, upright=longest > _SHORT)
        for number, (label, images) in enumerate(rows):
            middle = room + aspect * (number + 0.5)
            panel.text(-0.12, middle, shortened(label), ha="right", va="center", fontsize=8.5)
            for column, image in enumerate(images):
                low, high = (room + aspect * (number + edge) for edge in (0.98, 0.02))
                show_image(panel, image, (column + 0.02, column + 0.98, low, high))
        set_bare(panel, columns, height, left=-margin)
        figure.suptitle(title, x=0.02, ha="left", fontsize=11, fontweight="bold")
        return rendered(name, figure)


def _head(panel: "Axes", column: int, room: float, heading: str, *, upright: bool) -> None:
    """Write the heading of a column above its images."""
    panel.text(
        column + 0.5,
        room - 0.12,
        shortened(heading),
        ha="center",
        va="bottom",
        fontsize=8,
        rotation=90 if upright else 0,
    )
