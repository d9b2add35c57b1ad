"""The registry of metrics: each metric is in every table, and a new one is a single function."""

import csv
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.config.study import Study
from studies.results.sweep_results import SweepResults
from studies.stats import metrics
from studies.stats.metrics import METRICS, by_image_metrics, metric
from studies.stats.predictions import outcomes_of
from studies.store.store import Store
from studies.tables.export import export_tables, write_table
from studies.workflows.sweep import run_study

SMALLEST = float(np.finfo(np.float32).tiny)


def random_probabilities(images, classes, seed):
    raw = np.random.default_rng(seed).random((images, classes)).astype(np.float32) ** 4
    return (raw / raw.sum(axis=1, keepdims=True)).astype(np.float32)


def random_outcomes(images=50, classes=4, seeds=2):
    labels = np.random.default_rng(9).integers(0, classes, images)
    return [
        outcomes_of(random_probabilities(images, classes, seed), labels) for seed in range(seeds)
    ]


@pytest.fixture
def registry():
    """The registry, restored after the test."""
    before = dict(METRICS)
    yield METRICS
    METRICS.clear()
    METRICS.update(before)


@pytest.fixture
def top_two_accuracy(registry):
    @metric(title="Top-2 accuracy", unit="share", better="higher", interval="share")
    def top_two_accuracy(outcomes):
        return outcomes.rank < 2

    return registry["top_two_accuracy"]


@given(st.integers(2, 25), st.integers(0, 2**32 - 1))
def test_metrics_of_stored_outcomes_are_those_of_the_probabilities(classes, seed):
    probabilities = random_probabilities(20, classes, seed)
    labels = np.random.default_rng(seed).integers(0, classes, 20)
    outcomes = outcomes_of(probabilities, labels)
    exact = probabilities.astype(np.float64)
    true = np.eye(classes)[labels]
    np.testing.assert_array_equal(metrics.correct(outcomes), exact.argmax(axis=1) == labels)
    np.testing.assert_allclose(
        metrics.brier(outcomes), ((exact - true) ** 2).sum(axis=1), atol=2e-6
    )
    np.testing.assert_allclose(
        metrics.negative_log_likelihood(outcomes),
        -np.log(np.maximum((exact * true).sum(axis=1), SMALLEST)),
        rtol=1e-5,
        atol=1e-6,
    )
    np.testing.assert_allclose(metrics.confidence(outcomes), exact.max(axis=1))


@pytest.mark.parametrize("images", [1, 2, 50])
@pytest.mark.parametrize("name", METRICS)
def test_a_number_and_its_limits_lie_in_the_span_of_the_metric(name, images):
    item, outcomes = METRICS[name], random_outcomes(images)
    values = item.values(outcomes)
    assert tuple(values) == item.columns
    assert values[name] == pytest.approx(item.value(outcomes))
    low, high = (values.get(f"{name}_{end}", values[name]) for end in ("low", "high"))
    assert item.lowest <= low <= values[name] <= high <= item.highest


def test_limits_are_clipped_to_the_span(registry):
    @metric(title="Nearly one", span=(0.0, 1.0), interval="mean")
    def nearly_one(outcomes):
        return np.where(np.arange(len(outcomes.rank)) == 0, 0.0, 1.0)

    values = registry["nearly_one"].values(random_outcomes(5))
    assert values["nearly_one"] == pytest.approx(0.8)
    assert values["nearly_one_high"] == 1


def test_the_interval_is_over_images_whatever_the_number_of_seeds(top_two_accuracy):
    one = random_outcomes(seeds=1)
    assert top_two_accuracy.values(one) == pytest.approx(top_two_accuracy.values(one * 5))


def test_a_name_is_registered_once_and_a_pooled_metric_has_no_interval(registry):
    with pytest.raises(ValueError, match="there is a metric 'accuracy' already"):
        metric(title="Accuracy")(METRICS["accuracy"].function)

    def spread(outcomes):
        return 0.0

    with pytest.raises(ValueError, match="'spread' is pooled, so it has no interval"):
        metric(title="Spread", pooled=True, interval="mean")(spread)
    assert "spread" not in registry


def test_every_metric_is_in_the_tables_the_export_and_the_report(
    tmp_path, settings, observer, fakes, top_two_accuracy
):
    settings |= {"corruptions": ["contrast"], "strengths": 2}
    run_study(Study.model_validate(settings), tmp_path, command="", observer=observer)
    with Store(tmp_path) as store:
        cells = export_tables(SweepResults.of_last_sweep(store))[0]
        exported, _ = write_table(cells, tmp_path, "csv")

    def rows(path):
        with path.open(newline="", encoding="utf-8") as file:
            return sorted(csv.DictReader(file), key=lambda row: (row["model"], float(row["t"])))

    everywhere = [*by_image_metrics(), METRICS["accuracy"]]
    assert top_two_accuracy in everywhere
    table, curves, cells = map(rows, (tmp_path / "metrics.csv", tmp_path / "curves.csv", exported))
    assert len(table) == len(curves) == len(cells) == 4
    for item in METRICS.values():
        assert set(item.columns) <= table[0].keys()
    for name in (item.name for item in everywhere):
        for of_table, of_curves, of_cells in zip(table, curves, cells, strict=True):
            # The contrast is not random, so each point is one cell.
            assert of_table[name] == of_curves[name]
            assert float(of_cells[name]) == pytest.approx(float(of_table[name]), abs=1e-6)
    assert float(table[-1]["top_two_accuracy"]) >= float(table[-1]["accuracy"])
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    headings = re.findall(r"<th>([^<]*)</th>", page)
    assert [item.title for item in by_image_metrics()] == headings[-len(by_image_metrics()) :]
