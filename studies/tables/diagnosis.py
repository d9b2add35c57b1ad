"""The evaluation of one model under one condition: ``confusion.csv`` and ``classes.csv``."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import numpy.typing as npt

from studies.stats import metrics
from studies.stats.classification import (
    ClassScore,
    ConfusedPair,
    Counts,
    Reliability,
    class_scores,
    confused_pairs,
    confusion_counts,
    reliability,
    row_shares,
)
from studies.stats.intervals import Interval, accuracy_interval
from studies.stats.predictions import Outcomes
from studies.tables.rows import Columns, to_csv

_PAIRS = 5  # confused pairs that are listed


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One model under one condition.

    Attributes
    ----------
    condition : str
        ``clean images``, or the spec.
    model : str
    accuracy : Interval
        Share of correct predictions with its 95 % interval.
    counts : ndarray of int
        ``(classes, classes)``, confusion counts over all noise seeds; rows are true classes.
    scores : sequence of ClassScore
        One for each class.
    pairs : sequence of ConfusedPair
        The most confused pairs, the most frequent first.
    calibration : Reliability
    """

    condition: str
    model: str
    accuracy: Interval
    counts: Counts
    scores: Sequence[ClassScore]
    pairs: Sequence[ConfusedPair]
    calibration: Reliability

    @property
    def wrong(self) -> int:
        """Number of wrong predictions, over all noise seeds."""
        return int(self.counts.sum() - np.trace(self.counts))


@dataclass(frozen=True, slots=True)
class ConfusionRow:
    """One entry of a confusion matrix; the columns of ``confusion.csv``.

    Attributes
    ----------
    condition, model : str
        As for `Evaluation`.
    true_class, predicted_class : str
        Names of the classes.
    images : int
        Number of images of the true class for which the predicted one was predicted.
    share : float or None
        The same as a share of the true class; empty where it has no image.
    """

    condition: str
    model: str
    true_class: str
    predicted_class: str
    images: int
    share: float | None


@dataclass(frozen=True, slots=True)
class ClassScoreRow:
    """The scores of one class; the columns of the ``classes.csv`` of a diagnosis.

    Attributes
    ----------
    condition, model : str
        As for `Evaluation`.
    class_name : str
    score : ClassScore
        Its scores; undefined ones are empty.
    """

    condition: str
    model: str
    class_name: str
    score: Annotated[
        ClassScore, Columns(images="images", precision="precision", recall="recall", f1="f1")
    ]


def evaluate(
    condition: str,
    model: str,
    outcomes: Sequence[Outcomes],
    labels: npt.NDArray[np.int64],
    classes: int,
) -> Evaluation:
    """Evaluate a model under one condition.

    Parameters
    ----------
    condition, model : str
        As for `Evaluation`.
    outcomes : sequence of Outcomes
        Of the same images, one for each noise seed; at least one.
    labels : ndarray of int
        ``(n,)``, true classes of the images.
    classes : int
        Number of classes.
    """
    correct = np.stack([metrics.correct(item) for item in outcomes])
    predicted = np.concatenate([item.predicted for item in outcomes])
    confidence = np.concatenate([metrics.confidence(item) for item in outcomes])
    true = np.tile(labels, len(outcomes))
    counts = confusion_counts(true, predicted, classes)
    return Evaluation(
        condition,
        model,
        accuracy_interval(correct),
        counts,
        class_scores(true, predicted, classes),
        confused_pairs(counts, _PAIRS),
        reliability(confidence, correct.ravel()),
    )


def confusion_csv(evaluations: Sequence[Evaluation], class_names: Sequence[str]) -> bytes:
    """Return all confusion matrices as CSV, with one line for each entry."""
    return to_csv(ConfusionRow, _confusion_rows(evaluations, class_names))


def classes_csv(evaluations: Sequence[Evaluation], class_names: Sequence[str]) -> bytes:
    """Return the scores of all classes as CSV, with one line for each class."""
    rows = (
        ClassScoreRow(item.condition, item.model, name, score)
        for item in evaluations
        for name, score in zip(class_names, item.scores, strict=True)
    )
    return to_csv(ClassScoreRow, rows)


def _confusion_rows(
    evaluations: Sequence[Evaluation], class_names: Sequence[str]
) -> Iterator[ConfusionRow]:
    for item in evaluations:
        shares = row_shares(item.counts)
        for (true, predicted), count in np.ndenumerate(item.counts):
            share = shares[true, predicted]
            names = class_names[true], class_names[predicted]
            defined = None if np.isnan(share) else float(share)
            yield ConfusionRow(item.condition, item.model, *names, int(count), defined)
