"""External models beside trained ones: the same curves, resumption, and errors in one sentence.

The sweeps run in a separate process, because TensorFlow sets its number of threads only once.
"""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fakes import QUADRANTS, write_data

ROOT = Path(__file__).parents[3]

FUNCTIONS = (
    QUADRANTS
    + """
def logits(images):
    return np.full((len(images), 4), 3.0)

def nan(images):
    return np.full((len(images), 4), np.nan)

def nine(images):
    return np.full((len(images), 9), 1 / 9)

def raises(images):
    raise RuntimeError("out of luck")

def small(images):
    return quadrants(images)
small.input_shape = (8, 8, 1)
"""
)

SCRIPT = """
import json, os, pathlib, shutil, sys
sys.path.insert(0, os.getcwd())
import numpy as np
from typer.testing import CliRunner
from studies.__main__ import app

def sweep(models, *arguments, data="a.npz", out="out"):
    common = ["--data", data, "--corruptions", "contrast", "--strengths", "2", "--out", out]
    words = ["sweep", "--models", models, *common, *arguments]
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    return [result.exit_code, result.output, result.stderr]

with np.load("a.npz") as arrays:
    x_train, y_train, x_test = arrays["x_train"] / 255, arrays["y_train"], arrays["x_test"]

from models.backend import pin_threads
from models.backend import processors
pin_threads(processors())  # as the sweeps do
import keras
from onnx import TensorProto, helper, numpy_helper, save

keras.utils.set_random_seed(0)
layers = [keras.Input((12, 12, 1)), keras.layers.Flatten()]
layers += [keras.layers.Dense(16, "relu"), keras.layers.Dense(4, "softmax")]
tiny = keras.Sequential(layers)
tiny.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
tiny.fit(x_train, y_train, epochs=60, verbose=0)
tiny.save("tiny.keras")
initial = [numpy_helper.from_array(w, f"w{n}") for n, w in enumerate(tiny.get_weights())]
nodes = [
    helper.make_node("Flatten", ["images"], ["flat"]),
    helper.make_node("Gemm", ["flat", "w0", "w1"], ["hidden"]),
    helper.make_node("Relu", ["hidden"], ["active"]),
    helper.make_node("Gemm", ["active", "w2", "w3"], ["logits"]),
    helper.make_node("Softmax", ["logits"], ["answer"], axis=1),
]
shapes = [("images", ["n", 12, 12, 1]), ("answer", ["n", 4])]
ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes]
graph = helper.make_graph(nodes, "tiny", ends[:1], ends[1:], initial)
opset = [helper.make_opsetid("", 17)]
save(helper.make_model(graph, opset_imports=opset, ir_version=10), "exported.onnx")

from skops.io import dump
from sklearn.linear_model import LogisticRegression
flat = x_train.reshape(len(x_train), -1)
dump(LogisticRegression(max_iter=500).fit(flat, y_train), "logistic.skops")
for name in ("tiny.keras", "exported.onnx", "logistic.skops"):
    pathlib.Path(f"{name}.toml").write_text('pixels = "0..1"')

results = {}
four = "cnn,tiny.keras,exported.onnx,logistic.skops,my_functions:quadrants"
results["first"] = sweep(four)
assert results["first"][0] == 0, results["first"]
shutil.copy("out/curves.csv", "curves.csv")  # of all models
results["again"] = sweep(four)
results["more"] = sweep(four, "--strengths", "3")
pathlib.Path("exported.onnx.toml").write_text('pixels = "0..255"')
results["other spec"] = sweep("exported.onnx")
pathlib.Path("exported.onnx.toml").write_text('pixels = "0..1"')

content = {name: pathlib.Path(name).read_bytes() for name in ("exported.onnx", "logistic.skops")}
pathlib.Path("cut.onnx").write_bytes(content["exported.onnx"][:-50])
pathlib.Path("cut.skops").write_bytes(content["logistic.skops"][:-50])
pathlib.Path("unsaid.onnx").write_bytes(content["exported.onnx"])
pathlib.Path("pickled.pkl").write_bytes(b"anything")
code = keras.Sequential([keras.Input((12, 12, 1)), keras.layers.Lambda(lambda x: x), *layers[1:]])
code.save("code.keras")
for model in json.loads(sys.argv[1]):
    results[model] = sweep("cnn," + model, out="refused")
results["other shape"] = sweep("cnn,exported.onnx", data="digits", out="digits")
results["flat shape"] = sweep("cnn,logistic.skops", data="digits", out="digits")
results["other classes"] = sweep("cnn,exported.onnx", data="fewer.npz", out="fewer")
results["trained"] = [str(path) for path in pathlib.Path().glob("*/models/cnn.keras")]
pathlib.Path("results.json").write_text(json.dumps(results))
"""

