"""Functions as models: import, predictions, digest and errors."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from models.predictors import SLICE, PredictionError, is_function, load_predictor, source_name
from models.store import ModelError

SHAPE = (4, 4, 1)
FUNCTIONS = """
import numpy as np

sizes = []

def brightness(images):
    sizes.append(images.shape)
    bright = images.mean(axis=(1, 2, 3)) / 255
    images[:] = 0
    return np.stack([1 - bright, bright], axis=1)

def lists(images):
    return [[0.25, 0.75]] * len(images)

def versioned(images):
    return lists(images)
versioned.version = "1"
versioned.classes = 2
versioned.input_shape = [6, 5, 3]

class Model:
    input_shape = (4, 4, 1)
    def __call__(self, images):
        return np.full((len(images), 3), 1 / 3)
instance = Model()

def logits(images):
    return np.full((len(images), 2), 3.0)
def nan(images):
    return np.full((len(images), 2), np.nan)
def raises(images):
    raise RuntimeError("out of\\nluck")
def text(images):
    return "seven"
def ragged(images):
    return [[1, 2], [3]]
def short(images):
    return np.ones((3, 2)) / 2
def flat(images):
    return np.ones(len(images))
def liar(images):
    return np.ones((len(images), 4)) / 4
liar.classes = 3
def shapeless(images):
    return lists(images)
shapeless.input_shape = "28x28"
def one(images):
    return lists(images)
one.classes = 1
number = 3
"""


@pytest.fixture(autouse=True)
def functions_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    path = tmp_path / "my_models.py"
    path.write_text(FUNCTIONS)
    (tmp_path / "broken_model.py").write_text("raise OSError('no weights')")
    (tmp_path / "needy_model.py").write_text("import a_library_that_is_absent")
    monkeypatch.syspath_prepend(tmp_path)
    yield path
    for name in ("my_models", "broken_model", "needy_model"):
        sys.modules.pop(name, None)


def images(count: int, shape: tuple[int, ...] = SHAPE) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, *shape), dtype=np.uint8)


@pytest.mark.parametrize(
    ("source", "is_one", "name"),
    [
        ("my_models:lists", True, "lists"),
        ("a.b.c:d", True, "d"),
        ("a/b.onnx", False, "b"),
        ("net.v2.keras", False, "net.v2"),
        ("C:\\nets\\a.onnx", False, None),
        ("a:b:c", False, None),
        ("1a:b", False, None),
    ],
)
def test_functions_and_files(source: str, is_one: bool, name: str | None) -> None:
    assert is_function(source) == is_one
    if name is not None:
        assert source_name(source) == name


def test_a_function_gets_whole_slices_and_a_copy() -> None:
    model = load_predictor("my_models:brightness", image_shape=SHAPE)
    asked = images(SLICE + 20)
    before = asked.copy()
    answers = model.predict(asked)
    assert (model.name, model.classes, model.input_shape) == ("brightness", 2, SHAPE)
    np.testing.assert_allclose(answers[:, 1], before.mean(axis=(1, 2, 3)) / 255, rtol=1e-6)
    np.testing.assert_array_equal(asked, before)
    assert set(sys.modules["my_models"].sizes) == {(SLICE, *SHAPE)}
    assert model.predict(asked[:7]).tobytes() == answers[:7].tobytes()


def test_lists_become_arrays() -> None:
    answers = load_predictor("my_models:lists", image_shape=SHAPE).predict(images(3))
    assert answers.tolist() == [[0.25, 0.75]] * 3


def test_attributes_come_first() -> None:
    model = load_predictor("my_models:versioned", image_shape=SHAPE)
    assert model.input_shape == (6, 5, 3)
    assert load_predictor("my_models:versioned").classes == 2


def test_an_object_that_can_be_called() -> None:
    assert load_predictor("my_models:instance").predict(images(2)).shape == (2, 3)


def test_threads_are_pinned_while_it_computes() -> None:
    import threadpoolctl

    module = __import__("my_models")
    seen = []

    def watching(batch: np.ndarray) -> np.ndarray:
        seen.append({pool["num_threads"] for pool in threadpoolctl.threadpool_info()})
        return np.full((len(batch), 2), 0.5)

    module.watching = watching
    watching.version = 1  # type: ignore[attr-defined]
    load_predictor("my_models:watching", image_shape=SHAPE, threads=1).predict(images(1))
    assert seen[-1] == {1}


class TestDigest:
    def digest(self, source: str) -> str:
        sys.modules.pop("my_models", None)
        return load_predictor(source, image_shape=SHAPE).digest

    def test_it_is_of_the_source(self, functions_file: Path) -> None:
        before = self.digest("my_models:lists")
        assert before == self.digest("my_models:lists")
        functions_file.write_text(FUNCTIONS + "\n# other bytes\n")
        assert self.digest("my_models:lists") != before

    def test_it_is_of_the_name(self) -> None:
        assert self.digest("my_models:lists") != self.digest("my_models:brightness")

    def test_or_of_the_version_alone(self, functions_file: Path) -> None:
        before = self.digest("my_models:versioned")
        functions_file.write_text(FUNCTIONS + "\n# other bytes, other length altogether\n")
        assert self.digest("my_models:versioned") == before
        functions_file.write_text(FUNCTIONS.replace('version = "1"', 'version = "number 2"'))
        assert self.digest("my_models:versioned") != before


@pytest.mark.parametrize(
    ("source", "kind", "message"),
    [
        ("no_such_module:f", ModelError, "there is no module no_such_module, neither"),
        ("my_models.deeper:f", ModelError, "there is no module my_models.deeper"),
        ("broken_model:f", ModelError, "importing broken_model failed: OSError: no weights"),
        ("needy_model:f", ModelError, "importing needy_model failed: No module named 'a_lib"),
        ("my_models:absent", ModelError, "my_models has no absent"),
        ("my_models:Model", ModelError, "must be a function .* got a class"),
        ("my_models:number", ModelError, "must be a function .* got int"),
        ("math:sqrt", PredictionError, "has no source file .* an attribute version"),
        ("my_models:raises", PredictionError, "raises: the function raised RuntimeError: out of$"),
        ("my_models:text", PredictionError, "must return an array of numbers, got str"),
        ("my_models:ragged", PredictionError, "must return an array of numbers, got list"),
        ("my_models:short", PredictionError, r"500 images must give .* got \(3, 2\)"),
        ("my_models:flat", PredictionError, r"500 images must give .* got \(500,\)"),
        ("my_models:shapeless", PredictionError, "input_shape must be .* got '28x28'"),
        ("my_models:one", PredictionError, "classes must be a whole number of 2 or more, got 1"),
    ],
)
def test_invalid_functions_raise_when_they_are_loaded(
    source: str, kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message):
        load_predictor(source, image_shape=SHAPE)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("logits", "logits: outputs must be probabilities .* softmax"),
        ("nan", "nan: outputs must be finite"),
        ("liar", r"liar: expected outputs of shape \(n, 3\), got \(500, 4\)"),
    ],
)
def test_outputs_that_are_not_probabilities_raise(name: str, message: str) -> None:
    model = load_predictor(f"my_models:{name}", image_shape=SHAPE)
    with pytest.raises(PredictionError, match=message):
        model.predict(images(1))


def test_an_unknown_shape() -> None:
    with pytest.raises(PredictionError, match=r"set lists\.input_shape = \(height, width, chan"):
        load_predictor("my_models:lists")
