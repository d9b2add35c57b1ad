"""Stored outcomes -> numbers, without any model.

Every metric is the mean over images of a number each image has, so several corruption seeds
enter as ``(seeds, images)`` and images stay the unit of all statistics.
"""

import numpy as np
import numpy.typing as npt

from studies.stats.predictions import Outcomes

Values = npt.NDArray[np.float64]


def correct(outcomes: Outcomes) -> npt.NDArray[np.bool_]:
    """Return ``(n,)``: whether the true class is the most probable one."""
    return np.equal(outcomes.rank, 0)


def negative_log_likelihood(outcomes: Outcomes) -> Values:
    """Return ``(n,)``: ``-log p(true class)``, in nats; 0 is best."""
    return -outcomes.log_probability.astype(np.float64)


def brier(outcomes: Outcomes) -> Values:
    """Return ``(n,)``: ``sum_k (p_k - [k is true])^2`` in [0, 2]; 0 is best.

    Computed as ``sum p^2 - 2 p(true) + 1`` from what is stored.
    """
    true: Values = np.exp(outcomes.log_probability.astype(np.float64))
    score: Values = outcomes.squared_norm.astype(np.float64) - 2 * true + 1
    return score.clip(0.0, 2.0)


def confidence(outcomes: Outcomes) -> Values:
    """Return ``(n,)``: the probability of the predicted class."""
    return outcomes.confidence.astype(np.float64)
