"""What the sections of a diagnosis are made from, and those on scores, calibration, learning."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from studies.report.blocks import Block, Figure, Folded, Grid, Note, RowGroup, Table
from studies.report.charts.lines import calibration_text, draw_learning, draw_reliability
from studies.report.charts.matrices import draw_class_scores, draw_confusion
from studies.report.charts.style import NUMBERED, figure_name, titled
from studies.report.format import EN_DASH, listed, percent, under
from studies.report.page import Section
from studies.run.diagnosis import EvaluatedImages, History
from studies.stats.classification import pair_names
from studies.tables.diagnosis import Evaluation

if TYPE_CHECKING:
    from models.data import Dataset


@dataclass(frozen=True, slots=True)
class DiagnosisContext:
    """What the sections of a diagnosis are made from.

    Attributes
    ----------
    image_sets : sequence of EvaluatedImages
        The test images and the predictions under each condition, the clean one first.
    findings : sequence of Evaluation
        One for each condition and model.
    histories : sequence of History
        One for each model.
    data : Dataset
        The data set.
    seed : int
        Of the corruption; it also chooses the images that are shown.
    """

    image_sets: Sequence[EvaluatedImages]
    findings: Sequence[Evaluation]
    histories: Sequence[History]
    data: "Dataset"
    seed: int

    @property
    def models(self) -> list[str]:
        """Names of the models."""
        return list(self.image_sets[0].outcomes)

    @property
    def class_names(self) -> Sequence[str]:
        """Names of the classes."""
        return self.data.class_names

    def by_model(self) -> Iterator[tuple[Evaluation, str]]:
        """Yield the findings model by model, each with the name of its condition in files."""
        names = {image_set.title: image_set.name for image_set in self.image_sets}
        for model in self.models:
            for item in self.findings:
                if item.model == model:
                    yield item, names[item.condition]

    def by_condition(self) -> Iterator[tuple[str, list[Evaluation]]]:
        """Yield each condition with its findings."""
        for condition, items in groupby(self.findings, key=lambda item: item.condition):
            yield condition, list(items)


def confusion_section(context: DiagnosisContext) -> Section:
    """Return every confusion matrix, as counts and as shares of the true class."""
    names = context.class_names
    figures = [
        _confusion_figure(context, item, condition, as_shares=as_shares)
        for as_shares in (False, True)
        for item, condition in context.by_model()
    ]
    blank = "Empty cells are 0. " if len(names) <= NUMBERED else ""
    note = (
        f"Rows are true classes, columns predicted classes. {blank}All numbers are in "
        "confusion.csv."
    )
    groups = [
        RowGroup(f"Most confused pairs {under(condition)}", _pair_rows(items, names))
        for condition, items in context.by_condition()
    ]
    headings = ("Model", "Classes", "First predicted as second", "Second as first", "Both")
    table = Table(headings, groups, align="ttn")
    return Section("Confusion matrices", [Grid(figures, wide=True), Note(note), table])


def _confusion_figure(
    context: DiagnosisContext, item: Evaluation, condition: str, *, as_shares: bool
) -> Figure:
    kind, quantity = ("shares", "% of the true class") if as_shares else ("counts", "images")
    names = context.class_names
    figure = draw_confusion(
        figure_name(f"confusion-{kind}", context.models, item.model, condition),
        titled(f"{item.model}: {quantity}", under(item.condition)),
        item.counts,
        names,
        as_shares=as_shares,
    )
    total = int(item.counts.sum())
    pairs = listed(pair_names(item.pairs, names)) if item.pairs else "none"
    return figure.described(
        f"Confusion matrix of {item.model} {under(item.condition)} in {kind}: "
        f"{total - item.wrong:,} of {total:,} predictions on the diagonal; most confused pairs: "
        f"{pairs}.",
        f"{item.model} {under(item.condition)}, {kind}",
    )


def _pair_rows(findings: Sequence[Evaluation], class_names: Sequence[str]) -> list[list[str]]:
    rows = []
    for item in findings:
        for pair in item.pairs:
            counts = (pair.low_as_high, pair.high_as_low, pair.count)
            names = f"{class_names[pair.low]} / {class_names[pair.high]}"
            rows.append([item.model, names, *(f"{count:,}" for count in counts)])
        if not item.pairs:
            rows.append([item.model, "none was confused", "", "", ""])
    return rows


def scores_section(context: DiagnosisContext) -> Section:
    """Return precision, recall and F1 of every class."""
    groups = [
        RowGroup(
            f"{item.model} {under(item.condition)}",
            [
                [name, *map(_score, (score.precision, score.recall, score.f1)), f"{score.images:,}"]
                for name, score in zip(context.class_names, item.scores, strict=True)
            ],
        )
        for item in context.findings
    ]
    figures = [_scores_figure(context, *item) for item in context.by_model()]
    table = Table(("Class", "Precision", "Recall", "F1", "Images"), groups)
    note = (
        "Precision: of the images predicted as the class, the share that are. Recall: of the "
        "images of the class, the share predicted as it. F1: their harmonic mean. A dash: "
        "undefined, because no image was predicted as the class, or none is. The same numbers are "
        "in classes.csv."
    )
    blocks: list[Block] = [Grid(figures, wide=True), Note(note), Folded("All scores", [table])]
    return Section("Class scores", blocks)


def _scores_figure(context: DiagnosisContext, item: Evaluation, condition: str) -> Figure:
    names = context.class_names
    figure = draw_class_scores(
        figure_name("classes", context.models, item.model, condition),
        titled(f"{item.model}: scores of the classes", under(item.condition)),
        item.scores,
        names,
        lowest=_lowest(context.findings, item.model),
    )
    scored = zip(names, item.scores, strict=True)
    known = [(score.f1, name) for name, score in scored if score.f1 is not None]
    (low, worst), (high, best) = min(known), max(known)
    return figure.described(
        f"Precision, recall and F1 of every class for {item.model} {under(item.condition)}: "
        f"F1 from {percent(low)} ({worst}) to {percent(high)} ({best}).",
        f"{item.model} {under(item.condition)}",
    )


def _lowest(findings: Sequence[Evaluation], model: str) -> float:
    """Return where the axes of the scores of a model begin: a little below the lowest score."""
    least = min(
        value
        for item in findings
        if item.model == model
        for score in item.scores
        for value in (score.precision, score.recall, score.f1)
        if value is not None
    )
    return max(0.0, least - 0.05 * (1 - least)) if least < 1 else 0.9


def _score(value: float | None) -> str:
    return EN_DASH if value is None else percent(value)


def calibration_section(context: DiagnosisContext) -> Section:
    """Return accuracy against confidence, a diagram for each condition."""
    figures = []
    for image_set, (condition, items) in zip(
        context.image_sets, context.by_condition(), strict=True
    ):
        figure = draw_reliability(
            f"calibration-{image_set.name}",
            titled("Accuracy against confidence", under(condition)),
            [(item.model, item.calibration) for item in items],
        )
        texts = "; ".join(f"{f.model} is {calibration_text(f.calibration)}" for f in items)
        alt = f"Accuracy against confidence {under(condition)}: {texts}."
        figures.append(figure.described(alt, under(condition).capitalize()))
    bins = len(context.findings[0].calibration.counts)
    note = (
        f"Predictions in {bins} equal bins of confidence. On the dotted line accuracy equals "
        "confidence; below it, the model is overconfident. Below: the number of predictions in "
        "each bin; bins with few of them vary most. ECE, the expected calibration error, is the "
        "mean distance from the line, each bin weighted by its predictions."
    )
    return Section("Calibration", [Grid(figures, wide=True), Note(note)])


def learning_section(context: DiagnosisContext) -> Section:
    """Return loss and accuracy after each epoch, or why they are not available."""
    histories, models = context.histories, [history.model for history in context.histories]
    figures = [
        draw_learning(figure_name("learning", models, history.model), history).described(
            _learning_alt(history)
        )
        for history in histories
        if history.epochs
    ]
    note = (
        "Training accuracy and loss are means over an epoch while the weights change, with dropout "
        "where there is any; those of validation are measured after it. So training may look worse "
        "than it is."
    )
    blocks: list[Block] = [Grid(figures, wide=True), Note(note)] if figures else []
    blocks += [Note(history.missing) for history in histories if history.missing]
    return Section("Learning curves", blocks)


def _learning_alt(history: History) -> str:
    last = history.epochs[-1]
    validation = (
        f", {percent(last['validation_accuracy'])} in validation"
        if "validation_accuracy" in last
        else ""
    )
    return (
        f"Loss and accuracy of {history.model} over {len(history.epochs)} epochs; in the last, "
        f"{percent(last['accuracy'])} in training{validation}."
    )
