import csv
import io

import numpy as np
import pytest

from studies.config.study import Study
from studies.plan import ImageRange, cell_key, plan_points
from studies.results.sweep_results import SweepResults
from studies.stats import metrics
from studies.stats.intervals import accuracy_interval
from studies.stats.predictions import outcomes_of
from studies.store.store import EvaluationSet, Store
from studies.tables.curves import curves_csv, make_curves

IMAGES = ImageRange("digest", 0, 40)
EVALUATION_SET = EvaluationSet(
    "study", "data", IMAGES, tuple("abcd"), np.arange(40) % 4, np.zeros((2, 2, 1), np.uint8)
)


def curves_of(store, points, digests):
    results = SweepResults(store, points, digests, evaluation_set=EVALUATION_SET)
    return make_curves(results)


@pytest.fixture
def points(settings):
    return plan_points(Study.model_validate(settings))


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path, create=True) as store:
        store.begin_run(started="now", command="", study={}, provenance={})
        yield store


def fill(store, points, digests, skip=()):
    """Store random outcomes for every cell but some."""
    labels = np.arange(40) % 4
    for digest in digests.values():
        for condition in dict.fromkeys(c for point in points for c in point.conditions):
            key = cell_key(condition, IMAGES, digest)
            random = np.random.default_rng(int(key[:8], 16))
            probabilities = random.dirichlet(np.ones(4), 40).astype(np.float32)
            if condition not in skip and key not in store.finished_keys():
                outcomes = outcomes_of(probabilities, labels)
                store.add_cell(key, condition, digest, run=1, seconds=0, outcomes=outcomes)


def test_a_row_is_computed_from_the_cells_of_its_seeds(store, points):
    fill(store, points, {"m": "d"})
    curve = curves_of(store, points, {"m": "d"})[0]
    point, row = points[2], curve.rows[2]
    outcomes = [store.outcomes(cell_key(c, IMAGES, "d")) for c in point.conditions]
    correct = np.stack([metrics.correct(item) for item in outcomes])
    interval = accuracy_interval(correct)
    assert (row.corruption, row.t, row.strength) == (point.corruption, point.t, point.strength)
    assert (row.parameter, row.model, row.seeds, row.images) == ("sigma", "m", 2, 40)
    assert (row.accuracy, row.low, row.high) == (interval.estimate, interval.low, interval.high)
    assert row.metrics["brier"] == pytest.approx(
        np.mean([metrics.brier(item) for item in outcomes])
    )


def test_points_without_a_cell_are_left_out_and_missing_seeds_counted(store, points):
    missing_seed = points[1].conditions[1]
    missing_point = points[3].conditions
    fill(store, points, {"m": "d"}, skip=(missing_seed, *missing_point))
    curve = curves_of(store, points, {"m": "d"})[0]
    assert [row.t for row in curve.rows] == [points[0].t, points[1].t, points[2].t]
    assert [row.seeds for row in curve.rows] == [1, 1, 2]


def test_a_model_without_cells_has_no_curve(store, points):
    fill(store, points, {"m": "d"})
    curves = curves_of(store, points, {"m": "d", "other": "unknown"})
    assert {curve.model for curve in curves} == {"m"}


def test_the_table_is_tidy_and_reproducible(store, points):
    digests = {"b": "d1", 'a, "quoted"': "d2"}
    fill(store, points, digests)
    first = curves_csv(curves_of(store, points, digests))
    assert first == curves_csv(curves_of(store, points, digests))
    rows = list(csv.DictReader(io.StringIO(first.decode())))
    assert len(rows) == len(points) * 2
    assert {row["model"] for row in rows} == set(digests)
    assert rows[1]["t"] == "0.333333333333"
    assert all(float(row["low"]) <= float(row["accuracy"]) <= float(row["high"]) for row in rows)
    assert b"\r" not in first


def test_the_mean_over_the_severity_range_is_the_area(store, points):
    fill(store, points, {"m": "d"})
    curve = curves_of(store, points, {"m": "d"})[0]
    y = [row.accuracy for row in curve.rows]
    assert curve.mean_accuracy == pytest.approx((y[0] / 2 + y[1] + y[2] + y[3] / 2) / 3)


def test_titles_distinguish_two_strengths_of_one_corruption(store, settings):
    specs = ["rotation(degrees=30)", "rotation(degrees=90)", "salt_and_pepper(amount=0.5)"]
    points = plan_points(Study.model_validate(settings | {"corruptions": specs, "strengths": 2}))
    fill(store, points, {"m": "d"})
    curves = curves_of(store, points, {"m": "d"})
    assert [curve.title for curve in curves] == [*specs[:2], "Salt and pepper"]
