from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from studies.stats.paired import (
    SMALLEST_P,
    adjusted,
    compare_predictions,
    compare_shares,
    exact_sign_flip_p,
    flipped_sums,
    images_needed,
    sign_flip_p,
)


@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 50))
def test_with_one_seed_it_is_mcnemars_exact_test(only_first, only_second, both):
    differences = np.repeat([-1, 1, 0], [only_first, only_second, both])
    expected = 1.0
    if only_first + only_second:
        expected = stats.binomtest(only_first, only_first + only_second).pvalue
    assert exact_sign_flip_p(differences) == pytest.approx(
        max(expected, SMALLEST_P), rel=1e-9, abs=1e-13
    )


@given(st.lists(st.integers(-4, 4), min_size=1, max_size=10))
def test_the_exact_p_value_enumerates_all_signs(differences):
    sums = [
        abs(sum(s * d for s, d in zip(signs, differences, strict=True)))
        for signs in product([-1, 1], repeat=len(differences))
    ]
    expected = np.mean(np.array(sums) >= abs(sum(differences)))
    assert exact_sign_flip_p(np.array(differences)) == pytest.approx(expected)


def test_random_flips_agree_with_the_exact_test():
    random = np.random.default_rng(4)
    differences = random.integers(-3, 4, 500) * (random.random(500) < 0.4) + (
        random.random(500) < 0.1
    )
    flipped = flipped_sums(np.stack([differences, 2 * differences], axis=1).astype(float))
    p = sign_flip_p(float(differences.sum()), flipped[:, 0])
    assert p == pytest.approx(exact_sign_flip_p(differences), abs=0.01)
    np.testing.assert_allclose(flipped[:, 1], 2 * flipped[:, 0])  # the same signs for all
    assert flipped.mean() == pytest.approx(0, abs=1)


def test_many_seeds_and_images_are_feasible():
    random = np.random.default_rng(5)
    differences = random.integers(-100, 101, 10_000)
    normal = 2 * stats.norm.sf(abs(differences.sum()) / np.sqrt(np.square(differences).sum()))
    assert exact_sign_flip_p(differences) == pytest.approx(normal, rel=0.01)


def test_a_tiny_p_value_is_not_zero():
    assert exact_sign_flip_p(np.ones(5000, int)) == SMALLEST_P
    assert sign_flip_p(1e9, np.zeros(99)) == 0.01


def test_a_difference_of_accuracies_and_its_test():
    random = np.random.default_rng(1)
    first, second = random.random((2, 3, 800)) < np.array([0.6, 0.7])[:, None, None]
    found = compare_predictions(first, second)
    shares = second.mean(axis=0) - first.mean(axis=0)
    assert found.difference == pytest.approx(shares.mean())
    assert found.candidate - found.baseline == pytest.approx(found.difference)
    student = stats.ttest_1samp(shares, 0)
    assert (found.low, found.high) == pytest.approx(student.confidence_interval(), abs=1e-4)
    assert found.p == pytest.approx(student.pvalue, rel=0.3)
    swapped = compare_predictions(second, first)
    assert (swapped.low, swapped.high) == pytest.approx((-found.high, -found.low))


def test_models_that_never_differ_have_an_interval_around_zero():
    same = np.random.default_rng(0).random((2, 300)) < 0.9
    found = compare_predictions(same, same)
    assert (found.difference, found.p, found.images_for_one_point) == (0, 1, None)
    assert found.low < 0 < found.high
    assert found.high < 0.01


def test_one_image_has_the_widest_interval():
    found = compare_predictions(np.array([[True]]), np.array([[False]]))
    assert (found.low, found.high, found.p) == (-1, 1, 1)


@pytest.mark.parametrize("shape", [(1, 4), (2, 5), (0, 5), (5,)])
def test_predictions_of_different_shapes_are_refused(shape):
    with pytest.raises(ValueError, match="must have predictions of one shape"):
        compare_predictions(np.ones(shape, bool), np.ones((1, 5) if shape[0] else shape, bool))


def test_a_higher_level_widens_the_interval_of_areas():
    first = np.linspace(0, 1, 50)
    found = compare_shares(first, first**2, p=0.5, level=0.9)
    assert found.difference == pytest.approx(np.mean(first**2 - first))
    wider = compare_shares(first, first**2, p=0.5, level=0.99)
    assert wider.low < found.low < found.difference < found.high < wider.high


@given(st.lists(st.floats(0, 1), max_size=20))
def test_adjusted_p_values_are_those_of_scipy(p_values):
    expected = stats.false_discovery_control(p_values) if p_values else []
    assert adjusted(p_values) == pytest.approx(list(expected))


def test_images_needed_by_connors_formula():
    # Connor 1987: discordant share 0.3, difference 0.1, 5 % two-sided, power 0.9
    share, difference = 0.3, 0.1
    z_a, z_b = stats.norm.ppf([0.975, 0.9])
    by_hand = (z_a * share**0.5 + z_b * (share - difference**2) ** 0.5) ** 2 / difference**2
    found = images_needed(share - difference**2, difference=difference, power=0.9)
    assert found == int(np.ceil(by_hand))
    assert images_needed(0.0) is None
    assert images_needed(0.04) > images_needed(0.02)
