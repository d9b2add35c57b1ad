"""A whole matrix with cheap networks: cells, page, resumption, mistakes, kills."""

import csv
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matrix_fakes import PartialModel, replacements
from typer.testing import CliRunner

import noiselib
from models.data import load
from studies.__main__ import app
from studies.config.matrix import load_matrix
from studies.core.errors import StudyError
from studies.core.terminal import Observer
from studies.report.charts.heat_maps import draw_accuracies, draw_gains
from studies.report.format import points
from studies.run.matrix import networks_of
from studies.store.store import Store
from studies.workflows import sweep as sweeps
from studies.workflows.matrix import run_matrix

FAKES = Path(__file__).parents[1] / "matrix_fakes.py"
ROOT = Path(__file__).parents[3]
STUDY = """
[matrix]
name = "small"
data = "{data}"
corruptions = ["gaussian_noise(sigma=0.5)", "gaussian_blur(sigma=3)"]
strengths = 2
seeds = 2
training_seeds = {seeds}
[matrix.training]
architecture = "mlp"
"""
PLANNED = 5 * (1 + 2 * 2 + 2)  # trainings x (clean, noise at 2 strengths and 2 seeds, blur at 2)


@pytest.fixture
def cheap(monkeypatch):
    for module, name, stand_in in replacements():
        monkeypatch.setattr(module, name, stand_in)


@pytest.fixture
def predict_with(monkeypatch):
    """Let networks of another kind answer."""

    def predict_with(kind):
        def start(needed, data, *, threads):
            return {classifier.name: kind(classifier.name) for classifier in needed}

        monkeypatch.setattr(sweeps, "load_predictors", start)

    return predict_with


@pytest.fixture(scope="module")
def study(data_file, tmp_path_factory):
    path = tmp_path_factory.mktemp("study") / "study.toml"
    path.write_text(STUDY.format(data=data_file, seeds=2))
    return lambda **changes: load_matrix(path, changes)


@pytest.fixture(scope="module")
def finished(study, tmp_path_factory):
    """A matrix with cheap networks: its folder and its end, to be looked at only."""
    out = tmp_path_factory.mktemp("finished")
    with pytest.MonkeyPatch.context() as patched:
        for module, name, stand_in in replacements():
            patched.setattr(module, name, stand_in)
        return out, run_matrix(study(), out, command="again", observer=Observer())


