"""Confusion matrices, the scores of each class, and the pairs of classes confused most."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BINS = 15
"""Equal bins of confidence on [0, 1], as is usual since Guo et al., ICML 2017."""

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Reliability:
    """Confidence against accuracy, in bins of confidence.

    Attributes
    ----------
    counts : ndarray of int
        ``(bins,)``; bin b holds confidences in ``(b / bins, (b + 1) / bins]``, the first also 0.
    confidence, accuracy : ndarray of float
        ``(bins,)``, mean confidence and share of correct predictions; NaN in an empty bin.
    mean_confidence, mean_accuracy : float
        The same over all predictions.
    """

    counts: npt.NDArray[np.int64]
    confidence: Values
    accuracy: Values
    mean_confidence: float
    mean_accuracy: float

    @property
    def expected_calibration_error(self) -> float:
        """``ECE = sum_b n_b / n |accuracy_b - confidence_b|`` in [0, 1]; 0 is best."""
        filled = self.counts > 0
        gaps = np.abs(self.accuracy - self.confidence)[filled]
        return float(np.average(gaps, weights=self.counts[filled]))


def reliability(
    confidence: npt.NDArray[np.floating], correct: npt.NDArray[np.bool_], bins: int = BINS
) -> Reliability:
    """Sort predictions by their confidence into equal bins.

    Parameters
    ----------
    confidence : ndarray of float
        ``(n,)``, probability of the predicted class, in [0, 1]; n is at least 1.
    correct : ndarray of bool
        ``(n,)``, whether each prediction is correct.
    bins : int, default: 15

    Raises
    ------
    ValueError
        If there is no prediction, or the two arrays differ in length.
    """
    if not len(confidence) or len(confidence) != len(correct):
        raise ValueError(
            "reliability needs the confidence and the correctness of one or more predictions, "
            f"got {len(confidence)} and {len(correct)}"
        )
    values = np.asarray(confidence, np.float64)
    bin_numbers = np.clip(np.ceil(values * bins).astype(np.int64) - 1, 0, bins - 1)
    counts = np.bincount(bin_numbers, minlength=bins)
    filled = np.where(counts > 0, counts, np.nan)
    return Reliability(
        counts=counts,
        confidence=np.bincount(bin_numbers, values, bins) / filled,
        accuracy=np.bincount(bin_numbers, correct, bins) / filled,
        mean_confidence=float(values.mean()),
        mean_accuracy=float(np.mean(correct)),
    )


Counts = npt.NDArray[np.int64]
Labels = npt.NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class ClassScore:
    """Precision, recall and F1 of one class, in [0, 1]; None where a score is undefined.

    Attributes
    ----------
    images : int
        Number of images of the class.
    precision : float or None
        Share of the predictions of the class that are correct; None where it is never predicted.
    recall : float or None
        Share of the images of the class that are classified correctly; None where it has none.
    f1 : float or None
        ``2 precision recall / (precision + recall)``, the harmonic mean; 0 where no image of the
        class is classified correctly, None where it neither occurs nor is predicted.
    """

    images: int
    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True, slots=True)
class ConfusedPair:
    """Two classes that are predicted for one another.

    Attributes
    ----------
    low, high : int
        Numbers of the classes, the lower one first.
    low_as_high, high_as_low : int
        Images of one class for which the other one is predicted.
    """

    low: int
    high: int
    low_as_high: int
    high_as_low: int

    @property
    def count(self) -> int:
        """Confusions in both directions."""
        return self.low_as_high + self.high_as_low


def confusion_counts(labels: Labels, predicted: Labels, classes: int) -> Counts:
    """Return ``(classes, classes)``: images by true class (row) and predicted class (column)."""
    from sklearn.metrics import confusion_matrix

    counts: Counts = confusion_matrix(labels, predicted, labels=np.arange(classes))
    return counts


def row_shares(counts: Counts) -> npt.NDArray[np.float64]:
    """Return each row divided by its sum: shares of a true class; NaN in a row without images."""
    sums = counts.sum(axis=1, keepdims=True)
    return counts / np.where(sums > 0, sums, np.nan)


def class_scores(labels: Labels, predicted: Labels, classes: int) -> list[ClassScore]:
    """Return precision, recall and F1 of every class, see `ClassScore`."""
    from sklearn.metrics import precision_recall_fscore_support

    columns = precision_recall_fscore_support(
        labels, predicted, labels=np.arange(classes), zero_division=np.nan
    )
    return [
        ClassScore(int(images), *(None if np.isnan(score) else float(score) for score in scores))
        for *scores, images in zip(*columns, strict=True)
    ]


def confused_pairs(counts: Counts, limit: int) -> list[ConfusedPair]:
    """Return at most ``limit`` pairs of classes, those that are confused most first.

    Ties are in the order of the class numbers; pairs without a confusion are left out.
    """
    lows, highs = np.triu_indices(len(counts), k=1)
    both = counts[lows, highs] + counts[highs, lows]
    order = np.argsort(-both, kind="stable")[:limit]
    return [
        ConfusedPair(int(low), int(high), int(counts[low, high]), int(counts[high, low]))
        for low, high, count in zip(lows[order], highs[order], both[order], strict=True)
        if count > 0
    ]


def pair_names(pairs: Sequence[ConfusedPair], class_names: Sequence[str]) -> list[str]:
    """Return a short text for each pair: ``4/9 (7)``, with the count of both directions."""
    return [f"{class_names[pair.low]}/{class_names[pair.high]} ({pair.count})" for pair in pairs]
