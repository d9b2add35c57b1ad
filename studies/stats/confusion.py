"""Which class is taken for which: confusion counts, scores of each class, confused pairs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]
Labels = npt.NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class ClassScore:
    """How one class fares, in [0, 1]; None where the score is undefined.

    Attributes
    ----------
    images
        Images whose true class it is.
    precision
        Share of the images called so that are; None where none was called so.
    recall
        Share of its images that were called so; None where it has none.
    f1
        ``2 precision recall / (precision + recall)``, the harmonic mean, with 0 where no image of
        it is called so; None where it neither occurs nor is named.
    """

    images: int
    precision: float | None
    recall: float | None
    f1: float | None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two classes that are taken for one another, the lower one first.

    Attributes
    ----------
    low, high
        The classes, by number.
    low_as_high, high_as_low
        Images of the one that were called the other.
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
    """Return ``(classes, classes)``: images of true class (row) that got each class (column)."""
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


def confused_pairs(counts: Counts, limit: int) -> list[Pair]:
    """Return the pairs of classes that are confused most, at most so many, worst first.

    Ties go by the numbers of the classes; pairs that were never confused are left out.
    """
    lows, highs = np.triu_indices(len(counts), k=1)
    both = counts[lows, highs] + counts[highs, lows]
    order = np.argsort(-both, kind="stable")[:limit]
    return [
        Pair(int(low), int(high), int(counts[low, high]), int(counts[high, low]))
        for low, high, count in zip(lows[order], highs[order], both[order], strict=True)
        if count > 0
    ]


def pair_names(pairs: Sequence[Pair], class_names: Sequence[str]) -> list[str]:
    """Return pairs as they are spoken of: ``4/9 (7)``, the number being both directions."""
    return [f"{class_names[pair.low]}/{class_names[pair.high]} ({pair.count})" for pair in pairs]


def _defined(score: float) -> float | None:
    return None if np.isnan(score) else float(score)
