import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fakes import write_data
from typer.testing import CliRunner

from studies.__main__ import app
from studies.core import terminal as progress
from studies.workflows import sweep as session

ROOT = Path(__file__).parents[3]


@pytest.fixture
def invoke(tmp_path, monkeypatch, fakes):
    """Call the command line in an empty folder; exceptions other than exits are raised."""
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments):
        monkeypatch.setattr(sys, "argv", ["studies", *map(str, arguments)])
        return CliRunner().invoke(app, [*map(str, arguments)], catch_exceptions=False)

    return invoke


@pytest.fixture
def small(data_file):
    """Arguments of a small sweep."""
    return [
        "sweep",
        "--data",
        data_file,
        *("--models", "mlp", "--strengths", 2, "--seeds", 1, "--corruptions", "contrast"),
    ]


def assert_one_sentence(result, *words):
    assert result.exit_code == 2, result.output
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in result.stderr


def test_a_sweep_ends_with_a_table_the_files_and_the_next_step(invoke, small, tmp_path):
    result = invoke(*small)
    assert result.exit_code == 0, result.output
    for words in ("clean", "contrast(factor=0.05)", "curves.csv", "Next: open"):
        assert words in result.output
    folder = tmp_path / "results" / "quickstart-quadrants"
    assert (folder / "report.html").is_file()
    assert (folder / "figures" / "accuracy.svg").is_file()


def test_a_finished_sweep_reports_that_nothing_is_left(invoke, small):
    invoke(*small)
    result = invoke(*small)
    assert result.exit_code == 0
    assert "nothing is left to compute" in result.output
    assert "0 of them computed now" in result.output


def test_corruptions_can_be_repeated_and_out_chosen(invoke, small, tmp_path):
    specs = ["--corruptions", "gaussian_blur(sigma=1) | contrast"]
    result = invoke(*small, *specs, "--out", "here")
    assert result.exit_code == 0, result.output
    table = (tmp_path / "here" / "curves.csv").read_text()
    assert table.count("\n") == 5


def test_the_first_images_alone(invoke, small, tmp_path):
    result = invoke(*small, "--images", 7, "--out", "here")
    assert result.exit_code == 0, result.output
    table = (tmp_path / "here" / "curves.csv").read_text()
    assert {row["images"] for row in csv.DictReader(table.splitlines())} == {"7"}


def test_report_writes_the_files_again_from_the_database_alone(invoke, small, tmp_path):
    invoke(*small, "--out", "here")
    before = (tmp_path / "here" / "curves.csv").read_bytes()
    (tmp_path / "here" / "curves.csv").unlink()
    result = invoke("report", "here")
    assert result.exit_code == 0
    assert "report.html" in result.output
    assert (tmp_path / "here" / "curves.csv").read_bytes() == before


def test_list_shows_all_choices(invoke):
    result = invoke("list")
    assert result.exit_code == 0
    for word in ("gaussian_noise(sigma=", "rotation(degrees=", "quickstart", "cnn", "digits"):
        assert word in result.output


def test_failed_cells_set_the_exit_status_and_are_named(invoke, small, monkeypatch):
    class Broken:
        def predict(self, _images):
            raise RuntimeError("no luck")

    def start(needed, data, *, threads):
        return {c.name: Broken() for c in needed if c.name == "cnn"} | {
            c.name: original(needed, data, threads=threads)[c.name]
            for c in needed
            if c.name == "mlp"
        }

    original = session.load_predictors
    monkeypatch.setattr(session, "load_predictors", start)
    result = invoke(*small, "--models", "mlp,cnn")
    assert result.exit_code == 1
    assert "cells are missing; the same command tries them again" in result.output
    assert "prediction failed: RuntimeError: no luck" in result.output
    result = invoke(*small, "--models", "cnn", "--out", "only-failures")
    assert_one_sentence(result, "no cell of study 'quickstart' is finished")


