"""What is stored of a prediction: enough to compute every metric without the model."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

KEPT_CLASSES = 20
"""Maximum number of classes for which the log-probabilities of all classes are stored."""

_SMALLEST = np.finfo(np.float32).tiny  # a probability that underflowed to 0: log is -87.3, not -inf


@dataclass(frozen=True, slots=True)
class Outcomes:
    """The predictions of a model for n images under one condition, compared with the true classes.

    Attributes
    ----------
    predicted : ndarray of int32
        ``(n,)``, the most probable class, the first one in a tie.
    confidence : ndarray of float32
        ``(n,)``, its probability.
    log_probability : ndarray of float32
        ``(n,)``, natural logarithm of the probability of the true class, at least -87.4.
    rank : ndarray of int32
        ``(n,)``, the number of classes that are ranked before the true one; 0 where the
        prediction is correct.
    squared_norm : ndarray of float32
        ``(n,)``, sum of the squared probabilities.
    log_probabilities : ndarray of float16
        ``(n, classes)``, or ``(n, 0)`` with more than 20 classes. As probabilities, float16 would
        round 1e-8 to 0 and a loss to infinity.
    """

    predicted: npt.NDArray[np.int32]
    confidence: npt.NDArray[np.float32]
    log_probability: npt.NDArray[np.float32]
    rank: npt.NDArray[np.int32]
    squared_norm: npt.NDArray[np.float32]
    log_probabilities: npt.NDArray[np.float16]

    def at(self, image: int) -> tuple[int, float]:
        """Return the predicted class of one image, and its probability."""
        return int(self.predicted[image]), float(self.confidence[image])

    @property
    def nbytes(self) -> int:
        """Bytes of its arrays."""
        return sum(getattr(self, name).nbytes for name in Outcomes.__slots__)


def outcomes_of(probabilities: npt.NDArray[np.float32], labels: npt.NDArray[np.int64]) -> Outcomes:
    """Compare predicted probabilities with the true classes.

    Parameters
    ----------
    probabilities : ndarray of float32
        ``(n, classes)``, in [0, 1].
    labels : ndarray of int
        ``(n,)`` true classes, 0 to classes - 1.

    Raises
    ------
    ValueError
        If the array does not hold probabilities: a wrong shape, not a number, or outside [0, 1].
    """
    _check(probabilities, labels)
    images = np.arange(len(labels))
    predicted = probabilities.argmax(axis=1)
    true = probabilities[images, labels]
    lower_class = np.arange(probabilities.shape[1]) < labels[:, None]
    ahead = (probabilities > true[:, None]) | ((probabilities == true[:, None]) & lower_class)
    logs = np.log(np.maximum(probabilities, _SMALLEST))
    kept = logs if probabilities.shape[1] <= KEPT_CLASSES else logs[:, :0]
    return Outcomes(
        predicted=predicted.astype(np.int32),
        confidence=probabilities[images, predicted].astype(np.float32),
        log_probability=logs[images, labels].astype(np.float32),
        rank=ahead.sum(axis=1, dtype=np.int32),
        squared_norm=np.square(probabilities).sum(axis=1, dtype=np.float32),
        log_probabilities=kept.astype(np.float16),
    )


def _check(probabilities: npt.NDArray[np.float32], labels: npt.NDArray[np.int64]) -> None:
    if probabilities.ndim != 2 or len(probabilities) != len(labels):
        raise ValueError(
            f"the model must give ({len(labels)}, classes) probabilities, "
            f"got the shape {probabilities.shape}"
        )
    if labels.size and labels.max() >= probabilities.shape[1]:
        raise ValueError(
            f"the model knows {probabilities.shape[1]} classes, but the data has "
            f"a class number {labels.max()}"
        )
    if not np.isfinite(probabilities).all():
        raise ValueError("the model gave probabilities that are not numbers (NaN or infinity)")
    if labels.size and (probabilities.min() < 0 or probabilities.max() > 1 + 1e-5):
        raise ValueError(
            f"probabilities must lie in [0, 1], got {probabilities.min():.4g} to "
            f"{probabilities.max():.4g}; does the model end in a softmax?"
        )


def join(parts: Sequence[Outcomes]) -> Outcomes:
    """Return the outcomes of consecutive blocks of images as one."""
    return Outcomes(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in Outcomes.__slots__)
    )


@dataclass(frozen=True, slots=True)
class CorrectPredictions:
    """Which images a model classified correctly under some conditions.

    Attributes
    ----------
    conditions : tuple of hashable
        One for each noise seed.
    correct : ndarray of bool
        ``(conditions, images)``.
    """

    conditions: tuple[Hashable, ...]
    correct: npt.NDArray[np.bool_]

    def at(self, conditions: Sequence[Hashable]) -> npt.NDArray[np.bool_]:
        """Return the rows of some of the conditions."""
        return self.correct[[self.conditions.index(condition) for condition in conditions]]


def common_predictions(
    first: CorrectPredictions | None, second: CorrectPredictions | None
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]] | None:
    """Return ``(conditions, images)`` of two models for the conditions that both have, or None."""
    if first is None or second is None:
        return None
    common = [condition for condition in first.conditions if condition in second.conditions]
    return (first.at(common), second.at(common)) if common else None


Values = npt.NDArray[np.float64]


def breaking_points(correct: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Return ``(seeds, images)``: the first point at which each image is misclassified.

    It is 0 where the clean image is misclassified, and the number of points where no prediction is
    wrong. The random draws of a corruption do not depend on its strength: the corruption of an
    image is the same at every point and only grows. So this point is a property of the image and
    the noise seed.

    Parameters
    ----------
    correct : ndarray of bool
        ``(seeds, points, images)``.
    """
    wrong = ~correct
    first = wrong.argmax(axis=1)
    breaking: npt.NDArray[np.int64] = np.where(wrong.any(axis=1), first, correct.shape[1])
    return breaking


def surviving(breaking: npt.NDArray[np.int64], point: int) -> Values:
    """Return ``(images,)``: the share of seeds with no misclassification up to a point."""
    share: Values = np.mean(breaking > point, axis=0, dtype=np.float64)
    return share


def prediction_changes(predicted: npt.NDArray[np.integer], point: int) -> Values:
    """Return ``(images,)``: the share of seeds whose prediction differs from the previous point's.

    Parameters
    ----------
    predicted : ndarray of int
        ``(seeds, points, images)``, predicted classes with the same noise seeds at every point.
    point : int
        Index of the point; at the first one the share is 0.
    """
    if point == 0:
        return np.zeros(predicted.shape[2])
    share: Values = np.mean(
        predicted[:, point] != predicted[:, point - 1], axis=0, dtype=np.float64
    )
    return share
