"""The sections of a sweep's report on areas, critical strengths and the comparison of models."""

from collections.abc import Sequence

from studies.report.format import percent
from studies.report.section import Section, Table
from studies.report.sweep.text import (
    area_text,
    comparison_sentences,
    critical_text,
    difference_text,
    p_text,
    surviving,
    threshold_text,
)
from studies.tables.areas import ALL, AreaRow
from studies.tables.comparisons import ComparisonRow
from studies.tables.curves import Curve
from studies.tables.failures import FailureRow, mean_changes
from studies.tables.sweep import SweepTables

_OVERALL = "All corruptions"

_HOW_TO_READ_AREAS = (
    "The area under the curve is the mean accuracy on the way from clean to worst. The critical "
    "strength is where accuracy first falls to the threshold, between two points on a straight "
    "line; >, or beyond: not on this path. Flips: how many answers change from one strength to the "
    "next, while the draws of the corruption stay the same. In brackets, 95 % intervals over "
    "images."
)
_HOW_TO_READ_COMPARISONS = (
    "Every two models saw the same corrupted images. Difference: mean accuracy over the path, "
    "second minus first, in points, with its 95 % interval. p: of a sign-flip test over images, "
    "adjusted by Benjamini and Hochberg over the corruptions, so that of the differences with p "
    "up to 0.05 about one in twenty is none. Strengths: at how many the accuracies differ, tested "
    "and adjusted likewise. Images needed: to see a difference of one point in four studies of "
    "five."
)


def table_sections(tables: SweepTables, curves: Sequence[Curve]) -> list[Section]:
    """Return what the report says of areas and, with two models or more, of their differences.

    Parameters
    ----------
    tables
        The rows.
    curves
        At least one; they have the titles.
    """
    titles = {curve.corruption: curve.title for curve in curves}
    sections = []
    if tables.areas:
        table = _areas(tables, curves)
        sections.append(Section("Areas and critical strengths", (), table, (_HOW_TO_READ_AREAS,)))
    if any(row.quantity == "area" for row in tables.comparisons):
        sentences = comparison_sentences(tables.comparisons, titles)
        table = _comparisons(tables.comparisons, titles)
        sections.append(
            Section("Which model is better", (), table, (*sentences, _HOW_TO_READ_COMPARISONS))
        )
    return sections


def _areas(tables: SweepTables, curves: Sequence[Curve]) -> Table:
    titles = {curve.corruption: curve.title for curve in curves}
    worst = {curve.corruption: curve.worst.strength for curve in curves}
    changes: dict[tuple[str, str], list[FailureRow]] = {}
    for along in tables.failures:
        changes.setdefault((along.corruption, along.model), []).append(along)

    def cells(row: AreaRow) -> list[str]:
        if row.corruption == ALL:
            return [row.model, area_text(row), "", "", ""]
        steps = changes.get((row.corruption, row.model), [])
        return [
            row.model,
            area_text(row),
            threshold_text(row),
            critical_text(row, worst[row.corruption]),
            percent(mean_changes(steps)) if steps else "",
        ]

    groups: dict[str, list[list[str]]] = {}
    for row in tables.areas:
        groups.setdefault(titles.get(row.corruption, _OVERALL), []).append(cells(row))
    headings = ("Model", "Area", "Threshold", "Critical strength", "Flips a step")
    return Table(headings, 1, list(groups.items()))


def _comparisons(rows: Sequence[ComparisonRow], titles: dict[str, str]) -> Table:
    counts = surviving(rows)

    def cells(row: ComparisonRow) -> list[str]:
        pair = (row.corruption, row.baseline_model, row.candidate_model)
        kept, of = counts.get(pair, (0, 0))
        needed = row.images_for_one_point
        return [
            f"{row.candidate_model} against {row.baseline_model}",
            difference_text(row),
            p_text(row.p_adjusted),
            f"{kept} of {of}" if of else "",
            "" if needed is None else f"{needed:,}",
        ]

    areas = [row for row in rows if row.quantity == "area"]
    groups: dict[str, list[list[str]]] = {}
    for row in areas:
        groups.setdefault(titles.get(row.corruption, _OVERALL), []).append(cells(row))
    headings = ("Models", "Difference in points", "p", "Strengths", "Images needed")
    return Table(headings, 1, list(groups.items()))
