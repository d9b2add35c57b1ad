"""The panel of the corruption: the stages of the pipeline as cards, and the whole of it as text."""

import dataclasses
import functools
import operator
from collections.abc import Callable
from functools import partial
from typing import Any

from nicegui import ui

import noiselib
from noiselib import Corruption, Pipeline, SpecError, Transform
from noiselib.fields import Value
from studies.explorer.layout import error_label, heading, icon_button, select
from studies.explorer.play.stage_card import StageCard


class PipelinePanel:
    """The pipeline of the page Play, for one visitor."""

    def __init__(self, page: Any) -> None:
        self._page = page
        self._cards: list[StageCard] = []
        self._names: list[str] = []
        self._typing = False  # the text must not change while the visitor types
        with ui.element("section").classes("panel pipeline").props('aria-label="Corruption"'):
            heading("Corruption", 2)
            self._list = ui.element("ol").classes("stages")
            names = list(noiselib.registry())
            self._add = select(names, "Add a stage", on_change=self._added, with_input=True)
            self._add.props("options-dense").classes("wide adding")
            self._build_text()

    def _build_text(self) -> None:
        with ui.element("div").classes("spec-head"):
            ui.label("As text").classes("field-name")
            self._copy = icon_button("Copy the text", "content_copy", small=True)
            copied = "event.currentTarget.dataset.text, event.currentTarget"
            self._copy.on("click", js_handler=f"event => explorer.copy({copied})")
        self._text = ui.textarea(on_change=self._typed).props('aria-label="As text"')
        self._text.props("outlined dense autogrow debounce=250 spellcheck=false").classes("spec")
        self._text.on("blur", self._format_text)
        self._error = error_label()

    def update(self, transform: Transform) -> None:
        """Show a pipeline."""
        self._copy.props["data-text"] = str(transform)
        if not self._typing:
            self._text.value = str(transform)
            self.show_error("")
        stages = stages_of(transform)
        names = [stage.name if isinstance(stage, Corruption) else str(stage) for stage in stages]
        if names == self._names:
            for card, stage in zip(self._cards, stages, strict=True):
                card.update(stage)
            return
        self._names = names
        self._list.clear()
        with self._list:
            self._cards = [
                StageCard(
                    stage,
                    number,
                    len(stages),
                    on_change=partial(self._parameter_changed, number),
                    on_move=partial(self._edit, move_stage, number),
                    on_remove=partial(self._edit, remove_stage, number),
                )
                for number, stage in enumerate(stages)
            ]
            if not stages:
                ui.label("The image is not corrupted. Add a stage below.").classes("note")

    def show_invalid(self, text: str, sentence: str) -> None:
        """Show a text that is not a pipeline, and its error; the pipeline does not change."""
        self._text.value = text
        self.show_error(sentence)

    def show_error(self, sentence: str) -> None:
        """Show an error under the text, or none for an empty sentence."""
        self._error.text = sentence

    def _edit(self, edit: Callable[..., Transform], *arguments: Any) -> None:
        """Change the pipeline to what a function makes of it."""
        self._page.change(transform=edit(self._page.transform, *arguments))

    def _added(self, event: Any) -> None:
        if event.value:
            self._edit(add_stage, event.value)
            self._add.value = None

    def _parameter_changed(self, number: int, field: str, value: Value) -> None:
        try:
            transform = set_parameter(self._page.transform, number, field, value)
        except (TypeError, ValueError) as error:
            self.show_error(str(error))
            return
        self._page.change(transform=transform)

    def _typed(self, event: Any) -> None:
        try:
            transform = noiselib.parse(str(event.value or ""))
        except SpecError as error:
            self.show_error(str(error))
            return
        self.show_error("")
        if transform != self._page.transform:
            self._typing = True
            self._page.change(transform=transform)
            self._typing = False

    def _format_text(self) -> None:
        """Replace the text by the canonical one, unless it is invalid."""
        if not self._error.text:
            self._text.value = str(self._page.transform)


def stages_of(transform: Transform) -> tuple[Transform, ...]:
    """Return the stages of a transform in their order; none for the identity."""
    return transform.stages if isinstance(transform, Pipeline) else (transform,)


def join_stages(stages: tuple[Transform, ...]) -> Transform:
    """Return the transform that has these stages."""
    return functools.reduce(operator.or_, stages, noiselib.identity)


def add_stage(transform: Transform, name: str) -> Transform:
    """Append a corruption at maximum severity, given its name; raise SpecError without one."""
    return join_stages((*stages_of(transform), noiselib.parse(name)))


def remove_stage(transform: Transform, index: int) -> Transform:
    """Remove a stage."""
    stages = stages_of(transform)
    return join_stages(stages[:index] + stages[index + 1 :])


def move_stage(transform: Transform, index: int, by: int) -> Transform:
    """Move a stage by a number of places, at most to the ends."""
    stages = list(stages_of(transform))
    stage = stages.pop(index)
    stages.insert(min(max(index + by, 0), len(stages)), stage)
    return join_stages(tuple(stages))


def set_parameter(transform: Transform, index: int, field: str, value: Value) -> Transform:
    """Set a parameter of a stage; raise TypeError or ValueError, in one sentence, if invalid."""
    stages = list(stages_of(transform))
    stage = stages[index]
    if not isinstance(stage, Corruption):
        raise TypeError(f"{stage} has no parameters of its own; edit it as text")
    stages[index] = dataclasses.replace(stage, **{field: value})
    return join_stages(tuple(stages))
