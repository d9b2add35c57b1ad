"""A small sweep on the page: the form, its progress, and how it is stopped."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from nicegui import run, ui

from studies.core.errors import StudyError
from studies.explorer.context import Context
from studies.explorer.folder_list import root_of
from studies.explorer.small_sweep import (
    FIRST_CHOICE,
    data_source,
    free_name,
    model_sources,
    small_study,
)
from studies.explorer.sweep_desk import SweepState, desk_at

POLL = 0.3
"""Seconds between two looks at the progress."""

IMAGES = 300

ENDINGS = {
    "done": "{name} is done: {done} of {planned} cells.",
    "stopped": "{name} was stopped; {done} of {planned} cells are stored. Start goes on.",
    "failed": "{name} failed.",
}


class SweepView:
    """The form and the progress, for one visitor.

    Parameters
    ----------
    context
        Names the data, the models and the folder.
    on_end
        Called when a sweep came to an end, however it did.
    show
        Called with a folder whose curves this visitor wants to see.
    """

    def __init__(
        self, context: Context, on_end: Callable[[], Any], show: Callable[[Path], Any]
    ) -> None:
        self._context = context
        self._on_end = on_end
        self._show_curves = show
        self._own: Path | None = None  # the folder of the sweep that this visitor started
        self._root = root_of(context.folder)
        self._desk = desk_at(self._root)
        self._shown = self._desk.state
        self._build_form()
        self._build_progress()
        self._show(self._shown)
        ui.timer(POLL, self._look)

    def _build_form(self) -> None:
        import noiselib

        models = list(model_sources(self._context.study, self._context.folder))
        with ui.element("div").classes("sweep-form").props('role=form aria-label="A small sweep"'):
            self._corruptions = (
                ui.select(
                    list(noiselib.registry()),
                    label="Corruptions, by name or typed as a spec",
                    value=list(FIRST_CHOICE),
                    multiple=True,
                    with_input=True,
                    new_value_mode="add-unique",
                )
                .props("use-chips outlined dense")
                .classes("wide")
            )
            self._models = (
                ui.select(models, label="Models", value=models, multiple=True)
                .props("use-chips outlined dense")
                .classes("half")
            )
            self._name = ui.input("Name", value=free_name(self._root)).props("outlined dense")
            self._name.classes("half")
            self._strengths = _number("Strengths", 6, 2, 101)
            self._seeds = _number("Draws", 1, 1, 20)
            self._images = _number("Images", self._images_to_begin_with(), 1, None)
            with ui.element("div").classes("flow wide"):
                self._button = ui.button("Start", on_click=self._start)
                self._button.props("unelevated no-caps text-color=on-accent")
                ui.label(f"Goes into a folder of that name in {self._root}").classes("note")
        self._mistake = ui.label().classes("trouble").props("role=alert")

    def _images_to_begin_with(self) -> int:
        context = self._context
        return min(IMAGES, len(context.data.test_images)) if context.ready else IMAGES

    def _build_progress(self) -> None:
        self._progress = ui.element("div").classes("sweep-progress").props("aria-live=polite")
        with self._progress:
            with ui.element("div").classes("flow"):
                self._headline = ui.label().classes("grow")
                self._cancel = ui.button("Cancel", on_click=self._stop)
                self._cancel.props("outline no-caps")
                self._see = ui.button("Show its curves", on_click=self._see_curves)
                self._see.props("flat no-caps")
            self._bar = ui.linear_progress(0, show_value=False, size="8px")
            self._bar.props('rounded instant-feedback aria-label="Cells done"')
            self._text = ui.label().classes("note")

    async def _start(self) -> None:
        self._mistake.text = ""
        self._button.disable()
        try:
            folder = await run.io_bound(self._begin)
        except StudyError as error:
            self._mistake.text = str(error)
            return
        finally:
            self._button.enable()
        if folder is not None:  # None as the server stops
            self._own = folder
            self._look()

    def _begin(self) -> Path:
        study_here, name = self._context.study, str(self._name.value or "").strip()
        sources = model_sources(study_here, self._context.folder)
        study = small_study(
            name=name,
            data=data_source(study_here),
            models=[sources[model] for model in self._models.value],
            corruptions=self._corruptions.value,
            strengths=self._strengths.value,
            seeds=self._seeds.value,
            images=self._images.value,
        )
        folder = self._root / name
        self._desk.start(study, folder)
        return folder

    def _stop(self) -> None:
        self._desk.cancel()
        self._look()

    def _look(self) -> None:
        """Show how it goes, if that has changed."""
        state, before = self._desk.state, self._shown
        if state is before:
            return
        self._shown = state
        self._show(state)
        if state.busy or not before.busy:
            return
        if state.step == "done" and self._name.value == state.name:
            self._name.value = free_name(self._root)
        self._on_end()
        if state.done and state.folder == self._own:
            self._see_curves()

    def _see_curves(self) -> None:
        if self._shown.folder is not None:
            self._show_curves(self._shown.folder)

    def _show(self, state: SweepState) -> None:
        self._progress.set_visibility(state.step != "idle")
        self._cancel.set_visibility(state.busy)
        self._cancel.set_enabled(state.step == "working")
        self._see.set_visibility(not state.busy and state.done > 0)
        self._button.set_enabled(not state.busy)
        self._bar.set_visibility(state.busy)
        self._bar.value = state.fraction
        self._bar.props["indeterminate"] = not state.planned
        self._headline.text = headline(state)
        self._text.text = state.text
        self._text.classes(replace="trouble" if state.step == "failed" else "note")


def headline(state: SweepState) -> str:
    """Say in a line how a sweep goes."""
    facts = {"name": state.name, "done": state.done, "planned": state.planned}
    if state.step in ENDINGS:
        return ENDINGS[state.step].format(**facts)
    doing = "Stopping" if state.step == "stopping" else "Running"
    cells = f": {state.done} of {state.planned} cells" if state.planned else ""
    return f"{doing} {state.name}{cells}"


def _number(label: str, value: int, least: int, most: int | None) -> ui.number:
    field = ui.number(label, value=value, min=least, max=most, step=1, precision=0)
    return field.props("outlined dense")
