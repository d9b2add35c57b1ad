"""ONNX graphs as models: every form of input, reproducible predictions, and errors."""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper, save

from models.predictors import SLICE, PredictionError, Predictor, files_of, load_predictor
from models.store import ModelError

WEIGHTS = np.random.default_rng(0).normal(size=(48, 5)).astype(np.float32)
IMAGES = np.random.default_rng(1).integers(0, 256, (SLICE + 123, 4, 4, 3), dtype=np.uint8)
NORMALISED = (IMAGES / 255 - [0.1, 0.2, 0.3]) / 0.5
UNIT = 'pixels = "0..1"\n'


def expected(values: np.ndarray) -> np.ndarray:
    """Return softmax(values @ WEIGHTS), in float64."""
    logits = values.reshape(len(values), -1) @ WEIGHTS.astype(np.float64)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def write(
    path: Path,
    shape: Sequence[int | str] = ("n", 3, 4, 4),
    *,
    declared: str = "",
    kind: int = TensorProto.FLOAT,
    classes: int | str = 5,
    softmax: bool = True,
    extra: Sequence[str] = (),
    apart: str = "",
) -> Path:
    """Write Cast, Flatten, MatMul and Softmax as a graph, and its input spec."""
    nodes = [
        helper.make_node("Cast", ["images"], ["values"], to=TensorProto.FLOAT),
        helper.make_node("Flatten", ["values"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weights"], ["logits" if softmax else "answer"]),
        *([helper.make_node("Softmax", ["logits"], ["answer"], axis=1)] if softmax else []),
        *(helper.make_node("Identity", ["answer"], [name]) for name in extra),
    ]
    tables = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [shape[0], classes])
        for name in ("answer", *extra)
    ]
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("images", kind, list(shape))],
        tables,
        [numpy_helper.from_array(WEIGHTS, "weights")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    if apart:
        save(model, path, save_as_external_data=True, location=apart, size_threshold=0)
    else:
        save(model, path)
    if declared:
        path.with_name(f"{path.name}.toml").write_text(declared)
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "net.onnx"


@pytest.mark.parametrize(
    ("shape", "declared", "values"),
    [
        (("n", 3, 4, 4), UNIT, IMAGES.transpose(0, 3, 1, 2) / 255),
        (("n", 3, 4, 4), 'pixels = "0..255"', IMAGES.transpose(0, 3, 1, 2) / 1.0),
        (("n", 4, 4, 3), UNIT, IMAGES / 255),
        (("n", 48), UNIT, IMAGES / 255),
        (("n", "c", "h", "w"), UNIT + 'layout = "nchw"', IMAGES.transpose(0, 3, 1, 2) / 255),
        ((1, 4, 4, 3), UNIT, IMAGES / 255),
        ((64, 4, 4, 3), UNIT, IMAGES / 255),
        (("n", 4, 4, 3), UNIT + "mean = [0.1, 0.2, 0.3]\nstd = 0.5", NORMALISED),
    ],
)
def test_every_form_of_input(
    path: Path, shape: tuple[int | str, ...], declared: str, values: np.ndarray
) -> None:
    model = load_predictor(write(path, shape, declared=declared), image_shape=(4, 4, 3))
    answers = model.predict(IMAGES)
    assert (model.name, model.classes, model.input_shape) == ("net", 5, (4, 4, 3))
    np.testing.assert_allclose(answers, expected(values), atol=1e-4)
    for length in (1, 70, SLICE):
        assert model.predict(IMAGES[:length]).tobytes() == answers[:length].tobytes()
    assert model.predict(IMAGES[SLICE:]).tobytes() == answers[SLICE:].tobytes()
    assert model.predict(IMAGES[:0]).shape == (0, 5)


def test_uint8_inputs_need_no_input_spec(path: Path) -> None:
    model = load_predictor(write(path, ("n", 4, 4, 3), kind=TensorProto.UINT8))
    np.testing.assert_allclose(model.predict(IMAGES[:9]), expected(IMAGES[:9]), atol=1e-4)


def test_declared_logits_become_probabilities(path: Path) -> None:
    declared = UNIT + 'outputs = "logits"'
    model = load_predictor(write(path, ("n", 4, 4, 3), softmax=False, declared=declared))
    answers = model.predict(IMAGES[:9])
    np.testing.assert_allclose(answers, expected(IMAGES[:9] / 255), atol=1e-5)


def test_classes_are_counted_where_the_graph_does_not_give_them(path: Path) -> None:
    assert load_predictor(write(path, classes="k", declared=UNIT)).classes == 5


def test_one_of_several_outputs(path: Path) -> None:
    with pytest.raises(PredictionError, match="has the outputs answer, other; declare which"):
        load_predictor(write(path, declared=UNIT, extra=["other"]))
    declared = UNIT + 'output_name = "other"'
    assert load_predictor(write(path, declared=declared, extra=["other"])).classes == 5
    with pytest.raises(PredictionError, match="no output is called 'none'; there are answer"):
        load_predictor(write(path, declared=UNIT + 'output_name = "none"'))


class TestDigest:
    def test_of_bytes_and_input_spec(self, path: Path) -> None:
        first = load_predictor(write(path, declared=UNIT))
        same = load_predictor(write(path.with_name("copy.onnx"), declared=UNIT))
        assert same.digest == first.digest
        scaled = load_predictor(write(path, declared=UNIT + "mean = 0.5"))
        other = load_predictor(write(path, classes="k", declared=UNIT))
        assert len({first.digest, scaled.digest, other.digest}) == 3

    @pytest.mark.parametrize("name", ["net.onnx.data", "w" * 150])
    def test_separate_weight_files_count(self, path: Path, name: str) -> None:
        write(path, declared=UNIT, apart=name)
        first = load_predictor(path)
        np.testing.assert_allclose(
            first.predict(IMAGES[:5]), expected(IMAGES[:5].transpose(0, 3, 1, 2) / 255), atol=1e-5
        )
        weights = path.with_name(name)
        assert files_of(path) == (path, path.with_name("net.onnx.toml"), weights)
        weights.write_bytes((WEIGHTS + 1).tobytes())
        assert load_predictor(path).digest != first.digest
        weights.unlink()
        with pytest.raises(ModelError, match=f"keeps weights in .*{name}, which is missing"):
            load_predictor(path)


class TestBadFiles:
    def test_scaling_must_be_declared(self, path: Path) -> None:
        with pytest.raises(PredictionError, match=r'net: takes floating .* pixels = "0\.\.1" or'):
            load_predictor(write(path))

    @pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.99])
    def test_a_truncated_file(self, path: Path, share: float) -> None:
        content = write(path, declared=UNIT).read_bytes()
        path.write_bytes(content[: int(share * len(content))])
        with pytest.raises(
            ModelError, match=r"net\.onnx cannot be read .* or is damaged"
        ) as caught:
            load_predictor(path)
        assert "\n" not in str(caught.value)

    def test_logits(self, path: Path) -> None:
        model = load_predictor(write(path, softmax=False, declared=UNIT))
        with pytest.raises(PredictionError, match=r'net: outputs must .* outputs = "logits" in'):
            model.predict(IMAGES[:1])

    def test_infinite_logits(self, path: Path) -> None:
        declared = UNIT + 'outputs = "logits"\nstd = 1e-38'
        model = load_predictor(write(path, softmax=False, declared=declared))
        with pytest.raises(PredictionError, match="net: outputs must be finite"):
            model.predict(IMAGES[:1])

    def test_a_wrong_number_of_classes_in_the_graph(self, path: Path) -> None:
        model = load_predictor(write(path, classes=7, declared=UNIT))
        assert model.predict(IMAGES[:1]).shape == (1, model.classes) == (1, 5)

    def test_an_input_that_is_not_an_image(self, path: Path) -> None:
        with pytest.raises(PredictionError, match="one input, of uint8 or floating point images"):
            load_predictor(write(path, kind=TensorProto.INT64))

    def test_a_graph_that_fails_when_it_runs(self, path: Path) -> None:
        model = load_predictor(
            write(path, ("n", "h", "w", 3), declared=UNIT), image_shape=(5, 5, 3)
        )
        with pytest.raises(PredictionError, match="net: onnxruntime: ") as caught:
            model.predict(np.zeros((1, 5, 5, 3), np.uint8))
        assert "\n" not in str(caught.value)

    def test_without_onnxruntime(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "onnxruntime", None)
        with pytest.raises(ModelError, match=r"needs onnxruntime, which .* the extra 'external'"):
            load_predictor(write(path, declared=UNIT))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("net.pkl", r"net\.pkl is of a kind that is not read: it may hold any code; .* \.skops"),
        ("net.pth", r"it may hold any code; export the model as \.onnx"),
        ("net.h5", r"save it as \.keras"),
        ("net", r"name a \.keras, \.onnx or \.skops file"),
    ],
)
def test_other_kinds_of_files(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / name).touch()
    with pytest.raises(ModelError, match=message):
        load_predictor(tmp_path / name)


def test_it_is_a_predictor(path: Path) -> None:
    described: Predictor = load_predictor(write(path, declared=UNIT))
    assert len(described.digest) == 64
