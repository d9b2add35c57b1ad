import csv
import io
from dataclasses import fields, replace

import numpy as np
import pytest

from studies.config.files import load_study
from studies.config.study import Study
from studies.core.errors import StudyError
from studies.plan import ImageRange, cell_key, plan_points
from studies.report.format import points as in_points
from studies.report.sweep.comparison import comparison_section, comparison_sentences
from studies.report.sweep.context import SweepContext
from studies.report.sweep.curves import areas_section, critical_text
from studies.results.sweep_results import SweepResults
from studies.stats import metrics
from studies.stats.intervals import accuracy_interval, share_interval
from studies.stats.predictions import outcomes_of
from studies.store.store import EvaluationSet, Store
from studies.tables.areas import ALL
from studies.tables.comparisons import ComparisonRow
from studies.tables.curves import make_curves
from studies.tables.failures import mean_changes
from studies.tables.sweep import make_tables
from studies.workflows import sweep as session
from studies.workflows.sweep import run_study

IMAGES = 200
CLASSES = ("one", "two", "three", "four")
DIGESTS = {"old": "d1", "new": "d2"}


def evaluation_set_of(images):
    return EvaluationSet(
        study="small",
        data="made up",
        images=ImageRange("digest", 0, images),
        class_names=CLASSES,
        labels=np.arange(images) % 4,
        example=np.zeros((2, 2, 1), np.uint8),
    )


@pytest.fixture
def points(settings):
    return plan_points(Study.model_validate(settings))


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path, create=True) as store:
        store.begin_run(started="now", command="", study={}, provenance={})
        yield store


def fill(store, points, *, images=IMAGES, skip=(), edge=None):
    """Store outcomes of two models: images fail one by one, earlier for the second model."""
    evaluation_set = evaluation_set_of(images)
    hardness = np.random.default_rng(0).random(images)
    for number, digest in enumerate(DIGESTS.values()):
        for point in points:
            for condition in point.conditions:
                key = cell_key(condition, evaluation_set.images, digest)
                if (digest, condition) in skip or key in store.finished_keys():
                    continue
                shake = 0.1 * np.random.default_rng(condition.seed or 0).standard_normal(images)
                at = 1.1 - point.t - 0.1 * number if edge is None else edge
                right = hardness + (shake if point.t and edge is None else 0) < at
                probabilities = np.full((images, 4), 0.1, np.float32)
                predicted = np.where(right, evaluation_set.labels, (evaluation_set.labels + 1) % 4)
                probabilities[np.arange(images), predicted] = 0.7
                outcomes = outcomes_of(probabilities, evaluation_set.labels)
                store.add_cell(key, condition, digest, run=1, seconds=0, outcomes=outcomes)
    return evaluation_set


def results_of(store, points, evaluation_set, digests=DIGESTS):
    return SweepResults(store, points, digests, evaluation_set=evaluation_set)


def tables_of(store, points, evaluation_set, digests=DIGESTS, threshold=None):
    return make_tables(results_of(store, points, evaluation_set, digests), threshold=threshold)


def context_of(tables, curves):
    """Return what the sections on tables are made from, without the rest."""
    rest = dict.fromkeys(field.name for field in fields(SweepContext))
    return SweepContext(**rest | {"tables": tables, "curves": curves})


def correct_of(store, evaluation_set, point, digest):
    keys = [cell_key(condition, evaluation_set.images, digest) for condition in point.conditions]
    return np.stack([metrics.correct(store.outcomes(key)) for key in keys])


