"""Accuracies, gains and rankings of a matrix, against arithmetic written out here."""

import math

import numpy as np
import pytest
from scipy import stats

from studies.plan import Column, Training
from studies.report.matrix_text import about_seeds, answer, how_many_differ
from studies.stats.intervals import accuracy_interval
from studies.stats.paired import compare_shares
from studies.stats.variance_components import (
    Shares,
    accuracy_of,
    gain_of,
    mean_of,
    variance_components,
    worst_gain_of,
    worst_of,
)
from studies.tables.matrix import make_matrix

IMAGES, SEEDS = 150, 4


def simulate(accuracy, *, trainings=1, seed=0, spread=0.0):
    """Right or wrong, ``(trainings, seeds, images)``, with images of different difficulty."""
    generator = np.random.default_rng(seed)
    ease = generator.normal(0, 1, IMAGES)
    moved = generator.normal(0, spread, (trainings, 1, 1)) if spread else 0.0
    chance = stats.norm.cdf(stats.norm.ppf(accuracy) + ease + moved)
    return generator.random((trainings, SEEDS, IMAGES)) < chance


def shares_of(correct):
    return Shares(correct.mean(axis=1), correct.shape[1])


def test_with_one_training_an_accuracy_has_the_interval_of_its_images():
    correct = simulate(0.8)
    found, expected = accuracy_of(shares_of(correct)), accuracy_interval(correct[0])
    assert (found.value, found.low, found.high) == pytest.approx(
        (expected.estimate, expected.low, expected.high)
    )
    assert found.training_deviation is None
    assert found.sampling_error is None


def two_way(shares):
    """The interval of the mean of a table with random rows and columns, by sums of squares."""
    trainings, images = shares.shape
    mean = shares.mean()
    by_training = images * sum((row.mean() - mean) ** 2 for row in shares) / (trainings - 1)
    by_image = trainings * sum((column.mean() - mean) ** 2 for column in shares.T) / (images - 1)
    rest = sum(
        (shares[r, i] - shares[r].mean() - shares[:, i].mean() + mean) ** 2
        for r in range(trainings)
        for i in range(images)
    ) / ((trainings - 1) * (images - 1))
    variance = (by_training + by_image - rest) / (trainings * images)
    freedom = (by_training + by_image) ** 2 / (
        by_training**2 / (trainings - 1) + by_image**2 / (images - 1)
    )
    half = stats.t.ppf(0.975, freedom) * math.sqrt(variance)
    return mean - half, mean + half, math.sqrt((by_training - rest) / images)


def test_with_several_trainings_an_accuracy_has_an_interval_over_both():
    correct = simulate(0.7, trainings=4, spread=0.4)
    found = accuracy_of(shares_of(correct))
    low, high, deviation = two_way(correct.mean(axis=1))
    assert found.value == pytest.approx(correct.mean())
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.training_deviation == pytest.approx(deviation)
    assert found.sampling_error == pytest.approx(variance_components(list(correct)).sampling_error)


def test_with_several_trainings_a_gain_has_an_interval_over_both_seed_by_seed():
    before = simulate(0.6, trainings=4, seed=1, spread=0.3)
    after = simulate(0.75, trainings=4, seed=2, spread=0.3)
    found = gain_of(shares_of(before), shares_of(after))
    differences = after.mean(axis=1) - before.mean(axis=1)
    low, high, deviation = two_way(differences)
    assert found.value == pytest.approx(differences.mean())
    assert (found.low, found.high) == pytest.approx((low, high))
    assert found.training_deviation == pytest.approx(deviation)
    unpaired = gain_of(shares_of(before), shares_of(after[::-1]))
    assert (unpaired.low, unpaired.high) != pytest.approx((found.low, found.high))


def test_with_one_training_a_gain_has_the_paired_interval_of_its_images():
    before, after = simulate(0.6, seed=1), simulate(0.75, seed=2)
    found = gain_of(shares_of(before), shares_of(after))
    difference = after[0].mean(axis=0) - before[0].mean(axis=0)
    # a quarter of an image with +1 and a quarter with -1, and Student's quantile
    weights = np.concatenate([np.ones(IMAGES), [0.25, 0.25]])
    padded = np.concatenate([difference, [1, -1]])
    mean = np.average(padded, weights=weights)
    variance = np.average((padded - mean) ** 2, weights=weights)
    half = stats.t.ppf(0.975, IMAGES - 1) * math.sqrt(variance / IMAGES)
    assert (found.value, found.low, found.high) == pytest.approx(
        (difference.mean(), difference.mean() - half, difference.mean() + half)
    )


