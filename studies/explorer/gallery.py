"""The page Gallery: the catalogue as cards."""

from functools import partial
from pathlib import Path
from urllib.parse import quote

from nicegui import events, ui

from studies.explorer.cards import Card, families, marked
from studies.explorer.context import Context
from studies.explorer.corruption_docs import build_docs
from studies.explorer.strips import SCENE, TEST_IMAGE, address

STYLE = Path(__file__).parent / "gallery.css"


def build(context: Context) -> None:
    """Build the page for one visitor."""
    ui.add_css(STYLE)
    Gallery(context).build(ui.context.client.request.query_params.get("show"))


class Gallery:
    """The cards, the search and the documentation; for one visitor."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._families = families()
        self._sections: dict[str, ui.element] = {}
        self._cards: dict[str, tuple[Card, ui.element, ui.element]] = {}

    def build(self, wanted: str | None) -> None:
        """Build the page, and open the documentation that the address wants."""
        count = sum(map(len, self._families.values()))
        with ui.element("section").classes("gallery-head"):
            ui.label("The catalogue").classes("title").props("role=heading aria-level=1")
            ui.label(f"{count} corruptions, each from the untouched image to its worst.").classes(
                "note"
            )
            with ui.element("div").classes("gallery-tools"):
                self._search = ui.input("Search", on_change=self._filter).props(
                    "outlined dense clearable debounce=150 type=search"
                )
                self._of = ui.toggle({SCENE: "Scene", TEST_IMAGE: "Test image"}, value=SCENE)
                self._of.props("no-caps unelevated toggle-text-color=on-accent").on_value_change(
                    self._picture_chosen
                )
                self._of.props["aria-label"] = "What the strips show"
        self._found = ui.label().classes("note").props("role=status")
        self._dialog = ui.dialog().props("aria-label=Documentation")
        self._dialog.on("hide", lambda: ui.run_javascript("explorer.setAddress('')"))
        for family, cards in self._families.items():
            with ui.element("section") as section:
                self._sections[family] = section
                ui.label(family.capitalize()).classes("family").props("role=heading aria-level=2")
                with ui.element("div").classes("cards"):
                    for card in cards:
                        self._build_card(card)
        if wanted in self._cards:
            ui.timer(0, lambda: self._explain(wanted), once=True)
        elif wanted is not None:
            self._found.text = f"No corruption is called {wanted}."

    def _build_card(self, card: Card) -> None:
        with ui.element("article").classes("panel card") as article:
            ui.label(card.name).classes("title mono").props("role=heading aria-level=3")
            picture = ui.element("img").classes("strip pixels")
            picture.props["alt"] = (
                f"{card.name} at five strengths; {card.axis} {', '.join(card.strengths)}"
            )
            picture.props["loading"] = "lazy"
            picture.props["src"] = address(card.name, SCENE, "1")
            with ui.element("div").classes("steps").props("aria-hidden=true"):
                for text in card.strengths:
                    ui.label(text)
            ui.label(card.axis).classes("axis note")
            ui.html(marked(card.summary), sanitize=False).classes("formula")
            with ui.element("div").classes("links"):
                docs = ui.link("Documentation", f"/gallery?show={card.name}")
                docs.on("click.prevent", partial(self._explain, card.name))
                ui.link("Try it", f"/?spec={quote(card.spec, safe='(),=')}&t=0.5")
        self._cards[card.name] = card, article, picture

    def _filter(self, change: events.ValueChangeEventArguments[str | None]) -> None:
        """Show the cards in which every word is found."""
        words = change.value or ""
        shown = {name for name, (card, _, _) in self._cards.items() if card.matches(words)}
        for name, (_, article, _) in self._cards.items():
            article.set_visibility(name in shown)
        for family, section in self._sections.items():
            section.set_visibility(any(card.name in shown for card in self._families[family]))
        self._found.text = f"{len(shown)} of {len(self._cards)} found." if words else ""

    def _picture_chosen(self, change: events.ValueChangeEventArguments[str]) -> None:
        """Show the strips of another picture."""
        if change.value == TEST_IMAGE and not self._context.ready:
            self._found.text = "The data are not read yet; try again in a moment."
            self._of.value = SCENE
            return
        version = self._context.data.digest[:12] if change.value == TEST_IMAGE else "1"
        for name, (_, _, picture) in self._cards.items():
            picture.props["src"] = address(name, change.value, version)

    def _explain(self, name: str) -> None:
        """Open the documentation of a corruption."""
        card, _, picture = self._cards[name]
        self._dialog.clear()
        with self._dialog, ui.card().classes("docs"):
            build_docs(card, picture.props["src"], self._dialog.close)
        self._dialog.open()
        ui.run_javascript(f"explorer.setAddress('?show={quote(name)}')")
