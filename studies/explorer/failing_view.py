"""The images that a model gets wrong at one point of a curve, on the page."""

from collections.abc import Callable
from typing import Any

from nicegui import run, ui

from studies.core.errors import StudyError
from studies.explorer.context import Context
from studies.explorer.failing import Failing, Mistake, find_failing, images_seen, originals_of
from studies.explorer.folders import Dot, Opened
from studies.explorer.pictures import png_address
from studies.explorer.view import Source, View, to_query
from studies.plan import Condition
from studies.report.format import percent
from studies.report.images import Originals

AT_A_TIME = 24
"""Images that are shown at once, and more with each click."""


class FailingView:
    """A point of a curve, chosen by a click or in fields, and the images that fail there.

    For one visitor.

    Parameters
    ----------
    context
        Has the data set at hand.
    opened
        The results folder.
    """

    def __init__(self, context: Context, opened: Opened) -> None:
        self._context = context
        self._opened = opened
        self._asked = 0  # the latest choice wins
        self._quiet = True  # while fields are filled by us
        self._failing = Failing((), 0)
        self._originals: Originals | None = None  # read when they are needed
        self._build()
        self._quiet = False

    def _build(self) -> None:
        ui.label("Images that fail").classes("title").props("role=heading aria-level=2")
        panels = {panel.corruption: panel.title for panel in self._opened.panels}
        with ui.element("div").classes("fields"):
            self._corruption = _select("Corruption", panels, self._curve_chosen)
            self._model = _select("Model", {m: m for m in self._opened.models}, self._curve_chosen)
            self._place = _select("Strength", {}, self._point_chosen)
            self._draw = _select("Draw", {}, self._draw_chosen)
        self._said = ui.label("Click a point of a curve, or choose it here.").props("role=status")
        self._trouble = ui.label().classes("trouble").props("role=alert")
        self._tiles = ui.element("ul").classes("tiles")
        self._more = ui.button("Show more", on_click=self._show_more).props("outline no-caps")
        self._more.set_visibility(False)
        self._corruption.value, self._model.value = next(iter(panels)), self._opened.models[0]
        self._fill_places()
        self._fill_draws()

    async def show(self, corruption: str, model: str, place: int) -> None:
        """Show what fails at a point of a curve, the first of which has the place 0."""
        self._quiet = True
        self._corruption.value, self._model.value = corruption, model
        self._fill_places()
        self._place.value = place
        self._fill_draws()
        self._quiet = False
        await self._load()

    async def _curve_chosen(self) -> None:
        if not self._quiet:
            place = self._place.value
            self._fill_places()
            self._place.value = place if place in self._place.options else None

    async def _point_chosen(self) -> None:
        if not self._quiet:
            self._quiet = True
            self._fill_draws()
            self._quiet = False
            await self._load()

    async def _draw_chosen(self) -> None:
        if not self._quiet:
            await self._load()

    def _fill_places(self) -> None:
        self._place.set_options({number: dot.where for number, dot in enumerate(self._dots)})

    def _fill_draws(self) -> None:
        seeds = [] if self._dot is None else [item.seed for item in self._dot.conditions]
        self._draw.set_options({place: f"seed {seed}" for place, seed in enumerate(seeds)})
        self._draw.value = 0 if seeds else None
        self._draw.set_visibility(len(seeds) > 1)

    @property
    def _dots(self) -> tuple[Dot, ...]:
        lines = [
            line
            for panel in self._opened.panels
            for line in panel.lines
            if (panel.corruption, line.model) == (self._corruption.value, self._model.value)
        ]
        return lines[0].dots if lines else ()

    @property
    def _dot(self) -> Dot | None:
        return None if self._place.value is None else self._dots[self._place.value]

    async def _load(self) -> None:
        """Find the mistakes at the chosen point and show the first of them."""
        dot, model = self._dot, str(self._model.value)
        if dot is None:
            return
        self._asked += 1
        asked, condition = self._asked, dot.conditions[self._draw.value or 0]
        self._trouble.text = ""
        try:
            failing = await run.io_bound(find_failing, self._opened.results, model, condition)
        except StudyError as error:
            self._trouble.text = str(error)
            return
        if failing is None or asked != self._asked:  # None as the server stops
            return
        self._failing = failing
        draw = "" if condition.seed is None else f", seed {condition.seed}"
        count = len(failing.mistakes)
        self._said.text = (
            f"{model} gets {count:,} of {failing.images:,} images wrong at {dot.where}{draw}."
        )
        self._tiles.clear()
        await self._add_tiles(condition, 0, asked)

    async def _show_more(self) -> None:
        if self._dot is not None:
            condition = self._dot.conditions[self._draw.value or 0]
            await self._add_tiles(condition, len(self._tiles.default_slot.children), self._asked)

    async def _add_tiles(self, condition: Condition, start: int, asked: int) -> None:
        mistakes = self._failing.mistakes[start : start + AT_A_TIME]
        if not mistakes:
            self._more.set_visibility(False)
            return
        numbers = [mistake.number for mistake in mistakes]
        try:
            addresses = await run.io_bound(self._pictures, condition, numbers)
        except StudyError as error:
            self._trouble.text = str(error)
            addresses = [""] * len(mistakes)
        if addresses is None or asked != self._asked:
            return
        with self._tiles:
            for mistake, address in zip(mistakes, addresses, strict=True):
                _tile(mistake, address, _play(mistake, condition) if self._same_data else None)
        shown = start + len(mistakes)
        self._more.set_visibility(shown < len(self._failing.mistakes))
        self._more.text = f"Show more ({len(self._failing.mistakes) - shown:,} left)"

    @property
    def _same_data(self) -> bool:
        """Whether the page Play has the images of this folder."""
        digest = self._opened.results.evaluation_set.images.digest
        return self._context.ready and self._context.data.digest == digest

    def _pictures(self, condition: Condition, numbers: list[int]) -> list[str]:
        """Return images as the model saw them; runs in a thread."""
        if self._originals is None:
            at_hand = self._context.data if self._context.ready else None
            self._originals = originals_of(self._opened.results, at_hand)
        return [png_address(image) for image in images_seen(self._originals, condition, numbers)]


def _select(label: str, options: dict[Any, str], on_change: Callable[[], Any]) -> ui.select:
    return ui.select(options, label=label, on_change=on_change).props("outlined dense")


def _play(mistake: Mistake, condition: Condition) -> str:
    """Return the address that shows an image as the model saw it."""
    source = Source("test", mistake.number)
    return "/" + to_query(View(source, condition.pipeline, 1.0, condition.seed or 0))


def _tile(mistake: Mistake, address: str, play: str | None) -> None:
    said = f"test image {mistake.number}, {mistake.true}, taken for {mistake.predicted}"
    with ui.element("li"):
        place = ui.link(target=play) if play else ui.element("div")
        with place:
            if address:
                picture = ui.element("img").classes("pixels")
                picture.props["src"], picture.props["alt"] = address, said
        if play:
            place.props["title"] = "Open in Play"
        ui.label(f"{mistake.true} → {mistake.predicted}").classes("answer")
        ui.label(percent(mistake.confidence)).classes("note")