def test_a_paired_interval_has_its_nominal_coverage():
    generator = np.random.default_rng(3)
    covered = 0
    for _ in range(400):
        ease = generator.random((1, IMAGES))
        before = generator.random((1, SEEDS, IMAGES)) < ease * 0.8
        after = generator.random((1, SEEDS, IMAGES)) < ease  # better by 0.2 ease: 0.1 in the mean
        found = gain_of(shares_of(before), shares_of(after))
        covered += found.low <= 0.1 <= found.high
    assert 0.92 <= covered / 400 <= 0.99


def test_networks_that_never_differ_have_a_gain_of_zero_with_an_interval():
    correct = np.ones((3, SEEDS, IMAGES), bool)
    gain, accuracy = (
        gain_of(shares_of(correct), shares_of(correct)),
        accuracy_of(shares_of(correct)),
    )
    assert gain.low < gain.value == 0 < gain.high
    assert accuracy.low < accuracy.value == 1 == accuracy.high
    assert compare_shares(np.ones(IMAGES), np.ones(IMAGES), p=1).low == gain.low


def test_a_mean_weights_every_test_equally():
    noisy, clean = simulate(0.5), simulate(0.9)[:, :1]
    mean = mean_of([shares_of(noisy), shares_of(clean)])
    assert mean.by_image.mean() == pytest.approx((noisy.mean() + clean.mean()) / 2)
    assert mean.seeds == SEEDS + 1


def row(*accuracies, seed=0, trainings=1):
    return {
        f"test {number}": shares_of(simulate(accuracy, seed=seed + number, trainings=trainings))
        for number, accuracy in enumerate(accuracies)
    }


def test_the_worst_case_is_the_lowest_test_with_the_lowest_lower_limit():
    tests = row(0.9, 0.3, 0.6)
    label, found = worst_of(tests)
    assert label == "test 1"
    assert found == accuracy_of(tests["test 1"])
    tests["few"] = Shares(
        tests["test 1"].by_image[:, :20] + 0.05, SEEDS
    )  # higher, with a wider interval
    label, found = worst_of(tests)
    assert label == "test 1"
    assert found.low == accuracy_of(tests["few"]).low < accuracy_of(tests["test 1"]).low


def test_the_gain_of_the_worst_case_is_bounded_by_all_pairs_with_either_worst():
    before, after = row(0.7, 0.1, 0.4), row(0.5, 0.8, 0.9, seed=9)
    found = worst_gain_of(before, after)
    lows = [gain_of(before["test 1"], shares).low for shares in after.values()]
    highs = [gain_of(shares, after["test 0"]).high for shares in before.values()]
    assert (found.low, found.high) == (min(lows), max(highs))
    assert found.value == pytest.approx(
        after["test 0"].by_image.mean() - before["test 1"].by_image.mean()
    )
    assert found.low > 0


TRAININGS = [
    Training("clean", "clean", "identity"),
    Training("fog", "single", "vary(fog)"),
    Training("snow", "single", "vary(snow)"),
    Training("all", "mixture", "one_of(vary(fog), vary(snow))"),
]
COLUMNS = [Column("clean", "identity"), Column("fog", "fog"), Column("snow", "snow")]
TABLE = {
    "clean": (0.95, 0.3, 0.3),
    "fog": (0.9, 0.9, 0.5),
    "snow": (0.9, 0.2, 0.9),
    "all": (0.85, 0.8, 0.8),
}


def make(table=TABLE, trainings=1, **numbers):
    shares = {
        (label, column.label): shares_of(
            simulate(accuracy, seed=7 * len(label) + place, trainings=trainings)
        )
        for label, accuracies in table.items()
        for place, (column, accuracy) in enumerate(zip(COLUMNS, accuracies, strict=True))
    }
    return shares, make_matrix(shares, TRAININGS, COLUMNS, seeds=trainings)


