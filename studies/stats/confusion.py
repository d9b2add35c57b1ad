"""Confusion matrices, the scores of each class, and the pairs of classes confused most."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

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
        Images of the one class for which the other one is predicted.
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
        ClassScore(int(images), _defined(precision), _defined(recall), _defined(f1))
        for precision, recall, f1, images in zip(*columns, strict=True)
    ]


def confused_pairs(counts: Counts, limit: int) -> list[ConfusedPair]:
    """Return the pairs of classes that are confused most, the most frequent first.

    Parameters
    ----------
    counts : ndarray of int
        ``(classes, classes)``, see `confusion_counts`.
    limit : int
        Maximum number of pairs.

    Returns
    -------
    list of ConfusedPair
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


def _defined(score: float) -> float | None:
    return None if np.isnan(score) else float(score)
