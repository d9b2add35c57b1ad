"""The answer of a study in words."""

from collections.abc import Sequence
from typing import Protocol

from studies.stats.metrics import Metric
from studies.tables.curves import Curve, CurveRow


class Placed(Protocol):
    """Anything on the path of a corruption."""

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


class Limited(Protocol):
    """Anything with the limits of a 95 % interval."""

    @property
    def low(self) -> float:
        """Lower limit."""
        ...

    @property
    def high(self) -> float:
        """Upper limit."""
        ...


def percent(value: float) -> str:
    """Return a share as a percentage with one decimal, unbroken at a line's end."""
    return f"{100 * value:.1f}\N{NO-BREAK SPACE}%"


def metric_text(value: float, metric: Metric) -> str:
    """Return the number of a metric as its unit asks for."""
    return percent(value) if metric.unit == "share" else f"{value:.3f}"


def limits(row: Limited) -> str:
    """Return the 95 % interval of an accuracy: ``(92.1-97.0)``."""
    return _limits(row.low, row.high)


def with_interval(row: CurveRow) -> str:
    """Return an accuracy with its 95 % interval: ``95.0 % (92.1-97.0)``."""
    return with_limits(row.accuracy, row.low, row.high)


def with_limits(share: float, low: float, high: float) -> str:
    """Return a share with its 95 % interval: ``95.0 % (92.1-97.0)``."""
    return f"{percent(share)}\N{NO-BREAK SPACE}{_limits(low, high)}"


def _limits(low: float, high: float) -> str:
    return f"({100 * low:.1f}\N{EN DASH}{100 * high:.1f})"


def listed(items: Sequence[str]) -> str:
    """Return items as a list in a sentence: ``a, b and c``."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def sentences(curves: Sequence[Curve], data: str) -> list[str]:
    """Say what the curves show, in a few sentences.

    Parameters
    ----------
    curves
        At least one.
    data
        Name of the data.

    Returns
    -------
    list of str
        How good the models are on clean images, where each falls most and least, and which
        keeps most over all corruptions.
    """
    models = list(dict.fromkeys(curve.model for curve in curves))
    of_model = {model: [curve for curve in curves if curve.model == model] for model in models}
    return [
        _on_clean_images(of_model, data),
        *(_falls(model, of_model[model]) for model in models),
        *([_over_all(of_model)] if len(models) > 1 else []),
    ]


def _on_clean_images(of_model: dict[str, list[Curve]], data: str) -> str:
    first = next(iter(of_model.values()))[0].clean
    shares = [
        f"{model}{' recognises' if number == 0 else ''} {with_interval(curves[0].clean)}"
        for number, (model, curves) in enumerate(of_model.items())
    ]
    return f"Of the {first.images:,} clean test images of {data}, {listed(shares)}."


def _falls(model: str, curves: Sequence[Curve]) -> str:
    # The least accuracy on the path, which need not be at its end.
    lows = sorted(curves, key=lambda curve: _least(curve).accuracy)
    worst, best = lows[0], lows[-1]
    text = (
        f"{worst.title} hurts {model} most: {with_interval(_least(worst))} is left at "
        f"{place(_least(worst))}"
    )
    if len(lows) == 1:
        return f"{text}."
    name = best.title.lower() if best.title != best.corruption else best.title
    return f"{text}; {name} hurts it least: it keeps {with_interval(_least(best))} or more."


def _least(curve: Curve) -> CurveRow:
    return min(curve.rows, key=lambda row: row.accuracy)


def place(row: Placed) -> str:
    """Return a strength with its name and unit: ``sigma = 2 pixels``, ``81 degrees``."""
    if row.unit == row.parameter:  # "81 degrees", not "degrees = 81 degrees"
        return f"{row.strength:.4g} {row.unit}"
    unit = f" {row.unit}" if row.unit else ""
    return f"{row.parameter} = {row.strength:.4g}{unit}"


def _over_all(of_model: dict[str, list[Curve]]) -> str:
    means = {
        model: sum(curve.mean_accuracy for curve in curves) / len(curves)
        for model, curves in of_model.items()
    }
    in_order = sorted(means, key=lambda model: -means[model])
    shares = [f"{model} keeps {percent(means[model])}" for model in in_order]
    return f"Averaged over all corruptions and strengths, {listed(shares)}."
