"""The panel in which a visitor selects an image: a test image, a drawing, or an upload."""

from collections.abc import Callable
from typing import Any

import numpy as np
from nicegui import run, ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments, UploadEventArguments

from studies.core.errors import StudyError
from studies.explorer.layout import error_label, heading, icon_button, select
from studies.explorer.play import image_sources
from studies.explorer.play.evaluator import Evaluator
from studies.explorer.play.image_alignment import render_drawing
from studies.explorer.state import ExplorerState
from studies.explorer.view import ImageSource, PlayView, own_image

ANY_CLASS = -1
"""Option for all classes; None would mean that nothing is selected."""

TABS = {"test": "Test image", "drawn": "Draw", "uploaded": "Upload"}

THROTTLE = 0.12
"""Seconds between two messages while a stroke is drawn; the last one is always sent."""


class Sketchpad(Element, component="sketchpad.js"):
    """A square field to draw in with mouse, pen or finger.

    After each move, `on_strokes` is called with all strokes, which are not validated.
    """

    def __init__(self, on_strokes: Callable[[GenericEventArguments], None]) -> None:
        super().__init__()
        self.on("strokes", on_strokes, throttle=THROTTLE)


class ImagePanel:
    """The selection of an image, for one visitor."""

    def __init__(self, page: Any, state: ExplorerState, evaluator: Evaluator) -> None:
        self._page, self._state, self._evaluator = page, state, evaluator
        self._names, self._labels = state.data.class_names, state.data.test_labels
        self._generator = np.random.default_rng()
        self._rank = -1  # of the last image that was selected as one of the hardest
        with ui.element("section").classes("panel image-panel").props('aria-label="Image"'):
            heading("Image", 2)
            with ui.tabs().props("no-caps dense align=justify inline-label") as self._tabs:
                for name, title in TABS.items():
                    ui.tab(name, title)
            with ui.tab_panels(self._tabs, value="test").props("animated=false"):
                builders = (self._build_test, self._build_drawing, self._build_upload)
                for name, build in zip(TABS, builders, strict=True):
                    with ui.tab_panel(name):
                        build()
            self._error = error_label()
        self._tabs.value = page.view.source.origin

    def update(self, view: PlayView) -> None:
        """Show the number and the class of the current image."""
        number, text = view.source.number, "Your own image is shown."
        if view.source.origin == "test":
            name = self._names[int(self._labels[number])]
            text = f"Image {number} of {len(self._labels)}: {name}"
        self._current.text = text

    def _build_test(self) -> None:
        classes = {ANY_CLASS: "any class", **dict(enumerate(self._names))}
        self._class = select(classes, "Class", on_change=self._class_selected, value=ANY_CLASS)
        self._class.props("options-dense").classes("wide")
        with ui.element("div").classes("image-navigation"):
            icon_button("Previous image", "chevron_left", lambda: self._select("previous"))
            self._current = ui.label().classes("note").props("role=status")
            icon_button("Next image", "chevron_right", lambda: self._select("next"))
        with ui.element("div").classes("buttons"):
            random = ui.button("Random", icon="shuffle", on_click=lambda: self._select("random"))
            hardest = ui.button("Hardest", icon="local_fire_department")
            hardest.on_click(self._select_hardest)
            for button in (random, hardest):
                button.props("outline no-caps")
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
        limit = image_sources.MAX_BYTES // 10**6
        self._upload = ui.upload(max_file_size=image_sources.MAX_BYTES, auto_upload=True)
        self._upload.props('accept="image/*"').classes("hidden-upload").on_upload(self._uploaded)
        rejected = f"the file is not an image, or has more than {limit} MB"
        self._upload.on_rejected(lambda: self._show_error(rejected))
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

    def _select(self, order: image_sources.Order) -> None:
        self._rank = -1
        current = self._page.view.source.number
        number = image_sources.select_image(
            order, current, self._label, self._labels, self._generator
        )
        self._show(ImageSource("test", number))

    async def _select_hardest(self) -> None:
        self._rank += 1
        hardest = await run.io_bound(image_sources.rank_by_difficulty, self._state)
        if hardest is not None:  # None when the server stops
            number = image_sources.select_hardest(self._rank, self._label, self._labels, hardest)
            self._show(ImageSource("test", number))

    def _drawn(self, event: GenericEventArguments) -> None:
        try:
            strokes = image_sources.parse_strokes(event.args)
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
            image_sources.check_size(event.file.size())
            content, alignment = await event.file.read(), self._evaluator.alignment
            found = await run.io_bound(image_sources.read_upload, content, alignment)
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