REFUSED = {
    "my_functions:logits": "logits: outputs must be probabilities",
    "my_functions:nan": "nan: outputs must be finite",
    "my_functions:nine": "model nine has 9 classes, but a has 4",
    "my_functions:raises": "raises: the function raised RuntimeError: out of luck",
    "my_functions:small": "model small takes images of 8 x 8 x 1, but those of a are 12 x 12 x 1",
    "my_functions:absent": "module my_functions has no absent",
    "no_module:here": "there is no module no_module",
    "cut.onnx": "cut.onnx cannot be read as an ONNX model, or is damaged",
    "cut.skops": "cut.skops cannot be read as a skops file, or is damaged",
    "unsaid.onnx": 'pixels = "0..1"',
    "pickled.pkl": "it may hold any code",
    "code.keras": "holds a Lambda layer",
    "gone.onnx": "there is no model file gone.onnx",
    "nobody": "or name a .keras, .onnx or .skops file, or package.module:function",
    "exported.onnx,elsewhere/exported.onnx": "2 models are called 'exported'; rename one",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("external")
    write_data(folder / "a.npz")
    import numpy as np

    with np.load(folder / "a.npz") as arrays:
        fewer = {name: array % 2 if name[0] == "y" else array for name, array in arrays.items()}
    np.savez(folder / "fewer.npz", **fewer)
    (folder / "my_functions.py").write_text(FUNCTIONS)
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere" / "exported.onnx").touch()
    return folder


@pytest.fixture(scope="module")
def results(folder):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps(list(REFUSED))],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads((folder / "results.json").read_text())


def accuracies(folder):
    """Return model -> its accuracies in the order of the table."""
    curves = {}
    with (folder / "curves.csv").open() as file:
        for row in csv.DictReader(file):
            curves.setdefault(row["model"], []).append(float(row["accuracy"]))
    return curves


@pytest.mark.slow
def test_every_type_of_model_is_on_the_same_curves(results, folder):
    status, output, _ = results["first"]
    assert status == 0, output
    curves = accuracies(folder)
    assert list(curves) == ["cnn", "tiny", "exported", "logistic", "quadrants"]
    assert {len(curve) for curve in curves.values()} == {2}
    assert curves["exported"] == curves["tiny"]  # the same network in two files
    assert min(curves[name][0] for name in ("tiny", "logistic", "quadrants")) > 0.6


@pytest.mark.slow
def test_a_study_with_external_models_resumes(results):
    status, output, _ = results["again"]
    assert status == 0
    assert "all 10 cells are stored: nothing is left to compute" in output
    status, output, _ = results["more"]
    assert status == 0
    assert "5 of 15 cells to compute" in output


@pytest.mark.slow
def test_another_input_spec_is_another_model(results):
    status, output, _ = results["other spec"]
    assert status == 0
    assert "2 of 2 cells to compute" in output


@pytest.mark.slow
@pytest.mark.parametrize(("case", "words"), REFUSED.items())
def test_what_cannot_be_used_is_refused_in_one_sentence(results, case, words):
    status, output, message = results[case]
    assert status == 2, output
    assert words in message
    assert message.startswith("error: ")
    assert message.count("\n") == 1


@pytest.mark.slow
def test_what_does_not_fit_the_data_is_refused_before_anything_is_trained(results):
    assert (
        "takes images of 12 x 12 x 1, but those of digits are 28 x 28 x 1"
        in results["other shape"][2]
    )
    assert (
        "takes 144 values for each image, but images of 28 x 28 x 1 have 784"
        in results["flat shape"][2]
    )
    assert "has 4 classes, but fewer has 2" in results["other classes"][2]
    assert results["trained"] == ["out/models/cnn.keras"]