@pytest.mark.parametrize("trainings", [1, 3])
def test_the_matrix_has_every_accuracy_gain_and_summary(trainings):
    shares, matrix = make(trainings=trainings)
    for (training, test), cell in matrix.cells.items():
        here, base = (shares[name, test].by_image.mean() for name in (training, "clean"))
        assert cell.accuracy.value == pytest.approx(here)
        if training == "clean":
            assert cell.gain is None
        else:
            assert cell.gain.value == pytest.approx(here - base)
    for label, one in matrix.summaries.items():
        accuracies = [shares[label, column.label].by_image.mean() for column in COLUMNS]
        assert one.mean.value == pytest.approx(np.mean(accuracies))
        assert one.worst.value == pytest.approx(min(accuracies))
        assert COLUMNS[int(np.argmin(accuracies))].label == one.worst_test
    assert matrix.summaries["clean"].mean_gain is None
    fog = matrix.summaries["fog"].unseen_gain
    assert fog.value == pytest.approx(matrix.cells["fog", "snow"].gain.value)
    assert matrix.summaries["all"].unseen_gain is None


def test_the_best_are_named():
    _, matrix = make()
    assert (matrix.best_mean.label, matrix.best_worst.label) == ("all", "all")
    assert (matrix.best_single.label, matrix.best_mixture.label) == ("fog", "all")
    assert "snow" not in matrix.best_mean.rivals
    assert "clean" not in matrix.best_mean.rivals
    said = answer(matrix)
    assert said[0].startswith("The mixture “all” has the highest mean accuracy over the 3 tests:")
    assert said[1].startswith("“all” also has the highest accuracy on its worst test:")
    assert "Of the trainings on a single corruption, “fog” has the highest mean" in said[2]
    assert said[3].startswith("Training on clean images alone ")


def test_rivals_without_a_significant_difference_and_the_best_mixture_are_named():
    table = TABLE | {"fog": (0.9, 0.95, 0.95), "snow": (0.9, 0.95, 0.95), "all": (0.6, 0.5, 0.5)}
    _, matrix = make(table)
    best, other = matrix.best_mean.label, matrix.best_mean.rivals
    assert {best, *other} == {"fog", "snow"}
    said = " ".join(answer(matrix))
    assert f"No significant difference from it: “{other[0]}”." in said
    assert "Of the mixtures, “all” is best, with" in said


def test_a_training_with_a_gap_is_not_ranked_and_one_without_clean_has_no_gain():
    shares, _ = make()
    del shares["all", "fog"]
    matrix = make_matrix(shares, TRAININGS, COLUMNS, seeds=1)
    assert "all" not in matrix.summaries
    assert ("all", "snow") in matrix.cells
    assert matrix.best_mean.label == "fog"
    assert matrix.best_mixture is None
    del shares["clean", "snow"]
    matrix = make_matrix(shares, TRAININGS, COLUMNS, seeds=1)
    assert matrix.cells["fog", "snow"].gain is None
    assert matrix.summaries["fog"].mean_gain is None
    assert len(answer(matrix)) == 3


def test_without_a_finished_training_there_is_no_best():
    shares, _ = make()
    only = {("fog", "fog"): shares["fog", "fog"]}
    matrix = make_matrix(only, TRAININGS, COLUMNS, seeds=1)
    assert matrix.best_mean is None
    assert answer(matrix) == [
        "No training is finished on every test, so none can be called the best."
    ]


def test_what_the_intervals_hold_for_depends_on_the_seeds():
    _, one = make()
    _, several = make(trainings=3)
    assert "Each row is one network." in about_seeds(one)[0]
    assert "the mean of 3 networks" in about_seeds(several)[0]
    deviations = [item.mean.training_deviation for item in several.summaries.values()]
    assert f"{100 * max(deviations):.1f} points; the standard error" in about_seeds(several)[1]


def test_significant_gains_are_counted():
    _, matrix = make()
    gains = [cell.gain for cell in matrix.cells.values() if cell.gain]
    significant = sum(not gain.low <= 0 <= gain.high for gain in gains)
    assert f"{significant} of 9 gains" in how_many_differ(matrix)
