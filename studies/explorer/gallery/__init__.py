"""The page Gallery: all corruptions as cards, with their documentation."""

from collections.abc import Callable, Sequence
from functools import partial
from html import escape
from pathlib import Path
from urllib.parse import quote

from fastapi.responses import PlainTextResponse, Response
from nicegui import app, events, ui

import noiselib
from models.data import DataError
from studies.core.errors import StudyError
from studies.explorer.gallery.corruptions import (
    CorruptionCard,
    cards_by_family,
    parameter_rows,
    published_strengths,
    scene,
    strip_png,
)
from studies.explorer.layout import docs_html, heading, icon_button
from studies.explorer.state import ExplorerState

STYLE = Path(__file__).parent / "gallery.css"

SCENE, TEST_IMAGE = "scene", "image"
"""What a strip shows: a drawn scene in colour, or the first test image."""

CACHE_CONTROL = "private, max-age=3600"


def build(state: ExplorerState) -> None:
    """Build the page for one visitor."""
    ui.add_css(STYLE)
    GalleryPage(state).build(ui.context.client.request.query_params.get("show"))


def strip_address(name: str, subject: str, version: str) -> str:
    """Return the address of the strip of a corruption; the version changes with the image."""
    return f"/gallery/strips/{subject}/{name}.png?{version}"


def register_strips(state: ExplorerState) -> None:
    """Serve the strips, which are computed when a browser asks for them."""

    def respond(subject: str, name: str) -> Response:
        try:
            if subject not in {SCENE, TEST_IMAGE}:
                raise StudyError(f"there are no strips of {subject}")
            image = scene() if subject == SCENE else state.data.test_images[0]
        except (StudyError, DataError) as error:
            return PlainTextResponse(str(error), status_code=404)
        if name not in noiselib.registry():
            return PlainTextResponse(f"no corruption is called {name}", status_code=404)
        picture = strip_png(name, image.tobytes(), image.shape)
        headers = {"Cache-Control": CACHE_CONTROL}
        return Response(picture, media_type="image/png", headers=headers)

    app.get("/gallery/strips/{subject}/{name}.png")(respond)  # not async, so it runs in a thread


