"""From what is known of a corruption's field to a slider: ends, steps and scale.

Limits alone would make poor sliders: a shift may be 10,000 pixels. So a slider covers twice the way
from where the field does nothing to its worst, within the limits; a number field beside it takes
any value that is allowed.
"""

import math
from dataclasses import dataclass

from noiselib import Corruption
from noiselib.fields import FieldInfo, Value

REACH = {"degrees": 180.0, "pixels": 8.0}
"""How far a slider goes where neither worst nor default says it, by unit; else 2."""

STEPS = 200
WIDE = 1000.0
"""Positive limits so many times apart, of a pure number, belong to a factor: it goes in ratios."""


@dataclass(frozen=True, slots=True)
class Knob:
    """A slider for a number.

    Attributes
    ----------
    low, high
        Its ends, as values.
    step
        Between two positions; of the logarithm (base 10) on a logarithmic one.
    whole
        Whether values are whole numbers.
    logarithmic
        Whether positions are logarithms.
    """

    low: float
    high: float
    step: float
    whole: bool = False
    logarithmic: bool = False

    def position(self, value: float) -> float:
        """Return where on the slider a value is, as near as it gets."""
        kept = min(max(value, self.low), self.high)
        return math.log10(kept) if self.logarithmic else kept

    def value(self, position: float) -> float:
        """Return the value at a position, without more digits than the step has."""
        if self.logarithmic:
            exact = min(max(10**position, self.low), self.high)
            return float(f"{exact:.3g}")
        kept = min(max(position, self.low), self.high)
        return round(kept) if self.whole else float(f"{kept:.6g}")


def knob_for(kind: str, info: FieldInfo, default: Value, value: Value) -> Knob | None:
    """Return the slider of a field.

    Parameters
    ----------
    kind
        ``"float"``, ``"int"``, ``"str"`` or ``"bool"``.
    info
        What is known of the field.
    default
        Its value if none is given.
    value
        Where it stands; the slider reaches it if it is finite.

    Returns
    -------
    Knob or None
        None for a field that is no number.
    """
    if kind not in {"float", "int"}:
        return None
    whole, present = kind == "int", float(value)
    far = float(default) if info.worst is None else info.worst
    rest = info.identity
    if rest is not None and _is_factor(info, rest):
        return _logarithmic(info, far, present, whole=whole)
    low, high = _linear_ends(info, 0.0 if rest is None else rest, far)
    if math.isfinite(present):
        low, high = min(low, present), max(high, present)
    step = 1.0 if whole else _nice((high - low) / STEPS)
    return Knob(low, high, step, whole)


def knobs_of(stage: Corruption) -> dict[str, Knob | None]:
    """Return a slider for each field of a corruption, the strength first; None for no number."""
    return {
        name: knob_for(
            stage.field_types[name], info, getattr(type(stage), name), getattr(stage, name)
        )
        for name, info in stage.field_info.items()
    }


def _is_factor(info: FieldInfo, rest: float) -> bool:
    """Tell whether a field moves in ratios rather than in steps."""
    if math.isinf(rest):
        return True
    return not info.unit and rest > 0 and info.low > 0 and info.high / info.low >= WIDE


def _logarithmic(info: FieldInfo, far: float, present: float, *, whole: bool) -> Knob:
    """Return a slider in ratios: either way, as far again as the worst is from doing nothing."""
    rest = info.identity or 1.0
    if math.isinf(rest):
        low, high = far / 10, far * WIDE
    else:
        ratio = max(far / rest, rest / far, 2.0) ** 2
        low, high = rest / ratio, rest * ratio
    low, high = max(low, info.low), min(high, info.high)
    if math.isfinite(present):
        low, high = min(low, present), max(high, present)
    return Knob(low, high, _nice(math.log10(high / low) / STEPS), whole, logarithmic=True)


def _linear_ends(info: FieldInfo, rest: float, far: float) -> tuple[float, float]:
    """Return both ends of an even slider; the limits themselves where they are near enough."""
    rest = min(max(rest, info.low), info.high)
    reach = 2 * abs(far - rest) or REACH.get(info.unit, 2.0)
    if info.high - info.low <= 2.5 * reach:
        return info.low, info.high
    return max(rest - reach, info.low), min(rest + reach, info.high)


def _nice(step: float) -> float:
    """Return the nearest of 1, 2 and 5 times a power of ten that is not above a step."""
    power = 10.0 ** math.floor(math.log10(step))
    return float(f"{max(n for n in (1, 2, 5) if n * power <= step * (1 + 1e-9)) * power:.6g}")
