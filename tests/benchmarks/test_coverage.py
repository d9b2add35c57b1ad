"""A short version of ``python -m benchmarks.coverage``, always from the same seeds."""

import json

import numpy as np
import pytest

from benchmarks import coverage
from benchmarks.coverage import markdown
from benchmarks.coverage_checks import Check, accuracy_coverage, curve_coverage
from benchmarks.paired_checks import difference_checks, false_alarms, power
from benchmarks.simulation import (
    BETWEEN_DRAWS,
    CURVES,
    Draws,
    correct_predictions,
    paired_predictions,
)

REPEATS = 300
SLACK = 3 * np.sqrt(0.05 * 0.95 / REPEATS)  # three standard errors of so few repeats


def test_the_simulated_accuracy_is_the_true_accuracy():
    random = np.random.default_rng(0)
    curve = CURVES["falls to chance"]
    for draws in BETWEEN_DRAWS:
        (correct,) = correct_predictions(random, curve, 50_000, draws, 1)
        np.testing.assert_allclose(correct.mean(axis=(0, 2)), curve, atol=0.012)
        if draws.own == 0:  # coupled: what is misclassified stays so, where the curve only falls
            assert not (~correct[:, :-1] & correct[:, 1:]).any()
        first, second = next(
            paired_predictions(random, (curve, curve), 50_000, draws, 1, correlation=0.9)
        )
        np.testing.assert_allclose(second.mean(axis=(0, 2)), curve, atol=0.012)
        differing = np.mean(first[:, 5] != second[:, 5])
        assert 0 < differing < 0.5 * np.mean(first[:, 5] != correct[:, 5])


def test_draws_of_one_image_have_the_stated_correlation():
    (correct,) = correct_predictions(
        np.random.default_rng(0), np.array([0.5]), 50_000, Draws(2, 0.5), 1
    )
    # two normals with correlation r have one sign with probability 1/2 + arcsin(r) / pi
    agree = np.mean(correct[0, 0] == correct[1, 0])
    assert agree == pytest.approx(0.5 + np.arcsin(0.5) / np.pi, abs=0.01)


@pytest.mark.parametrize("accuracy", [0.1, 0.6, 0.97])
@pytest.mark.parametrize("draws", BETWEEN_DRAWS[1:3])
def test_intervals_of_accuracies_have_their_coverage(accuracy, draws):
    check = accuracy_coverage(500, draws, accuracy, repeats=REPEATS, seed=11)
    assert (check.lowest, check.highest) == (0.93, 0.97)
    assert 0.95 - SLACK <= check.share <= 0.95 + SLACK


@pytest.mark.parametrize("case", ["falls to chance", "ends half-way"])
def test_intervals_of_areas_and_critical_strengths_have_their_coverage(case):
    checks = curve_coverage(
        case, CURVES[case], 500, BETWEEN_DRAWS[1], (None, 0.9), repeats=REPEATS, seed=12
    )
    assert [check.quantity for check in checks] == ["area", *["critical strength"] * 2]
    for check in checks:
        assert 0 < check.true_value < 1
        assert 0.95 - SLACK <= check.share <= 0.95 + SLACK


def test_intervals_contain_a_critical_strength_beyond_the_range():
    checks = curve_coverage(
        "hardly falls", CURVES["hardly falls"], 100, Draws(1, 0.5), (0.5,), repeats=20, seed=1
    )
    assert checks[1].true_value == np.inf
    assert (checks[1].share, checks[1].highest) == (1, 1)


def test_intervals_of_differences_have_their_coverage_and_equal_models_do_not_differ():
    worse = CURVES["ends half-way"] - 0.03
    accuracies = (CURVES["ends half-way"], worse)
    for check in difference_checks(
        accuracies, 500, BETWEEN_DRAWS[1], correlation=0.7, repeats=REPEATS, seed=13
    ):
        assert check.true_value == pytest.approx(-0.03)
        assert 0.95 - SLACK <= check.share <= 0.95 + SLACK
    alarms = false_alarms(
        "equal",
        CURVES["falls to chance"],
        100,
        BETWEEN_DRAWS[3],
        correlation=0.7,
        repeats=REPEATS,
        seed=14,
    )
    assert all(check.passed for check in alarms)


def test_the_number_of_images_needed_is_enough():
    check = power(0.9, Draws(3, 0.5), difference=0.03, correlation=0.7, repeats=200, seed=15)
    assert 0.71 <= check.share <= 0.89


def test_the_table_has_a_line_for_each_quantity_and_size():
    draws = Draws(1, 0.5)
    checks = [
        Check("area", "a", 500, draws, 0.5, share, 0.93, 0.97) for share in (0.94, 0.95, 0.99)
    ]
    lines = markdown(checks).splitlines()
    assert lines[2] == "| area | 500 | 93 to 97.0 % | 3 | 94.0 | 95.0 | 99.0 | 1 |"


def test_the_command_prints_missed_targets(tmp_path, monkeypatch, capsys):
    good, bad = (
        Check("area", "case", 500, Draws(3, 0.2), 0.5, share, 0.93, 0.97) for share in (0.95, 0.8)
    )
    monkeypatch.setitem(coverage.PARTS, "curves", lambda repeats: iter([good, bad]))
    monkeypatch.setitem(coverage.PARTS, "alarms", lambda repeats: iter([good]))
    assert coverage.main(["--out", str(tmp_path), "--only", "curves", "--only", "alarms"]) == 1
    assert "80.00 % is not in [93, 97]" in capsys.readouterr().out
    assert len(json.loads((tmp_path / "curves.json").read_text())) == 2
    assert coverage.main(["--out", str(tmp_path), "--only", "alarms"]) == 0
    with pytest.raises(SystemExit):
        coverage.main(["--only", "everything"])


def test_every_part_of_the_full_run_gives_checks(monkeypatch):
    several = ("curve_coverage", "difference_checks", "false_alarms")
    for name in ("accuracy_coverage", "power", *several):
        found = ["check"] if name in several else "check"
        monkeypatch.setattr(coverage, name, lambda *_, found=found, **__: found)
    counts = {name: len(list(part(1))) for name, part in coverage.PARTS.items()}
    assert counts == {"accuracies": 160, "curves": 84, "differences": 18, "alarms": 8, "powers": 4}
