import numpy as np
import pytest
from scipy import stats

from studies.bootstrap import bca_limits, resampled_sums


def test_columns_are_resampled_together_and_always_the_same():
    values = np.random.default_rng(0).random((50, 1))
    sums = resampled_sums(np.concatenate([values, 3 * values, np.ones((50, 1))], axis=1))
    np.testing.assert_allclose(sums[:, 1], 3 * sums[:, 0])
    assert (sums[:, 2] == 50).all()
    np.testing.assert_allclose(resampled_sums(values)[:, 0], sums[:, 0])
    assert len(np.unique(sums[:, 0])) == len(sums)


def test_resampled_sums_scatter_as_sums_of_so_many_images_do():
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


def test_where_resamples_know_nothing_there_are_no_limits():
    varied, spread = np.arange(10.0), np.linspace(0, 1, 100)
    assert bca_limits(0.0, np.zeros(100), np.zeros(10)) is None  # all alike
    assert bca_limits(2.0, spread, varied) is None  # the estimate outside of all
    assert bca_limits(0.5, np.where(spread > 0.9, np.inf, spread), varied) is None  # no upper limit
    assert bca_limits(0.5, spread, np.where(varied > 8, np.inf, varied)) is None
    assert bca_limits(0.5, spread, varied) is not None
