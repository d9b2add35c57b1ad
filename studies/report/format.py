"""Numbers as texts: percentages, intervals, points, p-values and strengths."""

import math
from collections.abc import Sequence
from typing import Protocol

from markupsafe import Markup

from studies.stats.metrics import Metric

CLEAN_IMAGES = "clean images"
EN_DASH, MINUS, _SPACE = "\N{EN DASH}", "\N{MINUS SIGN}", "\N{NO-BREAK SPACE}"


class HasStrength(Protocol):
    """Anything at one strength of a corruption: the parameter, its unit and its value."""

    @property
    def parameter(self) -> str:
        """The parameter that is the strength."""
        ...

    @property
    def unit(self) -> str:
        """Its unit; may be empty."""
        ...

    @property
    def strength(self) -> float:
        """Its value, in that unit."""
        ...


class HasLimits(Protocol):
    """Anything with the limits of a 95 % interval, or without any."""

    @property
    def low(self) -> float | None:
        """Lower limit."""
        ...

    @property
    def high(self) -> float | None:
        """Upper limit."""
        ...


def percent(share: float) -> str:
    """Return a share as a percentage with one decimal, not broken at the end of a line."""
    return f"{100 * share:.1f}{_SPACE}%"


def metric_text(value: float, metric: Metric) -> str:
    """Return the value of a metric in the format of its unit."""
    return percent(value) if metric.unit == "share" else f"{value:.3f}"


def limits(item: HasLimits) -> str:
    """Return the 95 % interval of a share: ``(92.1-97.0)``; nothing where there is none."""
    if item.low is None or item.high is None:
        return ""
    return f"({100 * item.low:.1f}{EN_DASH}{100 * item.high:.1f})"


def with_limits(share: float, interval: HasLimits) -> str:
    """Return a share with its 95 % interval: ``95.0 % (92.1-97.0)``."""
    return f"{percent(share)}{_SPACE}{limits(interval)}".rstrip()


def in_cell(text: str, limits: str) -> Markup:
    """Return a number and its limits for a table cell: on a phone they have a line each."""
    return Markup('{} <span class="limits">{}</span>').format(text, limits)


def points(difference: float) -> str:
    """Return a difference of shares in percentage points, with its sign: ``+1.2``."""
    text = f"{100 * difference:+.1f}"
    return "0.0" if text in {"+0.0", "-0.0"} else text.replace("-", MINUS)


def points_with_limits(difference: float, interval: HasLimits) -> str:
    """Return a difference with its 95 % interval, in points: ``-2.4 (-2.5 to -2.2)``."""
    if interval.low is None or interval.high is None:
        return points(difference)
    return f"{points(difference)} ({points(interval.low)} to {points(interval.high)})"


def p_text(p: float) -> str:
    """Return a p-value with two digits, or that it is below 0.001."""
    return "< 0.001" if p < 0.001 else f"{p:.2g}"


def strength_text(item: HasStrength) -> str:
    """Return a strength with its name and unit: ``sigma = 2 pixels``, ``81 degrees``."""
    if item.unit == item.parameter:  # "81 degrees", not "degrees = 81 degrees"
        return f"{item.strength:.4g} {item.unit}"
    unit = f" {item.unit}" if item.unit else ""
    return f"{item.parameter} = {item.strength:.4g}{unit}"


def three_digits(value: float) -> str:
    """Return a number with three significant digits."""
    if value == 0 or math.isinf(value):
        return f"{value:g}"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:#.3g}"


def listed(items: Sequence[str]) -> str:
    """Return items as a list in a sentence: ``a, b and c``."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def shortened(text: str, limit: int = 15) -> str:
    """Return a name on one line, cut where it has more letters than the limit."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "\N{HORIZONTAL ELLIPSIS}"


def under(condition: str) -> str:
    """Return a condition as part of a sentence: ``on clean images``, ``under fog(...)``."""
    return f"on {CLEAN_IMAGES}" if condition == CLEAN_IMAGES else f"under {condition}"
