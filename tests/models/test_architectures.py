"""Architectures: inputs, outputs, and where their random numbers come from."""

import itertools
import json
import random
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from models import architectures
from models.architectures import ArchitectureError, registry
from models.architectures.registry import Recipe, architecture
from models.data import Dataset
from models.training import TrainConfig, train

if TYPE_CHECKING:
    import keras

GREY = (28, 28, 1)
RECIPE = Recipe(images=1000, max_epochs=20, batch_size=8, learning_rate=0.1)
FAMILIES = ("cnn", "densenet", "lenet", "mlp", "resnet", "vgg")
SMALLEST = ("cnn_small", "densenet_10", "lenet", "mlp_small", "resnet_8", "vgg_6")
TABLE_WIDTH = 42
"""Columns for a summary in ``python -m models list`` on a terminal of 80 columns."""


def images(shape: tuple[int, int, int], count: int = 3) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, *shape), dtype=np.uint8)


@cache
def grey(name: str) -> "keras.Model":
    return architectures.build(name, GREY, 10, seed=0)


def seeds_in(node: Any) -> Iterator[object]:
    """Yield every setting called seed in a configuration."""
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    if isinstance(node, dict) and "seed" in node:
        yield node["seed"]
    for child in children:
        yield from seeds_in(child)


def test_the_expected_architectures_exist() -> None:
    assert set(FAMILIES) <= set(architectures.names())
    assert {architectures.get(name).family for name in FAMILIES} == set(FAMILIES)


@pytest.mark.parametrize("name", architectures.names())
class TestEach:
    def test_uint8_images_in_float32_probabilities_out(self, name: str) -> None:
        model = grey(name)
        assert (model.input.dtype, model.input.shape) == ("uint8", (None, *GREY))
        assert (model.output.dtype, model.output.shape) == ("float32", (None, 10))
        assert model.layers[-1].activation.__name__ == "softmax"

    def test_parameters_are_as_stated(self, name: str) -> None:
        assert architectures.get(name).parameters == grey(name).count_params()

    def test_each_layer_with_random_numbers_has_its_own_seed(self, name: str) -> None:
        """All seeds come from the one iterator, in order, without None and without duplicates."""
        used = sorted(seeds_in(json.loads(grey(name).to_json())), key=str)
        given = list(itertools.islice(architectures._layer_seeds(0), len(used)))
        assert used == sorted(given, key=str)

    def test_every_matrix_is_random(self, name: str) -> None:
        """Weights without a seed are zeros and ones: biases and norms, all with one axis."""
        for weight in grey(name).weights:
            assert (np.std(np.asarray(weight.numpy())) > 0) == (weight.ndim > 1), weight.path

    def test_summary_and_recipe(self, name: str) -> None:
        entry = architectures.get(name)
        assert entry.summary.endswith(".")
        assert len(entry.summary) <= TABLE_WIDTH
        assert entry.recipe.epochs(60_000) >= 1


@pytest.mark.parametrize("name", SMALLEST)
class TestEachFamily:
    def test_the_seed_decides_every_weight(self, name: str) -> None:
        first = grey(name).get_weights()
        again = architectures.build(name, GREY, 10, seed=0).get_weights()
        other = architectures.build(name, GREY, 10, seed=1).get_weights()
        assert all(a.tobytes() == b.tobytes() for a, b in zip(first, again, strict=True))
        matrices = [(a, b) for a, b in zip(first, other, strict=True) if a.ndim > 1]
        assert not any(np.array_equal(a, b) for a, b in matrices)

    def test_global_random_generators_are_not_used(self, name: str) -> None:
        random.seed(1)
        before = random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002
        architectures.build(name, GREY, 10, seed=0)
        assert before == (random.getstate(), np.random.get_state()[1].tolist())  # noqa: NPY002

    def test_it_learns(self, name: str, some_digits: Dataset) -> None:
        """One epoch of a few real digits: the loss falls below that of chance level."""
        config = TrainConfig(architecture=name, epochs=1, batch_size=16, validation_fraction=0)
        trained = train(config, some_digits)
        assert trained.history[-1]["loss"] < np.log(10)
        probabilities = trained.model.predict_on_batch(some_digits.test_images)
        assert probabilities.shape == (20, 10)
        np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)


@pytest.fixture(scope="module")
def some_digits(digits: Dataset) -> Dataset:
    return Dataset(
        "some digits",
        digits.train_images[:320],
        digits.train_labels[:320],
        digits.test_images[:20],
        digits.test_labels[:20],
        digits.class_names,
    )


