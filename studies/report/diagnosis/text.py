"""Findings in words: the answer of a diagnosis, and what its pictures show."""

from collections.abc import Sequence

from studies.report.charts.style import shortened
from studies.report.format import listed, percent, with_limits
from studies.stats.confusion import pair_names
from studies.tables.diagnosis import Evaluation
from studies.tables.diagnosis_images import GalleryImage

ARROW = "\N{RIGHTWARDS ARROW}"
_RIGHT, _WRONG = "\N{CHECK MARK}", "\N{BALLOT X}"
_SHORT = 2  # letters of a class name that leave room for more on the same line
CLEAN = "clean images"


def answer(findings: Sequence[Evaluation], data: str, class_names: Sequence[str]) -> list[str]:
    """Say how good the models are, what they confuse, and whether they know it.

    Parameters
    ----------
    findings
        Condition by condition, the same models in each.
    data
        Name of the data.
    class_names
        One a class.
    """
    conditions = list(dict.fromkeys(item.condition for item in findings))
    of_condition = {
        condition: [item for item in findings if item.condition == condition]
        for condition in conditions
    }
    return [
        *(_recognised(condition, of, data) for condition, of in of_condition.items()),
        *(_confused(condition, of, class_names) for condition, of in of_condition.items()),
        *(_calibrated(condition, of) for condition, of in of_condition.items()),
    ]


def _recognised(condition: str, findings: Sequence[Evaluation], data: str) -> str:
    intervals = [(item.model, item.accuracy) for item in findings]
    shares = listed([f"{model} {with_limits(i.estimate, i.low, i.high)}" for model, i in intervals])
    if condition == CLEAN:
        images = f"{findings[0].counts.sum():,} clean test images of {data}"
        return f"Right answers on the {images}: {shares}."
    return f"Under {condition}: {shares}."


def _confused(condition: str, findings: Sequence[Evaluation], class_names: Sequence[str]) -> str:
    parts = [
        f"{item.model} {listed(pair_names(item.pairs[:3], class_names))}"
        if item.pairs
        else f"{item.model} none: it is right every time"
        for item in findings
    ]
    return f"Most confused pairs, {where(condition)}: {'; '.join(parts)}."


def _calibrated(condition: str, findings: Sequence[Evaluation]) -> str:
    parts = [f"{item.model} {calibration_text(item)}" for item in findings]
    return f"Confidence against accuracy, {where(condition)}: {'; '.join(parts)}."


def calibration_text(item: Evaluation) -> str:
    """Return how far confidence is from accuracy: ``1.3 points too sure (ECE 1.5 %)``."""
    error = percent(item.calibration.expected_calibration_error)
    gap = item.calibration.mean_confidence - item.calibration.mean_accuracy
    points = f"{abs(100 * gap):.1f} points"
    if points == "0.0 points":
        return f"neither too sure nor too unsure (ECE {error})"
    return f"{points} too {'sure' if gap > 0 else 'unsure'} (ECE {error})"


def where(condition: str) -> str:
    """Return a condition as part of a sentence: ``on clean images``, ``under fog(...)``."""
    return f"on {CLEAN}" if condition == CLEAN else f"under {condition}"


def confusion_alt(item: Evaluation, class_names: Sequence[str], kind: str) -> str:
    """Return what a confusion matrix of some kind of numbers shows, for those who do not see it."""
    total = int(item.counts.sum())
    right = f"{total - item.wrong:,} of {total:,}"
    pairs = listed(pair_names(item.pairs, class_names)) if item.pairs else "none"
    return (
        f"Confusion matrix of {item.model} {where(item.condition)} in {kind}: "
        f"{right} answers on the diagonal; most confused pairs: {pairs}."
    )


def scores_alt(item: Evaluation, class_names: Sequence[str]) -> str:
    """Return what the scores of the classes show, for those who do not see them."""
    known = [
        (score.f1, name)
        for name, score in zip(class_names, item.scores, strict=True)
        if score.f1 is not None
    ]
    (low, worst), (high, best) = min(known), max(known)
    return (
        f"Precision, recall and F1 of every class for {item.model} {where(item.condition)}: "
        f"F1 from {percent(low)} ({worst}) to {percent(high)} ({best})."
    )


def mistake_lines(tile: GalleryImage, class_names: Sequence[str]) -> list[str]:
    """Return what stands under a mistake: true class, arrow, answers, confidences."""
    true, answers, certain = _parts(tile, class_names)
    if len(tile.predictions) == 1 and max(len(true), len(answers)) <= _SHORT:
        return [f"{true} {ARROW} {answers}  {certain}"]
    if max(map(len, (true, *answers.split(" | ")))) <= _SHORT:
        return [f"{true} {ARROW} {answers}", certain]
    return [true, f"{ARROW} {answers}", certain]


def sample_lines(tile: GalleryImage, class_names: Sequence[str]) -> list[str]:
    """Return what stands under a sample: right or wrong, the answer, its confidence."""
    true, answers, certain = _parts(tile, class_names)
    right = tile.predictions[0][0] == tile.true
    sign, truth = (_RIGHT, []) if right else (_WRONG, [f"is {true}"])
    if len(answers) <= _SHORT:
        return [f"{sign} {answers}  {certain}", *truth]
    return [f"{sign} {answers}", certain, *truth]


def _parts(tile: GalleryImage, class_names: Sequence[str]) -> tuple[str, str, str]:
    room = 11 // len(tile.predictions)
    answers = " | ".join(shortened(class_names[answer], room) for answer, _ in tile.predictions)
    certain = " | ".join(f"{100 * confidence:.0f} %" for _, confidence in tile.predictions)
    return shortened(class_names[tile.true], 11), answers, certain
