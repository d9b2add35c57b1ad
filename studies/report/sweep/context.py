"""What the sections of a sweep are made from, and the answer of a sweep in words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from studies.plan import Point
from studies.report.blocks import Block, Folded, Table
from studies.report.charts.overview import Overview
from studies.report.format import CLEAN_IMAGES, listed, percent, strength_text, with_limits
from studies.report.images import Originals, Strips
from studies.results.sweep_results import SweepResults
from studies.tables.curves import Curve, CurveRow
from studies.tables.diagnosis import Evaluation, evaluate
from studies.tables.sweep import SweepTables

_Item = TypeVar("_Item")

MANY = 12
"""With more corruptions than this, the sections of a page are folded family by family."""


@dataclass(frozen=True, slots=True)
class SweepContext:
    """What the sections of a sweep are made from.

    Attributes
    ----------
    results : SweepResults
        The cells.
    originals : Originals
        The clean images, if they are available.
    folder : Path
        The results folder, as commands name it.
    curves : sequence of Curve
        At least one.
    tables : SweepTables
        Every table but the curves.
    strips : Strips
        An image at a few strengths of each corruption.
    overview : Overview
        The mean accuracies.
    findings : sequence of Evaluation
        Confusions and calibration on the clean images and at each maximum severity.
    settings : mapping of str to object
        The settings of the study, as a run stores them.
    failures_each, thumbnail_side : int
        How many first failures of each model to show, and the pixels a side of small images.
    """

    results: SweepResults
    originals: Originals
    folder: Path
    curves: Sequence[Curve]
    tables: SweepTables
    strips: Strips
    overview: Overview
    findings: Sequence[Evaluation]
    settings: Mapping[str, Any]
    failures_each: int
    thumbnail_side: int

    @property
    def titles(self) -> dict[str, str]:
        """Corruption -> its title, in the order of the curves."""
        return {curve.corruption: curve.title for curve in self.curves}

    @property
    def is_large(self) -> bool:
        """Whether there are so many corruptions that long tables are folded."""
        return len(self.titles) > MANY

    def folded_if_large(self, table: Table) -> Block:
        """Return a table, folded where there are so many corruptions that it is long."""
        if not self.is_large:
            return table
        return Folded("Table", [table], f"{len(table.groups)} parts")


def find_mistakes(results: SweepResults) -> list[Evaluation]:
    """Return a finding for each model on the clean images and at each maximum severity."""
    about = results.evaluation_set
    findings = []
    for title, point in _conditions(results.points).items():
        for model in results.models:
            outcomes = list(results.outcomes_at(point, model).values())
            if outcomes:
                findings.append(
                    evaluate(title, model, outcomes, about.labels, len(about.class_names))
                )
    return findings


def _conditions(points: Sequence[Point]) -> dict[str, Point]:
    """Return the clean point, and that of maximum severity of each corruption."""
    worst: dict[str, Point] = {}
    for point in points:
        if point.corruption not in worst or point.t > worst[point.corruption].t:
            worst[point.corruption] = point
    clean = next(point for point in points if point.t == 0)
    return {CLEAN_IMAGES: clean} | {p.conditions[0].pipeline: p for p in worst.values()}


def family(spec: str) -> str:
    """Return the family of a spec: ``Noise``, ``Blur``, ..., or ``Combinations``."""
    import noiselib

    module = type(noiselib.parse(spec)).__module__
    package, _, name = module.rpartition(".")
    return name.capitalize() if package == "noiselib.corruptions" else "Combinations"


def by_family(specs: Sequence[str], items: Sequence[_Item]) -> list[tuple[str, list[_Item]]]:
    """Return items by the family of their spec, all in their order; a few of them as one group."""
    if len(items) <= MANY:
        return [("", list(items))]
    groups: dict[str, list[_Item]] = {}
    for spec, item in zip(specs, items, strict=True):
        groups.setdefault(family(spec), []).append(item)
    return list(groups.items())


def folded_families(
    specs: Sequence[str],
    items: Sequence[_Item],
    blocks_of: Callable[[Sequence[_Item]], Sequence[Block]],
) -> list[Block]:
    """Return the blocks of items, with many items folded family by family.

    Parameters
    ----------
    specs : sequence of str
        The corruption of each item.
    items : sequence
        One for each corruption.
    blocks_of : callable
        Returns the blocks of some items.
    """
    blocks: list[Block] = []
    for title, group in by_family(specs, items):
        inside = blocks_of(group)
        if title:
            blocks.append(Folded(title, inside, str(len(group)), printed=True, is_family=True))
        else:
            blocks += inside
    return blocks


def answer(curves: Sequence[Curve], data: str) -> list[str]:
    """Return the results of a sweep in a few sentences.

    Parameters
    ----------
    curves : sequence of Curve
        At least one.
    data : str
        Name of the data.

    Returns
    -------
    list of str
        The accuracy on clean images, the most and the least harmful corruption of each model, and
        the mean accuracy over all corruptions.
    """
    models = list(dict.fromkeys(curve.model for curve in curves))
    of_model = {model: [curve for curve in curves if curve.model == model] for model in models}
    clean = [f"{model} {with_limits(of[0].clean.accuracy, of[0].clean)}"
             for model, of in of_model.items()]  # fmt: skip
    images = f"{curves[0].clean.images:,} clean test images of {data}"
    sentences = [f"Accuracy on the {images}: {listed(clean)}."]
    sentences += [_most_and_least_harmful(model, of) for model, of in of_model.items()]
    if len(models) > 1:
        means = {
            model: sum(curve.mean_accuracy for curve in of) / len(of)
            for model, of in of_model.items()
        }
        shares = [f"{m} {percent(means[m])}" for m in sorted(means, key=lambda m: -means[m])]
        sentences.append(f"Mean accuracy over all corruptions and strengths: {listed(shares)}.")
    return sentences


def _most_and_least_harmful(model: str, curves: Sequence[Curve]) -> str:
    lows = sorted(curves, key=lambda curve: _lowest(curve).accuracy)
    most, least = lows[0], lows[-1]
    low = _lowest(most)
    text = (
        f"{most.title} is the most harmful corruption for {model}: its accuracy falls to "
        f"{with_limits(low.accuracy, low)} at {strength_text(low)}"
    )
    if len(lows) == 1:
        return f"{text}."
    name = least.title.lower() if least.title != least.corruption else least.title
    low = _lowest(least)
    lowest = with_limits(low.accuracy, low)
    return f"{text}; {name} is the least harmful: its accuracy stays at {lowest} or above."


def _lowest(curve: Curve) -> CurveRow:
    """Return the point of lowest accuracy, which need not be at maximum severity."""
    return min(curve.rows, key=lambda row: row.accuracy)