class GalleryPage:
    """The cards, the search and the documentation; for one visitor."""

    def __init__(self, state: ExplorerState) -> None:
        self._state = state
        self._families = cards_by_family()
        self._sections: dict[str, ui.element] = {}
        self._cards: dict[str, tuple[CorruptionCard, ui.element, ui.element]] = {}

    def build(self, name: str | None) -> None:
        """Build the page and open the documentation that the address names."""
        count = sum(map(len, self._families.values()))
        with ui.element("section").classes("gallery-head"):
            heading("Corruptions", 1)
            text = f"{count} corruptions, each from the clean image to maximum severity."
            ui.label(text).classes("note")
            with ui.element("div").classes("gallery-tools"):
                search = ui.input("Search", on_change=self._filter)
                search.props("outlined dense clearable debounce=150 type=search")
                self._subject = ui.toggle({SCENE: "Scene", TEST_IMAGE: "Test image"}, value=SCENE)
                self._subject.props("no-caps unelevated toggle-text-color=on-accent")
                self._subject.on_value_change(self._subject_selected)
                self._subject.props["aria-label"] = "Image in the strips"
        self._message = ui.label().classes("note").props("role=status")
        self._dialog = ui.dialog().props("aria-label=Documentation")
        self._dialog.on("hide", lambda: ui.run_javascript("explorer.setAddress('')"))
        for family, cards in self._families.items():
            with ui.element("section") as section:
                self._sections[family] = section
                heading(family.capitalize(), 2, "family")
                with ui.element("div").classes("cards"):
                    for card in cards:
                        self._build_card(card)
        if name in self._cards:
            ui.timer(0, lambda: self._open_docs(name), once=True)
        elif name is not None:
            self._message.text = f"No corruption is called {name}."

    def _build_card(self, card: CorruptionCard) -> None:
        with ui.element("article").classes("panel card") as article:
            heading(card.name, 3, "title mono")
            alt = f"{card.name} at five strengths; {card.axis} {', '.join(card.strengths)}"
            picture = _strip(strip_address(card.name, SCENE, "1"), alt)
            picture.props["loading"] = "lazy"
            with ui.element("div").classes("steps").props("aria-hidden=true"):
                for text in card.strengths:
                    ui.label(text)
            ui.label(card.axis).classes("axis note")
            ui.html(docs_html(card.summary), sanitize=False).classes("formula")
            with ui.element("div").classes("links"):
                docs = ui.link("Documentation", f"/gallery?show={card.name}")
                docs.on("click.prevent", partial(self._open_docs, card.name))
                ui.link("Try it", card.play_address)
        self._cards[card.name] = card, article, picture

    def _filter(self, change: events.ValueChangeEventArguments[str | None]) -> None:
        """Show the cards that have every word of the search."""
        words = change.value or ""
        shown = {name for name, (card, _, _) in self._cards.items() if card.matches(words)}
        for name, (_, article, _) in self._cards.items():
            article.set_visibility(name in shown)
        for family, section in self._sections.items():
            section.set_visibility(any(card.name in shown for card in self._families[family]))
        self._message.text = f"{len(shown)} of {len(self._cards)} found." if words else ""

    def _subject_selected(self, change: events.ValueChangeEventArguments[str]) -> None:
        """Show the strips of another image."""
        if change.value == TEST_IMAGE and not self._state.ready:
            self._message.text = "The data are still loading; try again in a moment."
            self._subject.value = SCENE
            return
        version = self._state.data.digest[:12] if change.value == TEST_IMAGE else "1"
        for name, (_, _, picture) in self._cards.items():
            picture.props["src"] = strip_address(name, change.value, version)

    def _open_docs(self, name: str) -> None:
        """Open the documentation of a corruption."""
        card, _, picture = self._cards[name]
        self._dialog.clear()
        with self._dialog, ui.card().classes("docs"):
            build_docs(card, picture.props["src"], self._dialog.close)
        self._dialog.open()
        ui.run_javascript(f"explorer.setAddress('?show={quote(name)}')")


def build_docs(card: CorruptionCard, strip: str, on_close: Callable[[], object]) -> None:
    """Build the documentation of a corruption, with the strip at an address, as a dialog."""
    with ui.element("div").classes("docs-head"):
        heading(card.name, 2, "title mono")
        icon_button("Close", "close", on_close)
    _strip(strip, f"{card.name} at five strengths")
    for paragraph in (card.summary, *card.paragraphs):
        ui.html(docs_html(paragraph), sanitize=False).classes("paragraph")
    heading("Parameters", 3, "docs-heading")
    heads = ("name", "meaning", "unit", "from t = 0 to 1", "values")
    _build_table(heads, parameter_rows(card.name), code=True)
    if published := published_strengths(card.name):
        heading("Published levels", 3, "docs-heading")
        _build_table(("benchmark", "name in the benchmark", "levels", "fidelity"), published)
    if card.properties:
        heading("Tested properties", 3, "docs-heading")
        ui.label(", ".join(card.properties))
    ui.link("Try it", card.play_address).classes("try")


def _strip(address: str, alt: str) -> ui.element:
    picture = ui.element("img").classes("strip pixels")
    picture.props["src"], picture.props["alt"] = address, alt
    return picture


def _build_table(
    heads: Sequence[str], rows: Sequence[tuple[str, ...]], *, code: bool = False
) -> None:
    """Build a table with a column for each item of the rows; names of code are marked."""
    head = "".join(f"<th scope=col>{text}</th>" for text in heads)
    body = ""
    for row in rows:
        name, *others = map(escape, row)
        cells = [f"<code>{name}</code>" if code else name, *others]
        body += f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    ui.html(table, sanitize=False).classes("scrolls")
