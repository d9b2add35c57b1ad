import numpy as np
import pytest

from studies.stats.classification import class_scores, confused_pairs, confusion_counts, row_shares

LABELS = np.array([0, 0, 0, 1, 1, 2, 2, 2])
PREDICTED = np.array([0, 1, 1, 1, 0, 2, 0, 0])


def test_rows_are_true_classes_even_without_images():
    counts = confusion_counts(LABELS, PREDICTED, 4)
    np.testing.assert_array_equal(counts, [[1, 2, 0, 0], [1, 1, 0, 0], [2, 0, 1, 0], [0, 0, 0, 0]])
    shares = row_shares(counts)
    np.testing.assert_allclose(shares[0], [1 / 3, 2 / 3, 0, 0])
    assert np.isnan(shares[3]).all()


def test_scores_follow_their_definition_and_undefined_ones_are_none():
    first, second, _, absent = class_scores(LABELS, PREDICTED, 4)
    assert (first.images, second.images) == (3, 2)
    assert (first.precision, first.recall) == (pytest.approx(1 / 4), pytest.approx(1 / 3))
    assert first.f1 == pytest.approx(2 * (1 / 4) * (1 / 3) / (1 / 4 + 1 / 3))
    assert (absent.images, absent.precision, absent.recall, absent.f1) == (0, None, None, None)
    never_predicted = class_scores(np.array([0, 1]), np.array([0, 0]), 2)[1]
    assert (never_predicted.precision, never_predicted.recall, never_predicted.f1) == (None, 0, 0)


def test_pairs_count_both_directions_and_are_sorted_by_frequency():
    counts = np.array([[9, 2, 1, 0], [3, 9, 0, 0], [4, 0, 9, 1], [0, 0, 0, 9]])
    pairs = confused_pairs(counts, 10)
    assert [(p.low, p.high, p.low_as_high, p.high_as_low, p.count) for p in pairs] == [
        (0, 1, 2, 3, 5),
        (0, 2, 1, 4, 5),
        (2, 3, 1, 0, 1),
    ]
    assert confused_pairs(counts, 1) == pairs[:1]
    assert confused_pairs(np.eye(3, dtype=int), 5) == []