def test_areas_are_those_of_the_curves_with_intervals_over_images(store, points):
    evaluation_set = fill(store, points)
    found = tables_of(store, points, evaluation_set)
    curves = make_curves(results_of(store, points, evaluation_set))
    assert len(found.areas) == len(curves) + 2
    for row, curve in zip(found.areas, curves, strict=False):
        assert (row.corruption, row.model) == (curve.corruption, curve.model)
        assert row.area == pytest.approx(curve.mean_accuracy)
        assert row.low < row.area < row.high
        assert row.threshold == pytest.approx((curve.clean.accuracy + 0.25) / 2)
        t, accuracy = [r.t for r in curve.rows], [r.accuracy for r in curve.rows]
        assert np.interp(row.critical_t, t, accuracy) == pytest.approx(row.threshold)
        assert row.critical_t_low < row.critical_t < row.critical_t_high
        strongest = curve.worst.strength  # both corruptions are linear in t
        assert row.critical_strength == pytest.approx(strongest * row.critical_t)


def test_the_area_interval_is_the_score_interval_of_the_areas_of_the_images(store, points):
    evaluation_set = fill(store, points)
    row = tables_of(store, points, evaluation_set).areas[0]
    curve = [point for point in points if point.corruption == row.corruption]
    shares = [correct_of(store, evaluation_set, point, "d1").mean(axis=0) for point in curve]
    by_image = (shares[0] / 2 + shares[1] + shares[2] + shares[3] / 2) / 3
    expected = share_interval(by_image, 1 + 3 * 2)
    assert (row.low, row.high) == pytest.approx((expected.low, expected.high))
    assert row.effective_images == pytest.approx(expected.sample_size)


def test_the_last_rows_are_over_all_corruptions(store, points):
    evaluation_set = fill(store, points)
    found = tables_of(store, points, evaluation_set)
    for row in found.areas[-2:]:
        single = [r.area for r in found.areas if r.model == row.model and r is not row]
        assert row.corruption == ALL
        assert row.area == pytest.approx(np.mean(single))
        assert row.reached is row.critical_t is row.threshold is None
    overall = found.comparisons[-1]
    assert (overall.quantity, overall.corruption) == ("area", ALL)
    assert overall.difference == pytest.approx(found.areas[-1].area - found.areas[-2].area)


def test_a_threshold_that_is_never_reached_has_no_critical_strength(store, points):
    evaluation_set = fill(store, points)
    row = tables_of(store, points, evaluation_set, threshold=0.01).areas[0]
    assert row.reached is False
    assert (row.critical_t, row.critical_strength, row.critical_t_high) == (None, None, None)
    assert critical_text(row, 0.5) == "sigma > 0.5"
    open_above = replace(row, critical_t_low=0.9, critical_strength_low=0.45)
    assert critical_text(open_above, 0.5) == "sigma > 0.5 (from 0.450)"
    reached = replace(open_above, critical_t=0.95, critical_strength=0.47512, unit="pixels")
    assert critical_text(reached, 0.5) == "sigma = 0.475 pixels (0.450\N{EN DASH}beyond)"


def test_every_point_is_compared_on_the_seeds_of_both_models(store, points):
    missing = points[1].conditions[0]
    evaluation_set = fill(store, points, skip={("d2", missing)})
    found = tables_of(store, points, evaluation_set)
    rows = [r for r in found.comparisons if r.quantity == "accuracy" and r.t == points[1].t]
    assert rows[0].seeds == 1
    kept = cell_key(points[1].conditions[1], evaluation_set.images, "d1")
    assert rows[0].baseline == pytest.approx(metrics.correct(store.outcomes(kept)).mean())
    assert [r.seeds for r in found.comparisons if r.t == 1.0] == [2, 1]  # the blur is not random
    assert all(r.p <= r.p_adjusted for r in found.comparisons)
    assert {r.seeds for r in found.failures if r.model == "new" and "noise" in r.corruption} == {1}


def test_an_incomplete_curve_has_no_area(store, points):
    missing = {("d2", condition) for condition in points[2].conditions}
    evaluation_set = fill(store, points, skip=missing)
    found = tables_of(store, points, evaluation_set)
    noise, blur = points[0].corruption, points[-1].corruption
    assert [(r.corruption, r.model) for r in found.areas] == [
        (noise, "old"),
        (blur, "old"),
        (blur, "new"),
        (ALL, "old"),
    ]
    areas = [r for r in found.comparisons if r.quantity == "area"]
    assert [r.corruption for r in areas] == [blur]
    assert len([r for r in found.comparisons if r.corruption == noise]) == 3
    assert len([r for r in found.metrics if r.model == "new"]) == 7
    assert not [r for r in found.failures if r.corruption == noise and r.model == "new"]


