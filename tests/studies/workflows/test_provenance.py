"""The provenance of a number: from a table to code, data, models, specs and a command."""

import csv
import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest
from fakes import QUADRANTS, write_data
from typer.testing import CliRunner

import noiselib
from studies.__main__ import app
from studies.core import provenance

ROOT = Path(__file__).parents[3]

FUNCTION = (
    QUADRANTS
    + """
quadrants.version = "7"
"""
)

SWEEP = [
    *("sweep", "--data", "a.npz", "--models", "functions_of_origin:quadrants", "--out", "here"),
    *("--corruptions", "gaussian_noise(sigma=0.4) | contrast(factor=0.5)"),
    *("--strengths", "2", "--seeds", "2", "--threshold", "0.6"),
]


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """A folder with data, a model and the results of one sweep, exported."""
    folder = tmp_path_factory.mktemp("origin")
    write_data(folder / "a.npz")
    (folder / "functions_of_origin.py").write_text(FUNCTION)
    with pytest.MonkeyPatch.context() as context:
        context.chdir(folder)
        context.syspath_prepend(str(folder))
        for arguments in (SWEEP, ["export", "here", "--format", "json"]):
            context.setattr(sys, "argv", ["studies", *arguments])
            done = CliRunner().invoke(app, arguments, catch_exceptions=False)
            assert done.exit_code == 0, done.output
        sys.modules.pop("functions_of_origin", None)
    return folder


@pytest.fixture(scope="module")
def origin(swept):
    return json.loads((swept / "here" / "export" / "provenance.json").read_text())


@pytest.fixture(scope="module")
def cells(swept):
    return json.loads((swept / "here" / "export" / "cells.json").read_text())


@pytest.fixture(scope="module")
def number(swept):
    """The row of curves.csv with the accuracy at maximum severity."""
    with (swept / "here" / "curves.csv").open(newline="") as file:
        return list(csv.DictReader(file))[-1]


@pytest.fixture(scope="module")
def behind(number, cells):
    """The cells from which the accuracy is computed."""
    place = [number["corruption"], float(number["t"]), number["model"]]
    return [cell for cell in cells if [cell["corruption"], cell["t"], cell["model"]] == place]


@pytest.fixture(scope="module")
def run(origin, behind):
    """The run that computed the cells."""
    (found,) = {cell["run"] for cell in behind}
    return origin["runs"][str(found)]


def test_the_accuracy_is_the_mean_of_its_cells(number, behind):
    assert [cell["seed"] for cell in behind] == [0, 1]
    assert float(number["accuracy"]) == pytest.approx(np.mean([c["accuracy"] for c in behind]))


def test_a_cell_has_its_exact_spec_with_revisions(behind):
    for cell in behind:
        spec = noiselib.parse(cell["pipeline"])
        assert spec == noiselib.parse("gaussian_noise(sigma=0.4) | contrast(factor=0.5)")
        assert json.loads(cell["revisions"]) == [list(pair) for pair in spec.revisions]


def test_data_and_model_are_identified_by_their_digests(swept, origin, behind, monkeypatch):
    from models.data import load
    from models.predictors import load_predictor

    data = load(swept / "a.npz")
    assert origin["data"]["digest"] == data.digest
    assert (origin["data"]["first_image"], origin["data"]["images"]) == (0, len(data.test_images))
    monkeypatch.syspath_prepend(str(swept))
    model = load_predictor("functions_of_origin:quadrants", image_shape=data.image_shape, threads=1)
    assert origin["models"]["quadrants"]["digest"] == model.digest
    assert {cell["model_digest"] for cell in behind} == {model.digest}


def test_the_code_is_identified_by_commit_and_versions(run):
    git = provenance.git_state(ROOT)
    assert run["git"] == git
    assert run["packages"]["numpy"] == np.__version__
    assert run["packages"]["scipy"] == version("scipy")
    assert run["python"] == platform.python_version()
    assert run["threads"] >= 1


def test_every_setting_of_the_run_is_stored(run, swept):
    assert run["settings"]["corruptions"] == ["gaussian_noise(sigma=0.4) | contrast(factor=0.5)"]
    assert run["settings"]["seeds"] == [0, 1]
    assert run["settings"]["threshold"] == 0.6
    assert run["folder"] == str(swept)
    assert run["started"] <= run["finished"]


def test_the_command_gives_the_same_bytes_again(run, swept, tmp_path):
    """Run the command in a copy of the working folder without its results."""
    for name in ("a.npz", "functions_of_origin.py"):
        shutil.copy(swept / name, tmp_path / name)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    command = shlex.split(run["command"])
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    tables = sorted(path.name for path in (swept / "here").glob("*.csv"))
    assert "curves.csv" in tables
    for table in tables:
        again = (tmp_path / "here" / table).read_bytes()
        assert again == (swept / "here" / table).read_bytes(), table


def test_cells_of_an_older_run_have_its_number(swept, monkeypatch):
    monkeypatch.chdir(swept)
    monkeypatch.syspath_prepend(str(swept))
    shutil.copytree(swept / "here", swept / "more")
    more = ["more" if word == "here" else word for word in SWEEP]
    more[more.index("--seeds") + 1] = "3"
    for arguments in (more, ["export", "more", "--format", "json"]):
        monkeypatch.setattr(sys, "argv", ["studies", *arguments])
        done = CliRunner().invoke(app, arguments, catch_exceptions=False)
        assert done.exit_code == 0, done.output
    export = swept / "more" / "export"
    by_seed = {row["seed"]: row["run"] for row in json.loads((export / "cells.json").read_text())}
    assert by_seed == {None: 1, 0: 1, 1: 1, 2: 2}
    runs = json.loads((export / "provenance.json").read_text())["runs"]
    assert runs["1"]["settings"]["seeds"] == [0, 1]
    assert runs["2"]["settings"]["seeds"] == [0, 1, 2]
    assert "--seeds 3" in runs["2"]["command"]


def test_the_state_of_a_checkout(tmp_path):
    def git(*arguments):
        names = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *names, *arguments], cwd=tmp_path, check=True, capture_output=True)  # noqa: S607

    assert provenance.git_state(tmp_path) == {}
    git("init")
    (tmp_path / "file").write_text("a")
    git("add", "file")
    git("commit", "-m", "first")
    clean = provenance.git_state(tmp_path)
    assert (len(str(clean["commit"])), clean["dirty"]) == (40, False)
    (tmp_path / "file").write_text("b")
    assert provenance.git_state(tmp_path) == {"commit": clean["commit"], "dirty": True}


def test_a_command_includes_deciding_environment_variables(monkeypatch):
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    plain = provenance.command_line(["sweep", "--out", "it's here"])
    assert shlex.split(plain)[1:] == ["-m", "studies", "sweep", "--out", "it's here"]
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert provenance.command_line(["sweep", "--out", "it's here"]) == f"KERAS_BACKEND=jax {plain}"
