"""What the page of a diagnosis is made of: sections with pictures and tables."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from studies.report.charts.style import Picture


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture, what it shows in words, and what stands below it."""

    picture: Picture
    alt: str
    caption: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes
    ----------
    headings
        Of its columns.
    texts
        How many columns are text; those after them are numbers.
    groups
        Titles and rows.
    folded
        What to call it where it is folded away; empty where it is open.
    """

    headings: Sequence[str]
    texts: int
    groups: Sequence[tuple[str, Sequence[Sequence[str]]]]
    folded: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One section: pictures, then a table, then remarks.

    Attributes
    ----------
    heading
        Its heading.
    shown
        Pictures, in rows of two where there is room.
    table
        Or None.
    notes
        Sentences, each a paragraph.
    """

    heading: str
    shown: Sequence[Shown] = ()
    table: Table | None = None
    notes: Sequence[str] = field(default=())