def rows_of(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_cells_are_the_accuracies_that_the_networks_have(study, finished):
    asked, (out, ending) = study(), finished
    data = load(asked.data)
    assert ending.missing == 0
    assert ending.cell_counts.computed == 2 * PLANNED

    def accuracy(name, spec, strengths, seeds):
        model, right = PartialModel(name), []
        for t in strengths:
            for seed in seeds:
                images = noiselib.parse(spec).at(t)(data.test_images, seed=seed, ids=0)
                right.append((model.predict(images).argmax(axis=1) == data.test_labels).mean())
        return np.mean(right)

    rows = rows_of(out / "matrix.csv")
    assert len(rows) == 5 * 3
    networks = networks_of(asked, data, out)
    for row in rows:
        names = [item.name for item in networks if item.training.label == row["training"]]
        strengths, seeds = ([0], [0]) if row["test"] == "clean" else ([0.5, 1], [0, 1])
        spec = "fog" if row["test"] == "clean" else row["corruption"]
        expected = np.mean([accuracy(name, spec, strengths, seeds) for name in names])
        assert float(row["accuracy"]) == pytest.approx(expected, abs=1e-6)
        assert float(row["low"]) <= float(row["accuracy"]) <= float(row["high"])
    clean = {row["test"]: float(row["accuracy"]) for row in rows if row["training"] == "clean"}
    for row in rows:
        if row["training"] != "clean":
            gain = float(row["accuracy"]) - clean[row["test"]]
            assert float(row["gain"]) == pytest.approx(gain, abs=2e-6)


def test_pictures_are_the_same_at_each_writing_and_bear_every_number(finished, monkeypatch):
    matrix = finished[1].matrix
    drawn = draw_accuracies(matrix, "A title with $ and <b>", {})
    assert drawn == draw_accuracies(matrix, "A title with $ and <b>", {})
    assert drawn.png.startswith(b"\x89PNG")
    monkeypatch.setattr(
        "studies.report.charts.heat_maps.rendered",
        lambda _, figure: sorted(text.get_text() for text in figure.axes[0].texts),
    )
    standings = matrix.summaries.values()
    accuracies = [cell.accuracy.value for cell in matrix.cells.values()]
    accuracies += [share for one in standings for share in (one.mean.value, one.worst.value)]
    assert draw_accuracies(matrix, "", {}) == sorted(f"{100 * share:.1f}" for share in accuracies)
    gains = [cell.gain for cell in matrix.cells.values()] + [one.mean_gain for one in standings]
    texts = [(points(gain.value), gain.low <= 0 <= gain.high) for gain in gains if gain]
    bracketed = sorted(f"({text})" if unclear else text for text, unclear in texts)
    assert draw_gains(matrix, "", {}) == bracketed
    assert draw_gains(replace(matrix, cells={}, summaries={}), "", {}) is None


def test_a_finished_matrix_computes_nothing_and_writes_the_same(study, cheap, observer, tmp_path):
    out = tmp_path / "out"
    run_matrix(study(), out, command="again", observer=observer)
    before = {path.name: path.read_bytes() for path in out.rglob("*.*") if path.suffix != ".sqlite"}
    assert {"matrix.html", "matrix.csv", "trainings.csv", "gains.svg", "matrix.png"} <= set(before)
    ending = run_matrix(study(), out, command="again", observer=observer)
    assert ending.cell_counts.computed == 0
    for path in out.rglob("*.*"):
        assert path.suffix == ".sqlite" or before[path.name] == path.read_bytes()


def test_a_matrix_made_larger_keeps_what_still_holds(study, cheap, observer, tmp_path):
    out = tmp_path / "out"
    run_matrix(study(), out, command="again", observer=observer)
    trained = {path: path.stat().st_mtime_ns for path in (out / "models").glob("*.keras")}
    larger = study(corruptions=["gaussian_noise(sigma=0.5)", "gaussian_blur(sigma=3)", "contrast"])
    ending = run_matrix(larger, out, command="again", observer=observer)
    now = {path: path.stat().st_mtime_ns for path in (out / "models").glob("*.keras")}
    assert trained.items() <= now.items()
    assert len(now) == len(trained) + 2 * 3  # contrast, and the two mixtures again
    assert {label for label, _ in ending.matrix.cells} == {
        "clean", "gaussian noise", "gaussian blur", "contrast", "all", "clean and all",
    }  # fmt: skip
    kept = 2 * PLANNED * 3 // 5
    assert ending.cell_counts.planned - ending.cell_counts.computed == kept


def test_what_decides_a_training_decides_the_name_of_its_network(study, tmp_path):
    data = load(study().data)

    def names(**changes):
        return {item.name for item in networks_of(study(**changes), data, tmp_path)}

    assert names() == names(seeds=5, strengths=3, images=10)
    assert names().isdisjoint(names(epochs=3))
    assert names() < names(training_seeds=3)
    assert names().isdisjoint(names(architecture="cnn"))


def test_the_noise_of_trainings_has_seeds_that_no_test_has(study, tmp_path, monkeypatch, observer):
    seen = []
    for module, name, stand_in in replacements():
        monkeypatch.setattr(module, name, stand_in)
    monkeypatch.setattr(
        "models.resumable.train_to_file",
        lambda config, data, path, augment, tell: seen.append((config.seed, augment)),
    )
    from studies.run.matrix import train_missing

    asked = study()
    networks = networks_of(asked, load(asked.data), tmp_path)
    train_missing(asked, networks, load(asked.data), observer, threads=1)
    assert [seed for seed, _ in seen] == [0, 1] * 5
    assert [augment for _, augment in seen[:2]] == [None, None]
    assert {augment.seed for _, augment in seen[2:]} == {2**31, 2**31 + 1}
    assert all(str(augment.transform) in {"vary(gaussian_noise(sigma=0.5))",
               "vary(gaussian_blur(sigma=3))"} for _, augment in seen[2:6])  # fmt: skip


def test_a_network_that_fails_leaves_gaps_and_the_rest_is_shown(
    study, cheap, observer, tmp_path, predict_with
):
    class Moody(PartialModel):
        def predict(self, images):
            if self.name.startswith("all") and images.std() > 60:  # noise at its worst
                raise RuntimeError("no <b>thanks</b>")
            return super().predict(images)

    predict_with(Moody)
    out = tmp_path / "out"
    ending = run_matrix(study(), out, command="again", observer=observer)
    assert 0 < ending.missing < 2 * PLANNED
    assert ("all", "gaussian noise") not in ending.matrix.cells
    assert ("all", "gaussian blur") in ending.matrix.cells
    page = (out / "matrix.html").read_text(encoding="utf-8")
    assert "cells are missing" in page
    assert "no &lt;b&gt;thanks" in page


def test_where_nothing_is_finished_nothing_is_shown(study, cheap, observer, tmp_path, predict_with):
    class Broken(PartialModel):
        def predict(self, images):
            raise RuntimeError("out of order")

    predict_with(Broken)
    with pytest.raises(StudyError, match="no cell of the matrix is finished"):
        run_matrix(study(), tmp_path / "out", command="again", observer=observer)


def test_the_page_stands_alone_and_opens_with_the_answer(study, cheap, observer, tmp_path):
    asked = study(mixtures={"half and half": "sometimes(contrast, p=0.5)"})
    run_matrix(asked, tmp_path / "out", command="again <b>", observer=observer)
    text = (tmp_path / "out" / "matrix.html").read_text(encoding="utf-8")
    addresses = re.findall(r'(?:src|href)="([^"#]+)', text)
    assert addresses
    assert all(address.startswith("data:") for address in addresses)
    assert not re.search(r"@import|url\(|<script", text)
    assert len(text) < 3_000_000
    assert "again &lt;b&gt;" in text
    assert text.index("has the highest mean accuracy") < text.index("<img")
    assert "half and half" in text
    assert "sometimes(contrast(factor=" in text
    assert "Each row is the mean of 2 networks" in text
    networks = networks_of(asked, load(asked.data), tmp_path)
    with Store(tmp_path / "out") as store:
        assert all(store.model(network.name).digest in text for network in networks)


# --- the command --------------------------------------------------------------------------


@pytest.fixture
def invoke(cheap, tmp_path, data_file, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "study.toml").write_text(STUDY.format(data=data_file, seeds=1))

    def invoke(*arguments):
        return CliRunner().invoke(app, ["matrix", *arguments], catch_exceptions=False)

    return invoke


def test_the_command_prints_the_table_the_answer_and_what_to_do_next(invoke, tmp_path):
    done = invoke("study.toml")
    assert done.exit_code == 0, done.output
    assert "has the highest mean accuracy over the 3 tests" in " ".join(done.output.split())
    assert "Each row is one network." in done.output
    assert f"{PLANNED} cells, {PLANNED} of them computed now" in done.output
    assert "Next: open results/small/matrix.html in a browser." in done.output
    assert "0 of them computed now" in invoke("study.toml").output


def test_the_folder_is_also_that_of_a_sweep(invoke, tmp_path):
    assert invoke("study.toml", "--corruptions", "contrast", "--out", "here").exit_code == 0
    done = CliRunner().invoke(app, ["report", "here"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert len({row["model"] for row in rows_of(tmp_path / "here" / "curves.csv")}) == 3


def test_quick_and_options_replace_settings(invoke, tmp_path, data_file):
    spec = "contrast(factor=0.2)"
    options = ["--training-seeds", "2", "--corruptions", spec, "--data", str(data_file)]
    done = invoke("--quick", *options)
    assert done.exit_code == 0, done.output
    rows = rows_of(tmp_path / "results" / "matrix-quadrants-quick" / "matrix.csv")
    assert {row["corruption"] for row in rows} == {"identity", spec}
    assert {row["training"] for row in rows} == {"clean", "contrast", "clean and all"}
    assert {row["networks"] for row in rows} == {"2"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["study.toml", "--architecture", "mpl"], "did you mean 'mlp'?"),
        (["study.toml", "--strengths", "0"], "matrix.strengths: the number of strengths"),
        (["study.toml", "--corruptions", "fogg"], "did you mean 'fog'?"),
        (["study.toml", "--data", "nodata"], "nodata"),
        (["quickstart"], "it runs with `python -m studies sweep quickstart`"),
        (["gone.toml"], "there is no study file gone.toml"),
    ],
)
def test_a_mistake_is_one_sentence_and_status_2(invoke, arguments, words):
    done = invoke(*arguments)
    assert done.exit_code == 2
    assert words in done.stderr
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1


def test_a_folder_of_another_study_is_refused_before_anything_is_trained(invoke, tmp_path):
    text = (tmp_path / "study.toml").read_text()
    assert invoke("study.toml", "--out", "here").exit_code == 0
    before = sorted((tmp_path / "here" / "models").iterdir())
    (tmp_path / "other.toml").write_text(text.replace('"small"', '"other"'))
    done = invoke("other.toml", "--out", "here", "--epochs", "2")
    assert done.exit_code == 2
    assert "holds the results of study 'small'" in done.stderr
    assert sorted((tmp_path / "here" / "models").iterdir()) == before


def test_more_images_than_there_are_are_refused(invoke, tmp_path):
    text = (tmp_path / "study.toml").read_text()
    (tmp_path / "study.toml").write_text(text.replace("seeds = 2", "seeds = 2\nimages = 61", 1))
    done = invoke("study.toml")
    assert done.exit_code == 2
    assert "has 60, but the study asks for 61" in done.stderr


def test_missing_cells_are_status_1(invoke, predict_with):
    class Moody(PartialModel):
        def predict(self, images):
            if self.name.startswith("clean-"):
                raise RuntimeError("not today")
            return super().predict(images)

    predict_with(Moody)
    done = invoke("study.toml")
    assert done.exit_code == 1
    assert f"{PLANNED // 5} cells are missing; the same command tries them again." in done.output


def test_a_training_that_fails_names_itself(invoke, monkeypatch):
    from models.training import TrainingError

    def fail(config, data, path, augment, tell):
        raise TrainingError("the loss became nan in epoch 2; lower the learning rate")

    monkeypatch.setattr("models.resumable.train_to_file", fail)
    done = invoke("study.toml")
    assert done.exit_code == 2
    assert "training on clean images, seed 0: the loss became nan" in done.stderr


def test_list_shows_the_preset(invoke):
    done = CliRunner().invoke(app, ["list"], catch_exceptions=False)
    assert re.search(r"matrix\s+│ digits\s+│ mlp, trained in 9 ways", done.output)


# --- stopped on the way -------------------------------------------------------------------


@pytest.fixture
def start(tmp_path, data_file):
    """Start the command with cheap networks in a process of its own."""
    (tmp_path / "study.toml").write_text(STUDY.format(data=data_file, seeds=2))

    def start(folder, pause):
        environment = os.environ | {
            "PYTHONPATH": str(ROOT),
            "FAKE_LOG": f"{folder}.log",
            "FAKE_PAUSE": str(pause),
        }
        return subprocess.Popen(
            [sys.executable, str(FAKES), "matrix", "study.toml", "--out", str(folder)],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return start


def did(folder):
    log = Path(f"{folder}.log")
    return log.read_text().splitlines() if log.exists() else []


@pytest.mark.slow
def test_killed_in_training_and_in_testing_it_ends_with_the_same_bytes(start, tmp_path):
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    with start(whole, 0) as process:
        assert process.wait() == 0, process.stdout.read()
    everything = did(whole)
    trainings = [line for line in everything if line.startswith("train")]
    assert len(trainings) == 10

    chance = random.SystemRandom()
    for least in (chance.randint(1, 9), chance.randint(12, 30)):  # in training, and in testing
        with start(cut, 0.02) as process:
            deadline = time.monotonic() + 60
            while len(did(cut)) < least and time.monotonic() < deadline:
                assert process.poll() is None, process.stdout.read()
                time.sleep(0.005)
            process.send_signal(signal.SIGKILL)
    assert len(did(cut)) < len(everything)
    with start(cut, 0) as process:
        assert process.wait() == 0, process.stdout.read()
    twice = len(did(cut)) - len(everything)
    assert 0 <= twice <= 1 + 10  # in work at a kill: a training, a condition that ten networks see
    for name in ("matrix.csv", "trainings.csv", "figures/matrix.svg"):
        assert (cut / name).read_bytes() == (whole / name).read_bytes()


def test_ctrl_c_in_a_training_ends_quietly_with_the_command_to_go_on(start, tmp_path):
    folder = tmp_path / "out"
    with start(folder, 0.3) as process:
        deadline = time.monotonic() + 60
        while len(did(folder)) < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        output = process.stdout.read()
        assert process.wait() == 130
    assert "Traceback" not in output
    assert "stopped; what is finished is stored in" in output
    assert output.strip().endswith(f"--out {folder}")


# --- for real -----------------------------------------------------------------------------


@pytest.mark.slow
def test_real_networks_are_trained_kept_with_their_origin_and_not_trained_again(
    study, observer, tmp_path
):
    noise = "gaussian_noise(sigma=0.5)"
    asked = study(corruptions=[noise], epochs=1, training_seeds=1, architecture="ensi_mlp")
    out = tmp_path / "out"
    first = run_matrix(asked, out, command="again", observer=observer)
    assert [note for note in observer.notes if isinstance(note, tuple)] == [
        ("3 networks", number, 3) for number in (1, 2, 3)
    ]
    origins = {
        path.name.partition("-")[0]: json.loads(path.read_text())
        for path in (out / "models").glob("*.json")
    }
    assert origins["clean"]["augmentation"] == ""
    assert origins["gaussian_noise"]["augmentation"].startswith(
        f"vary({noise}) with seed 2147483648"
    )
    assert origins["clean_and_all"]["augmentation"].startswith("one_of(identity, vary(gaussian_")
    assert {item["config"]["epochs"] for item in origins.values()} == {1}
    again = run_matrix(asked, out, command="again", observer=observer)
    assert again.cell_counts.computed == 0
    assert again.matrix == first.matrix
    assert len([note for note in observer.notes if isinstance(note, tuple)]) == 3
