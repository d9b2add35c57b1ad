"""One stage of a pipeline as a card: its parameters, and buttons to move or remove it."""

import inspect
from collections.abc import Callable
from html import escape
from typing import Any

from nicegui import ui

from noiselib import Corruption, Transform
from noiselib.fields import FieldInfo, Value
from studies.explorer.layout import docs_html, icon_button
from studies.explorer.play.slider import Slider, SliderRange, slider_ranges

OnChange = Callable[[str, Value], None]


class StageCard:
    """A stage, for one visitor: a corruption, or a random choice, which has no parameters.

    `number` is its place from 0 among `count` stages. `on_change` is called with the name of a
    parameter and its new value, and `on_move` with the number of places to move the stage by.
    """

    def __init__(
        self,
        stage: Transform,
        number: int,
        count: int,
        *,
        on_change: OnChange,
        on_move: Callable[[int], None],
        on_remove: Callable[[], None],
    ) -> None:
        self._fields: dict[str, _ParameterField] = {}
        name = stage.name if isinstance(stage, Corruption) else str(stage).partition("(")[0]
        with ui.element("li").classes("stage"):
            with ui.element("div").classes("stage-head"):
                ui.label(name).classes("stage-name")
                up = icon_button(f"Move {name} up", "arrow_upward", lambda: on_move(-1), small=True)
                up.set_enabled(number > 0)
                down = icon_button(f"Move {name} down", "arrow_downward", small=True)
                down.on_click(lambda: on_move(1)).set_enabled(number < count - 1)
                icon_button(f"Remove {name}", "close", on_remove, small=True)
            if isinstance(stage, Corruption):
                first_line = inspect.cleandoc(type(stage).__doc__ or "").partition("\n")[0]
                ui.html(docs_html(first_line), sanitize=False).classes("note")
                self._build_fields(stage, on_change)
            else:
                ui.html(f"<code>{escape(str(stage))}</code>", sanitize=False)
                ui.label("Drawn separately for each image; edit it as text.").classes("note")

    def update(self, stage: Transform) -> None:
        """Show the parameters of a stage of the same type."""
        for name, field in self._fields.items():
            field.update(getattr(stage, name))

    def _build_fields(self, stage: Corruption, on_change: OnChange) -> None:
        ranges = slider_ranges(stage)
        strength, *others = ranges
        self._fields[strength] = _ParameterField(stage, strength, ranges[strength], on_change)
        if not others:
            return
        more = ui.expansion(f"{len(others)} more")
        with more.props("dense expand-separator=false").classes("more"):
            for name in others:
                self._fields[name] = _ParameterField(stage, name, ranges[name], on_change)


class _ParameterField:
    """One parameter: a slider and a number, a selection, or a switch."""

    def __init__(
        self, stage: Corruption, name: str, slider_range: SliderRange | None, on_change: OnChange
    ) -> None:
        self._name, self._range, self._on_change = name, slider_range, on_change
        self._whole = stage.field_types[name] == "int"
        info, value = stage.field_info[name], getattr(stage, name)
        unit = f" [{info.unit}]" if info.unit not in {"", name} else ""
        label = f"{stage.name}: {name}, {info.description}{unit}"
        self._reported: Value = value  # not reported again when the page updates the field
        self._field: Any
        with ui.element("div").classes("field"):
            ui.label(f"{name}{unit}").classes("field-name").props["title"] = info.description
            if slider_range is not None:
                self._build_number(slider_range, info, value, label)
            elif stage.field_types[name] == "bool":
                self._field = ui.switch(value=bool(value), on_change=self._changed)
            else:
                choices = ui.select(list(info.choices), value=value, on_change=self._changed)
                self._field = choices.props("dense outlined options-dense")
            self._field.props["aria-label"] = label
            ui.label(info.description).classes("field-note")

    def update(self, value: Value) -> None:
        """Show a value without reporting it."""
        self._reported = value
        self._field.value = value
        if self._range is not None:
            self._slider.move_to(self._range.position(float(value)), f"{value:g}")

    def _build_number(self, range_: SliderRange, info: FieldInfo, value: Value, label: str) -> None:
        self._field = ui.number(value=float(value), on_change=self._changed)
        self._field.props("dense outlined debounce=300").classes("field-value")
        limits = {"min": info.low, "max": info.high, "step": 1 if self._whole else "any"}
        for prop, limit in limits.items():
            if limit not in {float("inf"), float("-inf")}:
                self._field.props[prop] = limit
        low, high, position = map(range_.position, (range_.low, range_.high, float(value)))
        self._slider = Slider(
            low, high, range_.step, position, label, lambda at: self._report(range_.value(at))
        )

    def _changed(self, event: Any) -> None:
        if event.value is None or event.value == self._reported:
            return
        whole = self._range is not None and self._whole and float(event.value).is_integer()
        self._report(int(event.value) if whole else event.value)

    def _report(self, value: Value) -> None:
        self._reported = value
        self._on_change(self._name, value)