def test_ctrl_c_prints_the_command_that_resumes(invoke, small, monkeypatch):
    def start(needed, data, *, threads):
        raise KeyboardInterrupt

    monkeypatch.setattr(session, "load_predictors", start)
    result = invoke(*small)
    assert result.exit_code == 130
    last = result.output.splitlines()[-1]
    assert last.strip().endswith(
        f"-m studies sweep --data {small[2]} --models mlp --strengths 2 --seeds 1"
        " --corruptions contrast"
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--corruptions", "gausian_noise"], ["did you mean 'gaussian_noise'?"]),
        (["--corruptions", "rotation(degrees=9999)"], ["degrees must lie in"]),
        (["--corruptions", "rotation(30)"], ["by keyword"]),
        (["--corruptions", "rotation(degrees=1, degrees=2)"], ["corruptions.1"]),
        (["--models", "mpl"], ["models.0", "no architecture is called 'mpl'"]),
        (["--models", "gone.keras"], ["there is no model file gone.keras"]),
        (["--strengths", "1"], ["strengths", "[2, 1001]", "got 1"]),
        (["--images", "0"], ["images", "got 0"]),
        (["--seeds", "0"], ["seeds", "got 0"]),
        (["--data", "gone.npz"], ["gone.npz"]),
        (["--data", "nmist"], ["did you mean 'mnist'?"]),
        (["--data", "broken.npz"], ["broken.npz"]),
        (["--data", "keys.npz"], ["x_train"]),
        (["--out", "file/below"], ["cannot be written"]),
    ],
)
def test_bad_input_is_one_sentence(invoke, small, tmp_path, arguments, words):
    (tmp_path / "file").touch()
    whole = write_data(tmp_path / "whole.npz").read_bytes()
    (tmp_path / "broken.npz").write_bytes(whole[: len(whole) // 2])
    import numpy as np

    np.savez(tmp_path / "keys.npz", a=np.zeros(3))
    assert_one_sentence(invoke(*small, *arguments), *words)


def test_several_errors_are_reported_together(invoke, small):
    result = invoke(*small, "--models", "mpl", "--corruptions", "gaussian_nose", "--seeds", "0")
    assert result.exit_code == 2
    assert "3 errors" in result.stderr
    assert result.stderr.count("\n") == 4


def test_a_folder_of_another_study_is_refused_and_unchanged(invoke, small, tmp_path):
    invoke(*small, "--out", "here")
    before = (tmp_path / "here" / "curves.csv").read_bytes()
    other = write_data(tmp_path / "other.npz", seed=5)
    assert_one_sentence(
        invoke(*small, "--data", other, "--out", "here"), "here holds the results of study"
    )
    assert (tmp_path / "here" / "curves.csv").read_bytes() == before


def test_a_damaged_database_is_one_sentence(invoke, small, tmp_path):
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "results.sqlite").write_bytes(b"no database" * 500)
    assert_one_sentence(invoke(*small, "--out", "here"), "is damaged")
    assert_one_sentence(invoke("report", "here"), "is damaged")
    assert_one_sentence(invoke("report", "gone"), "there are no results in gone")


def children_seconds():
    times = os.times()
    return times.children_user + times.children_system


def test_help_teaches_and_is_quick():
    environment = os.environ | {"COLUMNS": "100"}
    seconds = []  # of processor time: other processes of this machine do not count
    for _ in range(3):
        begun = children_seconds()
        done = subprocess.run(
            [sys.executable, "-m", "studies", "--help"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        seconds.append(children_seconds() - begun)
    assert "python -m studies sweep" in done.stdout
    assert min(seconds) < 0.5


def test_help_loads_nothing_heavy():
    code = (
        "import sys, studies.__main__\n"
        "heavy = {'numpy', 'keras', 'tensorflow', 'matplotlib', 'pydantic', 'sklearn', 'scipy'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_the_observer_is_plain_off_a_terminal(invoke, small, monkeypatch):
    chosen = []
    original = progress.observer_for
    monkeypatch.setattr(
        progress, "observer_for", lambda console: chosen.append(original(console)) or chosen[-1]
    )
    invoke(*small)
    assert isinstance(chosen[0], progress.LineObserver)
