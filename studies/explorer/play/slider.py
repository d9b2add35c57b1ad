"""Sliders for numbers: their range for a field of a corruption, and the element on the page.

The limits of a field are often too wide for a slider: a shift may be 10,000 pixels. A slider
therefore covers, within the limits, twice the distance from the identity to maximum severity; a
number field beside it accepts every valid value.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from noiselib import Corruption
from noiselib.fields import FieldInfo, Value

DEFAULT_REACH = {"degrees": 180.0, "pixels": 8.0}
"""Length of a slider by unit, for fields with neither maximum severity nor default; else 2."""

STEPS = 200

FACTOR_RATIO = 1000.0
"""Ratio of the positive limits of a number without unit from which its scale is logarithmic."""

THROTTLE = 0.05
"""Seconds between two messages while a slider is moved; the last one is always sent."""


@dataclass(frozen=True, slots=True)
class SliderRange:
    """The range of a slider.

    Attributes
    ----------
    low, high : float
        Values at the ends.
    step : float
        Distance between two positions; of the base 10 logarithm on a logarithmic scale.
    whole, logarithmic : bool
        Whether values are whole numbers, and whether positions are logarithms.
    """

    low: float
    high: float
    step: float
    whole: bool = False
    logarithmic: bool = False

    def position(self, value: float) -> float:
        """Return the position of a value, clipped to the ends."""
        clipped = min(max(value, self.low), self.high)
        return math.log10(clipped) if self.logarithmic else clipped

    def value(self, position: float) -> float:
        """Return the value at a position, rounded to the precision of the step."""
        if self.logarithmic:
            exact = min(max(10**position, self.low), self.high)
            return float(f"{exact:.3g}")
        clipped = min(max(position, self.low), self.high)
        return round(clipped) if self.whole else float(f"{clipped:.6g}")


def slider_ranges(corruption: Corruption) -> dict[str, SliderRange | None]:
    """Return the slider range of each field, the strength first; None for a field without one."""
    return {name: _slider_range(corruption, name) for name in corruption.field_info}


def _slider_range(corruption: Corruption, name: str) -> SliderRange | None:
    """Return the slider range of a field, which includes its value if that is finite."""
    kind, info = corruption.field_types[name], corruption.field_info[name]
    if kind not in {"float", "int"}:
        return None
    whole, current = kind == "int", float(getattr(corruption, name))
    default: Value = getattr(type(corruption), name)
    maximum = float(default) if info.worst is None else info.worst
    if info.identity is not None and _is_factor(info, info.identity):
        low, high = _include(current, *_logarithmic_ends(info, info.identity, maximum))
        step = _round_step(math.log10(high / low) / STEPS)
        return SliderRange(low, high, step, whole, logarithmic=True)
    low, high = _include(current, *_linear_ends(info, info.identity or 0.0, maximum))
    return SliderRange(low, high, 1.0 if whole else _round_step((high - low) / STEPS), whole)


def _include(value: float, low: float, high: float) -> tuple[float, float]:
    """Return the ends, moved so that they include a value if that is finite."""
    return (min(low, value), max(high, value)) if math.isfinite(value) else (low, high)


def _is_factor(info: FieldInfo, identity: float) -> bool:
    """Return whether a field is a factor, for which ratios matter and not differences."""
    if math.isinf(identity):
        return True
    return not info.unit and identity > 0 and info.low > 0 and info.high / info.low >= FACTOR_RATIO


def _logarithmic_ends(info: FieldInfo, identity: float, maximum: float) -> tuple[float, float]:
    """Return ends whose ratio to the identity is the square of that of maximum severity."""
    if math.isinf(identity):
        low, high = maximum / 10, maximum * FACTOR_RATIO
    else:
        ratio = max(maximum / identity, identity / maximum, 2.0) ** 2
        low, high = identity / ratio, identity * ratio
    return max(low, info.low), min(high, info.high)


def _linear_ends(info: FieldInfo, identity: float, maximum: float) -> tuple[float, float]:
    """Return ends around the identity; the limits themselves if they are near enough."""
    identity = min(max(identity, info.low), info.high)
    reach = 2 * abs(maximum - identity) or DEFAULT_REACH.get(info.unit, 2.0)
    if info.high - info.low <= 2.5 * reach:
        return info.low, info.high
    return max(identity - reach, info.low), min(identity + reach, info.high)


def _round_step(step: float) -> float:
    """Return the largest of 1, 2 and 5 times a power of ten that is not above a step."""
    power = 10.0 ** math.floor(math.log10(step))
    return float(f"{max(n for n in (1, 2, 5) if n * power <= step * (1 + 1e-9)) * power:.6g}")


class Slider(Element, component="slider.js"):
    """The slider of the browser, which supports keyboard, touch and screen readers.

    Screen readers read the label. `on_move` is called with the new position when the visitor
    moves the slider, but not by `move_to`.
    """

    def __init__(
        self,
        low: float,
        high: float,
        step: float,
        position: float,
        label: str,
        on_move: Callable[[float], None],
    ) -> None:
        super().__init__()
        self._step, self._position, self._on_move = step, position, on_move
        self._props.update(min=low, max=high, step=step, value=position, label=label)
        self.on("moved", self._moved, throttle=THROTTLE)

    def move_to(self, position: float, text: str) -> None:
        """Move the slider, and set the text that screen readers read for its position."""
        if abs(position - self._position) < self._step / 2:  # the visitor may be moving it
            self.run_method("describe", text)
            return
        self._position = position
        with self._props.suspend_updates():
            self._props["value"] = position  # for when the element is created again
        self.run_method("move", position, text)

    def _moved(self, event: GenericEventArguments) -> None:
        self._position = float(event.args)
        self._on_move(self._position)