def test_metrics_and_classes_are_those_of_the_stored_outcomes(store, points):
    evaluation_set = fill(store, points)
    found = tables_of(store, points, evaluation_set)
    row = found.metrics[2]
    correct = correct_of(store, evaluation_set, points[2], "d1")
    assert row.metrics["accuracy"] == pytest.approx(correct.mean())
    assert row.metrics["confidence"] == pytest.approx(0.7)
    assert row.metrics["expected_calibration_error"] == pytest.approx(
        abs(row.metrics["accuracy"] - 0.7)
    )
    loss = np.where(correct, -np.log(0.7), -np.log(0.1)).mean()
    assert row.metrics["negative_log_likelihood"] == pytest.approx(loss, rel=1e-5)
    low, high = (row.metrics[f"negative_log_likelihood_{end}"] for end in ("low", "high"))
    assert low < loss < high
    assert row.metrics["brier_low"] < row.metrics["brier"] < row.metrics["brier_high"]
    of_class = [r for r in found.classes if (r.t, r.model) == (points[2].t, "old")][:4]
    assert [r.class_name for r in of_class] == list(CLASSES)
    assert np.mean([r.accuracy for r in of_class]) == pytest.approx(correct.mean())
    expected = accuracy_interval(correct[:, evaluation_set.labels == 1])
    assert (of_class[1].low, of_class[1].high) == (expected.low, expected.high)


def test_failed_images_sum_over_a_severity_range(store, points):
    evaluation_set = fill(store, points)
    rows = tables_of(store, points, evaluation_set).failures[:4]
    assert sum(row.first_failed for row in rows) + rows[-1].surviving == pytest.approx(1)
    assert rows[0].changed == 0
    for row, point in zip(rows, points, strict=False):
        accuracy = correct_of(store, evaluation_set, point, "d1").mean()
        assert row.surviving + row.recovered == pytest.approx(accuracy)
    assert mean_changes(rows) == pytest.approx(np.mean([row.changed for row in rows[1:]]))


@pytest.mark.parametrize(("edge", "accuracy"), [(2.0, 1), (-1.0, 0)])
def test_constant_accuracies_have_intervals(store, points, edge, accuracy):
    evaluation_set = fill(store, points, edge=edge)
    found = tables_of(store, points, evaluation_set)
    for row in found.areas[:-2]:
        assert row.area == accuracy
        assert 0 < row.high - row.low < 0.05
        assert row.critical_t == (None if accuracy else 0)
    assert all(row.p == 1 for row in found.comparisons)
    assert all(np.isfinite([row.low, row.high]).all() for row in found.comparisons)
    assert all(row.images_for_one_point is None for row in found.comparisons)
    assert (
        "no significant difference"
        in comparison_sentences(found.comparisons, {point.corruption: "it" for point in points})[0]
    )


def test_one_image_is_enough(store, points):
    evaluation_set = fill(store, points, images=1)
    found = tables_of(store, points, evaluation_set)
    assert all(0 <= row.low <= row.area <= row.high <= 1 for row in found.areas)
    assert all((row.low, row.high) == (-1, 1) for row in found.comparisons)
    assert len(found.classes) == len(found.metrics)  # of the one class that it has
    assert all(b"nan" not in table for table in found.files().values())


def test_without_cells_the_tables_are_empty(store, points):
    found = tables_of(store, points, evaluation_set_of(5))
    assert all(table.count(b"\n") == 1 for table in found.files().values())
    context = context_of(found, [])
    assert areas_section(context) is comparison_section(context) is None


