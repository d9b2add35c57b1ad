"""Networks by name: what comes in, what comes out, and where their randomness comes from."""

import itertools
import random
from collections.abc import Iterator

import numpy as np
import pytest

from models import architectures
from models.architectures import ArchitectureError, registry
from models.architectures.registry import Recipe, architecture

GREY = (28, 28, 1)
RECIPE = Recipe(images=1000, most_epochs=20, batch_size=8, learning_rate=0.1)


def images(shape: tuple[int, int, int], count: int = 3) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, *shape), dtype=np.uint8)


def weights(name: str, seed: int) -> list[np.ndarray]:
    return architectures.build(name, GREY, 10, seed).get_weights()


def test_the_card_is_there() -> None:
    assert {"mlp", "cnn"} <= set(architectures.names())


@pytest.mark.parametrize("name", architectures.names())
class TestEach:
    @pytest.mark.parametrize("shape", [GREY, (20, 32, 3)])
    def test_uint8_images_in_float32_probabilities_out(
        self, name: str, shape: tuple[int, int, int]
    ) -> None:
        model = architectures.build(name, shape, 7, seed=0)
        probabilities = model.predict_on_batch(images(shape))
        assert model.input.dtype == "uint8"
        assert probabilities.shape == (3, 7)
        assert probabilities.dtype == np.float32
        np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)

    def test_the_seed_decides_every_weight(self, name: str) -> None:
        first, again, other = weights(name, 5), weights(name, 5), weights(name, 6)
        assert all(a.tobytes() == b.tobytes() for a, b in zip(first, again, strict=True))
        matrices = [(a, b) for a, b in zip(first, other, strict=True) if a.ndim > 1]
        assert not any(np.array_equal(a, b) for a, b in matrices)

    def test_global_generators_are_left_alone(self, name: str) -> None:
        random.seed(1)
        before = random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002
        architectures.build(name, GREY, 10, seed=0)
        assert before == (random.getstate(), np.random.get_state()[1].tolist())  # noqa: NPY002

    def test_summary_and_recipe(self, name: str) -> None:
        entry = architectures.get(name)
        assert entry.summary.endswith(".")
        assert entry.recipe.epochs(60_000) >= 1


def test_layer_seeds_do_not_repeat() -> None:
    """Neither within a network nor between those of neighbouring seeds."""
    drawn = [
        draw
        for seed in range(5)
        for draw in itertools.islice(architectures._layer_seeds(seed), 100)
    ]
    assert len(set(drawn)) == 500
    assert 0 <= min(drawn) <= max(drawn) < 2**31


def test_scaling_is_inside() -> None:
    """White and black differ by exactly 1 after the first layer."""
    import keras

    model = architectures.build("mlp", GREY, 10, seed=0)
    scaled = keras.Model(model.input, model.get_layer("scale").output)
    ends = np.stack([np.zeros(GREY, np.uint8), np.full(GREY, 255, np.uint8)])
    np.testing.assert_allclose(scaled.predict_on_batch(ends)[:, 0, 0, 0], [0, 1], rtol=1e-6)


def test_sizes() -> None:
    """Weights, counted by hand: dense w/o bias, batch norm 4 a unit, last layer with bias."""
    mlp = 784 * 512 + 4 * 512 + 512 * 512 + 4 * 512 + 513 * 10
    cnn = 9 * (32 + 32 * 64 + 64 * 128) + 4 * (32 + 64 + 128) + (3 * 3 * 128 + 1) * 10
    assert architectures.build("mlp", GREY, 10, 0).count_params() == mlp
    assert architectures.build("cnn", GREY, 10, 0).count_params() == cnn


def test_unknown_name() -> None:
    with pytest.raises(ArchitectureError, match="'cnm'; did you mean 'cnn'\\? known are cnn, mlp"):
        architectures.build("cnm", GREY, 10, 0)


def test_images_too_small() -> None:
    with pytest.raises(ArchitectureError, match=r"cnn: images of \(4, 4, 1\) are too small"):
        architectures.build("cnn", (4, 4, 1), 10, 0)


def test_one_class() -> None:
    with pytest.raises(ArchitectureError, match="at least 2 classes, got 1"):
        architectures.build("mlp", GREY, 1, 0)


@pytest.mark.parametrize(
    ("training_images", "epochs"), [(1, 20), (50, 20), (51, 20), (100, 10), (999, 2), (5000, 1)]
)
def test_epochs_follow_the_size_of_the_data(training_images: int, epochs: int) -> None:
    assert RECIPE.epochs(training_images) == epochs


def test_a_new_architecture_is_one_function(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "REGISTRY", dict(registry.REGISTRY))
    monkeypatch.setattr(architectures, "REGISTRY", registry.REGISTRY)

    @architecture(RECIPE)
    def linear(pixels: object, seeds: Iterator[int]) -> object:
        """No hidden layer.

        More words.
        """
        from keras import layers

        return layers.Flatten()(pixels)

    assert "linear" in architectures.names()
    assert architectures.get("linear").summary == "No hidden layer."
    assert architectures.build("linear", GREY, 10, 0).count_params() == 7850
    with pytest.raises(ValueError, match="an architecture called 'linear' already"):
        architecture(RECIPE)(linear)
