import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.stats.curves import critical_limits, critical_position, thresholds, trapezoid_weights
from studies.stats.intervals import area_under_curve

T = [0.0, 0.25, 1.0]


def slowly(t, accuracy, threshold):
    """The definition, walked along in small steps."""
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
def test_the_first_downward_crossing_of_the_interpolant(accuracy, threshold):
    t = np.linspace(0, 1, len(accuracy)) ** 2
    found = critical_position(t, np.array([accuracy]), threshold)
    assert found[0] == pytest.approx(slowly(t, accuracy, threshold))
    if 0 < found[0] <= 1:
        assert np.interp(found[0], t, accuracy) == pytest.approx(threshold)


def test_many_curves_at_once_with_a_threshold_each():
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


def test_the_threshold_is_half_way_to_chance_of_each_curve_or_the_one_asked_for():
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
