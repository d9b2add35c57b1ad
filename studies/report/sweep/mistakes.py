"""The sections of a sweep on mistakes: first failures, confusion matrices, calibration."""

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from studies.report.blocks import (
    Block,
    Folded,
    Gallery,
    Grid,
    Note,
    RowGroup,
    ShadedCell,
    Table,
    TableCell,
    Tile,
    code,
)
from studies.report.charts.lines import calibration_text, draw_reliability
from studies.report.charts.matrices import cell_text
from studies.report.charts.style import figure_name, titled
from studies.report.format import CLEAN_IMAGES, listed, percent, shortened, strength_text, under
from studies.report.images import thumbnail
from studies.report.page import Section
from studies.report.sweep.context import SweepContext, folded_families
from studies.results.sweep_results import SeverityRange
from studies.stats.classification import pair_names, row_shares
from studies.tables.diagnosis import Evaluation
from studies.tables.failures import FailedImage, FirstFailures, ModelPrediction, find_first_failures

_LETTERS = 20  # of a class name that stand under an image
_LINES = 6  # of a calibration diagram: more hide one another
_TABULATED = 20  # classes up to which a matrix is a table; more columns are not readable
_PAIRS = 3
_DRAWN = 12  # conditions whose matrices are on the page: those of sixty would be most of its bytes


def failures_section(context: SweepContext) -> Section:
    """Return the images that each model misclassifies first, a gallery for each corruption."""
    ranges = [item for item in context.results.severity_ranges if item.corruption in context.titles]
    text = (
        "The images that each model misclassifies first as the severity increases, at the strength "
        "at which they are first misclassified, with the predictions of all models there; the most "
        "confident misclassifications come first."
    )
    blocks: list[Block] = [text]
    if context.originals.reason:
        reason = context.originals.reason
        blocks.append(Note(f"Without pictures, because the images are not available: {reason}."))
    blocks += folded_families(
        [item.corruption for item in ranges],
        ranges,
        lambda group: [_gallery(context, item) for item in group],
    )
    return Section("First failures", blocks)


def _gallery(context: SweepContext, severity_range: SeverityRange) -> Folded:
    corruption = severity_range.corruption
    title = context.titles[corruption]
    blocks: list[Block] = []
    each = context.failures_each
    for failures in find_first_failures(context.results, severity_range, each=each):
        blocks.append(_failure_sentence(failures))
        if failures.images:
            blocks.append(Gallery([_tile(context, failed) for failed in failures.images]))
    return Folded(
        title,
        blocks or [Note("No noise seed of it is complete yet.")],
        code(corruption) if title != corruption else "",
        is_open=corruption == context.overview.rows[0].corruption,
        printed=not context.is_large,
    )


def _failure_sentence(failures: FirstFailures) -> str:
    begin = f"{failures.model} classifies {failures.clean_correct:,} clean images correctly"
    if not failures.images:
        return f"{begin}, and misclassifies none of them."
    first = f"the first {failures.first:,}" if failures.first > 1 else "the first"
    return (
        f"{begin} and misclassifies {failures.failed:,} of them as the severity increases, {first} "
        f"at {strength_text(failures.images[0])}."
    )


def _tile(context: SweepContext, failed: FailedImage) -> Tile:
    about = context.results.evaluation_set
    names, first = about.class_names, about.images.first
    image = context.originals.shown(failed.number, failed.condition, first)
    texts = [_prediction_text(item, names) for item in failed.predictions]
    correct = [item.predicted == failed.true for item in failed.predictions]
    number, place = first + failed.number, strength_text(failed)
    said = listed(
        [f"{p.model} predicts {t}" for p, t in zip(failed.predictions, texts, strict=True)]
    )
    lines = [
        (f"{'✓' if right else '✗'} {item.model}: {text}", not right)
        for item, text, right in zip(failed.predictions, texts, correct, strict=True)
    ]
    return Tile(
        image="" if image is None else thumbnail(image, context.thumbnail_side),
        alt=f"Image {number}, of class {names[failed.true]}, at {place}: {said}.",
        label=shortened(names[failed.true], _LETTERS),
        place=place,
        lines=[*lines, (f"image {number}", False)],
    )


def _prediction_text(item: ModelPrediction, names: Sequence[str]) -> str:
    if item.predicted is None or item.confidence is None:
        return "not available"
    name = shortened(names[item.predicted], _LETTERS)
    return f"{name} ({100 * item.confidence:.0f}\N{NO-BREAK SPACE}%)"


