import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.stats.curves import (
    AREA_TOLERANCE,
    START,
    area_errors,
    critical_position,
    next_strengths,
)

FINE = np.linspace(0, 1, 2049)
TOLERANCES = [0.25, 0.1, 0.03, 0.01, 0.003, 0.001]


def refined(curves, tolerance, thresholds, start=START):
    """Ask until nothing more is asked for; return the strengths and the accuracies."""
    t = list(start)
    while added := next_strengths(t, np.array([c(t) for c in curves]), thresholds, tolerance):
        assert added == sorted(set(added) - set(t))
        assert t[0] < added[0]
        assert added[-1] < t[-1]
        t = sorted(t + added)
    return t, np.array([curve(t) for curve in curves])


def interpolated(places, values):
    return lambda t: np.interp(t, places, values)


@st.composite
def falling(draw):
    """Any falling curve: a staircase, a ramp, or both, in whatever order."""
    count = draw(st.integers(2, 12))
    places = draw(st.lists(st.integers(0, 2000), min_size=count, max_size=count, unique=True))
    values = draw(st.lists(st.integers(0, 100), min_size=count, max_size=count))
    curve = np.array(sorted(values, reverse=True)) / 100
    return interpolated(np.array(sorted(places)) / 2000, curve)


@st.composite
def sigmoids(draw):
    """Curves that are first concave and then convex: pieces whose slopes grow and then shrink."""
    count = draw(st.integers(1, 9))
    slopes = sorted(draw(st.lists(st.floats(0, 1), min_size=count, max_size=count)))
    odd = draw(st.integers(0, 1))
    widths = np.array(draw(st.lists(st.floats(0.01, 1), min_size=count, max_size=count)))
    in_order = np.array(slopes[odd::2] + slopes[1 - odd :: 2][::-1])
    places = np.concatenate([[0], np.cumsum(widths) / widths.sum()])
    fall = np.concatenate([[0], np.cumsum(in_order * np.diff(places))])
    top = draw(st.floats(0.1, 1))
    return interpolated(places, top - fall * draw(st.floats(0, 1)) * top / max(fall[-1], 1e-9))


thresholds = st.floats(0.02, 0.98)


@given(falling(), thresholds, st.sampled_from(TOLERANCES))
def test_the_first_crossing_of_any_falling_curve_is_found_to_the_tolerance(
    curve, threshold, tolerance
):
    t, accuracy = refined([curve], tolerance, np.array([threshold]))
    found = critical_position(t, accuracy, threshold)[0]
    exact = np.linspace(0, 1, 20001)
    true = critical_position(exact, curve(exact)[np.newaxis], threshold)[0]
    assert found == true or abs(found - true) <= tolerance + 1e-4


@given(sigmoids(), st.sampled_from(TOLERANCES[3:]))
def test_the_area_of_a_curve_with_one_inflection_is_right_to_a_point(curve, tolerance):
    t, (accuracy,) = refined([curve], tolerance, np.array([0.5]))
    assert abs(np.trapezoid(accuracy, t) - np.trapezoid(curve(FINE), FINE)) <= AREA_TOLERANCE + 1e-4


@given(falling(), st.sampled_from(TOLERANCES[3:]), thresholds)
def test_the_bound_of_the_area_comes_down_to_a_point_for_any_falling_curve(curve, tolerance, at):
    t, (accuracy,) = refined([curve], tolerance, np.array([at]))
    assert area_errors(np.array(t), accuracy).sum() <= AREA_TOLERANCE


def test_the_bound_is_the_fall_or_the_largest_bend():
    t, accuracy = np.arange(5) / 4, np.array([1, 0.9, 0.8, 0.2, 0.2])  # slopes .4, .4, 2.4 and 0
    np.testing.assert_allclose(area_errors(t, accuracy), np.array([0.4, 0.4, 2.4, 0]) / 32)
    accuracy = np.array([1, 0.8, 0.55, 0.25, 0])  # slopes .8, 1, 1.2 and 1: bends of .2
    np.testing.assert_allclose(area_errors(t, accuracy), np.array([0.8, 0.2, 0.2, 1]) / 32)


