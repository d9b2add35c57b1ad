"""Predictions: reproducible to the byte, and validated."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from models import store
from models.data import Dataset
from models.predictors import SLICE, PredictionError, Predictor, load_predictor
from models.predictors.keras_predictor import KerasPredictor
from models.predictors.sliced import check_probabilities
from models.training import Trained

if TYPE_CHECKING:
    import keras


@pytest.fixture(scope="module")
def predictor(trained: Trained) -> KerasPredictor:
    return KerasPredictor(trained.model, "mlp")


@pytest.fixture(scope="module")
def images(tiny: Dataset) -> np.ndarray:
    """More than two slices, and the last one not full."""
    generator = np.random.default_rng(0)
    return generator.integers(0, 256, (2 * SLICE + 77, *tiny.image_shape), dtype=np.uint8)


@pytest.fixture(scope="module")
def whole(predictor: KerasPredictor, images: np.ndarray) -> np.ndarray:
    return predictor.predict(images)


def small_model(
    activation: str = "softmax", shape: tuple[int | None, ...] = (4, 4, 1)
) -> "keras.Model":
    import keras

    layers = [keras.Input(shape), keras.layers.Flatten(), keras.layers.Dense(3, activation)]
    return keras.Sequential(layers)


class TestPredict:
    def test_attributes(self, predictor: KerasPredictor, trained: Trained) -> None:
        described: Predictor = predictor
        assert described.name == "mlp"
        assert described.digest == trained.digest
        assert described.classes == 4
        assert described.input_shape == (12, 12, 1)

    def test_float32_distributions(self, whole: np.ndarray, images: np.ndarray) -> None:
        assert whole.shape == (len(images), 4)
        assert whole.dtype == np.float32
        np.testing.assert_allclose(whole.sum(axis=1), 1, rtol=1e-5)

    def test_as_the_model_itself(
        self, whole: np.ndarray, images: np.ndarray, trained: Trained
    ) -> None:
        from keras import ops

        direct = ops.convert_to_numpy(trained.model(images[:5], training=False))
        np.testing.assert_allclose(whole[:5], direct, atol=1e-6)

    @pytest.mark.parametrize("length", [1, 7, SLICE - 1, SLICE, SLICE + 1, 2 * SLICE + 76])
    def test_a_shorter_call_gives_the_same_bytes(
        self, predictor: KerasPredictor, images: np.ndarray, whole: np.ndarray, length: int
    ) -> None:
        assert predictor.predict(images[:length]).tobytes() == whole[:length].tobytes()

    def test_calls_at_slice_boundaries_give_the_same_bytes(
        self, predictor: KerasPredictor, images: np.ndarray, whole: np.ndarray
    ) -> None:
        parts = [predictor.predict(images[:SLICE]), predictor.predict(images[SLICE:])]
        assert np.concatenate(parts).tobytes() == whole.tobytes()

    def test_any_subset(
        self, predictor: KerasPredictor, images: np.ndarray, whole: np.ndarray
    ) -> None:
        chosen = np.random.default_rng(1).permutation(len(images))[:300]
        np.testing.assert_allclose(predictor.predict(images[chosen]), whole[chosen], atol=1e-6)

    def test_layout_in_memory_does_not_matter(
        self, predictor: KerasPredictor, images: np.ndarray, whole: np.ndarray
    ) -> None:
        strided = np.repeat(images[:20], 2, axis=0)[::2]
        assert not strided.flags.c_contiguous
        assert predictor.predict(strided).tobytes() == whole[:20].tobytes()

    def test_every_computation_is_one_slice(
        self, trained: Trained, images: np.ndarray, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sizes = []
        original = trained.model.predict_on_batch

        def watched(batch: np.ndarray) -> np.ndarray:
            sizes.append(len(batch))
            return original(batch)

        monkeypatch.setattr(trained.model, "predict_on_batch", watched)
        KerasPredictor(trained.model, "mlp").predict(images)
        assert sizes == [SLICE] * 3

    def test_no_images(self, predictor: KerasPredictor, images: np.ndarray) -> None:
        assert predictor.predict(images[:0]).shape == (0, 4)

    @pytest.mark.parametrize(
        ("wrong", "message"),
        [
            (np.zeros((2, 12, 12, 1)), r"mlp: images must be uint8 \(0 to 255\), got float64"),
            (np.zeros((2, 12, 12), np.uint8), r"shape \(12, 12, 1\), got images of shape \(2, 12"),
            (np.zeros((2, 12, 12, 3), np.uint8), r"got images of shape \(2, 12, 12, 3\)"),
            (np.zeros((12, 12, 1), np.uint8), r"got images of shape \(12, 12, 1\)"),
        ],
    )
    def test_images_that_do_not_fit(
        self, predictor: KerasPredictor, wrong: np.ndarray, message: str
    ) -> None:
        with pytest.raises(PredictionError, match=message):
            predictor.predict(wrong)


class TestLoad:
    def test_a_trained_model(
        self, trained: Trained, images: np.ndarray, whole: np.ndarray, tmp_path: Path
    ) -> None:
        loaded = load_predictor(store.save(trained, tmp_path / "my-net.keras"))
        assert loaded.name == "my-net"
        assert loaded.digest == trained.digest
        assert loaded.predict(images).tobytes() == whole.tobytes()

    def test_an_external_model(self, tmp_path: Path) -> None:
        small_model().save(tmp_path / "external.keras")
        loaded = load_predictor(tmp_path / "external.keras")
        assert loaded.classes == 3
        assert loaded.predict(np.zeros((2, 4, 4, 1), np.uint8)).shape == (2, 3)

    def test_no_file(self, tmp_path: Path) -> None:
        with pytest.raises(store.ModelError, match="there is no model file"):
            load_predictor(tmp_path / "none.keras")


class TestExternalModels:
    def test_logits(self) -> None:
        logits = KerasPredictor(small_model("linear"), "external")
        with pytest.raises(
            PredictionError, match=r"external: outputs must be probabilities.*softmax"
        ):
            logits.predict(np.full((2, 4, 4, 1), 9, np.uint8))

    @pytest.mark.parametrize(
        ("shape", "message"),
        [
            ((2, 4, 4, 1), "input must have the shape"),
            ((16,), "a flat input of 16 values may be images of many shapes"),
            ((None, 4, 1), "fits images of many sizes; declare image"),
        ],
    )
    def test_other_inputs(self, shape: tuple[int | None, ...], message: str) -> None:
        import keras

        pooled = [keras.Input(shape), keras.layers.Activation("relu")]
        model = keras.Sequential(pooled)
        with pytest.raises(PredictionError, match=message):
            KerasPredictor(model, "external")

    def test_two_inputs(self) -> None:
        import keras

        both = [keras.Input((4, 4, 1)), keras.Input((4, 4, 1))]
        with pytest.raises(PredictionError, match="external: the model must have one input"):
            KerasPredictor(keras.Model(both, keras.layers.Add()(both)), "external")

    def test_the_input_spec_is_applied(self, tmp_path: Path) -> None:
        from keras import ops

        model = small_model("linear", (16,))
        model.save(tmp_path / "flat.keras")
        (tmp_path / "flat.keras.toml").write_text('pixels = "0..1"\noutputs = "logits"\nmean = 0.5')
        loaded = load_predictor(tmp_path / "flat.keras", image_shape=(4, 4, 1))
        images = np.random.default_rng(0).integers(0, 256, (3, 4, 4, 1), dtype=np.uint8)
        pixels = images.reshape(3, 16) / np.float32(255) - np.float32(0.5)
        logits = ops.convert_to_numpy(model(pixels))
        expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        np.testing.assert_allclose(loaded.predict(images), expected, rtol=1e-5)
        assert loaded.digest != KerasPredictor(model, "flat", image_shape=(4, 4, 1)).digest

    def test_other_outputs(self) -> None:
        import keras

        image_to_image = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Conv2D(2, 3)])
        with pytest.raises(PredictionError, match=r"output must have .* got \(None, 2, 2, 2\)"):
            KerasPredictor(image_to_image, "external")

    def test_one_output_is_not_a_distribution(self) -> None:
        import keras

        layers = [keras.Input((4, 4, 1)), keras.layers.Flatten(), keras.layers.Dense(1, "sigmoid")]
        with pytest.raises(PredictionError, match="2 classes or more"):
            KerasPredictor(keras.Sequential(layers), "external")


@pytest.mark.parametrize(
    ("outputs", "message"),
    [
        ([[0.5, np.nan]], "must be finite"),
        ([[np.inf, 0]], "must be finite"),
        ([[0.7, 0.7]], "sums up to 0.4 away from 1"),
        ([[1.5, -0.5]], "values down to -0.5"),
        ([[0.2, 0.3, 0.5]], r"expected outputs of shape \(n, 2\), got \(1, 3\)"),
        ([0.5, 0.5], r"expected outputs of shape \(n, 2\), got \(2,\)"),
    ],
)
def test_outputs_that_are_not_probabilities(outputs: list[object], message: str) -> None:
    with pytest.raises(PredictionError, match=message):
        check_probabilities(np.array(outputs, np.float32), 2, "external")


def test_probabilities_pass() -> None:
    check_probabilities(np.array([[0.5, 0.5005], [1, 0]], np.float32), 2, "external")
    check_probabilities(np.empty((0, 2), np.float32), 2, "external")
