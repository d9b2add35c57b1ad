"""Calibration: reliability diagrams and the expected calibration error."""

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
        ``(bins,)``, predictions in each bin; bin b holds confidences in
        ``(b / bins, (b + 1) / bins]``, and the first one also 0.
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
        Number of bins, at least 1.

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
