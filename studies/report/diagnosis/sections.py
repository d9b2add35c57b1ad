"""Sections on what models get wrong: learning, confusion, scores, calibration."""

from collections.abc import Sequence
from itertools import groupby

from studies.core.files import slug
from studies.report.charts.lines import draw_learning, draw_reliability
from studies.report.charts.matrices import draw_class_scores, draw_confusion
from studies.report.charts.style import NUMBERED, titled
from studies.report.diagnosis.text import calibration_text, confusion_alt, scores_alt, where
from studies.report.format import percent
from studies.report.section import Section, Shown, Table
from studies.run.diagnosis import History
from studies.stats.confusion import ConfusedPair
from studies.tables.diagnosis import Evaluation

_UNDEFINED = "\N{EN DASH}"


def file_name(kind: str, models: Sequence[str], model: str, ending: str = "") -> str:
    """Return the name of a picture of one model: ``confusion-01-mlp-clean``."""
    parts = [kind, f"{list(models).index(model) + 1:02d}", slug(model) or "model", ending]
    return "-".join(part for part in parts if part)


def learning_section(histories: Sequence[History]) -> Section:
    """Show loss and accuracy after each epoch, or say why not."""
    models = [history.model for history in histories]
    shown = [
        Shown(
            draw_learning(file_name("learning", models, history.model), history),
            _learning_alt(history),
            "",
        )
        for history in histories
        if history.epochs
    ]
    note = (
        "Accuracy and loss of the training are means over an epoch while the weights change, with "
        "dropout where there is any; those set aside are taken after it. So training may look "
        "worse than it is."
    )
    missing = [history.missing for history in histories if history.missing]
    return Section("Learning curves", shown, notes=[*([note] if shown else []), *missing])


def _learning_alt(history: History) -> str:
    last = history.epochs[-1]
    aside = (
        f", {percent(last['validation_accuracy'])} on the images set aside"
        if "validation_accuracy" in last
        else ""
    )
    return (
        f"Loss and accuracy of {history.model} over {len(history.epochs)} epochs; in the last, "
        f"{percent(last['accuracy'])} in training{aside}."
    )


def confusion_section(
    findings: Sequence[Evaluation], models: Sequence[str], class_names: Sequence[str]
) -> Section:
    """Show every confusion matrix, as counts and as shares of the true class."""
    shown = []
    for as_shares, kind in ((False, "counts"), (True, "shares")):
        for model in models:
            for item in (item for item in findings if item.model == model):
                quantity = "% of the true class" if as_shares else "images"
                title = titled(f"{model}: {quantity}", where(item.condition))
                name = file_name(f"confusion-{kind}", models, model, _ending(item, findings))
                picture = draw_confusion(name, title, item.counts, class_names, as_shares=as_shares)
                caption = f"{model} {where(item.condition)}, {kind}"
                shown.append(Shown(picture, confusion_alt(item, class_names, kind), caption))
    blank = "Empty cells are 0. " if len(class_names) <= NUMBERED else ""
    note = (
        f"Rows are true classes, columns what they were taken for. {blank}All numbers are in "
        "confusion.csv."
    )
    return Section("What is taken for what", shown, _pair_table(findings, class_names), [note])


def _ending(item: Evaluation, findings: Sequence[Evaluation]) -> str:
    return "clean" if item.condition == findings[0].condition else "corrupted"


def _pair_table(findings: Sequence[Evaluation], class_names: Sequence[str]) -> Table:
    return Table(
        ("Model", "Classes", "First taken for second", "Second for first", "Both"),
        2,
        [
            (
                f"Most confused pairs {where(condition)}",
                [row for item in items for row in _pair_rows(item, class_names)],
            )
            for condition, items in groupby(findings, key=lambda item: item.condition)
        ],
    )


def _pair_rows(item: Evaluation, class_names: Sequence[str]) -> list[list[str]]:
    def row(pair: ConfusedPair) -> list[str]:
        pictured = f"{class_names[pair.low]} / {class_names[pair.high]}"
        numbers = (pair.low_as_high, pair.high_as_low, pair.count)
        return [item.model, pictured, *(f"{number:,}" for number in numbers)]

    return [row(pair) for pair in item.pairs] or [[item.model, "none was confused", "", "", ""]]


def scores_section(
    findings: Sequence[Evaluation], models: Sequence[str], class_names: Sequence[str]
) -> Section:
    """Show precision, recall and F1 of every class."""
    shown = [
        Shown(
            draw_class_scores(
                file_name("classes", models, model, _ending(item, findings)),
                titled(f"{model}: scores of the classes", where(item.condition)),
                item.scores,
                class_names,
                lowest=_lowest(findings, model),
            ),
            scores_alt(item, class_names),
            f"{model} {where(item.condition)}",
        )
        for model in models
        for item in findings
        if item.model == model
    ]
    groups = [
        (
            f"{item.model} {where(item.condition)}",
            [
                [name, *map(_score, (score.precision, score.recall, score.f1)), f"{score.images:,}"]
                for name, score in zip(class_names, item.scores, strict=True)
            ],
        )
        for item in findings
    ]
    table = Table(("Class", "Precision", "Recall", "F1", "Images"), 1, groups, "All scores")
    note = (
        "Precision: of the images called so, the share that are. Recall: of the images that are, "
        "the share called so. F1: their harmonic mean. A dash: undefined, because no image was "
        "called so, or none is. The same numbers are in classes.csv."
    )
    return Section("How each class fares", shown, table, [note])


def _lowest(findings: Sequence[Evaluation], model: str) -> float:
    """Return where the axes of a model's scores begin: a little below the least of them."""
    every = [
        value
        for item in findings
        if item.model == model
        for score in item.scores
        for value in (score.precision, score.recall, score.f1)
        if value is not None
    ]
    least = min(every)
    return max(0.0, least - 0.05 * (1 - least)) if least < 1 else 0.9


def _score(value: float | None) -> str:
    return _UNDEFINED if value is None else percent(value)


def calibration_section(findings: Sequence[Evaluation]) -> Section:
    """Show accuracy against confidence, one picture a condition."""
    shown = []
    for condition, items in groupby(findings, key=lambda item: item.condition):
        of = list(items)
        picture = draw_reliability(
            f"calibration-{_ending(of[0], findings)}",
            titled("Accuracy against confidence", where(condition)),
            [(item.model, item.calibration) for item in of],
        )
        seen = "; ".join(f"{item.model} is {calibration_text(item)}" for item in of)
        alt = f"Accuracy against confidence {where(condition)}: {seen}."
        shown.append(Shown(picture, alt, where(condition).capitalize()))
    bins = len(findings[0].calibration.counts)
    note = (
        f"Predictions sorted by confidence into {bins} equal bins. On the dotted line a model is "
        "right as often as it says; below it, it is too sure. Below, how many predictions each "
        "bin holds: bins with few of them jump about. ECE, the expected calibration error, is the "
        "mean distance from the line, each bin weighed by its predictions."
    )
    return Section("Does it know when it is right?", shown, notes=[note])
