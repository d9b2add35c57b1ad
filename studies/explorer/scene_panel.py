"""The middle of Play: clean and corrupted picture, their difference, strength and seed."""

from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import ui

from noiselib import Transform
from studies.explorer.answers import marks_html, place, spoken
from studies.explorer.pictures import png_address
from studies.explorer.range_slider import RangeSlider
from studies.explorer.seen import Course, Seen, difference
from studies.explorer.view import MOST_SEED, View

PICTURES = {
    "clean": "Clean",
    "corrupted": "Corrupted",
    "difference": "Difference",
}


class ScenePanel:
    """The pictures of a view, and what moves them; for one visitor.

    Parameters
    ----------
    play
        Is told of moves: ``play.change(t=...)`` and ``play.change(seed=...)``.
    steps
        Of the strength slider.
    class_names
        Of the data.
    """

    def __init__(self, play: Any, steps: int, class_names: Sequence[str]) -> None:
        self._play = play
        self._steps = steps
        self._class_names = class_names
        with ui.element("section").classes("panel scene").props('aria-label="What is seen"'):
            with ui.element("div").classes("pictures"):
                self._pictures = {name: _figure(name, title) for name, title in PICTURES.items()}
            self._build_strength()
            self._build_seed()
        self._live = ui.label().classes("unseen").props("aria-live=polite")

    def _build_strength(self) -> None:
        with ui.element("div").classes("strength"):
            with ui.element("div").classes("strength-head"):
                ui.label("Strength").classes("field-name")
                self._place = ui.label().classes("strength-place")
            self._slider = RangeSlider(
                0,
                1,
                1 / self._steps,
                self._play.view.t,
                "Strength t, from the clean image to the whole corruption",
                lambda t: self._play.change(t=round(t, 4)),
            )
            self._marks = ui.html("", sanitize=False).classes("marks").props("aria-hidden=true")

    def _build_seed(self) -> None:
        with ui.element("div").classes("seed-row"):
            self._seed = (
                ui.number("Seed", min=0, max=MOST_SEED, step=1, precision=0)
                .props("dense outlined debounce=200")
                .classes("seed")
                .on_value_change(self._seed_changed)
            )
            ui.button("Another draw", icon="casino", on_click=self._another).props("flat no-caps")
            ui.button("Copy link", icon="link").props(
                'flat no-caps aria-label="Copy the link to this view"'
            ).on("click", js_handler="event => explorer.copyAddress(event)")

    def follow(self, view: View, transform: Transform) -> None:
        """Bring slider, seed and their labels to a view."""
        self._seed.value = view.seed
        self._place.text = place(transform, view.t)
        self._slider.put(view.t, self._place.text)

    def show(self, seen: Seen) -> None:
        """Show what is seen, and say it."""
        for name, image in {
            "clean": seen.clean,
            "corrupted": seen.corrupted,
            "difference": difference(seen.clean, seen.corrupted),
        }.items():
            self._pictures[name].props["src"] = png_address(image)
        truth = "" if seen.truth is None else f", a test image of class {self._name(seen.truth)}"
        self._pictures["clean"].props["alt"] = f"The clean image{truth}"
        self._live.text = spoken(seen.answers, self._class_names)

    def mark(self, courses: Sequence[Course], colours: Mapping[str, str]) -> None:
        """Mark under the slider where models lose the image."""
        self._marks.content = marks_html(courses, colours)

    def _name(self, number: int) -> str:
        return self._class_names[number]

    def _seed_changed(self, event: Any) -> None:
        if event.value is not None and 0 <= event.value <= MOST_SEED:
            self._play.change(seed=int(event.value))

    def _another(self) -> None:
        self._play.change(seed=(self._play.view.seed + 1) % (MOST_SEED + 1))


def _figure(name: str, title: str) -> Any:
    """Return the image of a figure with its caption."""
    alts = {
        "clean": "The clean image",
        "corrupted": "The corrupted image",
        "difference": "What changed: orange is brighter, blue is darker",
    }
    with ui.element("figure").classes(f"picture {name}"):
        image = ui.element("img").classes("pixels").mark(name)
        image.props["alt"] = alts[name]
        with ui.element("figcaption"):
            ui.label(title)
            if name == "difference":
                ui.html(
                    '<span class="brighter">brighter</span> <span class="darker">darker</span>',
                    sanitize=False,
                )
    return image