def test_the_rows_of_a_model_do_not_depend_on_other_models(store, points):
    evaluation_set = fill(store, points)
    both = tables_of(store, points, evaluation_set).files()
    assert both == tables_of(store, points, evaluation_set).files()
    alone = tables_of(store, points, evaluation_set, {"new": "d2"}).files()
    rows = list(csv.DictReader(io.StringIO(both["areas.csv"].decode())))
    assert list(csv.DictReader(io.StringIO(alone["areas.csv"].decode()))) == [
        row for row in rows if row["model"] == "new"
    ]
    assert alone["comparisons.csv"].count(b"\n") == 1


def test_a_single_corruption_without_a_difference_names_the_pair():
    equal = ComparisonRow(
        quantity="area",
        corruption="contrast",
        parameter="amount",
        unit="",
        t=None,
        strength=None,
        baseline_model="old",
        candidate_model="new",
        seeds=None,
        images=100,
        baseline=0.5,
        candidate=0.5,
        difference=0.0,
        low=-0.1,
        high=0.1,
        p=1.0,
        p_adjusted=1.0,
        images_for_one_point=None,
    )
    (text,) = comparison_sentences([equal], {"contrast": "Contrast"})
    assert text == "No significant difference between old and new under Contrast."


def test_the_text_names_the_significant_differences(store, points):
    evaluation_set = fill(store, points)
    found = tables_of(store, points, evaluation_set)
    titles = {points[0].corruption: "Noise", points[-1].corruption: "Blur"}
    (text,) = comparison_sentences(found.comparisons, titles)
    assert text.startswith("Over all corruptions, the mean accuracy of new is ")
    assert "lower than that of old." in text
    lower = "The mean accuracy of new is significantly lower than that of old under Noise and Blur."
    assert lower in text
    significant = sum(row.significant for row in found.comparisons if row.quantity == "accuracy")
    assert f"at 8 single strengths, {significant} are significant after BH correction" in text
    context = context_of(found, make_curves(results_of(store, points, evaluation_set)))
    assert areas_section(context).heading == "Areas and critical strengths"
    assert comparison_section(context).heading == "Comparison of models"


def test_differences_are_given_in_points_with_their_sign():
    assert [in_points(x) for x in (0.0123, -0.0123, -0.0001, 0)] == [
        "+1.2",
        "\N{MINUS SIGN}1.2",
        "0.0",
        "0.0",
    ]


@pytest.mark.parametrize("threshold", [0, 1, -0.5, 1.5, float("nan")])
def test_a_threshold_outside_of_zero_and_one_is_refused(threshold):
    with pytest.raises(StudyError, match=r"threshold: a threshold is an accuracy in \(0, 1\), got"):
        load_study("quickstart", {"threshold": threshold})
    assert load_study("quickstart", {"threshold": 0.8}).threshold == 0.8


def test_a_protocol_has_no_threshold(tiny):
    with pytest.raises(StudyError, match="threshold: a protocol has levels and no curve"):
        load_study("quickstart", {"protocol": "tiny_c", "threshold": 0.8})


def test_another_threshold_is_reported_without_computing_anything(
    tmp_path, settings, observer, fakes, monkeypatch
):
    small = settings | {"corruptions": ["contrast"], "strengths": 2}
    with monkeypatch.context() as patch:
        patch.setattr(session, "write_outputs", lambda *_, **__: None)
        run_study(Study.model_validate(small), tmp_path, command="", observer=observer)
    study = Study.model_validate(small | {"threshold": 0.6})
    result = run_study(study, tmp_path, command="", observer=observer)
    assert result.cell_counts.computed == 0
    assert {row.threshold for row in result.outputs.report.tables.areas} == {0.6}
    names = {path.name for path in result.outputs.files}
    tables = {"areas.csv", "comparisons.csv", "metrics.csv", "failures.csv", "classes.csv"}
    assert tables <= names
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    for words in ("Areas and critical strengths", "Comparison of models", "60.0"):
        assert words in page