def confusion_section(context: SweepContext) -> Section:
    """Return confused pairs and confusion matrices, clean and at maximum severity."""
    names = context.results.evaluation_set.class_names
    by_condition = [
        (condition, list(items))
        for condition, items in groupby(context.findings, key=lambda item: item.condition)
    ]
    table = _pairs_table(by_condition, names)
    drawn = _most_harmful(by_condition) if len(names) <= _TABULATED else []
    note = (
        "At the maximum severity of each corruption, over all noise seeds. A pair counts both "
        "ways: 4/9 (7) means that seven images of a 4 were predicted as a 9, or of a 9 as a 4. "
        "ECE, the expected calibration error, is the mean distance of accuracy from confidence, "
        "over bins of confidence, each weighted by its predictions."
    )
    blocks: list[Block] = [context.folded_if_large(table), Note(note)]
    for condition, items in drawn:
        matrices = Grid([_matrix(item, names) for item in items], wide=True)
        blocks.append(Folded(f"Confusion matrices {under(condition)}", [matrices]))
    left_out = len(by_condition) - len(drawn)
    if left_out:
        why = (
            f"The clean images and the most harmful corruptions; the matrices of {left_out} others "
            "are left out here"
            if drawn
            else f"With {len(names)} classes, confusion matrices do not fit on a page as tables"
        )
        blocks.append(
            Note(code("python -m studies diagnose").join([f"{why}, and ", " draws them."]))
        )
    return Section("Confusion matrices", blocks)


def _most_harmful(
    by_condition: Sequence[tuple[str, list[Evaluation]]],
) -> list[tuple[str, list[Evaluation]]]:
    """Return the clean images and the conditions of lowest accuracy, in their order."""

    def accuracy(pair: tuple[str, list[Evaluation]]) -> float:
        return sum(item.accuracy.estimate for item in pair[1]) / len(pair[1])

    corrupted = [pair for pair in by_condition if pair[0] != CLEAN_IMAGES]
    kept = {condition for condition, _ in sorted(corrupted, key=accuracy)[:_DRAWN]}
    return [pair for pair in by_condition if pair[0] in kept | {CLEAN_IMAGES}]


def _pairs_table(
    by_condition: Sequence[tuple[str, Sequence[Evaluation]]], class_names: Sequence[str]
) -> Table:
    def cells(item: Evaluation) -> list[str]:
        return [
            item.model,
            ", ".join(pair_names(item.pairs[:_PAIRS], class_names)) or "none",
            percent(item.accuracy.estimate),
            percent(item.calibration.mean_confidence),
            percent(item.calibration.expected_calibration_error),
        ]

    headings = ("Model", "Most confused pairs", "Accuracy", "Mean confidence", "ECE")
    groups = [
        RowGroup(_title(condition), [cells(item) for item in items])
        for condition, items in by_condition
    ]
    return Table(headings, groups, align="ttn")


def _title(condition: str) -> str:
    return under(condition).capitalize() if condition == CLEAN_IMAGES else f"Under {condition}"


def _matrix(item: Evaluation, class_names: Sequence[str]) -> Table:
    def cell(share: float) -> ShadedCell:
        return ShadedCell(cell_text(share) if share else "", share)

    shares = np.nan_to_num(row_shares(item.counts))
    rows: list[list[TableCell]] = [
        [name, *map(cell, map(float, row))] for name, row in zip(class_names, shares, strict=True)
    ]
    caption = f"{item.model}: rows are true classes, columns predicted classes, in % of the row"
    return Table(("", *class_names), [RowGroup("", rows)], look="matrix", caption=caption)


def calibration_section(context: SweepContext) -> Section:
    """Return accuracy against confidence, a diagram for each model."""
    models = [m for m in context.results.models if any(f.model == m for f in context.findings)]
    figures = []
    for model in models:
        of_model = [item for item in context.findings if item.model == model]
        corrupted = [item for item in of_model if item.condition != CLEAN_IMAGES]
        worst = sorted(corrupted, key=lambda item: -item.calibration.expected_calibration_error)
        kept = [item for item in of_model if item not in worst[_LINES - 1 :]]
        texts = "; ".join(f"{under(f.condition)} {calibration_text(f.calibration)}" for f in kept)
        left_out = len(of_model) - len(kept)
        cut = f"; {left_out} better calibrated corruptions are not shown" if left_out else ""
        figure = draw_reliability(
            figure_name("calibration", models, model),
            titled("Accuracy against confidence", f"of {model}, clean and at maximum severity"),
            [(item.condition, item.calibration) for item in kept],
        )
        alt = f"Accuracy of {model} against its confidence: {texts}."
        figures.append(figure.described(alt, model + cut))
    note = (
        "On the dotted line accuracy equals confidence; below it, the model is overconfident. "
        "Bins with few predictions vary most."
    )
    return Section("Calibration", [Grid(figures), Note(note)])
