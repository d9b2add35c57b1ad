"""Training, saving and checking real models, in a separate process.

TensorFlow takes its number of threads once in a process, so other tests must not have started it.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fakes import write_data

ROOT = Path(__file__).parents[3]

SCRIPT = """
import json, pathlib, shutil, sys
from typer.testing import CliRunner
from studies.__main__ import app

def sweep(*arguments, data="a.npz", out="out"):
    common = ["--data", data, "--corruptions", "contrast", "--strengths", "2", "--out", out]
    result = CliRunner().invoke(app, ["sweep", *common, *arguments], catch_exceptions=False)
    return [result.exit_code, result.output, result.stderr]

def forget(folder):
    pathlib.Path(folder, "results.sqlite").unlink()

told = {}
told["first"] = sweep("--models", "mlp")
told["loaded"] = "tensorflow" in sys.modules
shutil.copytree("out", "half")
pathlib.Path("half/models/mlp.json").unlink()
forget("half")
told["half"] = sweep("--models", "mlp", out="half")
shutil.copy("out/models/mlp.keras", "mine.keras")
told["own"] = sweep("--models", "mine.keras")
told["classes"] = sweep("--models", "mine.keras", data="fewer.npz", out="fewer")
told["shape"] = sweep("--models", "mine.keras", data="digits", out="shape")
forget("out")
told["data"] = sweep("--models", "mlp", data="b.npz")
forget("out")
pathlib.Path("seed.toml").write_text(
    'name="quickstart"\\ndata="a.npz"\\nmodels=["mlp"]\\ncorruptions=["contrast"]\\n'
    "strengths=2\\ntraining_seed=1"
)
result = CliRunner().invoke(app, ["sweep", "seed.toml", "--out", "out"], catch_exceptions=False)
told["seed"] = [result.exit_code, result.output, result.stderr]
pathlib.Path("cut.keras").write_bytes(pathlib.Path("mine.keras").read_bytes()[:2000])
told["cut"] = sweep("--models", "cut.keras")
pathlib.Path("told.json").write_text(json.dumps(told))
"""

QUIET_AGAIN = """
import sys
from studies.__main__ import app
try:
    app()
finally:
    print("loaded:", sorted({"keras", "tensorflow"} & set(sys.modules)))
"""


def python(code, folder, *arguments):
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("real")
    write_data(folder / "a.npz")
    write_data(folder / "b.npz", seed=7)
    import numpy as np

    with np.load(folder / "a.npz") as arrays:
        fewer = {name: array % 2 if name[0] == "y" else array for name, array in arrays.items()}
    np.savez(folder / "fewer.npz", **fewer)
    return folder


@pytest.fixture(scope="module")
def told(folder):
    done = python(SCRIPT, folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads((folder / "told.json").read_text())


@pytest.mark.slow
def test_an_architecture_is_trained_once_and_saved(told, folder):
    status, output, _ = told["first"]
    assert status == 0, output
    assert "training mlp on 40 images of a" in output
    assert "training mlp: epoch 40 of 40" in output
    assert told["loaded"]
    assert (folder / "out" / "models" / "mlp.keras").is_file()


@pytest.mark.slow
def test_an_interrupted_training_gives_the_same_model(told, folder):
    status, output, _ = told["half"]
    assert status == 0, output
    assert "training mlp" in output
    digests = [
        json.loads((folder / name / "models" / "mlp.json").read_text())["model_digest"]
        for name in ("out", "half")
    ]
    assert digests[0] == digests[1]


@pytest.mark.slow
def test_a_model_file_is_used_unchanged_and_identified_by_its_weights(told):
    status, output, _ = told["own"]
    assert status == 0, output
    assert "training" not in output
    assert "all 2 cells are stored" in output  # the same weights as mlp: its cells are known


@pytest.mark.slow
@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("data", "was trained on other data than b; move it away, or choose another folder"),
        ("seed", "was trained with seed 0, but the study asks for 1"),
        ("classes", "model mine has 4 classes, but fewer has 2"),
        ("shape", "model mine takes images of 12 x 12 x 1, but those of digits are 28 x 28 x 1"),
        ("cut", "cut.keras"),
    ],
)
def test_a_model_that_does_not_fit_is_one_sentence(told, case, words):
    status, _, complaint = told[case]
    assert status == 2
    assert words in complaint
    assert complaint.startswith("error: ")
    assert complaint.count("\n") == 1


@pytest.mark.slow
def test_a_finished_study_never_starts_tensorflow(told, folder):
    arguments = ["sweep", "--data", "a.npz", "--models", "mlp", "--corruptions", "contrast"]
    arguments += ["--strengths", "2", "--out", "half"]
    done = python(QUIET_AGAIN, folder, *arguments)
    assert "nothing is left to compute" in done.stdout, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "loaded: []"
