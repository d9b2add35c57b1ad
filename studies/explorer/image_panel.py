"""The first choice in Play: a test image, a drawing, or a picture of one's own."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from nicegui import run, ui
from nicegui.events import UploadEventArguments

from studies.core.errors import StudyError
from studies.explorer.context import Context
from studies.explorer.drawing import draw, read_strokes
from studies.explorer.picking import Way, pick, pick_hardest
from studies.explorer.sketchpad import Sketchpad
from studies.explorer.uploads import MOST_BYTES, read_upload, too_large
from studies.explorer.view import Source, View, given
from studies.explorer.workbench import Workbench

ANY = -1
"""Stands for all classes; None would be no choice at all."""

TABS = {"test": "Test image", "drawn": "Draw", "uploaded": "Upload"}


class ImagePanel:
    """Where the image comes from; for one visitor.

    Parameters
    ----------
    play
        Is told of the choice: ``play.change(source=...)``.
    context, bench
        Data and models, and what computes on them.
    """

    def __init__(self, play: Any, context: Context, bench: Workbench) -> None:
        self._play = play
        self._context = context
        self._bench = bench
        self._names: Sequence[str] = context.class_names
        self._labels = context.data.test_labels
        self._generator = np.random.default_rng()
        self._rank = -1  # of the last image that was chosen as one of the hardest
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
            self._trouble = ui.label().classes("trouble").props("role=alert")

    def follow(self, view: View) -> None:
        """Say which image is shown."""
        if view.source.origin == "test":
            number = view.source.number
            name = self._names[int(self._labels[number])]
            self._shown.text = f"Image {number} of {len(self._labels)}: {name}"
        else:
            self._shown.text = "A picture of your own is shown."

    def open(self, origin: str) -> None:
        """Open the tab of an origin."""
        self._tabs.value = origin

    def _build_test(self) -> None:
        numbers = {ANY: "any class", **dict(enumerate(self._names))}
        self._class = (
            ui.select(numbers, value=ANY, label="Class", on_change=self._class_changed)
            .props("outlined dense options-dense")
            .classes("wide")
        )
        with ui.element("div").classes("turn"):
            _button("Previous image", "chevron_left", lambda: self._pick("previous"))
            self._shown = ui.label().classes("note").props("role=status")
            _button("Next image", "chevron_right", lambda: self._pick("next"))
        with ui.element("div").classes("buttons"):
            ui.button("Random", icon="shuffle", on_click=lambda: self._pick("random")).props(
                "outline no-caps"
            )
            ui.button("Hardest", icon="local_fire_department", on_click=self._pick_hardest).props(
                'outline no-caps title="The one the models are least sure of; again for the next"'
            )

    def _build_drawing(self) -> None:
        pad = Sketchpad(self._drawn)
        with ui.element("div").classes("buttons"):
            for label, icon, method in (("Undo", "undo", "undo"), ("Clear", "delete", "clear")):
                ui.button(label, icon=icon).props("outline no-caps").on(
                    "click", js_handler=f'() => runMethod({pad.id}, "{method}", [])'
                )
        ui.label(
            "Your drawing gets the size, place and stroke of the data; "
            "the models see the picture called Clean."
        ).classes("note")

    def _build_upload(self) -> None:
        upload = (
            ui.upload(
                on_upload=self._uploaded,
                on_rejected=lambda: self._say(f"the file is no picture, or {_limit()}"),
                max_file_size=MOST_BYTES,
                auto_upload=True,
            )
            .props('accept="image/*"')
            .classes("hidden-upload")
        )
        ui.button("Choose a picture", icon="upload").props("outline no-caps").on(
            "click", js_handler=f'() => runMethod({upload.id}, "pickFiles", [])'
        )
        self._upload = upload
        self._brought = ui.label().classes("note").props("role=status")
        ui.label(
            f"PNG, JPEG, WebP, GIF or BMP, {MOST_BYTES // 10**6} MB at most. "
            "It goes to the server on this machine, and nowhere else."
        ).classes("note")

    @property
    def _of_class(self) -> int | None:
        return None if self._class.value == ANY else int(self._class.value)

    def _class_changed(self) -> None:
        self._rank = -1
        source = self._play.view.source
        wrong = source.origin != "test" or self._labels[source.number] != self._class.value
        if self._of_class is not None and wrong:
            self._pick("random")

    def _pick(self, way: Way) -> None:
        self._rank = -1
        current = self._play.view.source.number
        number = pick(way, current, self._of_class, self._labels, self._generator)
        self._choose(Source("test", number))

    async def _pick_hardest(self) -> None:
        self._rank += 1
        hardest = await run.io_bound(self._context.hardest)
        if hardest is not None:  # None: the server is going down
            number = pick_hardest(self._rank, self._of_class, self._labels, hardest)
            self._choose(Source("test", number))

    def _drawn(self, sent: Any) -> None:
        try:
            strokes = read_strokes(sent)
        except StudyError as error:
            self._say(str(error))
            return
        if strokes:
            self._choose(given("drawn", draw(strokes, self._bench.frame)))

    async def _uploaded(self, event: UploadEventArguments) -> None:
        self._upload.reset()
        self._brought.text = ""
        try:
            if event.file.size() > MOST_BYTES:
                raise StudyError(too_large(event.file.size()))
            read = await run.io_bound(read_upload, await event.file.read(), self._bench.frame)
        except StudyError as error:
            self._say(str(error))
            return
        if read is not None:
            image, done = read
            self._brought.text = done
            self._choose(given("uploaded", image))

    def _choose(self, source: Source) -> None:
        self._trouble.text = ""
        self._play.change(source=source)

    def _say(self, sentence: str) -> None:
        self._trouble.text = sentence[:1].upper() + sentence[1:] + "."


def _button(label: str, icon: str, act: Any) -> None:
    """Build a button with a picture alone."""
    button = ui.button(icon=icon, on_click=act).props("flat round dense")
    button.props["aria-label"] = label


def _limit() -> str:
    return f"has more than {MOST_BYTES // 10**6} MB"
