"""One stage of a pipeline as a card: its parameters as sliders, its place, its way out."""

import inspect
from collections.abc import Callable
from html import escape
from typing import Any

from nicegui import ui

from noiselib import Corruption, Transform
from noiselib.fields import FieldInfo, Value
from studies.explorer.knobs import Knob, knobs_of
from studies.explorer.range_slider import RangeSlider

Change = Callable[[str, Value], None]
"""Called with the name of a field and its new value."""


class StageCard:
    """A stage; for one visitor.

    Parameters
    ----------
    stage
        A corruption, or a choice between some, which has no parameters of its own.
    number, count
        Its place, from 0, and how many there are.
    on_change
        Told of a parameter's new value.
    on_move
        Told by how many places to move it.
    on_remove
        Told to take it out.
    """

    def __init__(
        self,
        stage: Transform,
        number: int,
        count: int,
        *,
        on_change: Change,
        on_move: Callable[[int], None],
        on_remove: Callable[[], None],
    ) -> None:
        self._fields: dict[str, _Field] = {}
        name = stage.name if isinstance(stage, Corruption) else str(stage).partition("(")[0]
        with ui.element("li").classes("stage"):
            with ui.element("div").classes("stage-head"):
                ui.label(name).classes("stage-name")
                _icon(f"Move {name} up", "arrow_upward", lambda: on_move(-1), off=number == 0)
                _icon(
                    f"Move {name} down",
                    "arrow_downward",
                    lambda: on_move(1),
                    off=number == count - 1,
                )
                _icon(f"Remove {name}", "close", on_remove)
            if isinstance(stage, Corruption):
                ui.html(_summary(type(stage)), sanitize=False).classes("note")
                self._build_fields(stage, on_change)
            else:
                ui.html(f"<code>{escape(str(stage))}</code>", sanitize=False)
                ui.label("A choice made for each image; change it in the text.").classes("note")

    def follow(self, stage: Transform) -> None:
        """Bring the sliders to a stage of the same kind."""
        for name, field in self._fields.items():
            field.follow(getattr(stage, name))

    def _build_fields(self, stage: Corruption, on_change: Change) -> None:
        knobs = knobs_of(stage)
        strength, *others = stage.field_info
        self._fields[strength] = _Field(stage, strength, knobs[strength], on_change)
        if not others:
            return
        with (
            ui.expansion(f"{len(others)} more" if len(others) > 1 else "1 more")
            .props("dense expand-separator=false")
            .classes("more")
        ):
            for name in others:
                self._fields[name] = _Field(stage, name, knobs[name], on_change)


class _Field:
    """One parameter: a slider and a number, a choice, or a switch."""

    def __init__(self, stage: Corruption, name: str, knob: Knob | None, on_change: Change) -> None:
        self._name, self._knob, self._on_change = name, knob, on_change
        self._whole = stage.field_types[name] == "int"
        info, value = stage.field_info[name], getattr(stage, name)
        unit = f" [{info.unit}]" if info.unit not in {"", name} else ""
        spoken = f"{stage.name}: {name}, {info.description}{unit}"
        self._told: Value = value
        self._value: Any
        with ui.element("div").classes("field"):
            ui.label(f"{name}{unit}").classes("field-name").props["title"] = info.description
            if knob is not None:
                self._build_number(knob, info, value, spoken)
            elif stage.field_types[name] == "bool":
                self._value = ui.switch(value=bool(value), on_change=self._changed)
            else:
                self._value = ui.select(
                    list(info.choices), value=value, on_change=self._changed
                ).props("dense outlined options-dense")
            self._value.props["aria-label"] = spoken
            ui.label(info.description).classes("field-note")

    def follow(self, value: Value) -> None:
        """Stand at a value, without telling."""
        self._told = value
        self._value.value = value
        if self._knob is None:
            return
        self._slider.put(self._knob.position(float(value)), f"{value:g}")

    def _build_number(self, knob: Knob, info: FieldInfo, value: Value, spoken: str) -> None:
        self._value = (
            ui.number(value=float(value), on_change=self._changed)
            .props("dense outlined debounce=300")
            .classes("field-value")
        )
        ends = {"min": info.low, "max": info.high, "step": 1 if self._whole else "any"}
        for prop, end in ends.items():
            if end not in {float("inf"), float("-inf")}:
                self._value.props[prop] = end
        self._slider = RangeSlider(
            knob.position(knob.low),
            knob.position(knob.high),
            knob.step,
            knob.position(float(value)),
            spoken,
            lambda position: self._tell(knob.value(position)),
        )

    def _changed(self, event: Any) -> None:
        if event.value is None or event.value == self._told:
            return
        whole = self._whole and float(event.value).is_integer() if self._knob else False
        self._tell(int(event.value) if whole else event.value)

    def _tell(self, value: Value) -> None:
        self._told = value
        self._on_change(self._name, value)


def _icon(label: str, icon: str, act: Callable[[], None], *, off: bool = False) -> None:
    button = ui.button(icon=icon, on_click=act).props("flat round dense size=sm")
    button.props["aria-label"] = label
    button.set_enabled(not off)


def _summary(cls: type[Corruption]) -> str:
    """Return the first sentence of a corruption's description as HTML."""
    first = inspect.cleandoc(cls.__doc__ or "").partition("\n")[0]
    pieces = escape(first).split("``")
    return "".join(f"<code>{text}</code>" if at % 2 else text for at, text in enumerate(pieces))
