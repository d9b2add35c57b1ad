"""The builder of Play: the stages of the pipeline as cards, and the whole of it as text."""

from functools import partial
from typing import Any

from nicegui import ui

import noiselib
from noiselib import Corruption, SpecError, Transform
from noiselib.fields import Value
from studies.explorer.stage_card import StageCard
from studies.explorer.stages import added, changed, moved, removed, stages_of
from studies.explorer.workbench import read_spec


class PipelinePanel:
    """The pipeline, as cards and as text; for one visitor.

    Parameters
    ----------
    play
        Is told of a new pipeline: ``play.change(transform=...)``.
    """

    def __init__(self, play: Any) -> None:
        self._play = play
        self._cards: list[StageCard] = []
        self._kinds: list[str] = []
        self._typing = False  # what somebody writes is not written over
        with ui.element("section").classes("panel pipeline").props('aria-label="Corruption"'):
            ui.label("Corruption").classes("title").props("role=heading aria-level=2")
            self._list = ui.element("ol").classes("stages")
            self._add = (
                ui.select(
                    list(noiselib.registry()),
                    label="Add a stage",
                    with_input=True,
                    on_change=self._added,
                )
                .props("outlined dense options-dense")
                .classes("wide adding")
            )
            self._build_text()

    def _build_text(self) -> None:
        with ui.element("div").classes("spec-head"):
            ui.label("As text").classes("field-name")
            self._copy = ui.button(icon="content_copy").props("flat round dense size=sm")
            self._copy.props["aria-label"] = "Copy the text"
            self._copy.on(
                "click",
                js_handler="event => explorer.copy("
                "event.currentTarget.dataset.text, event.currentTarget)",
            )
        self._text = (
            ui.textarea(on_change=self._written)
            .props('outlined dense autogrow debounce=250 spellcheck=false aria-label="As text"')
            .classes("spec")
            .on("blur", self._tidy)
        )
        self._trouble = ui.label().classes("trouble").props("role=alert")

    def follow(self, transform: Transform) -> None:
        """Bring cards and text to a pipeline."""
        self._copy.props["data-text"] = str(transform)
        if not self._typing:
            self._text.value = str(transform)
            self.say("")
        stages = stages_of(transform)
        kinds = [stage.name if isinstance(stage, Corruption) else str(stage) for stage in stages]
        if kinds == self._kinds:
            for card, stage in zip(self._cards, stages, strict=True):
                card.follow(stage)
            return
        self._kinds = kinds
        self._list.clear()
        with self._list:
            self._cards = [
                StageCard(
                    stage,
                    number,
                    len(stages),
                    on_change=partial(self._changed, number),
                    on_move=partial(self._moved, number),
                    on_remove=partial(self._removed, number),
                )
                for number, stage in enumerate(stages)
            ]
            if not stages:
                ui.label("Nothing is done to the image. Add a stage below.").classes("note")

    def leave(self, text: str, sentence: str) -> None:
        """Show a text that is no pipeline, and why; the last good one stays in force."""
        self._text.value = text
        self.say(sentence)

    def say(self, sentence: str) -> None:
        """Show what is wrong, under the text; nothing for an empty sentence."""
        self._trouble.text = sentence

    @property
    def _now(self) -> Transform:
        transform: Transform = self._play.transform
        return transform

    def _become(self, transform: Transform) -> None:
        self._play.change(transform=transform)

    def _added(self, event: Any) -> None:
        if event.value:
            self._become(added(self._now, event.value))
            self._add.value = None

    def _moved(self, number: int, by: int) -> None:
        self._become(moved(self._now, number, by))

    def _removed(self, number: int) -> None:
        self._become(removed(self._now, number))

    def _changed(self, number: int, field: str, value: Value) -> None:
        try:
            transform = changed(self._now, number, field, value)
        except (TypeError, ValueError) as error:
            self.say(str(error))
            return
        self._become(transform)

    def _written(self, event: Any) -> None:
        try:
            transform = read_spec(str(event.value or ""))
        except SpecError as error:
            self.say(str(error))
            return
        self.say("")
        if transform != self._now:
            self._typing = True
            self._become(transform)
            self._typing = False

    def _tidy(self) -> None:
        """Write the text as it is read, once the field is left; a mistake stays to be mended."""
        if not self._trouble.text:
            self._text.value = str(self._now)
