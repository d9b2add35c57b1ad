"""The model of every page, a list of sections, and the one renderer of all of them."""

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from studies.report.blocks import Block, Figure, Folded, Grid
from studies.report.images import data_uri

if TYPE_CHECKING:
    from jinja2 import Environment

_Context = TypeVar("_Context")
_AROUND_LINE_BREAKS = re.compile(rb"\s*\n\s*")


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a page: its heading, and blocks in the order in which they are shown."""

    heading: str
    blocks: Sequence[Block]

    @property
    def anchor(self) -> str:
        """The name that links lead to."""
        letters = (letter if letter.isalnum() else "-" for letter in self.heading.lower())
        return "s-" + "-".join(part for part in "".join(letters).split("-") if part)


@dataclass(frozen=True, slots=True)
class Page:
    """One page.

    Attributes
    ----------
    title, heading : str
        Of the window, and of the page.
    subject : str
        What it is about, in a line below the heading.
    answer : sequence of str
        The result in a few sentences.
    sections : sequence of Section
        The sections.
    lead : sequence of Figure
        Before the table of contents.
    warnings : sequence of str
        What is missing; may be empty.
    """

    title: str
    heading: str
    subject: str
    answer: Sequence[str]
    sections: Sequence[Section]
    lead: Sequence[Figure] = ()
    warnings: Sequence[str] = ()

    @property
    def figures(self) -> list[Figure]:
        """Every figure of the page, in its order."""
        return [*self.lead, *(item for part in self.sections for item in _figures(part.blocks))]


def _figures(blocks: Sequence[Block]) -> list[Figure]:
    found: list[Figure] = []
    for block in blocks:
        if isinstance(block, Figure):
            found.append(block)
        elif isinstance(block, Folded):
            found += _figures(block.blocks)
        elif isinstance(block, Grid):
            found += _figures(block.items)
    return found


def make_sections(
    makers: Sequence[Callable[[_Context], Section | None]], context: _Context
) -> list[Section]:
    """Return the sections that some functions make, without those that have nothing to show."""
    return [section for make in makers if (section := make(context)) is not None]


def render(page: Page) -> bytes:
    """Return a page as UTF-8 HTML; every text that is not `markupsafe.Markup` is escaped.

    Raises
    ------
    ValueError
        When a figure has no alternative text.
    """
    for figure in page.figures:
        if not figure.alt:
            raise ValueError(f"the figure {figure.name} has no alternative text")
    return _environment().get_template("page.html").render(page=page).encode("utf-8")


def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("studies.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(macro=_macro, picture=_picture)
    return environment


def _macro(block: Block) -> str:
    """Return the name of the macro that renders a block."""
    return "paragraph" if isinstance(block, str) else type(block).__name__.lower()


def _picture(figure: Figure) -> str:
    """Return the picture of a figure as a data URI.

    A figure that is as wide as the page is an SVG; of the others a page has many, and lossless
    WebP takes half of the bytes of PNG or SVG.
    """
    if figure.min_width:
        return data_uri(_AROUND_LINE_BREAKS.sub(b" ", figure.svg), "svg+xml")
    from PIL import Image

    content = io.BytesIO()
    image = Image.open(io.BytesIO(figure.png)).convert("RGB")
    image.save(content, "WEBP", lossless=True, method=2)
    return data_uri(content.getvalue(), "webp")
