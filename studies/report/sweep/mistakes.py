"""The section of a sweep's report on mistakes, from stored outcomes alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from studies.plan import Point
from studies.report.charts.lines import draw_reliability
from studies.report.charts.matrices import LIGHT_UNTIL, cell_text
from studies.report.charts.style import titled
from studies.report.diagnosis.sections import file_name
from studies.report.diagnosis.text import CLEAN, calibration_text, where
from studies.report.format import percent
from studies.report.section import Shown, Table
from studies.results.sweep_results import SweepResults
from studies.stats.confusion import pair_names, row_shares
from studies.tables.diagnosis import Evaluation, evaluate

_LINES = 6  # of a calibration diagram: more hide one another
_TABULATED = 20  # classes up to which a matrix is a table; more columns are not readable
_PAIRS = 3
_DRAWN = 12  # conditions whose matrices are on the page: those of sixty would be most of its bytes


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a matrix: its text, the share it stands for, and the colour of the text."""

    text: str
    share: float
    light: bool


@dataclass(frozen=True, slots=True)
class Matrix:
    """A confusion matrix as a table, coloured by shares of the true class, in percent."""

    title: str
    rows: Sequence[tuple[str, Sequence[Cell]]]


@dataclass(frozen=True, slots=True)
class Mistakes:
    """What the report of a sweep says of mistakes.

    Attributes
    ----------
    table
        Accuracy, calibration and confused pairs, condition by condition.
    calibrations
        A picture a model.
    class_names
        Columns of the matrices.
    matrices
        Titles of conditions, each with a matrix a model; none with many classes, and with many
        conditions those of the clean images and of the most harmful ones.
    left_out
        How many conditions have no matrix here.
    """

    table: Table
    calibrations: Sequence[Shown]
    class_names: Sequence[str]
    matrices: Sequence[tuple[str, Sequence[Matrix]]]
    left_out: int


def find_mistakes(results: SweepResults) -> Mistakes:
    """Return the mistakes on the clean images and at the worst strength of each corruption."""
    findings = _find(results)
    names = results.evaluation_set.class_names
    models = [model for model in results.models if any(item.model == model for item in findings)]
    by_condition = [
        (condition, list(items))
        for condition, items in groupby(findings, key=lambda item: item.condition)
    ]
    drawn = _most_harmful(by_condition) if len(names) <= _TABULATED else []
    return Mistakes(
        table=_table(by_condition, names),
        calibrations=[_calibration(findings, models, model) for model in models],
        class_names=names,
        matrices=[
            (where(condition), [_matrix(item, names) for item in items])
            for condition, items in drawn
        ],
        left_out=len(by_condition) - len(drawn),
    )


def _most_harmful(
    by_condition: Sequence[tuple[str, list[Evaluation]]],
) -> list[tuple[str, list[Evaluation]]]:
    """Return the clean images and the conditions under which most is got wrong, in their order."""

    def accuracy(pair: tuple[str, list[Evaluation]]) -> float:
        items = pair[1]
        return sum(item.accuracy.estimate for item in items) / len(items)

    corrupted = [pair for pair in by_condition if pair[0] != CLEAN]
    kept = {condition for condition, _ in sorted(corrupted, key=accuracy)[:_DRAWN]} | {CLEAN}
    return [pair for pair in by_condition if pair[0] in kept]


def _find(results: SweepResults) -> list[Evaluation]:
    """Return a finding for each condition and model that has a stored cell."""
    evaluation_set = results.evaluation_set
    findings = []
    for title, point in _points(results.points).items():
        for model in results.models:
            outcomes = list(results.outcomes_at(point, model).values())
            if outcomes:
                classes = len(evaluation_set.class_names)
                findings.append(evaluate(title, model, outcomes, evaluation_set.labels, classes))
    return findings


def _points(points: Sequence[Point]) -> dict[str, Point]:
    """Return the clean point, and that of maximum severity of each corruption."""
    worst: dict[str, Point] = {}
    for point in points:
        if point.corruption not in worst or point.t > worst[point.corruption].t:
            worst[point.corruption] = point
    clean = next(point for point in points if point.t == 0)
    return {CLEAN: clean} | {item.conditions[0].pipeline: item for item in worst.values()}


def _table(
    by_condition: Sequence[tuple[str, Sequence[Evaluation]]], class_names: Sequence[str]
) -> Table:
    return Table(
        ("Model", "Most confused pairs", "Accuracy", "Mean confidence", "ECE"),
        2,
        [
            (
                where(condition).capitalize() if condition == CLEAN else f"Under {condition}",
                [
                    [
                        item.model,
                        ", ".join(pair_names(item.pairs[:_PAIRS], class_names)) or "none",
                        percent(item.accuracy.estimate),
                        percent(item.calibration.mean_confidence),
                        percent(item.calibration.expected_calibration_error),
                    ]
                    for item in items
                ],
            )
            for condition, items in by_condition
        ],
    )


def _calibration(findings: Sequence[Evaluation], models: Sequence[str], model: str) -> Shown:
    """Draw how sure a model is, clean and where it is furthest from right."""
    of_model = [item for item in findings if item.model == model]
    corrupted = [item for item in of_model if item.condition != CLEAN]
    furthest = sorted(corrupted, key=lambda item: -item.calibration.expected_calibration_error)
    kept = [item for item in of_model if item not in furthest[_LINES - 1 :]]
    seen = "; ".join(f"{where(item.condition)} {calibration_text(item)}" for item in kept)
    left_out = len(of_model) - len(kept)
    return Shown(
        draw_reliability(
            file_name("calibration", models, model),
            titled("Accuracy against confidence", f"of {model}, clean and at the worst"),
            [(item.condition, item.calibration) for item in kept],
        ),
        f"Accuracy of {model} against its confidence: {seen}.",
        model if not left_out else f"{model}; {left_out} corruptions nearer to the line not shown",
    )


def _matrix(item: Evaluation, class_names: Sequence[str]) -> Matrix:
    shares = np.nan_to_num(row_shares(item.counts))
    return Matrix(
        item.model,
        [
            (
                name,
                [
                    Cell(cell_text(share) if share else "", float(share), share > LIGHT_UNTIL)
                    for share in row
                ],
            )
            for name, row in zip(class_names, shares, strict=True)
        ],
    )
