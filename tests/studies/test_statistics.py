import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from studies.statistics import (
    accuracy_interval,
    area_under_curve,
    effective_sample_size,
    wilson_interval,
)


@given(st.integers(1, 5000), st.data())
def test_wilson_agrees_with_scipy_for_whole_numbers(size, data):
    successes = data.draw(st.integers(0, size))
    expected = binomtest(successes, size).proportion_ci(0.95, method="wilson")
    low, high = wilson_interval(successes / size, size)
    assert low == pytest.approx(expected.low, abs=1e-12)
    assert high == pytest.approx(expected.high, abs=1e-12)


@given(
    st.integers(0, 10_000).map(lambda n: n / 10_000),
    st.floats(1, 1e6),
    st.sampled_from([0.5, 0.9, 0.95, 0.99]),
)
def test_wilson_solves_its_own_equation_and_holds_the_proportion(proportion, size, level):
    from scipy.stats import norm

    low, high = wilson_interval(proportion, size, level)
    assert 0 <= low <= proportion <= high <= 1
    z = norm.ppf((1 + level) / 2)
    for limit in (low, high):
        if limit in {0.0, 1.0}:
            continue
        distance = abs(proportion - limit)
        assert distance == pytest.approx(z * np.sqrt(limit * (1 - limit) / size), abs=1e-9)


def test_one_seed_counts_each_image_once():
    correct = np.random.default_rng(0).random((1, 400)) < 0.7
    # p (1 - p) n / s^2 with the variance over n - 1 is n - 1; never fewer than the images
    assert effective_sample_size(correct) == 400


def test_seeds_that_always_agree_add_nothing():
    one = np.random.default_rng(0).random(400) < 0.7
    assert effective_sample_size(np.stack([one] * 7)) == 400


def test_seeds_as_good_as_new_images_count_nearly_in_full():
    correct = np.random.default_rng(0).random((5, 20_000)) < 0.7
    assert effective_sample_size(correct) == pytest.approx(100_000, rel=0.03)


@pytest.mark.parametrize("value", [True, False])
def test_without_any_variance_the_images_are_the_sample(value):
    assert effective_sample_size(np.full((3, 50), value)) == 50


def test_every_image_half_right_is_not_an_endless_sample():
    assert effective_sample_size(np.array([[True] * 9, [False] * 9])) == 9


def test_one_image_is_one_image():
    assert effective_sample_size(np.array([[True], [False], [True]])) == 1


@given(st.integers(1, 6), st.integers(2, 40), st.integers(0, 2**32 - 1))
def test_effective_size_is_the_design_effect_computed_slowly(seeds, images, key):
    generator = np.random.default_rng(key)
    correct = generator.random((seeds, images)) < generator.random(images)
    shares = [sum(map(int, column)) / seeds for column in correct.T]
    mean = sum(shares) / images
    variance = sum((share - mean) ** 2 for share in shares) / (images - 1)
    if variance < 1e-12:
        expected = images
    else:
        expected = min(max(mean * (1 - mean) / (variance / images), images), seeds * images)
    assert effective_sample_size(correct) == pytest.approx(expected)


def coverage(images, seeds, spread, accuracy, pooled, repeats=1500):
    """Share of simulated studies whose interval holds the truth.

    Images differ in difficulty: image i is right with probability p_i ~ Beta, whatever the seed.
    """
    generator = np.random.default_rng(12)
    inside = 0
    for _ in range(repeats):
        chances = generator.beta(accuracy * spread, (1 - accuracy) * spread, images)
        correct = generator.random((seeds, images)) < chances
        interval = accuracy_interval(correct.reshape(1, -1) if pooled else correct)
        inside += interval.low <= accuracy <= interval.high
    return inside / repeats


@pytest.mark.parametrize("accuracy", [0.1, 0.6, 0.97])
@pytest.mark.parametrize("spread", [0.3, 3.0])
def test_the_interval_covers_the_truth_as_often_as_it_says(accuracy, spread):
    assert 0.93 <= coverage(500, 5, spread, accuracy, pooled=False) <= 0.97


def test_pooling_seeds_as_if_they_were_images_would_not():
    assert coverage(500, 5, 0.3, 0.6, pooled=True) < 0.8


@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (5,)])
def test_no_outcomes_no_interval(shape):
    with pytest.raises(ValueError, match=r"correct must be \(seeds, images\)"):
        accuracy_interval(np.ones(shape, bool))


def test_area_is_the_mean_over_the_path():
    assert area_under_curve([0, 0.5, 1], [1, 1, 0]) == pytest.approx(0.75)
    assert area_under_curve([0, 0.25, 1], [0.4, 0.4, 0.4]) == pytest.approx(0.4)
