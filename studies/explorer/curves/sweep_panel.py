"""The form of a small sweep, its progress, and the button that cancels it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from nicegui import run, ui

import noiselib
from studies.core.errors import StudyError
from studies.explorer.layout import error_label, select
from studies.explorer.state import ExplorerState
from studies.explorer.study import data_source, model_sources, results_root, small_study
from studies.explorer.sweep_process import SweepStatus, shared_process

DEFAULT_CORRUPTIONS = ("gaussian_noise", "rotation")
DEFAULT_IMAGES = 300

POLL_INTERVAL = 0.3
"""Seconds between two updates of the progress."""

SUMMARIES = {
    "done": "{name} is done: {done} of {planned} cells.",
    "stopped": "{name} was stopped; {done} of {planned} cells are stored. Start resumes it.",
    "failed": "{name} failed.",
}


class SweepPanel:
    """The form and the progress, for one visitor.

    Calls `on_end` when a sweep has ended in any way, and `show_curves` with the folder whose
    curves this visitor wants to see.
    """

    def __init__(
        self, state: ExplorerState, on_end: Callable[[], Any], show_curves: Callable[[Path], Any]
    ) -> None:
        self._state, self._on_end, self._show_curves = state, on_end, show_curves
        self._own: Path | None = None  # the folder of the sweep that this visitor started
        self._root = results_root(state.folder)
        self._process = shared_process(self._root)
        self._shown = self._process.status
        self._build_form()
        self._build_progress()
        self._show(self._shown)
        ui.timer(POLL_INTERVAL, self._update)

    def _build_form(self) -> None:
        models = list(model_sources(self._state.study, self._state.folder))
        with ui.element("div").classes("sweep-form").props('role=form aria-label="A small sweep"'):
            self._corruptions = select(
                list(noiselib.registry()),
                "Corruptions, by name or typed as a spec",
                value=list(DEFAULT_CORRUPTIONS),
                multiple=True,
                with_input=True,
                new_value_mode="add-unique",
            ).classes("wide")
            self._models = select(models, "Models", value=models, multiple=True)
            self._models.classes("half")
            self._name = ui.input("Name", value=free_name(self._root)).props("outlined dense")
            self._name.classes("half")
            self._strengths = _number_field("Strengths", 6, 2, 101)
            self._seeds = _number_field("Noise seeds", 1, 1, 20)
            state = self._state
            found = len(state.data.test_images) if state.ready else DEFAULT_IMAGES
            self._images = _number_field("Images", min(DEFAULT_IMAGES, found), 1, None)
            with ui.element("div").classes("flow wide"):
                self._button = ui.button("Start", on_click=self._start)
                self._button.props("unelevated no-caps text-color=on-accent")
                text = f"Results are written to a folder of this name in {self._root}"
                ui.label(text).classes("note")
        self._error = error_label()

    def _build_progress(self) -> None:
        self._progress = ui.element("div").classes("sweep-progress").props("aria-live=polite")
        with self._progress:
            with ui.element("div").classes("flow"):
                self._summary = ui.label().classes("grow")
                self._cancel = ui.button("Cancel", on_click=self._cancel_sweep)
                self._cancel.props("outline no-caps")
                self._show_button = ui.button("Show its curves", on_click=self._show_own_curves)
                self._show_button.props("flat no-caps")
            self._bar = ui.linear_progress(0, show_value=False, size="8px")
            self._bar.props('rounded instant-feedback aria-label="Cells done"')
            self._text = ui.label().classes("note")

    async def _start(self) -> None:
        self._error.text = ""
        self._button.disable()
        try:
            folder = await run.io_bound(self._start_sweep)
        except StudyError as error:
            self._error.text = str(error)
            return
        finally:
            self._button.enable()
        if folder is not None:  # None when the server stops
            self._own = folder
            self._update()

    def _start_sweep(self) -> Path:
        """Start the sweep of the form; runs in a thread."""
        explored, name = self._state.study, str(self._name.value or "").strip()
        sources = model_sources(explored, self._state.folder)
        study = small_study(
            name=name,
            data=data_source(explored),
            models=[sources[model] for model in self._models.value],
            corruptions=self._corruptions.value,
            strengths=self._strengths.value,
            seeds=self._seeds.value,
            images=self._images.value,
        )
        folder = self._root / name
        self._process.start(study, folder)
        return folder

    def _cancel_sweep(self) -> None:
        self._process.cancel()
        self._update()

    def _update(self) -> None:
        """Show the status of the sweep if it has changed."""
        status, before = self._process.status, self._shown
        if status is before:
            return
        self._shown = status
        self._show(status)
        if status.busy or not before.busy:
            return
        if status.step == "done" and self._name.value == status.name:
            self._name.value = free_name(self._root)
        self._on_end()
        if status.done and status.folder == self._own:
            self._show_own_curves()

    def _show_own_curves(self) -> None:
        if self._shown.folder is not None:
            self._show_curves(self._shown.folder)

    def _show(self, status: SweepStatus) -> None:
        self._progress.set_visibility(status.step != "idle")
        self._cancel.set_visibility(status.busy)
        self._cancel.set_enabled(status.step == "running")
        self._show_button.set_visibility(not status.busy and status.done > 0)
        self._button.set_enabled(not status.busy)
        self._bar.set_visibility(status.busy)
        self._bar.value = status.fraction
        self._bar.props["indeterminate"] = not status.planned
        self._summary.text = summarize(status)
        self._text.text = status.text
        self._text.classes(replace="error" if status.step == "failed" else "note")


def summarize(status: SweepStatus) -> str:
    """Return the status of a sweep in one line."""
    counts = {"name": status.name, "done": status.done, "planned": status.planned}
    if status.step in SUMMARIES:
        return SUMMARIES[status.step].format(**counts)
    verb = "Stopping" if status.step == "stopping" else "Running"
    cells = f": {status.done} of {status.planned} cells" if status.planned else ""
    return f"{verb} {status.name}{cells}"


def free_name(root: Path) -> str:
    """Return the first name of ``sweep-1``, ``sweep-2`` ... that is not the name of a folder."""
    number = 1
    while (root / f"sweep-{number}").exists():
        number += 1
    return f"sweep-{number}"


def _number_field(label: str, value: int, low: int, high: int | None) -> ui.number:
    field = ui.number(label, value=value, min=low, max=high, step=1, precision=0)
    return field.props("outlined dense")
