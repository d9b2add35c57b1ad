"""Where a curve of accuracy against strength first falls to a threshold, and its mean."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from studies.statistics.bootstrap import percentile_limits

Values = npt.NDArray[np.float64]


def path_weights(t: Sequence[float]) -> Values:
    """Return the weights of the trapezoid rule, with sum 1.

    Parameters
    ----------
    t
        ``(points,)``, rising; at least one.

    Returns
    -------
    ndarray
        ``(points,)``; the weighted sum of accuracies is the area under their linear interpolant
        divided by the length of the path, which is the mean accuracy over it.
    """
    places = np.asarray(t, np.float64)
    if len(places) == 1:
        return np.ones(1)
    steps = np.diff(places)
    weights = np.zeros(len(places))
    weights[:-1] += steps / 2
    weights[1:] += steps / 2
    weights /= places[-1] - places[0]
    return weights


def critical_position(t: Sequence[float], accuracy: Values, threshold: npt.ArrayLike) -> Values:
    """Return where the linear interpolant of accuracy first falls to a threshold.

    With j the first point at which ``accuracy_j <= threshold``::

        t_{j-1} + (t_j - t_{j-1}) (accuracy_{j-1} - threshold) / (accuracy_{j-1} - accuracy_j)

    Parameters
    ----------
    t
        ``(points,)``, rising; at least one.
    accuracy
        ``(..., points)``: one or many curves.
    threshold
        ``(...)``, or one for all.

    Returns
    -------
    ndarray
        ``(...)``: the first place where the threshold is reached; t_0 where it is reached from
        the start, infinity where it never is.
    """
    places = np.asarray(t, np.float64)
    goal = np.broadcast_to(np.asarray(threshold, np.float64), accuracy.shape[:-1])
    reached = accuracy <= goal[..., np.newaxis]
    first = reached.argmax(axis=-1)
    after = np.maximum(first, min(1, len(places) - 1))
    before = np.maximum(after - 1, 0)
    upper = np.take_along_axis(accuracy, before[..., np.newaxis], -1)[..., 0]
    lower = np.take_along_axis(accuracy, after[..., np.newaxis], -1)[..., 0]
    inside = (first > 0) & reached.any(axis=-1)
    fall = np.where(inside, upper - lower, 1.0)  # above zero inside: upper > threshold >= lower
    between = places[before] + (places[after] - places[before]) * (upper - goal) / fall
    crossing: Values = np.where(inside, between, places[0])
    return np.where(reached.any(axis=-1), crossing, np.inf)


def thresholds(accuracy: Values, threshold: float | None, chance: float) -> Values:
    """Return the accuracy at which a curve counts as lost.

    Parameters
    ----------
    accuracy
        ``(..., points)``, the first of them clean.
    threshold
        The one that was asked for, in (0, 1); None for the one half-way from the clean accuracy
        of each curve to chance.
    chance
        Accuracy of guessing.

    Returns
    -------
    ndarray
        ``(...)``.
    """
    clean: Values = accuracy[..., 0]
    return (clean + chance) / 2 if threshold is None else np.full(clean.shape, threshold)


def critical_limits(
    t: Sequence[float],
    resampled: Values,
    images: int,
    *,
    threshold: float | None,
    chance: float,
    level: float = 0.95,
) -> tuple[float, float]:
    """Return the bootstrap interval of a critical position.

    Each resample of the images gives a curve, its threshold and its critical position; the limits
    are expanded percentiles of these, as in `studies.statistics.bootstrap.percentile_limits`. The
    bias correction of BCa does harm here: near the end of the path, where many resamples never
    reach the threshold, it held the truth in 80 % of simulations instead of 95.

    Parameters
    ----------
    t
        ``(points,)``.
    resampled
        ``(resamples, points)``: accuracies.
    images
        How many images were resampled.
    threshold, chance
        As for `thresholds`.
    level
        Confidence level in (0, 1).

    Returns
    -------
    tuple of float
        Lower and upper limit, in the unit of t; infinity: beyond the last point.
    """
    goal = thresholds(resampled, threshold, chance)
    low, high = percentile_limits(critical_position(t, resampled, goal), images, level)
    return float(low), float(high)
