import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.stats.curves import (
    AREA_TOLERANCE,
    START,
    area_errors,
    critical_limits,
    critical_position,
    next_strengths,
    thresholds,
    trapezoid_weights,
)
from studies.stats.intervals import area_under_curve

T = [0.0, 0.25, 1.0]


def by_definition(t, accuracy, threshold):
    """Return the critical position, point by point."""
    for number, value in enumerate(accuracy):
        if value <= threshold:
            if number == 0:
                return t[0]
            before = accuracy[number - 1]
            share = (before - threshold) / (before - value)
            return t[number - 1] + share * (t[number] - t[number - 1])
    return np.inf


accuracies = st.lists(st.integers(0, 20).map(lambda n: n / 20), min_size=1, max_size=8)


@given(accuracies, st.integers(0, 20).map(lambda n: n / 20))
def test_critical_position_is_the_first_downward_crossing_of_the_interpolant(accuracy, threshold):
    t = np.linspace(0, 1, len(accuracy)) ** 2
    found = critical_position(t, np.array([accuracy]), threshold)
    assert found[0] == pytest.approx(by_definition(t, accuracy, threshold))
    if 0 < found[0] <= 1:
        assert np.interp(found[0], t, accuracy) == pytest.approx(threshold)


def test_many_curves_have_a_threshold_each():
    curves = np.array([[1, 0.5, 0], [1, 1, 1], [0.2, 0.1, 0.3], [1, 0.75, 0.5]])
    found = critical_position(T, curves, np.array([0.75, 0.9, 0.5, 0.5]))
    np.testing.assert_allclose(found, [0.125, np.inf, 0, 1])


def test_only_the_first_of_several_crossings_counts():
    assert critical_position([0, 1, 2, 3], np.array([1, 0, 1, 0.0]), 0.5) == pytest.approx(0.5)


@given(accuracies)
def test_weights_are_the_trapezoid_rule(accuracy):
    t = np.cumsum(np.arange(1.0, len(accuracy) + 1))
    weights = trapezoid_weights(t)
    assert weights.sum() == pytest.approx(1)
    if len(t) > 1:
        area = area_under_curve(t, accuracy) / (t[-1] - t[0])
        assert weights @ np.array(accuracy) == pytest.approx(area)


def test_the_threshold_is_the_requested_one_or_half_way_to_chance():
    curves = np.array([[0.9, 0.1], [0.5, 0.1]])
    np.testing.assert_allclose(thresholds(curves, None, 0.1), [0.5, 0.3])
    np.testing.assert_allclose(thresholds(curves, 0.8, 0.1), [0.8, 0.8])


def test_limits_are_open_where_resamples_do_not_cross():
    random = np.random.default_rng(0)
    resampled = np.stack([np.full(2000, 0.9), 0.5 + 0.02 * random.standard_normal(2000)], axis=1)
    low, high = critical_limits([0, 1], resampled, 500, threshold=0.5, chance=0.1)
    assert 0.85 < low < 1
    assert high == np.inf
    never = critical_limits([0, 1], resampled, 500, threshold=0.2, chance=0.1)
    assert never == (np.inf, np.inf)


FINE = np.linspace(0, 1, 2049)
TOLERANCES = [0.25, 0.1, 0.03, 0.01, 0.003, 0.001]


def refined(curves, tolerance, thresholds, start=START):
    """Refine until no strength is added; return the strengths and the accuracies."""
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
def decreasing(draw):
    """Decreasing curves: staircases, ramps, or both."""
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


any_threshold = st.floats(0.02, 0.98)


@given(decreasing(), any_threshold, st.sampled_from(TOLERANCES))
def test_the_first_crossing_of_any_decreasing_curve_is_found_to_the_tolerance(
    curve, threshold, tolerance
):
    t, accuracy = refined([curve], tolerance, np.array([threshold]))
    found = critical_position(t, accuracy, threshold)[0]
    exact = np.linspace(0, 1, 20001)
    true = critical_position(exact, curve(exact)[np.newaxis], threshold)[0]
    assert found == true or abs(found - true) <= tolerance + 1e-4


@given(sigmoids(), st.sampled_from(TOLERANCES[3:]))
def test_the_area_of_a_curve_with_one_inflection_is_within_the_tolerance(curve, tolerance):
    t, (accuracy,) = refined([curve], tolerance, np.array([0.5]))
    assert abs(np.trapezoid(accuracy, t) - np.trapezoid(curve(FINE), FINE)) <= AREA_TOLERANCE + 1e-4


@given(decreasing(), st.sampled_from(TOLERANCES[3:]), any_threshold)
def test_the_error_bound_of_an_area_reaches_the_tolerance(curve, tolerance, at):
    t, (accuracy,) = refined([curve], tolerance, np.array([at]))
    assert area_errors(np.array(t), accuracy).sum() <= AREA_TOLERANCE