@pytest.mark.parametrize("name", [*FAMILIES, "vgg_10", "theo_cnn4"])
@pytest.mark.parametrize("shape", [(20, 32, 3), (64, 64, 3)])
def test_other_shapes_and_classes(name: str, shape: tuple[int, int, int]) -> None:
    model = architectures.build(name, shape, 7, seed=0)
    assert model.input_shape == (None, *shape)
    assert model.output_shape == (None, 7)


@pytest.mark.parametrize("name", ["mlp", "cnn", "vgg", "resnet", "densenet", "ensi_mlp"])
def test_the_8x8_digits_fit(name: str) -> None:
    probabilities = architectures.build(name, (8, 8, 1), 10, 0).predict_on_batch(images((8, 8, 1)))
    assert probabilities.shape == (3, 10)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("name", ["lenet", "vgg_10", "essmaw_cnn2", "theo_cnn3"])
def test_8x8_is_too_small(name: str) -> None:
    with pytest.raises(ArchitectureError, match=rf"{name}: images of \(8, 8, 1\) are too small"):
        architectures.build(name, (8, 8, 1), 10, 0)


def test_layer_seeds_do_not_repeat() -> None:
    """Seeds differ within a network and between networks with neighbouring seeds."""
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

    model = grey("mlp")
    scaled = keras.Model(model.input, model.get_layer("scale").output)
    ends = np.stack([np.zeros(GREY, np.uint8), np.full(GREY, 255, np.uint8)])
    np.testing.assert_allclose(scaled.predict_on_batch(ends)[:, 0, 0, 0], [0, 1], rtol=1e-6)


def dense(*widths: int) -> int:
    """Weights of dense layers with biases."""
    return sum((before + 1) * after for before, after in itertools.pairwise(widths))


def convolutions(*channels: int, size: int = 3) -> int:
    """Weights of convolutions with biases."""
    pairs = itertools.pairwise(channels)
    return sum((size * size * before + 1) * after for before, after in pairs)


# Batch norm has four parameters for each channel, and replaces the bias of the layer before it.
COUNTED = {
    "mlp": 784 * 512 + 4 * 512 + 512 * 512 + 4 * 512 + 513 * 10,
    "cnn": 9 * (32 + 32 * 64 + 64 * 128) + 4 * (32 + 64 + 128) + (3 * 3 * 128 + 1) * 10,
    "lenet": (25 + 1) * 6 + (25 * 6 + 1) * 16 + dense(5 * 5 * 16, 120, 84, 10),
    "vgg_6": (
        9 * (32 + 32 * 32 + 32 * 64 + 64 * 64)
        + 4 * (2 * 32 + 2 * 64 + 128)
        + 7 * 7 * 64 * 128
        + dense(128, 10)
    ),
    "resnet_8": (
        9 * (16 + 2 * 16**2 + 16 * 32 + 32**2 + 32 * 64 + 64**2)
        + (16 * 32 + 32 * 64)  # the two shortcuts that change the shape
        + 4 * (3 * 16 + 3 * 32 + 3 * 64)
        + dense(64, 10)
    ),
    "densenet_10": (
        9 * (24 + 12 * (24 + 36 + 48 + 60 + 72 + 84))
        + (48**2 + 72**2)  # the transitions
        + 4 * (24 + 36 + 48 + 48 + 60 + 72 + 72 + 84 + 96)
        + dense(96, 10)
    ),
    "essmaw_mlp": dense(784, 256, 128, 10),
    "essmaw_cnn1": convolutions(1, 128, 32) + dense(5 * 5 * 32, 10),
    "essmaw_cnn2": convolutions(1, 128, 64) + 4 * (128 + 64) + dense(5 * 5 * 64, 128, 10),
    "theo_mlp1": dense(784, 256, 128, 10),
    "theo_mlp2": dense(784, 256, 128, 64, 10),
    "theo_mlp3": dense(784, 512, 256, 128, 10),
    "theo_cnn1": convolutions(1, 32, 64, 128) + dense(1 * 1 * 128, 256, 128, 10),
    "theo_lenet": convolutions(1, 6, 16, size=5) + dense(5 * 5 * 16, 120, 84, 10),
    "theo_cnn2": convolutions(1, 32) + dense(13 * 13 * 32, 512, 256, 128, 10),
    "theo_cnn3": convolutions(1, 32, 64, 128, 256) + dense(1 * 1 * 256, 256, 128, 10),
    "theo_cnn4": convolutions(1, 32, 64, 128, 256) + dense(1 * 1 * 256, 512, 256, 10),
    "jhansi_cnn": convolutions(1, 32, 64) + dense(5 * 5 * 64, 10),
    "ensi_mlp": dense(784, 128, 10),
    "ritanjit_mlp": dense(784, 256, 128, 10),
    "ritanjit_cnn": convolutions(1, 32, 64) + dense(5 * 5 * 64, 128, 10),
}


