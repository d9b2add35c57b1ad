"""What the stored answers of one model under one condition say, in numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studies.stats import metrics
from studies.stats.calibration import Reliability, reliability
from studies.stats.confusion import (
    ClassScore,
    Counts,
    Pair,
    class_scores,
    confused_pairs,
    confusion_counts,
    row_shares,
)
from studies.stats.intervals import Interval, accuracy_interval
from studies.stats.predictions import Outcomes
from studies.tables.rows import to_csv

PAIRS = 5
"""Confused pairs that are listed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One model under one condition.

    Attributes
    ----------
    condition
        ``clean images``, or the spec.
    model
        Name of the model.
    accuracy
        Share of right answers with its 95 % interval.
    counts
        ``(classes, classes)`` confusion counts over all draws; rows are true classes.
    scores
        One a class.
    pairs
        The most confused pairs, worst first, at most `PAIRS`.
    calibration
        Confidence against accuracy.
    """

    condition: str
    model: str
    accuracy: Interval
    counts: Counts
    scores: Sequence[ClassScore]
    pairs: Sequence[Pair]
    calibration: Reliability

    @property
    def wrong(self) -> int:
        """Answers that are not right, over all draws."""
        return int(self.counts.sum() - np.trace(self.counts))


@dataclass(frozen=True, slots=True)
class ConfusionRow:
    """One cell of a confusion matrix; the columns of ``confusion.csv``.

    Attributes
    ----------
    condition, model
        Under what, and whose.
    true_class, predicted_class
        Names of the classes.
    images
        Images of the true class that were called the predicted one.
    share
        The same as a share of the true class; empty where it has no image.
    """

    condition: str
    model: str
    true_class: str
    predicted_class: str
    images: int
    share: float | None


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One class; the columns of ``classes.csv``; undefined scores are left empty."""

    condition: str
    model: str
    class_name: str
    images: int
    precision: float | None
    recall: float | None
    f1: float | None


def find(
    condition: str,
    model: str,
    draws: Sequence[Outcomes],
    labels: npt.NDArray[np.int64],
    classes: int,
) -> Finding:
    """Return what some draws of one condition say together.

    Parameters
    ----------
    condition, model
        Names for both.
    draws
        Outcomes on the same images, one a corruption seed; at least one.
    labels
        ``(n,)`` true classes of the images.
    classes
        How many classes there are.
    """
    correct = np.stack([metrics.correct(outcomes) for outcomes in draws])
    predicted = np.concatenate([outcomes.predicted for outcomes in draws])
    confidence = np.concatenate([metrics.confidence(outcomes) for outcomes in draws])
    true = np.tile(labels, len(draws))
    counts = confusion_counts(true, predicted, classes)
    return Finding(
        condition=condition,
        model=model,
        accuracy=accuracy_interval(correct),
        counts=counts,
        scores=class_scores(true, predicted, classes),
        pairs=confused_pairs(counts, PAIRS),
        calibration=reliability(confidence, correct.ravel()),
    )


def confusion_csv(findings: Sequence[Finding], class_names: Sequence[str]) -> bytes:
    """Return all confusion matrices as CSV, a line a cell."""
    return to_csv(ConfusionRow, _confusion_rows(findings, class_names))


def classes_csv(findings: Sequence[Finding], class_names: Sequence[str]) -> bytes:
    """Return the scores of all classes as CSV, a line a class."""
    rows = (
        ClassRow(
            item.condition, item.model, name, score.images, score.precision, score.recall, score.f1
        )
        for item in findings
        for name, score in zip(class_names, item.scores, strict=True)
    )
    return to_csv(ClassRow, rows)


def _confusion_rows(
    findings: Sequence[Finding], class_names: Sequence[str]
) -> Iterator[ConfusionRow]:
    for item in findings:
        shares = row_shares(item.counts)
        for (true, predicted), count in np.ndenumerate(item.counts):
            share = shares[true, predicted]
            yield ConfusionRow(
                item.condition,
                item.model,
                class_names[true],
                class_names[predicted],
                int(count),
                None if np.isnan(share) else float(share),
            )
