"""Functions as models: found, tried, known by their version or source, and told what is wrong."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from models.predictors import SLICE, PredictionError, is_function, load_predictor, source_name
from models.store import ModelError

SHAPE = (4, 4, 1)
GUESTS = """
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
def guests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    path = tmp_path / "my_guests.py"
    path.write_text(GUESTS)
    (tmp_path / "broken_guest.py").write_text("raise OSError('no weights')")
    (tmp_path / "needy_guest.py").write_text("import a_library_that_is_absent")
    monkeypatch.syspath_prepend(tmp_path)
    yield path
    for name in ("my_guests", "broken_guest", "needy_guest"):
        sys.modules.pop(name, None)


def images(count: int, shape: tuple[int, ...] = SHAPE) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, *shape), dtype=np.uint8)


@pytest.mark.parametrize(
    ("source", "is_one", "name"),
    [
        ("my_guests:lists", True, "lists"),
        ("a.b.c:d", True, "d"),
        ("a/b.onnx", False, "b"),
        ("net.v2.keras", False, "net.v2"),
        ("C:\\nets\\a.onnx", False, None),
        ("a:b:c", False, None),
        ("1a:b", False, None),
    ],
)
def test_functions_are_told_from_files(source: str, is_one: bool, name: str | None) -> None:
    assert is_function(source) == is_one
    if name is not None:
        assert source_name(source) == name


def test_a_function_gets_whole_slices_and_a_copy() -> None:
    guest = load_predictor("my_guests:brightness", image_shape=SHAPE)
    asked = images(SLICE + 20)
    before = asked.copy()
    answers = guest.predict(asked)
    assert (guest.name, guest.classes, guest.input_shape) == ("brightness", 2, SHAPE)
    np.testing.assert_allclose(answers[:, 1], before.mean(axis=(1, 2, 3)) / 255, rtol=1e-6)
    np.testing.assert_array_equal(asked, before)
    assert set(sys.modules["my_guests"].sizes) == {(SLICE, *SHAPE)}
    assert guest.predict(asked[:7]).tobytes() == answers[:7].tobytes()


def test_lists_will_do() -> None:
    answers = load_predictor("my_guests:lists", image_shape=SHAPE).predict(images(3))
    assert answers.tolist() == [[0.25, 0.75]] * 3


def test_attributes_come_first() -> None:
    guest = load_predictor("my_guests:versioned", image_shape=SHAPE)
    assert guest.input_shape == (6, 5, 3)
    assert load_predictor("my_guests:versioned").classes == 2


def test_an_object_that_can_be_called() -> None:
    assert load_predictor("my_guests:instance").predict(images(2)).shape == (2, 3)


def test_threads_are_pinned_while_it_computes() -> None:
    import threadpoolctl

    module = __import__("my_guests")
    seen = []

    def watching(batch: np.ndarray) -> np.ndarray:
        seen.append({pool["num_threads"] for pool in threadpoolctl.threadpool_info()})
        return np.full((len(batch), 2), 0.5)

    module.watching = watching
    watching.version = 1  # type: ignore[attr-defined]
    load_predictor("my_guests:watching", image_shape=SHAPE, threads=1).predict(images(1))
    assert seen[-1] == {1}


class TestDigest:
    def digest(self, source: str) -> str:
        sys.modules.pop("my_guests", None)
        return load_predictor(source, image_shape=SHAPE).digest

    def test_it_is_of_the_source(self, guests: Path) -> None:
        before = self.digest("my_guests:lists")
        assert before == self.digest("my_guests:lists")
        guests.write_text(GUESTS + "\n# other bytes\n")
        assert self.digest("my_guests:lists") != before

    def test_it_is_of_the_name(self) -> None:
        assert self.digest("my_guests:lists") != self.digest("my_guests:brightness")

    def test_or_of_the_version_alone(self, guests: Path) -> None:
        before = self.digest("my_guests:versioned")
        guests.write_text(GUESTS + "\n# other bytes, other length altogether\n")
        assert self.digest("my_guests:versioned") == before
        guests.write_text(GUESTS.replace('version = "1"', 'version = "number 2"'))
        assert self.digest("my_guests:versioned") != before


@pytest.mark.parametrize(
    ("source", "kind", "message"),
    [
        ("no_such_module:f", ModelError, "there is no module no_such_module, neither"),
        ("my_guests.deeper:f", ModelError, "there is no module my_guests.deeper"),
        ("broken_guest:f", ModelError, "importing broken_guest failed: OSError: no weights"),
        ("needy_guest:f", ModelError, "importing needy_guest failed: No module named 'a_lib"),
        ("my_guests:absent", ModelError, "my_guests has no absent"),
        ("my_guests:Model", ModelError, "must be a function .* got a class"),
        ("my_guests:number", ModelError, "must be a function .* got int"),
        ("math:sqrt", PredictionError, "has no source file .* an attribute version"),
        ("my_guests:raises", PredictionError, "raises: the function raised RuntimeError: out of$"),
        ("my_guests:text", PredictionError, "must return an array of numbers, got str"),
        ("my_guests:ragged", PredictionError, "must return an array of numbers, got list"),
        ("my_guests:short", PredictionError, r"500 images must give .* got \(3, 2\)"),
        ("my_guests:flat", PredictionError, r"500 images must give .* got \(500,\)"),
        ("my_guests:shapeless", PredictionError, "input_shape must be .* got '28x28'"),
        ("my_guests:one", PredictionError, "classes must be a whole number of 2 or more, got 1"),
    ],
)
def test_what_cannot_be_used_is_refused_at_once(
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
def test_what_are_no_probabilities_is_refused_at_prediction(name: str, message: str) -> None:
    guest = load_predictor(f"my_guests:{name}", image_shape=SHAPE)
    with pytest.raises(PredictionError, match=message):
        guest.predict(images(1))


def test_nobody_says_the_shape() -> None:
    with pytest.raises(PredictionError, match=r"set lists\.input_shape = \(height, width, chan"):
        load_predictor("my_guests:lists")
