import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.stats.predictions import KEPT_CLASSES, Outcomes, join, outcomes_of

SMALLEST = float(np.finfo(np.float32).tiny)


def random_probabilities(images, classes, seed):
    raw = np.random.default_rng(seed).random((images, classes)).astype(np.float32) ** 4
    return (raw / raw.sum(axis=1, keepdims=True)).astype(np.float32)


@given(st.integers(0, 30), st.integers(2, 25), st.integers(0, 2**32 - 1))
def test_outcomes_agree_with_plain_python(images, classes, seed):
    probabilities = np.round(random_probabilities(images, classes, seed), 2)  # makes ties
    labels = np.random.default_rng(seed + 1).integers(0, classes, images)
    outcomes = outcomes_of(probabilities, labels)
    for i, (row, label) in enumerate(zip(probabilities.tolist(), labels.tolist(), strict=True)):
        order = sorted(range(classes), key=lambda k: (-row[k], k))
        assert outcomes.predicted[i] == order[0]
        assert outcomes.rank[i] == order.index(label)
        assert outcomes.confidence[i] == pytest.approx(max(row))
        loss = math.log(max(row[label], SMALLEST))
        assert outcomes.log_probability[i] == pytest.approx(loss, rel=1e-5)
        assert outcomes.squared_norm[i] == pytest.approx(sum(p * p for p in row), rel=1e-5)
    assert outcomes.log_probabilities.shape == (images, classes if classes <= KEPT_CLASSES else 0)


def test_a_probability_of_zero_has_a_finite_loss_in_float16():
    outcomes = outcomes_of(np.array([[1, 0]], np.float32), np.array([1]))
    assert -87.4 < outcomes.log_probability[0] < -87.3
    assert np.isfinite(outcomes.log_probabilities).all()


def test_arrays_have_the_documented_dtypes():
    outcomes = outcomes_of(random_probabilities(3, 4, 0), np.array([0, 1, 2]))
    kinds = [getattr(outcomes, name).dtype.name for name in Outcomes.__slots__]
    assert kinds == ["int32", "float32", "float32", "int32", "float32", "float16"]


@pytest.mark.parametrize(
    ("probabilities", "sentence"),
    [
        (np.ones((2, 2, 2)) / 2, "got the shape"),
        (np.ones((3, 2)) / 2, "got the shape"),
        (np.array([[0.5, np.nan], [0.5, 0.5]]), "not numbers"),
        (np.array([[3.0, -2.0], [0.5, 0.5]]), "softmax"),
        (np.ones((2, 1)), "knows 1 classes"),
    ],
)
def test_arrays_that_are_not_probabilities_are_refused(probabilities, sentence):
    with pytest.raises(ValueError, match=sentence):
        outcomes_of(probabilities.astype(np.float32), np.array([0, 1]))


@given(st.integers(1, 20), st.integers(0, 20), st.integers(0, 99))
def test_joined_blocks_equal_the_outcomes_of_all_images(first, second, seed):
    probabilities = random_probabilities(first + second, 5, seed)
    labels = np.random.default_rng(seed).integers(0, 5, first + second)
    at_once = outcomes_of(probabilities, labels)
    parts = join(
        [
            outcomes_of(probabilities[:first], labels[:first]),
            outcomes_of(probabilities[first:], labels[first:]),
        ]
    )
    for name in Outcomes.__slots__:
        np.testing.assert_array_equal(getattr(at_once, name), getattr(parts, name))
