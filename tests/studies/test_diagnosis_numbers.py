import json

import numpy as np
import pytest

from models.store import Sidecar
from models.training.config import TrainConfig
from studies.run.diagnosis import read_history
from studies.stats.calibration import reliability
from studies.stats.confusion import class_scores, confused_pairs, confusion_counts, row_shares
from studies.stats.predictions import judge
from studies.tables.diagnosis import find


def test_a_bin_holds_its_upper_edge_and_the_first_one_zero():
    item = reliability(np.array([0, 0.2, 0.21, 0.4, 1]), np.array([1, 0, 1, 1, 1], bool), bins=5)
    np.testing.assert_array_equal(item.counts, [2, 2, 0, 0, 1])
    np.testing.assert_allclose(item.confidence, [0.1, 0.305, np.nan, np.nan, 1])
    np.testing.assert_allclose(item.accuracy, [0.5, 1, np.nan, np.nan, 1])


def test_the_calibration_error_is_the_weighed_gap_of_the_bins():
    item = reliability(np.array([0.9, 0.9, 0.9, 0.6]), np.array([1, 1, 0, 0], bool), bins=2)
    assert item.expected_calibration_error == pytest.approx(abs(2 / 4 - 3.3 / 4))
    apart = reliability(np.array([0.9, 0.9, 0.9, 0.4]), np.array([1, 1, 0, 0], bool), bins=2)
    assert apart.expected_calibration_error == pytest.approx(
        3 / 4 * abs(2 / 3 - 0.9) + 1 / 4 * abs(0 - 0.4)
    )


def test_a_model_that_is_right_as_often_as_it_says_has_little_error():
    generator = np.random.default_rng(0)
    confidence = generator.uniform(0.1, 1, 200_000)
    honest = generator.uniform(size=len(confidence)) < confidence
    assert reliability(confidence, honest).expected_calibration_error < 0.01
    boastful = generator.uniform(size=len(confidence)) < confidence**2
    gap = (confidence - confidence**2).mean()
    assert reliability(confidence, boastful).expected_calibration_error == pytest.approx(
        gap, abs=0.01
    )


@pytest.mark.parametrize("answers", [0, 3])
def test_reliability_needs_an_answer_for_each_prediction(answers):
    with pytest.raises(ValueError, match=f"got 0 and {answers}|got 2 and {answers}"):
        reliability(np.full(2 if answers else 0, 0.5), np.ones(answers, bool))


LABELS = np.array([0, 0, 0, 1, 1, 2, 2, 2])
PREDICTED = np.array([0, 1, 1, 1, 0, 2, 0, 0])


def test_rows_are_true_classes_even_those_that_nobody_named():
    counts = confusion_counts(LABELS, PREDICTED, 4)
    np.testing.assert_array_equal(counts, [[1, 2, 0, 0], [1, 1, 0, 0], [2, 0, 1, 0], [0, 0, 0, 0]])
    shares = row_shares(counts)
    np.testing.assert_allclose(shares[0], [1 / 3, 2 / 3, 0, 0])
    assert np.isnan(shares[3]).all()


def test_scores_are_those_of_their_definition_and_undefined_ones_are_none():
    first, second, _, absent = class_scores(LABELS, PREDICTED, 4)
    assert (first.images, second.images) == (3, 2)
    assert (first.precision, first.recall) == (pytest.approx(1 / 4), pytest.approx(1 / 3))
    assert first.f1 == pytest.approx(2 * (1 / 4) * (1 / 3) / (1 / 4 + 1 / 3))
    assert (absent.images, absent.precision, absent.recall, absent.f1) == (0, None, None, None)
    never_named = class_scores(np.array([0, 1]), np.array([0, 0]), 2)[1]
    assert (never_named.precision, never_named.recall, never_named.f1) == (None, 0, 0)


def test_pairs_count_both_ways_and_come_worst_first():
    counts = np.array([[9, 2, 1, 0], [3, 9, 0, 0], [4, 0, 9, 1], [0, 0, 0, 9]])
    pairs = confused_pairs(counts, 10)
    assert [(p.low, p.high, p.low_as_high, p.high_as_low, p.count) for p in pairs] == [
        (0, 1, 2, 3, 5),
        (0, 2, 1, 4, 5),
        (2, 3, 1, 0, 1),
    ]
    assert confused_pairs(counts, 1) == pairs[:1]
    assert confused_pairs(np.eye(3, dtype=int), 5) == []


def test_several_draws_are_counted_together_and_images_stay_the_sample():
    sure = np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]], np.float32)
    labels = np.array([0, 1, 1])
    draws = [judge(sure, labels), judge(sure[:, ::-1].copy(), labels)]
    finding = find("fog", "mlp", draws, labels, 2)
    np.testing.assert_array_equal(finding.counts, [[1, 1], [2, 2]])
    assert finding.wrong == 3
    assert finding.accuracy.estimate == pytest.approx(0.5)
    assert finding.calibration.counts.sum() == 6


@pytest.fixture
def sidecar():
    return Sidecar(
        model_digest="d",
        config=TrainConfig(architecture="mlp"),
        history=({"epoch": 1.0, "loss": 0.3, "accuracy": 0.9},),
        kept_epoch=1,
        seconds=1,
        data_name="a",
        data_digest="e",
        class_names=("a", "b"),
        augmentation="",
        provenance={},
    ).model_dump(mode="json")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (None, "no record of its training lies beside it"),
        ({"history": []}, "records no epoch"),
        ({"model_digest": "other"}, "describes another model"),
        ({"seconds": "long"}, "cannot be read"),
    ],
)
def test_a_model_without_a_history_says_so(tmp_path, sidecar, change, words):
    if change is not None:
        (tmp_path / "net.json").write_text(json.dumps(sidecar | change))
    history = read_history("net", tmp_path / "net.keras", "d")
    assert history.epochs == ()
    assert history.missing.startswith("net has no learning curves: ")
    assert words in history.missing


def test_the_history_is_the_one_beside_the_model(tmp_path, sidecar):
    (tmp_path / "net.json").write_text(json.dumps(sidecar))
    history = read_history("net", tmp_path / "net.keras", "d")
    assert history.missing == ""
    assert history.epochs == ({"epoch": 1.0, "loss": 0.3, "accuracy": 0.9},)
