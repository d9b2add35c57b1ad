"""The table of metrics is made from the registry, and is not out of date."""

import importlib.util
from pathlib import Path

import pytest

from studies.stats.metrics import METRICS

SCRIPT = Path(__file__).parents[2] / "docs" / "metrics.py"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("metrics_script", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_table_is_what_the_registry_says(script):
    written = script.PAGE.read_text(encoding="utf-8")
    assert written == script.page(), "out of date: run python docs/metrics.py"


def test_every_metric_has_a_row_with_its_title(script):
    rows = script.page().split(script.BEGIN)[1].split(script.END)[0].splitlines()[2:]
    assert len(rows) == len(METRICS)
    for row, metric in zip(rows, METRICS.values(), strict=True):
        assert row.startswith(f"| `{metric.name}` | {metric.title}: ")
        assert row.count(" | ") == 5
