"""Areas and critical positions of accuracy curves, and the strengths that refine them."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from studies.stats.bootstrap import percentile_limits

Values = npt.NDArray[np.float64]


def trapezoid_weights(t: Sequence[float]) -> Values:
    """Return the weights ``(points,)`` of the trapezoid rule, with sum 1.

    The weighted sum of accuracies is the area under their linear interpolant divided by the length
    of the range, which is the mean accuracy over it.

    Parameters
    ----------
    t : sequence of float
        ``(points,)``, increasing; at least one.
    """
    positions = np.asarray(t, np.float64)
    if len(positions) == 1:
        return np.ones(1)
    steps = np.diff(positions)
    weights = np.zeros(len(positions))
    weights[:-1] += steps / 2
    weights[1:] += steps / 2
    weights /= positions[-1] - positions[0]
    return weights


def mean_over_points(correct: Sequence[npt.NDArray[np.bool_]], weights: Values) -> Values:
    """Return ``(images,)``: the weighted mean over points of each image's share of correct seeds.

    With the weights of the trapezoid rule, the mean over images is the area under the curve.

    Parameters
    ----------
    correct : sequence of ndarray of bool
        ``(seeds, images)`` for each point; the number of seeds may differ.
    weights : ndarray of float
        ``(points,)``.
    """
    mean = np.zeros(correct[0].shape[1])
    for weight, at_point in zip(weights, correct, strict=True):
        mean += weight * at_point.mean(axis=0, dtype=np.float64)
    return mean


def critical_position(t: Sequence[float], accuracy: Values, threshold: npt.ArrayLike) -> Values:
    """Return ``(...)``: where the linear interpolant of accuracy first falls to a threshold.

    It is t_0 where the first point reaches the threshold, and infinity where no point does.
    Otherwise, with j the first point at which ``accuracy_j <= threshold``, it is::

        t_{j-1} + (t_j - t_{j-1}) (accuracy_{j-1} - threshold) / (accuracy_{j-1} - accuracy_j)

    Parameters
    ----------
    t : sequence of float
        ``(points,)``, increasing; at least one.
    accuracy : ndarray of float
        ``(..., points)``, one or many curves.
    threshold : array_like of float
        ``(...)``, or one for all.
    """
    positions = np.asarray(t, np.float64)
    goal = np.broadcast_to(np.asarray(threshold, np.float64), accuracy.shape[:-1])
    reached = accuracy <= goal[..., np.newaxis]
    first = reached.argmax(axis=-1)
    after = np.maximum(first, min(1, len(positions) - 1))
    before = np.maximum(after - 1, 0)
    upper = np.take_along_axis(accuracy, before[..., np.newaxis], -1)[..., 0]
    lower = np.take_along_axis(accuracy, after[..., np.newaxis], -1)[..., 0]
    inside = (first > 0) & reached.any(axis=-1)
    fall = np.where(inside, upper - lower, 1.0)  # above zero inside: upper > threshold >= lower
    between = positions[before] + (positions[after] - positions[before]) * (upper - goal) / fall
    crossing: Values = np.where(inside, between, positions[0])
    return np.where(reached.any(axis=-1), crossing, np.inf)


def thresholds(accuracy: Values, threshold: float | None, chance: float) -> Values:
    """Return ``(...)``: the accuracy at which each curve counts as failed.

    Parameters
    ----------
    accuracy : ndarray of float
        ``(..., points)``, the first of them clean.
    threshold : float or None
        The requested accuracy in (0, 1); None for the mean of the clean accuracy and chance.
    chance : float
        Accuracy of a uniformly random prediction.
    """
    clean: Values = accuracy[..., 0]
    return (clean + chance) / 2 if threshold is None else np.full(clean.shape, threshold)


def critical_limits(
    t: Sequence[float], resampled: Values, images: int, *, threshold: float | None, chance: float
) -> tuple[float, float]:
    """Return both limits of the bootstrap interval of a critical position; infinity is beyond t.

    Each resample of the images has a curve, a threshold and a critical position; the limits are
    the expanded percentiles of these, see `studies.stats.bootstrap.percentile_limits`. The bias
    correction of BCa is not used: near the end of the range, where many resamples never reach the
    threshold, it covered the truth in 80 % of simulations instead of 95.

    Parameters
    ----------
    t : sequence of float
    resampled : ndarray of float
        ``(resamples, points)``, accuracies.
    images : int
        Number of images that were resampled.
    threshold, chance : float
        As for `thresholds`.
    """
    goal = thresholds(resampled, threshold, chance)
    low, high = percentile_limits(critical_position(t, resampled, goal), images)
    return float(low), float(high)


START = (0.0, 0.25, 0.5, 0.75, 1.0)  # strengths that an adaptive sweep begins with
TOLERANCE, FINEST, COARSEST = 0.01, 0.001, 0.25  # of critical positions, in t: default, limits
AREA_TOLERANCE = 0.01  # one percentage point of mean accuracy
_SMALLEST_STEP = 1 / 64  # at this step, the area of a decreasing curve is right to 1/128 anyway


def next_strengths(
    t: Sequence[float], accuracy: Values, thresholds: Values, tolerance: float
) -> list[float]:
    """Return the strengths at which curves should be measured next, in increasing order.

    There are none when all curves are within the tolerances. They are the midpoints of intervals

    - that contain the first crossing of a threshold and are wider than the tolerance;
    - that contribute more than their share to the error of an area, while the sum of
      `area_errors` exceeds `AREA_TOLERANCE`, and are wider than the tolerance and 1/64.

    Intervals are always halved, so different models ask for the same strengths wherever they can,
    and a model that is added later finds most of its conditions corrupted already.

    Parameters
    ----------
    t : sequence of float
        ``(points,)``, increasing: the strengths so far, two or more.
    accuracy : ndarray of float
        ``(curves, points)``; without a curve there is nothing to refine.
    thresholds : ndarray of float
        ``(curves,)``, the accuracy at which each curve counts as failed.
    tolerance : float
        Tolerance of the first crossing, in the unit of t; above 0.
    """
    positions = np.asarray(t, np.float64)
    widths = np.diff(positions)
    halved = np.zeros(len(widths), np.bool_)
    for curve, threshold in zip(accuracy, thresholds, strict=True):
        first = int((curve <= threshold).argmax())  # 0 where no point is as low
        if first and widths[first - 1] > tolerance:
            halved[first - 1] = True
        halved |= _inaccurate(positions, curve, widths > max(tolerance, _SMALLEST_STEP))
    midpoints = (positions[:-1] + positions[1:])[halved] / 2
    return [round(float(item), 12) for item in midpoints]  # not 0.30000000000000004


def _inaccurate(t: Values, accuracy: Values, wide: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return which wide intervals exceed their share of the allowed error of the area."""
    widths, errors = np.diff(t), area_errors(t, accuracy)
    allowed = max(0.0, AREA_TOLERANCE * (t[-1] - t[0]) - errors[~wide].sum())
    if errors[wide].sum() <= allowed:
        return np.zeros(len(widths), np.bool_)
    too_large: npt.NDArray[np.bool_] = errors > allowed * widths / widths[wide].sum()
    return wide & too_large


def area_errors(t: Values, accuracy: Values) -> Values:
    """Return ``(points - 1,)``: a bound of the error of the trapezoid rule in each interval.

    With w the width of an interval, s its slope, and s' and s'' those of its neighbours (0 beyond
    both ends)::

        w^2 / 2  min(|s|, max(|s - s'|, |s - s''|))

    The first term bounds the error for a monotone curve; the second for a curve with at most one
    inflection in any three adjacent intervals, which lies between the chord and the extended
    chords of the neighbours. So the sum bounds the error of the area for every decreasing curve
    that is first concave and then convex, and for others once the points separate their
    inflections.

    Parameters
    ----------
    t, accuracy : ndarray of float
        ``(points,)``, two or more.
    """
    widths = np.diff(t)
    slopes = np.diff(accuracy) / widths
    turns = np.abs(np.diff(np.concatenate([[0.0], slopes, [0.0]])))
    bends = np.minimum(np.abs(slopes), np.maximum(turns[:-1], turns[1:]))
    errors: Values = widths**2 / 2 * bends
    return errors
