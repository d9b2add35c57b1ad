import numpy as np
import pytest

from studies.stats.classification import reliability


def test_a_bin_includes_its_upper_edge_and_the_first_one_zero():
    item = reliability(np.array([0, 0.2, 0.21, 0.4, 1]), np.array([1, 0, 1, 1, 1], bool), bins=5)
    np.testing.assert_array_equal(item.counts, [2, 2, 0, 0, 1])
    np.testing.assert_allclose(item.confidence, [0.1, 0.305, np.nan, np.nan, 1])
    np.testing.assert_allclose(item.accuracy, [0.5, 1, np.nan, np.nan, 1])


def test_the_calibration_error_is_the_weighted_gap_of_the_bins():
    item = reliability(np.array([0.9, 0.9, 0.9, 0.6]), np.array([1, 1, 0, 0], bool), bins=2)
    assert item.expected_calibration_error == pytest.approx(abs(2 / 4 - 3.3 / 4))
    two_bins = reliability(np.array([0.9, 0.9, 0.9, 0.4]), np.array([1, 1, 0, 0], bool), bins=2)
    assert two_bins.expected_calibration_error == pytest.approx(
        3 / 4 * abs(2 / 3 - 0.9) + 1 / 4 * abs(0 - 0.4)
    )


def test_a_calibrated_model_has_almost_no_error():
    generator = np.random.default_rng(0)
    confidence = generator.uniform(0.1, 1, 200_000)
    calibrated = generator.uniform(size=len(confidence)) < confidence
    assert reliability(confidence, calibrated).expected_calibration_error < 0.01
    overconfident = generator.uniform(size=len(confidence)) < confidence**2
    gap = (confidence - confidence**2).mean()
    assert reliability(confidence, overconfident).expected_calibration_error == pytest.approx(
        gap, abs=0.01
    )


@pytest.mark.parametrize("count", [0, 3])
def test_confidence_and_correctness_must_have_one_length(count):
    with pytest.raises(ValueError, match=f"got 0 and {count}|got 2 and {count}"):
        reliability(np.full(2 if count else 0, 0.5), np.ones(count, bool))
