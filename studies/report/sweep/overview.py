"""The overview of a sweep's report: which corruption costs which model how much, hardest first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from studies.report.format import percent, with_limits
from studies.tables.areas import ALL, AreaRow
from studies.tables.curves import Curve, CurveRow

DRAWN = 12
"""Corruptions in the picture at the top: more would not fit on a screen. The table has all."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What one model keeps under one corruption.

    Attributes
    ----------
    look
        Number of the model, which decides colour, dashes and marker.
    mean, low, high
        Mean accuracy on the way from clean to worst, with its 95 % interval; without limits where
        a point of the curve is missing.
    worst
        The last point of the curve; None over all corruptions.
    """

    look: int
    model: str
    mean: float
    low: float | None
    high: float | None
    worst: CurveRow | None

    @property
    def text(self) -> str:
        """The mean with its interval."""
        if self.low is None or self.high is None:
            return f"{percent(self.mean)} (incomplete)"
        return with_limits(self.mean, self.low, self.high)


@dataclass(frozen=True, slots=True)
class OverviewRow:
    """One corruption, with what each model keeps; None where a model has not seen it."""

    title: str
    corruption: str
    number: int
    kept: Sequence[Kept | None]

    @property
    def mean(self) -> float:
        """Over the models: what orders the rows."""
        means = [item.mean for item in self.kept if item]
        return sum(means) / len(means)


@dataclass(frozen=True, slots=True)
class Overview:
    """All corruptions, hardest first, and before them the mean over all, if there is one."""

    models: Sequence[str]
    rows: Sequence[OverviewRow]
    whole: OverviewRow | None

    @property
    def drawn(self) -> list[OverviewRow]:
        """What the picture shows."""
        return [*([self.whole] if self.whole else []), *self.rows[:DRAWN]]

    @property
    def alt(self) -> str:
        """The picture in words."""
        rows = [
            f"{row.title}: {', '.join(f'{k.model} {k.text}' for k in row.kept if k)}"
            for row in self.drawn
        ]
        return f"Mean accuracy from clean to worst. {'; '.join(rows)}."


def make_overview(curves: Sequence[Curve], areas: Sequence[AreaRow]) -> Overview:
    """Return what each model keeps under each corruption.

    Parameters
    ----------
    curves
        At least one.
    areas
        Of those curves that have no gap, and over all of them.
    """
    models = list(dict.fromkeys(curve.model for curve in curves))
    of = {(row.corruption, row.model): row for row in areas}
    by_place = {(curve.corruption, curve.model): curve for curve in curves}
    titles = {curve.corruption: curve.title for curve in curves}
    rows = [
        OverviewRow(
            title,
            corruption,
            number,
            [_kept(by_place, of, corruption, model, models) for model in models],
        )
        for number, (corruption, title) in enumerate(titles.items(), start=1)
    ]
    overall = [
        Kept(models.index(model), model, row.area, row.low, row.high, None)
        if (row := of.get((ALL, model)))
        else None
        for model in models
    ]
    whole = OverviewRow("All corruptions", "", 0, overall) if any(overall) else None
    return Overview(models, sorted(rows, key=lambda row: row.mean), whole)


def _kept(
    curves: Mapping[tuple[str, str], Curve],
    areas: Mapping[tuple[str, str], AreaRow],
    corruption: str,
    model: str,
    models: Sequence[str],
) -> Kept | None:
    curve, area = curves.get((corruption, model)), areas.get((corruption, model))
    if curve is None:
        return None
    mean, low, high = (
        (curve.mean_accuracy, None, None) if area is None else (area.area, area.low, area.high)
    )
    return Kept(models.index(model), model, mean, low, high, curve.worst)


_Item = TypeVar("_Item")

MANY = 12
"""More corruptions than this, and a page folds its sections family by family."""


def family(spec: str) -> str:
    """Return the family of a spec: ``Noise``, ``Blur``, ..., or ``Combinations``."""
    import noiselib

    module = type(noiselib.parse(spec)).__module__
    package, _, name = module.rpartition(".")
    return name.capitalize() if package == "noiselib.corruptions" else "Combinations"


def folded(items: Sequence[_Item], spec: Callable[[_Item], str]) -> list[tuple[str, list[_Item]]]:
    """Return items by family, both in the order in which they come; a few of them as one group.

    Parameters
    ----------
    items
        One a corruption.
    spec
        Gives the corruption of an item.
    """
    if len(items) <= MANY:
        return [("", list(items))]
    groups: dict[str, list[_Item]] = {}
    for item in items:
        groups.setdefault(family(spec(item)), []).append(item)
    return list(groups.items())