@pytest.mark.parametrize("name", COUNTED)
def test_parameters_counted_by_hand(name: str) -> None:
    assert grey(name).count_params() == COUNTED[name]


def test_every_reference_system_is_counted_by_hand() -> None:
    seeds = {
        n for n in architectures.names() if architectures.get(n).family.startswith("reference_")
    }
    assert seeds <= set(COUNTED)
    assert {name.split("_")[0] for name in seeds} == {
        "essmaw",
        "theo",
        "jhansi",
        "ensi",
        "ritanjit",
    }


DROPOUTS = {
    "essmaw_mlp": [0.3, 0.3],
    "essmaw_cnn1": [0.3],
    "essmaw_cnn2": [0.3, 0.3],
    "theo_mlp1": [0.3],
    "theo_mlp2": [0.3],
    "theo_mlp3": [0.3],
    "theo_cnn1": [0.3],
    "theo_cnn2": [],
    "theo_cnn3": [0.3],
    "theo_cnn4": [0.3],
    "theo_lenet": [],
    "jhansi_cnn": [],
    "ensi_mlp": [],
    "ritanjit_mlp": [0.3],
    "ritanjit_cnn": [0.5],
}


@pytest.mark.parametrize("name", DROPOUTS)
def test_dropout_of_the_reference_systems(name: str) -> None:
    rates = [layer.rate for layer in grey(name).layers if type(layer).__name__ == "Dropout"]
    assert rates == DROPOUTS[name]


@pytest.mark.parametrize("name", ["theo_cnn3", "theo_cnn4", "theo_cnn1", "essmaw_cnn1"])
def test_weights_of_the_convolutions_of_the_reference_systems(name: str) -> None:
    expected = "HeUniform" if name in {"theo_cnn3", "theo_cnn4"} else "GlorotUniform"
    kinds = {
        type(layer.kernel_initializer).__name__
        for layer in grey(name).layers
        if type(layer).__name__ == "Conv2D"
    }
    assert kinds == {expected}


def test_a_residual_block_without_its_convolutions_is_its_shortcut() -> None:
    """With all 3x3 convolutions of the last two stages at zero, ReLU and shortcuts alone remain."""
    import keras

    model = architectures.build("resnet", GREY, 10, seed=3)
    adding = [layer for layer in model.layers if type(layer).__name__ == "Add"]
    assert len(adding) == 6
    for layer in model.layers:
        if type(layer).__name__ == "Conv2D" and layer.kernel_size == (3, 3):
            layer.kernel.assign(np.zeros(layer.kernel.shape))
    model.layers[2].kernel.assign(np.ones(model.layers[2].kernel.shape))
    features = keras.Model(model.input, [adding[0].output, model.get_layer(index=4).output])
    after, before = features.predict_on_batch(images(GREY))
    assert before.max() > 0
    np.testing.assert_array_equal(after, before)


def test_a_dense_block_keeps_its_input() -> None:
    """The first channels after a concatenation are those before it, bit for bit."""
    import keras

    model = grey("densenet_10")
    joining = next(layer for layer in model.layers if type(layer).__name__ == "Concatenate")
    old, new = joining.input
    features = keras.Model(model.input, [old, new, joining.output])
    before, added, after = features.predict_on_batch(images(GREY))
    assert (before.shape[-1], added.shape[-1]) == (24, 12)
    np.testing.assert_array_equal(after[..., :24], before)
    np.testing.assert_array_equal(after[..., 24:], added)


def test_unknown_name() -> None:
    with pytest.raises(ArchitectureError, match="'cnm'; did you mean 'cnn'\\? `python -m models"):
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

    @architecture(RECIPE, parameters=7850)
    def linear(pixels: object, seeds: Iterator[int]) -> object:
        """No hidden layer.

        More words.
        """
        from keras import layers

        return layers.Flatten()(pixels)

    assert "linear" in architectures.names()
    assert architectures.get("linear").summary == "No hidden layer."
    assert architectures.get("linear").family == "test_architectures"
    assert architectures.build("linear", GREY, 10, 0).count_params() == 7850
    with pytest.raises(ValueError, match="an architecture called 'linear' is registered already"):
        architecture(RECIPE, parameters=7850)(linear)