def test_the_error_bound_is_the_slope_or_the_largest_bend():
    t, accuracy = np.arange(5) / 4, np.array([1, 0.9, 0.8, 0.2, 0.2])  # slopes .4, .4, 2.4 and 0
    np.testing.assert_allclose(area_errors(t, accuracy), np.array([0.4, 0.4, 2.4, 0]) / 32)
    accuracy = np.array([1, 0.8, 0.55, 0.25, 0])  # slopes .8, 1, 1.2 and 1: bends of .2
    np.testing.assert_allclose(area_errors(t, accuracy), np.array([0.8, 0.2, 0.2, 1]) / 32)


@given(sigmoids(), st.lists(st.integers(1, 63), min_size=0, max_size=8, unique=True))
def test_the_error_bound_of_the_area_holds_on_any_grid(curve, inside):
    t = np.array([0, *sorted(inside), 64]) / 64
    exact = np.trapezoid(curve(FINE), FINE)
    off = abs(np.trapezoid(curve(t), t) - exact)
    assert off <= area_errors(t, curve(t)).sum() + 1e-4


@given(st.lists(decreasing(), min_size=1, max_size=4), st.sampled_from(TOLERANCES), any_threshold)
def test_each_halving_of_the_tolerance_adds_one_strength_for_each_curve(
    curves, tolerance, threshold
):
    t, _ = refined(curves, tolerance, np.full(len(curves), threshold))
    below = sum(place * 64 % 1 > 0 for place in t)  # beyond what bends may ask for
    assert len(t) - below <= 65
    assert below <= len(curves) * max(0, np.ceil(np.log2(1 / 64 / tolerance)))


@given(
    st.lists(st.lists(st.floats(0, 1), min_size=33, max_size=33), min_size=1, max_size=4),
    st.sampled_from(TOLERANCES),
    any_threshold,
)
def test_refinement_ends_for_any_curves(values, tolerance, threshold):
    curves = [interpolated(np.linspace(0, 1, 33), row) for row in values]
    t, accuracy = refined(curves, tolerance, np.full(len(curves), threshold))
    assert min(np.diff(t)) >= min(tolerance, 0.25) / 2
    for curve in accuracy:
        first = int((curve <= threshold).argmax())
        assert not first or t[first] - t[first - 1] <= tolerance


def test_a_straight_line_is_refined_at_its_crossing_only():
    t, _ = refined([lambda t: 1 - 0.9 * np.array(t)], 0.01, np.array([0.5]))
    assert len(t) <= 15


def test_a_flat_curve_and_no_curve_add_nothing():
    assert next_strengths(START, np.full((1, 5), 0.9), np.array([0.5]), 0.01) == []
    assert next_strengths(START, np.empty((0, 5)), np.empty(0), 0.01) == []
    failed = np.full((1, 5), 0.4)  # below the threshold on clean images
    assert next_strengths(START, failed, np.array([0.5]), 0.01) == []


def test_the_midpoint_of_the_crossing_is_added():
    curve = np.array([[0.9, 0.895, 0.89, 0.885, 0.88]])
    assert next_strengths(START, curve, np.array([0.888]), 0.01) == [0.625]
    assert next_strengths(START, curve, np.array([0.888]), 0.25) == []


def test_only_the_first_of_several_crossings_is_refined():
    curve = np.array([[0.9, 0.89, 0.9, 0.89, 0.9]])
    assert next_strengths(START, curve, np.array([0.891]), 0.01) == [0.125]


def test_equal_curves_add_the_same_strengths():
    steps = np.array([[1, 1, 0, 0, 0], [1, 1, 1, 0, 0], [1, 1, 0, 0, 0]], float)
    half = np.full(3, 0.5)
    assert next_strengths(START, steps, half, 0.05) == [0.375, 0.625]
    alone = next_strengths(START, steps[:1], half[:1], 0.05)
    assert alone == next_strengths(START, steps[[0, 2]], half[:2], 0.05) == [0.375]


def test_midpoints_of_tenths_have_no_rounding_error():
    t = [number / 10 for number in range(11)]
    (added,) = next_strengths(t, np.array([np.linspace(0.9, 0.85, 11)]), np.array([0.883]), 0.06)
    assert added == 0.35


def test_a_rough_curve_is_refined_to_steps_of_1_64():
    rough = interpolated(np.arange(4097) / 4096, 0.9 - 0.4 * (np.arange(4097) % 2))
    offset = interpolated(FINE, np.random.default_rng(0).uniform(0.6, 1, len(FINE)))
    t, _ = refined([rough, offset], 0.001, np.array([0.1, 0.1]))
    assert len(t) == 65


@pytest.mark.parametrize("seed", range(3))
def test_noise_adds_no_strengths(seed):
    random = np.random.default_rng(seed)
    noisy = interpolated(FINE, 0.9 - 0.01 * random.random(len(FINE)))
    assert len(refined([noisy], 0.001, np.array([0.5]))[0]) == len(START)
