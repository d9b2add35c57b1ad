"""Pages that stand on their own: our templates, filled in, every text from outside escaped."""

import base64
from collections.abc import Mapping
from typing import Any

from studies.reporting.answer import limits, percent


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
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("studies", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(percent=percent, limits=limits, data_uri=_data_uri)
    return environment.get_template(template).render(content).encode("utf-8")


def _data_uri(svg: bytes) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg).decode("ascii")
