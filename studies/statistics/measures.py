"""Stored cells -> the numbers of one point: accuracy with its interval, and the other means."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studies.stats import metrics
from studies.stats.intervals import accuracy_interval
from studies.stats.predictions import Outcomes
from studies.store.store import Store

_MEANS: dict[str, Callable[[Outcomes], npt.NDArray[np.float64]]] = {
    "confidence": metrics.confidence,
    "negative_log_likelihood": metrics.negative_log_likelihood,
    "brier": metrics.brier,
}


@dataclass(frozen=True, slots=True)
class Numbers:
    """What some cells say together, one cell a seed.

    Attributes
    ----------
    seeds, images
        How many draws of the corruption, of how many images.
    accuracy, low, high
        Share of correct predictions, and the limits of its 95 % interval.
    effective_images
        The sample size the interval rests on.
    confidence, negative_log_likelihood, brier
        Means over seeds and images.
    """

    seeds: int
    images: int
    accuracy: float
    low: float
    high: float
    effective_images: float
    confidence: float
    negative_log_likelihood: float
    brier: float


class Measures:
    """The numbers of points, each set of cells read once.

    Parameters
    ----------
    store
        Where the cells are.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._stored = store.finished_keys()
        self._seen: dict[tuple[str, ...], Numbers] = {}  # the clean cell is in every curve

    def of(self, keys: Sequence[str]) -> Numbers | None:
        """Return the numbers of those cells that are stored; None where none is."""
        finished = tuple(key for key in keys if key in self._stored)
        if not finished:
            return None
        if finished not in self._seen:
            self._seen[finished] = _numbers(
                [self._store.outcomes(key, of_all_classes=False) for key in finished]
            )
        return self._seen[finished]


def _numbers(outcomes: Sequence[Outcomes]) -> Numbers:
    correct = np.stack([metrics.correct(item) for item in outcomes])
    interval = accuracy_interval(correct)
    means = {
        name: float(np.mean([values(item) for item in outcomes])) for name, values in _MEANS.items()
    }
    return Numbers(
        seeds=correct.shape[0],
        images=correct.shape[1],
        accuracy=interval.estimate,
        low=interval.low,
        high=interval.high,
        effective_images=interval.sample_size,
        confidence=means["confidence"],
        negative_log_likelihood=means["negative_log_likelihood"],
        brier=means["brier"],
    )
