"""The panel in which a visitor selects an image: a test image, a drawing, or an upload."""

from collections.abc import Callable
from typing import Any

import numpy as np
from nicegui import run, ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments, UploadEventArguments

from studies.core.errors import StudyError
from studies.explorer.layout import icon_button
from studies.explorer.play.evaluator import Evaluator
from studies.explorer.play.image_alignment import render_drawing
from studies.explorer.play.image_sources import (
    MAX_BYTES,
    Order,
    check_size,
    parse_strokes,
    rank_by_difficulty,
    read_upload,
    select_hardest,
    select_image,
)
from studies.explorer.state import ExplorerState
from studies.explorer.view import ImageSource, PlayView, own_image

ANY_CLASS = -1
"""Option for all classes; None would mean that nothing is selected."""

TABS = {"test": "Test image", "drawn": "Draw", "uploaded": "Upload"}

THROTTLE = 0.12
"""Seconds between two messages while a stroke is drawn; the last one is always sent."""


class Sketchpad(Element, component="sketchpad.js"):
    """A square field to draw in with mouse, pen or finger.

    Parameters
    ----------
    on_strokes : callable
        Called after each move with what the browser sends: all strokes, not validated.
    """

    def __init__(self, on_strokes: Callable[[Any], None]) -> None:
        super().__init__()

        def received(event: GenericEventArguments) -> None:
            on_strokes(event.args)

        self.on("strokes", received, throttle=THROTTLE)


class ImagePanel:
    """The selection of an image, for one visitor."""

    def __init__(self, page: Any, state: ExplorerState, evaluator: Evaluator) -> None:
        self._page = page
        self._state = state
        self._evaluator = evaluator
        self._names = state.class_names
        self._labels = state.data.test_labels
        self._generator = np.random.default_rng()
        self._rank = -1  # of the last image that was selected as one of the hardest
        with ui.element("section").classes("panel image-panel").props('aria-label="Image"'):
            ui.label("Image").classes("title").props("role=heading aria-level=2")
            with ui.tabs().props("no-caps dense align=justify inline-label") as self._tabs:
                for name, title in TABS.items():
                    ui.tab(name, title)
            with ui.tab_panels(self._tabs, value="test").props("animated=false"):
                for name, build in {
                    "test": self._build_test,
                    "drawn": self._build_drawing,
                    "uploaded": self._build_upload,
                }.items():
                    with ui.tab_panel(name):
                        build()
            self._error = ui.label().classes("error").props("role=alert")

    def update(self, view: PlayView) -> None:
        """Show the number and the class of the current image."""
        if view.source.origin == "test":
            number = view.source.number
            name = self._names[int(self._labels[number])]
            self._current.text = f"Image {number} of {len(self._labels)}: {name}"
        else:
            self._current.text = "Your own image is shown."

    def open(self, origin: str) -> None:
        """Open the tab of an origin."""
        self._tabs.value = origin

    def _build_test(self) -> None:
        classes = {ANY_CLASS: "any class", **dict(enumerate(self._names))}
        self._class = ui.select(
            classes, value=ANY_CLASS, label="Class", on_change=self._class_selected
        )
        self._class.props("outlined dense options-dense").classes("wide")
        with ui.element("div").classes("image-navigation"):
            icon_button("Previous image", "chevron_left", lambda: self._select("previous"))
            self._current = ui.label().classes("note").props("role=status")
            icon_button("Next image", "chevron_right", lambda: self._select("next"))
        with ui.element("div").classes("buttons"):
            ui.button("Random", icon="shuffle", on_click=lambda: self._select("random")).props(
                "outline no-caps"
            )
            hardest = ui.button("Hardest", icon="local_fire_department")
            hardest.on_click(self._select_hardest).props("outline no-caps")
            hardest.props["title"] = (
                "The image with the lowest mean probability of its true class; "
                "click again for the next one"
            )

    def _build_drawing(self) -> None:
        pad = Sketchpad(self._drawn)
        with ui.element("div").classes("buttons"):
            for label, icon, method in (("Undo", "undo", "undo"), ("Clear", "delete", "clear")):
                ui.button(label, icon=icon).props("outline no-caps").on(
                    "click", js_handler=f'() => runMethod({pad.id}, "{method}", [])'
                )
        ui.label(
            "The drawing gets the size, place and stroke width of the data; "
            "the models see the image labelled Clean."
        ).classes("note")

    def _build_upload(self) -> None:
        limit = MAX_BYTES // 10**6
        self._upload = (
            ui.upload(
                on_upload=self._uploaded,
                on_rejected=lambda: self._show_error(
                    f"the file is not an image, or has more than {limit} MB"
                ),
                max_file_size=MAX_BYTES,
                auto_upload=True,
            )
            .props('accept="image/*"')
            .classes("hidden-upload")
        )
        ui.button("Choose an image", icon="upload").props("outline no-caps").on(
            "click", js_handler=f'() => runMethod({self._upload.id}, "pickFiles", [])'
        )
        self._upload_text = ui.label().classes("note").props("role=status")
        ui.label(
            f"PNG, JPEG, WebP, GIF or BMP, at most {limit} MB. "
            "It is sent to the server on this machine and nowhere else."
        ).classes("note")

    @property
    def _label(self) -> int | None:
        return None if self._class.value == ANY_CLASS else int(self._class.value)

    def _class_selected(self) -> None:
        self._rank = -1
        source = self._page.view.source
        other = source.origin != "test" or self._labels[source.number] != self._class.value
        if self._label is not None and other:
            self._select("random")

    def _select(self, order: Order) -> None:
        self._rank = -1
        current = self._page.view.source.number
        number = select_image(order, current, self._label, self._labels, self._generator)
        self._show(ImageSource("test", number))

    async def _select_hardest(self) -> None:
        self._rank += 1
        hardest = await run.io_bound(rank_by_difficulty, self._state)
        if hardest is not None:  # None when the server stops
            number = select_hardest(self._rank, self._label, self._labels, hardest)
            self._show(ImageSource("test", number))

    def _drawn(self, message: Any) -> None:
        try:
            strokes = parse_strokes(message)
        except StudyError as error:
            self._show_error(str(error))
            return
        if strokes:
            image = render_drawing(strokes, self._evaluator.alignment)
            self._show(own_image("drawn", image))

    async def _uploaded(self, event: UploadEventArguments) -> None:
        self._upload.reset()
        self._upload_text.text = ""
        try:
            check_size(event.file.size())
            content, alignment = await event.file.read(), self._evaluator.alignment
            found = await run.io_bound(read_upload, content, alignment)
        except StudyError as error:
            self._show_error(str(error))
            return
        if found is not None:  # None when the server stops
            image, text = found
            self._upload_text.text = text
            self._show(own_image("uploaded", image))

    def _show(self, source: ImageSource) -> None:
        self._error.text = ""
        self._page.change(source=source)

    def _show_error(self, sentence: str) -> None:
        self._error.text = sentence[:1].upper() + sentence[1:] + "."
