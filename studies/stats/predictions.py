"""What is kept of a prediction: enough to recompute every metric without the model."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

KEPT_CLASSES = 20
"""Up to this many classes, the log-probabilities of all of them are kept."""

_SMALLEST = np.finfo(np.float32).tiny  # a probability that underflowed to 0: log is -87.3, not -inf


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How one model fared on n images under one condition.

    Attributes
    ----------
    predicted
        ``(n,)`` int32: the most probable class, the first one in a tie.
    confidence
        ``(n,)`` float32: its probability.
    log_probability
        ``(n,)`` float32: natural logarithm of the true class's probability, at least -87.4.
    rank
        ``(n,)`` int32: how many classes come before the true one; 0 where the model is right.
    squared_norm
        ``(n,)`` float32: sum of the squared probabilities.
    log_probabilities
        ``(n, classes)`` float16, or ``(n, 0)`` with more than 20 classes. As probabilities,
        float16 would round 1e-8 to 0 and a loss to infinity.
    """

    predicted: npt.NDArray[np.int32]
    confidence: npt.NDArray[np.float32]
    log_probability: npt.NDArray[np.float32]
    rank: npt.NDArray[np.int32]
    squared_norm: npt.NDArray[np.float32]
    log_probabilities: npt.NDArray[np.float16]

    @property
    def nbytes(self) -> int:
        """Bytes of its arrays."""
        return sum(getattr(self, name).nbytes for name in Outcomes.__slots__)


def judge(probabilities: npt.NDArray[np.float32], labels: npt.NDArray[np.int64]) -> Outcomes:
    """Compare predicted probabilities with the true classes.

    Parameters
    ----------
    probabilities
        ``(n, classes)`` float32 in [0, 1].
    labels
        ``(n,)`` true classes, 0 to classes - 1.

    Returns
    -------
    Outcomes
        One entry an image.

    Raises
    ------
    ValueError
        When the probabilities are none: a wrong shape, not a number, or outside [0, 1].
    """
    _check(probabilities, labels)
    every_image = np.arange(len(labels))
    predicted = probabilities.argmax(axis=1)
    true = probabilities[every_image, labels]
    before = np.arange(probabilities.shape[1]) < labels[:, None]
    ahead = (probabilities > true[:, None]) | ((probabilities == true[:, None]) & before)
    logs = np.log(np.maximum(probabilities, _SMALLEST))
    kept = logs if probabilities.shape[1] <= KEPT_CLASSES else logs[:, :0]
    return Outcomes(
        predicted=predicted.astype(np.int32),
        confidence=probabilities[every_image, predicted].astype(np.float32),
        log_probability=logs[every_image, labels].astype(np.float32),
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
    """Join the outcomes of consecutive blocks of images."""
    return Outcomes(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in Outcomes.__slots__)
    )
