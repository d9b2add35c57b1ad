"""Which strengths to add to a path until its curves are known well enough; arrays alone.

Intervals between two strengths are halved, and the halves again, so that different models ask for
the same strengths wherever they can, and a model that is added later finds most of its cells.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from studies.stats.bootstrap import percentile_limits

Values = npt.NDArray[np.float64]


def trapezoid_weights(t: Sequence[float]) -> Values:
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
    are expanded percentiles of these, as in `studies.stats.bootstrap.percentile_limits`. The
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


START = (0.0, 0.25, 0.5, 0.75, 1.0)
"""The strengths that an adaptive sweep begins with."""

TOLERANCE = 0.01
"""How exactly critical strengths are found, in t, when nobody says."""

FINEST, COARSEST = 0.001, 0.25
"""The tolerances that may be asked for."""

AREA_TOLERANCE = 0.01
"""How exactly areas are found: a point of mean accuracy."""

_NARROWEST_BEND = 1 / 64  # with steps as small, a falling curve's area is right to 1/128 anyway


def next_strengths(
    t: Sequence[float], accuracy: Values, thresholds: Values, tolerance: float
) -> list[float]:
    """Return the strengths at which some curves should be looked at next.

    They are the middles of those intervals in which

    - a curve first falls to its threshold, as long as they are wider than the tolerance;
    - a curve bends, as long as the sum of `area_errors` is more than `AREA_TOLERANCE`: those that
      have more than their part in it, and are wider than the tolerance and 1/64.

    Parameters
    ----------
    t
        ``(points,)``, rising: the strengths so far, two or more.
    accuracy
        ``(curves, points)``; no curve asks for nothing.
    thresholds
        ``(curves,)``: the accuracy at which each counts as lost.
    tolerance
        How exactly the first crossing is to be known, in the unit of t; above 0.

    Returns
    -------
    list of float
        Rising, none of them in t; empty when all curves are known well enough.
    """
    places = np.asarray(t, np.float64)
    widths = np.diff(places)
    halved = np.zeros(len(widths), np.bool_)
    for curve, threshold in zip(accuracy, thresholds, strict=True):
        first = first_reached(curve, threshold)
        if first and widths[first - 1] > tolerance:
            halved[first - 1] = True
        halved |= _bent(places, curve, widths > max(tolerance, _NARROWEST_BEND))
    middles = (places[:-1] + places[1:])[halved] / 2
    return [round(float(middle), 12) for middle in middles]  # not 0.30000000000000004


def _bent(t: Values, accuracy: Values, wide: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Tell which of the wide intervals take up more of the allowed error than is theirs."""
    widths, errors = np.diff(t), area_errors(t, accuracy)
    left = max(0.0, AREA_TOLERANCE * (t[-1] - t[0]) - errors[~wide].sum())
    if errors[wide].sum() <= left:
        return np.zeros(len(widths), np.bool_)
    too_large: npt.NDArray[np.bool_] = errors > left * widths / widths[wide].sum()
    return wide & too_large


def first_reached(accuracy: Values, threshold: float) -> int:
    """Return the first point with an accuracy at or under the threshold; 0 where none is."""
    return int((accuracy <= threshold).argmax())


def area_errors(t: Values, accuracy: Values) -> Values:
    """Return by how much the trapezoid rule may be off in each interval.

    With w the width of an interval, s its slope, and s' and s'' those of its neighbours (0 beyond
    the ends, for a curve falls from a level and to one)::

        w^2 / 2  min(|s|, max(|s - s'|, |s - s''|))

    The first is what a curve without ups and downs can be off by, the second what one can be off
    by that has at most one inflection in any three neighbouring intervals: it lies between the
    chord and the neighbouring chords made longer. So the sum bounds the error of the area
    for every falling curve that is first concave and then convex, and for others as soon as the
    points are close enough to tell their inflections apart.

    Parameters
    ----------
    t, accuracy
        ``(points,)``, two or more.

    Returns
    -------
    ndarray
        ``(points - 1,)``, in the unit of t times accuracy.
    """
    widths = np.diff(t)
    slopes = np.diff(accuracy) / widths
    turns = np.abs(np.diff(np.concatenate([[0.0], slopes, [0.0]])))
    bends = np.minimum(np.abs(slopes), np.maximum(turns[:-1], turns[1:]))
    errors: Values = widths**2 / 2 * bends
    return errors
