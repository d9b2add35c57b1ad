"""The browser's own slider, which keyboards, fingers and screen readers know."""

from collections.abc import Callable

from nicegui.element import Element
from nicegui.events import GenericEventArguments

EVERY = 0.05
"""Seconds between two messages while it is moved; the last is always sent."""


class RangeSlider(Element, component="range_slider.js"):
    """A slider.

    Parameters
    ----------
    low, high, step
        Its ends and its steps.
    value
        Where it stands at first.
    label
        What it moves, for screen readers.
    on_move
        Called with the new value when somebody moves it, and not when `put` does.
    """

    def __init__(
        self,
        low: float,
        high: float,
        step: float,
        value: float,
        label: str,
        on_move: Callable[[float], None],
    ) -> None:
        super().__init__()
        self._step = step
        self._value = value
        self._on_move = on_move
        self._props.update(min=low, max=high, step=step, value=value, label=label)
        self.on("moved", self._moved, throttle=EVERY)

    def put(self, value: float, text: str) -> None:
        """Move it, by a step or more; and say in words where it stands, for screen readers."""
        if abs(value - self._value) < self._step / 2:  # it is there, perhaps under somebody's hand
            self.run_method("tell", text)
            return
        self._value = value
        with self._props.suspend_updates():
            self._props["value"] = value  # for whom it is built anew
        self.run_method("put", value, text)

    def _moved(self, event: GenericEventArguments) -> None:
        self._value = float(event.args)
        self._on_move(self._value)
