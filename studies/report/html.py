"""Pages that stand on their own: our templates, filled in, every text from outside escaped."""

import io
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from studies.report.charts.style import Picture
from studies.report.format import limits, percent
from studies.report.images import data_uri

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_HEADING = re.compile(r"<h2>(.*?)</h2>", re.DOTALL)
_BETWEEN_LINES = re.compile(rb"\s*\n\s*")
_TAG = re.compile(r"<[^>]*>")
_NOT_IN_AN_ANCHOR = re.compile(r"[^a-z0-9]+")


def render_page(template: str, content: Mapping[str, Any]) -> bytes:
    """Return a page as UTF-8 HTML.

    Parameters
    ----------
    template
        A file of ``templates/`` that extends ``page.html``.
    content
        What the template asks for; for every page ``title``, ``heading``, ``answer`` (sentences)
        and ``provenance`` (labels and texts).
    """
    return _environment().get_template(template).render(content).encode("utf-8")


def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("studies", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        percent=percent,
        limits=limits,
        data_uri=_drawing,
        embedded=_embedded,
        anchored=_anchored,
        contents=_contents,
    )
    return environment


def _embedded(picture: Picture) -> str:
    """Return one picture of many as lossless WebP, which takes half the bytes of PNG or SVG."""
    from PIL import Image

    content = io.BytesIO()
    Image.open(io.BytesIO(picture.png)).convert("RGB").save(
        content, "WEBP", lossless=True, method=2
    )
    return data_uri(content.getvalue(), "webp")


def _drawing(svg: bytes) -> str:
    return data_uri(_BETWEEN_LINES.sub(b" ", svg), "svg+xml")


def _anchored(body: "Markup") -> "Markup":
    """Give every heading of a page's body a name that links can lead to."""
    from markupsafe import Markup

    def named(match: re.Match[str]) -> str:
        return f'<h2 id="{_anchor(match[1])}">{match[1]}</h2>'

    return Markup(_HEADING.sub(named, str(body)))  # noqa: S704 - escaped before, and all ours


def _contents(body: "Markup") -> list[tuple[str, "Markup"]]:
    """Return the names and the texts of the headings of a page's body."""
    from markupsafe import Markup

    texts = [_TAG.sub("", match[1]) for match in _HEADING.finditer(str(body))]
    return [(_anchor(text), Markup(text)) for text in texts]  # noqa: S704 - escaped before


def _anchor(heading: str) -> str:
    return "s-" + _NOT_IN_AN_ANCHOR.sub("-", _TAG.sub("", heading).lower()).strip("-")
