import builtins
import csv
import json
import sys

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from studies.__main__ import app
from studies.config.study import Study
from studies.core.errors import StudyError
from studies.stats import metrics
from studies.store.store import Store
from studies.tables.export import ExportTable, write_table
from studies.workflows import sweep as session
from studies.workflows.sweep import run_study


@pytest.fixture(autouse=True)
def without_outputs(monkeypatch):
    """Figures take most of the time of a study, and an export needs none."""
    monkeypatch.setattr(session, "write_outputs", lambda *_, **__: None)


@pytest.fixture
def folder(tmp_path, settings, observer, fakes):
    run_study(Study.model_validate(settings), tmp_path / "here", command="", observer=observer)
    return tmp_path / "here"


@pytest.fixture
def export(monkeypatch):
    def export(*arguments):
        monkeypatch.setattr(sys, "argv", ["studies", "export", *map(str, arguments)])
        return CliRunner().invoke(app, ["export", *map(str, arguments)], catch_exceptions=False)

    return export


def read_csv(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_cells_and_images_contain_what_is_stored(folder, export):
    result = export(folder)
    assert result.exit_code == 0, result.output
    cells = read_csv(folder / "export" / "cells.csv")
    images = read_csv(folder / "export" / "images.csv")
    with Store(folder) as store:
        keys = store.finished_keys()
        one = store.outcomes(cells[5]["cell"])
    assert {row["cell"] for row in cells} == keys
    assert len(cells) == 2 * (1 + 3 * 2 + 1 + 3)  # models, points x seeds; the blur is not random
    assert len(images) == 60 * len(keys)
    of_cell = [row for row in images if row["cell"] == cells[5]["cell"]]
    assert [int(row["image"]) for row in of_cell] == list(range(60))
    correct = np.array([row["correct"] == "True" for row in of_cell])
    np.testing.assert_array_equal(correct, metrics.correct(one))
    assert float(cells[5]["accuracy"]) == correct.mean()
    confidence = np.array([row["confidence"] for row in of_cell]).astype(np.float32)
    np.testing.assert_array_equal(confidence, one.confidence)  # to the last bit
    assert cells[0]["seed"] == ""
    assert f"{len(images):,} rows" in result.output


def test_breaking_points_are_where_images_are_first_misclassified(folder, export):
    export(folder)
    rows = read_csv(folder / "export" / "breaking_points.csv")
    images = {
        (row["cell"], row["image"]): row["correct"] == "True"
        for row in read_csv(folder / "export" / "images.csv")
    }
    cells = read_csv(folder / "export" / "cells.csv")
    assert len(rows) == 2 * (2 + 1) * 60
    for row in rows[::17]:
        curve = [
            cell
            for cell in cells
            if (cell["corruption"], cell["model"]) == (row["corruption"], row["model"])
            and cell["seed"] in {"", row["seed"]}
        ]
        failed = [cell for cell in curve if not images[cell["cell"], row["image"]]]
        assert (row["failed"] == "True") == bool(failed)
        assert row["breaking_t"] == (failed[0]["t"] if failed else "")
        assert row["breaking_strength"] == (failed[0]["strength"] if failed else "")


def test_all_formats_have_the_same_rows(folder, export):
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra 'parquet' is not installed")
    for form in ("csv", "json", "parquet"):
        assert export(folder, "--format", form, "--out", folder / "out").exit_code == 0
    for name in ("cells", "images", "breaking_points"):
        records = json.loads((folder / "out" / f"{name}.json").read_text())
        table = parquet.read_table(folder / "out" / f"{name}.parquet").to_pylist()
        assert len(records) == len(table) == len(read_csv(folder / "out" / f"{name}.csv"))
        for record, row in zip(records[::13], table[::13], strict=True):
            assert record.keys() == row.keys()
            for column, value in record.items():
                number = isinstance(value, float)
                assert row[column] == (pytest.approx(value, rel=1e-6) if number else value)


def test_a_protocol_has_levels_and_no_breaking_points(
    tmp_path, protocol_settings, observer, fakes, tiny, export
):
    study = Study.model_validate(protocol_settings)
    run_study(study, tmp_path / "here", command="", observer=observer)
    assert export(tmp_path / "here").exit_code == 0
    rows = read_csv(tmp_path / "here" / "export" / "cells.csv")
    assert {row["level"] for row in rows} == {"0", "1", "2"}
    assert not (tmp_path / "here" / "export" / "breaking_points.csv").exists()


def test_without_pyarrow_the_error_names_it(folder, export, monkeypatch):
    original = builtins.__import__

    def missing(name, *arguments, **keywords):
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return original(name, *arguments, **keywords)

    monkeypatch.setattr(builtins, "__import__", missing)
    result = export(folder, "--format", "parquet")
    assert result.exit_code == 2
    assert "need pyarrow, which is not installed" in result.stderr
    assert result.stderr.count("\n") == 1
    assert not list(folder.rglob("*.partial*"))


def test_unknown_formats_and_folders_are_refused(folder, export, tmp_path):
    assert export(folder, "--format", "xls").exit_code == 2
    result = export(tmp_path / "missing")
    assert result.exit_code == 2
    assert "there are no results in" in result.stderr
    with pytest.raises(StudyError, match="csv, parquet, json, not as 'xls'"):
        write_table(ExportTable("t", lambda: iter([])), tmp_path, "xls")


def test_a_failed_write_keeps_the_existing_file(tmp_path):
    def blocks():
        yield pd.DataFrame({"a": [1.0, np.nan, np.inf]})
        raise OSError("no space")

    write_table(ExportTable("t", lambda: iter([pd.DataFrame({"a": [5]})])), tmp_path, "csv")
    with pytest.raises(OSError, match="no space"):
        write_table(ExportTable("t", blocks), tmp_path, "csv")
    assert (tmp_path / "t.csv").read_text() == "a\n5\n"
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]


def test_missing_and_infinite_numbers_are_null_in_json(tmp_path):
    block = pd.DataFrame({"a": [1.5, np.nan, np.inf], "b": ["x", None, "y"]})
    path, rows = write_table(ExportTable("t", lambda: iter([block])), tmp_path, "json")
    assert rows == 3
    records = json.loads(path.read_text())
    assert records == [{"a": 1.5, "b": "x"}, {"a": None, "b": None}, {"a": None, "b": "y"}]