@given(sigmoids(), st.lists(st.integers(1, 63), min_size=0, max_size=8, unique=True))
def test_the_bound_of_the_area_holds_on_any_grid(curve, inside):
    t = np.array([0, *sorted(inside), 64]) / 64
    exact = np.trapezoid(curve(FINE), FINE)
    off = abs(np.trapezoid(curve(t), t) - exact)
    assert off <= area_errors(t, curve(t)).sum() + 1e-4


@given(st.lists(falling(), min_size=1, max_size=4), st.sampled_from(TOLERANCES), thresholds)
def test_falling_curves_need_a_strength_more_for_each_halving_of_the_tolerance(
    curves, tolerance, threshold
):
    t, _ = refined(curves, tolerance, np.full(len(curves), threshold))
    below = sum(place * 64 % 1 > 0 for place in t)  # beyond what bends may ask for
    assert len(t) - below <= 65
    assert below <= len(curves) * max(0, np.ceil(np.log2(1 / 64 / tolerance)))


@given(
    st.lists(st.lists(st.floats(0, 1), min_size=33, max_size=33), min_size=1, max_size=4),
    st.sampled_from(TOLERANCES),
    thresholds,
)
def test_it_ends_whatever_the_curves(values, tolerance, threshold):
    curves = [interpolated(np.linspace(0, 1, 33), row) for row in values]
    t, accuracy = refined(curves, tolerance, np.full(len(curves), threshold))
    assert min(np.diff(t)) >= min(tolerance, 0.25) / 2
    for curve in accuracy:
        first = int((curve <= threshold).argmax())
        assert not first or t[first] - t[first - 1] <= tolerance


def test_a_straight_line_needs_hardly_more_than_its_crossing():
    t, _ = refined([lambda t: 1 - 0.9 * np.array(t)], 0.01, np.array([0.5]))
    assert len(t) <= 15


def test_a_flat_curve_and_no_curve_need_nothing():
    assert next_strengths(START, np.full((1, 5), 0.9), np.array([0.5]), 0.01) == []
    assert next_strengths(START, np.empty((0, 5)), np.empty(0), 0.01) == []
    lost = np.full((1, 5), 0.4)
    assert next_strengths(START, lost, np.array([0.5]), 0.01) == []  # lost at clean already


def test_the_middle_of_the_crossing_is_asked_for():
    curve = np.array([[0.9, 0.895, 0.89, 0.885, 0.88]])
    assert next_strengths(START, curve, np.array([0.888]), 0.01) == [0.625]
    assert next_strengths(START, curve, np.array([0.888]), 0.25) == []


def test_only_the_first_of_several_crossings_is_refined():
    curve = np.array([[0.9, 0.89, 0.9, 0.89, 0.9]])
    assert next_strengths(START, curve, np.array([0.891]), 0.01) == [0.125]


def test_each_curve_asks_and_one_that_asks_alike_costs_nothing():
    steps = np.array([[1, 1, 0, 0, 0], [1, 1, 1, 0, 0], [1, 1, 0, 0, 0]], float)
    half = np.full(3, 0.5)
    assert next_strengths(START, steps, half, 0.05) == [0.375, 0.625]
    alone = next_strengths(START, steps[:1], half[:1], 0.05)
    assert alone == next_strengths(START, steps[[0, 2]], half[:2], 0.05) == [0.375]


def test_strengths_in_tenths_are_halved_without_dust():
    t = [number / 10 for number in range(11)]
    (added,) = next_strengths(t, np.array([np.linspace(0.9, 0.85, 11)]), np.array([0.883]), 0.06)
    assert added == 0.35


def test_a_rugged_curve_is_looked_at_in_steps_of_one_64th_and_no_closer():
    rugged = interpolated(np.arange(4097) / 4096, 0.9 - 0.4 * (np.arange(4097) % 2))
    offset = interpolated(FINE, np.random.default_rng(0).uniform(0.6, 1, len(FINE)))
    t, _ = refined([rugged, offset], 0.001, np.array([0.1, 0.1]))
    assert len(t) == 65


@pytest.mark.parametrize("seed", range(3))
def test_noise_is_not_chased(seed):
    random = np.random.default_rng(seed)
    noisy = interpolated(FINE, 0.9 - 0.01 * random.random(len(FINE)))
    assert len(refined([noisy], 0.001, np.array([0.5]))[0]) == len(START)
