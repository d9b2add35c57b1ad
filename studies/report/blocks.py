"""What the sections of every page consist of: texts, notes, tables, figures, galleries.

A text is a string, which is escaped, or `markupsafe.Markup` where it has markup of its own. A
string among the blocks is a paragraph.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

LIGHT_TEXT_ABOVE = 0.5
"""Above this share, a shaded cell is so dark that its text has to be light."""


@dataclass(frozen=True, slots=True)
class Note:
    """A remark in small type: how to read what is above it."""

    text: str


@dataclass(frozen=True, slots=True)
class ShadedCell:
    """A cell of a table whose background stands for a share, in [0, 1]."""

    text: str
    share: float

    @property
    def is_dark(self) -> bool:
        """Whether its text has to be light."""
        return self.share > LIGHT_TEXT_ABOVE


TableCell = str | ShadedCell


@dataclass(frozen=True, slots=True)
class RowGroup:
    """Rows of a table under a title of their own; without a title there is no line for it."""

    title: str
    rows: Sequence[Sequence[TableCell]]
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes
    ----------
    headings : sequence of str
        Of the columns; may be empty.
    groups : sequence of RowGroup
        The rows.
    align : str
        A letter for each column, ``t`` for text and ``n`` for numbers; the last one holds for all
        columns that follow.
    look : str
        Class of the style sheet: ``heat``, ``matrix``, ``facts`` or ``points``; the first column
        of the first three holds the headings of the rows.
    caption : str
        What it shows, above it; may be empty.
    """

    headings: Sequence[str]
    groups: Sequence[RowGroup]
    align: str = "tn"
    look: str = ""
    caption: str = ""

    def is_number(self, column: int) -> bool:
        """Tell whether the column of that index is aligned as numbers are."""
        return self.align[min(column, len(self.align) - 1)] == "n" and not self.look


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart that a page draws in its own colours, with a macro of ``templates/drawings.html``."""

    macro: str
    content: object


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart: the files in ``figures/``, and what a page shows; equal data give equal bytes.

    Attributes
    ----------
    name : str
        Of its files, without an ending.
    png, svg : bytes
        The files.
    alt : str
        What it shows, for those who do not see it.
    title, caption : str
        Texts above and below it; may be empty.
    anchor : str
        A name that links lead to; may be empty.
    drawing : Drawing or None
        What a page shows in place of the picture.
    min_width : float
        Width in rem below which a phone scrolls the figure; 0 where it fits a phone.
    """

    name: str
    png: bytes
    svg: bytes
    alt: str = ""
    title: str = ""
    caption: str = ""
    anchor: str = ""
    drawing: Drawing | None = None
    min_width: float = 0

    def described(self, alt: str, caption: str = "", **shown: Any) -> "Figure":
        """Return the same figure with its alternative text, its caption and other attributes."""
        return replace(self, alt=alt, caption=caption, **shown)

    def files(self) -> dict[str, bytes]:
        """Return both files, by their names in a results folder."""
        return {f"figures/{self.name}.png": self.png, f"figures/{self.name}.svg": self.svg}


@dataclass(frozen=True, slots=True)
class Grid:
    """Figures or tables side by side, as many in a row as there is room for."""

    items: Sequence[Figure | Table]
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Tile:
    """One image of a gallery.

    Attributes
    ----------
    image : str
        A data URI; empty where the image is not available.
    alt : str
        What it shows in words.
    label, place : str
        The true class, and at which strength.
    lines : sequence of tuple of str and bool
        Texts below it, and whether each is about a mistake.
    """

    image: str
    alt: str
    label: str
    place: str
    lines: Sequence[tuple[str, bool]]


@dataclass(frozen=True, slots=True)
class Gallery:
    """Images, each with what is known of it."""

    tiles: Sequence[Tile]


@dataclass(frozen=True, slots=True)
class Folded:
    """Blocks behind a line that unfolds them.

    Attributes
    ----------
    title : str
        The line.
    blocks : sequence
        What is behind it.
    remark : str
        In small letters after the title.
    is_open : bool
        Whether it is unfolded at first.
    printed : bool
        Whether paper shows the blocks although they are folded.
    is_family : bool
        Whether it holds all corruptions of one family.
    """

    title: str
    blocks: Sequence["Block"]
    remark: str = ""
    is_open: bool = False
    printed: bool = False
    is_family: bool = False


@dataclass(frozen=True, slots=True)
class Steps:
    """A numbered list of texts."""

    items: Sequence[str]


Block = str | Note | Table | Figure | Grid | Gallery | Folded | Steps


def code(text: str) -> Markup:
    """Return a text in the type of code."""
    return Markup("<code>{}</code>").format(text)


def link(text: str, anchor: str) -> Markup:
    """Return a text that leads to a place on the page."""
    return Markup('<a href="#{}">{}</a>').format(anchor, text)


def command(text: str) -> Markup:
    """Return a command to type, on a line of its own."""
    return Markup('<code class="command">{}</code>').format(text)
