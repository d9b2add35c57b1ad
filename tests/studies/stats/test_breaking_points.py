import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.stats.predictions import breaking_points, prediction_changes, surviving

CORRECT = np.array([[[1, 1, 0], [1, 0, 1], [0, 1, 1]], [[1, 1, 0], [1, 1, 1], [1, 0, 1]]], bool)


def test_the_first_point_at_which_an_image_is_misclassified():
    np.testing.assert_array_equal(breaking_points(CORRECT), [[2, 1, 0], [3, 2, 0]])


@given(st.integers(1, 4), st.integers(1, 6), st.integers(1, 8), st.integers(0, 999))
def test_failed_and_surviving_shares_sum_to_one(seeds, points, images, seed):
    correct = np.random.default_rng(seed).random((seeds, points, images)) < 0.7
    breaking = breaking_points(correct)
    for point in range(points):
        expected = correct[:, : point + 1].all(axis=1).mean(axis=0)
        np.testing.assert_allclose(surviving(breaking, point), expected)
    shares = [np.mean(breaking == point) for point in range(points + 1)]
    assert sum(shares) == pytest.approx(1)


def test_prediction_changes_are_relative_to_the_previous_point_of_the_same_seed():
    predicted = np.array([[[3, 1], [3, 2], [4, 2]], [[3, 1], [5, 1], [5, 2]]])
    np.testing.assert_allclose(prediction_changes(predicted, 0), [0, 0])
    np.testing.assert_allclose(prediction_changes(predicted, 1), [0.5, 0.5])
    np.testing.assert_allclose(prediction_changes(predicted, 2), [0.5, 0.5])
