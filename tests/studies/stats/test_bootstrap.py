import numpy as np
import pytest
from scipy import stats

from studies.stats.bootstrap import bca_limits, percentile_limits, resampled_sums


def test_columns_are_resampled_together_and_reproducibly():
    values = np.random.default_rng(0).random((50, 1))
    sums = resampled_sums(np.concatenate([values, 3 * values, np.ones((50, 1))], axis=1))
    np.testing.assert_allclose(sums[:, 1], 3 * sums[:, 0])
    assert (sums[:, 2] == 50).all()
    np.testing.assert_allclose(resampled_sums(values)[:, 0], sums[:, 0])
    assert len(np.unique(sums[:, 0])) == len(sums)


def test_resampled_sums_have_the_standard_error_of_a_sum():
    values = np.random.default_rng(1).exponential(size=(400, 1))
    sums = resampled_sums(values)
    assert sums.mean() == pytest.approx(values.sum(), rel=0.01)
    assert sums.std() == pytest.approx(values.std() * 20, rel=0.06)


@pytest.mark.parametrize("seed", range(3))
def test_limits_are_those_of_scipy(seed):
    random = np.random.default_rng(seed)
    above, below = random.exponential(size=(2, 40))
    expected = stats.bootstrap(
        (above, below),
        lambda a, b, axis=-1: a.sum(axis) / b.sum(axis),
        paired=True,
        vectorized=True,
        n_resamples=20_000,
        rng=np.random.default_rng(0),
    ).confidence_interval
    sums = resampled_sums(np.stack([above, below], axis=1), resamples=20_000)
    without_one = (above.sum() - above) / (below.sum() - below)
    limits = bca_limits(above.sum() / below.sum(), sums[:, 0] / sums[:, 1], without_one)
    assert limits == pytest.approx((expected.low, expected.high), rel=0.03)


def test_degenerate_resamples_have_no_limits():
    varied, spread = np.arange(10.0), np.linspace(0, 1, 100)
    assert bca_limits(0.0, np.zeros(100), np.zeros(10)) is None  # all equal
    assert bca_limits(2.0, spread, varied) is None  # the estimate is outside
    assert bca_limits(0.5, np.where(spread > 0.9, np.inf, spread), varied) is None  # no upper limit
    assert bca_limits(0.5, spread, np.where(varied > 8, np.inf, varied)) is None
    assert bca_limits(0.5, spread, varied) is not None


def test_integers_have_exact_sums():
    counts = np.random.default_rng(2).integers(0, 4, (300, 5))
    sums = resampled_sums(counts, resamples=50)
    np.testing.assert_array_equal(sums, np.round(sums))
    np.testing.assert_allclose(sums, resampled_sums(counts.astype(float), resamples=50))
    alone = [resampled_sums(counts[:, [column]], resamples=50)[:, 0] for column in range(5)]
    np.testing.assert_array_equal(sums, np.stack(alone, axis=1))  # the same resamples for all


def test_many_images_are_resampled_in_blocks():
    values = np.ones((100_000, 1), np.uint16)  # more weights than one block holds
    assert (resampled_sums(values, resamples=60) == 100_000).all()


def test_percentile_limits_are_wider_for_few_images():
    values = np.random.default_rng(0).permutation(np.arange(2000.0))
    low, high = percentile_limits(values, 10**9)
    assert (low, high) == (49, 1950)  # the 50th from either end
    few_low, few_high = percentile_limits(values, 10)
    assert few_low < low < high < few_high
    assert percentile_limits(values, 1) == (0, 1999)


def test_percentile_limits_may_be_infinite():
    values = np.where(np.arange(2000) < 1000, np.arange(2000.0), np.inf)
    low, high = percentile_limits(np.stack([values, np.arange(2000.0)], axis=1), 500)
    assert low[0] < 60
    assert high[0] == np.inf
    assert high[1] < 2000
