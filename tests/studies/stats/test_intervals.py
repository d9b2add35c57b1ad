import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from studies.stats.intervals import (
    accuracy_interval,
    area_under_curve,
    mean_interval,
    score_interval,
    share_interval,
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
def test_wilson_solves_its_equation_and_contains_the_proportion(proportion, size, level):
    from scipy.stats import norm

    low, high = wilson_interval(proportion, size, level)
    assert 0 <= low <= proportion <= high <= 1
    z = norm.ppf((1 + level) / 2)
    for limit in (low, high):
        if limit in {0.0, 1.0}:
            continue
        distance = abs(proportion - limit)
        assert distance == pytest.approx(z * np.sqrt(limit * (1 - limit) / size), abs=1e-9)


def sample_size(correct):
    return accuracy_interval(correct).sample_size


def test_with_one_seed_the_effective_size_is_the_number_of_images():
    correct = np.random.default_rng(0).random((1, 400)) < 0.7
    assert sample_size(correct) == pytest.approx(400)


def test_seeds_that_always_agree_do_not_increase_the_effective_size():
    one = np.random.default_rng(0).random(400) < 0.7
    assert sample_size(np.stack([one] * 7)) == pytest.approx(400)


def test_independent_seeds_count_like_new_images():
    correct = np.random.default_rng(0).random((5, 20_000)) < 0.7
    assert sample_size(correct) == pytest.approx(100_000, rel=0.03)


@pytest.mark.parametrize("value", [True, False])
def test_without_any_variance_the_images_are_the_sample(value):
    assert sample_size(np.full((3, 50), value)) == 50


def test_every_image_half_right_is_not_an_endless_sample():
    assert sample_size(np.array([[True] * 9, [False] * 9])) == 9


def test_one_image_is_one_image():
    assert sample_size(np.array([[True], [False], [True]])) == 1


@given(st.integers(1, 6), st.integers(2, 40), st.integers(0, 2**32 - 1))
def test_effective_size_is_the_design_effect_computed_slowly(seeds, images, key):
    generator = np.random.default_rng(key)
    correct = generator.random((seeds, images)) < generator.random(images)
    shares = [sum(map(int, column)) / seeds for column in correct.T]
    weighed = [(share, 1.0) for share in shares] + [(0.0, 0.25), (1.0, 0.25)]
    total = sum(weight for _, weight in weighed)
    mean = sum(weight * share for share, weight in weighed) / total
    variance = sum(weight * (share - mean) ** 2 for share, weight in weighed) / total
    expected = min(max(mean * (1 - mean) * images / variance, images), seeds * images)
    if len(set(shares)) == 1:
        expected = images
    assert sample_size(correct) == pytest.approx(expected)


@given(st.integers(0, 60), st.integers(60, 3000), st.sampled_from([0.9, 0.95, 0.99]))
def test_the_score_interval_holds_wilsons_and_is_wider_for_few_only(count, size, level):
    low, high = score_interval(count / size, size, level)
    wilson = wilson_interval(count / size, size, level)
    assert 0 <= low <= wilson[0] <= count / size <= wilson[1] <= high <= 1
    if 10 <= count <= size - 10:
        assert (low, high) == wilson
    mirrored = score_interval(1 - count / size, size, level)
    assert mirrored == pytest.approx((1 - high, 1 - low), abs=1e-12)


@pytest.mark.parametrize("size", [50, 500])
def test_the_coverage_of_rare_successes_is_corrected(size):
    """Exact coverage, over all counts, where Wilson's falls to 84 %."""
    from scipy.stats import binom

    shares = np.geomspace(0.05, 5, 60) / size
    covered = {score_interval: [], wilson_interval: []}
    for interval, found in covered.items():
        limits = [interval(count / size, size) for count in range(size + 1)]
        for share in shares:
            inside = [low <= share <= high for low, high in limits]
            found.append(float(binom.pmf(np.arange(size + 1), size, share) @ inside))
    assert min(covered[wilson_interval]) < 0.86
    assert min(covered[score_interval]) > 0.93


def test_the_limit_of_a_small_count_is_that_of_poisson():
    from scipy.stats import chi2

    low, _ = score_interval(1 / 400, 400)
    assert low * 400 == pytest.approx(chi2.ppf(0.05, 2) / 2)  # half a chi-square of 2 x degrees


def test_the_interval_of_a_mean_is_students():
    from scipy.stats import t

    values = np.random.default_rng(3).exponential(size=30)
    found = mean_interval(values)
    expected = t.interval(0.95, 29, values.mean(), values.std(ddof=1) / np.sqrt(30))
    assert (found.low, found.high) == pytest.approx(expected)
    one = mean_interval(np.array([0.3]))
    assert (one.estimate, one.low, one.high) == (0.3, -np.inf, np.inf)


def test_a_share_above_one_by_rounding_is_one():
    assert share_interval(np.full(10, 1 + 1e-15), 3).high == 1


def coverage(images, seeds, spread, accuracy, pooled, repeats=1500):
    """Share of simulated studies whose interval contains the truth.

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
def test_the_interval_has_its_nominal_coverage(accuracy, spread):
    assert 0.93 <= coverage(500, 5, spread, accuracy, pooled=False) <= 0.97


def test_pooling_seeds_as_images_has_too_low_a_coverage():
    assert coverage(500, 5, 0.3, 0.6, pooled=True) < 0.8


@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (5,)])
def test_an_empty_array_has_no_interval(shape):
    with pytest.raises(ValueError, match=r"correct must be \(seeds, images\)"):
        accuracy_interval(np.ones(shape, bool))


def test_area_is_the_mean_over_the_severity_range():
    assert area_under_curve([0, 0.5, 1], [1, 1, 0]) == pytest.approx(0.75)
    assert area_under_curve([0, 0.25, 1], [0.4, 0.4, 0.4]) == pytest.approx(0.4)
