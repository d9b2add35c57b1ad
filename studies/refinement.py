"""Which strengths to add to a path until its curves are known well enough; arrays alone.

Intervals between two strengths are halved, and the halves again, so that different models ask for
the same strengths wherever they can, and a model that is added later finds most of its cells.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]

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
