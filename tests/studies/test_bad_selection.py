"""Selections that cannot be studied are said plainly, names that look like markup shown plainly."""

import csv
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from studies.__main__ import app

ODD = ("[bold]x", "<b>x", "$a_b^$c", "_hidden", "[", "x[/]")


@pytest.fixture
def invoke(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments):
        words = [str(argument) for argument in arguments]
        monkeypatch.setattr(sys, "argv", ["studies", *words])
        return CliRunner().invoke(app, words, catch_exceptions=False)

    return invoke


@pytest.fixture
def small(data_file):
    return [
        *("sweep", "--data", data_file, "--out", "here"),
        *("--corruptions", "contrast", "--strengths", 2, "--seeds", 1),
    ]


def assert_one_sentence(result, *words):
    assert result.exit_code == 2, result.output
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    for word in words:
        assert word in result.stderr


def contents(folder):
    return {path: path.read_bytes() for path in Path(folder).rglob("*.csv")}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--models", ""], ["models.0: the name of a model must not be empty"]),
        (["--models", "mlp,"], ["models.1: the name of a model must not be empty"]),
        (["--models", "mlp", "--corruptions", ""], ["corruptions.1: a spec must not be empty"]),
        (["--models", "mlp", "--corruptions", "identity"], ["'identity' changes nothing"]),
        (["--models", "mlp", "--strengths", "0"], ["[2, 1001], got 0"]),
        (["--models", "mlp", "--data", ""], ["data: "]),
        (["--models", "mlp", "--reference", "mlp"], ["only a protocol has a reference model"]),
    ],
)
def test_an_empty_selection_is_one_sentence(invoke, small, fakes, arguments, words):
    assert_one_sentence(invoke(*small, *arguments), *words)
    assert not Path("here").exists()


def test_a_reference_outside_of_the_study_is_one_sentence(invoke, data_file, fakes, tiny):
    study = ["sweep", "--data", data_file, "--out", "here", "--protocol", "tiny_c"]
    assert_one_sentence(
        invoke(*study, "--models", "mlp,cnn", "--reference", "lenet_5"),
        "reference: 'lenet_5' is not among the models of the study, which are mlp, cnn",
    )
    assert not Path("here").exists()


GUESTS = """
import numpy as np

def four(images):
    return np.full((len(images), 4), 0.25)

def nine(images):
    return np.full((len(images), 9), 1 / 9)
"""


def test_models_that_know_other_classes_are_refused_and_cells_stay(
    invoke, small, tmp_path, monkeypatch
):
    (tmp_path / "guests_of_two_kinds.py").write_text(GUESTS)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert invoke(*small, "--models", "guests_of_two_kinds:four").exit_code == 0
    before = contents("here")
    both = "guests_of_two_kinds:four,guests_of_two_kinds:nine"
    assert_one_sentence(
        invoke(*small, "--models", both), "model nine has 9 classes, but quadrants has 4"
    )
    assert contents("here") == before
    again = invoke(*small, "--models", "guests_of_two_kinds:four")
    assert "nothing is left to compute" in again.output


def test_names_that_look_like_markup_are_shown_as_they_are(invoke, small, fakes, tmp_path):
    for name in ODD:
        (tmp_path / f"{name}.onnx").parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.onnx").touch()
    done = invoke(*small, "--models", ",".join(f"{name}.onnx" for name in ODD))
    assert done.exit_code == 0, done.output
    with Path("here/curves.csv").open(newline="") as file:
        written = {row["model"] for row in csv.DictReader(file)}
    names = {Path(name).name for name in ODD}
    assert written == names
    for name in names:
        assert name in done.output
    page = Path("here/report.html").read_text()
    assert "<b>x" not in page
    assert "&lt;b&gt;x" in page
    assert invoke("export", "here").exit_code == 0
    assert "<b>x" in Path("here/export/cells.csv").read_text()
