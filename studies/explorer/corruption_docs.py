"""The documentation of one corruption, as a dialog of the gallery."""

from collections.abc import Callable, Sequence
from html import escape
from urllib.parse import quote

from nicegui import ui

from studies.explorer.cards import Card, Level, marked, parameters, published


def build_docs(card: Card, strip: str, close: Callable[[], object]) -> None:
    """Build the documentation.

    Parameters
    ----------
    card
        The corruption.
    strip
        Address of its picture.
    close
        Closes the dialog.
    """
    with ui.element("div").classes("docs-head"):
        ui.label(card.name).classes("title mono").props("role=heading aria-level=2")
        ui.button(icon="close", on_click=close).props('flat round dense aria-label="Close"')
    picture = ui.element("img").classes("strip pixels")
    picture.props["src"], picture.props["alt"] = strip, f"{card.name} at five strengths"
    for paragraph in (card.summary, *card.paragraphs):
        ui.html(marked(paragraph), sanitize=False).classes("paragraph")
    _heading("Parameters")
    ui.html(_parameter_table(card.name), sanitize=False).classes("scrolls")
    if levels := published(card.name):
        _heading("Published levels")
        ui.html(_level_table(levels), sanitize=False).classes("scrolls")
    if card.promises:
        _heading("Tested promises")
        ui.label(", ".join(card.promises))
    ui.link("Try it", f"/?spec={quote(card.spec, safe='(),=')}&t=0.5").classes("try")


def _heading(text: str) -> None:
    ui.label(text).classes("docs-heading").props("role=heading aria-level=3")


def _parameter_table(name: str) -> str:
    rows = [
        (f"<code>{escape(item.name)}</code>", item.meaning, item.unit, item.path, item.values)
        for item in parameters(name)
    ]
    heads = ("name", "meaning", "unit", "from t = 0 to 1", "values")
    return _table(heads, [(row[0], *map(escape, row[1:])) for row in rows])


def _level_table(levels: Sequence[Level]) -> str:
    heads = ("benchmark", "name there", "levels", "fidelity")
    rows = [(item.benchmark, item.name, item.strengths, item.fidelity) for item in levels]
    return _table(heads, [tuple(map(escape, row)) for row in rows])


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table of HTML; the cells come escaped."""
    head = "".join(f"<th scope=col>{text}</th>" for text in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
