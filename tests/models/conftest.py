"""Data and models small enough that a test takes milliseconds after TensorFlow has started."""

import os
from pathlib import Path

import numpy as np
import pytest

from models.data import Dataset, load
from models.training import TrainConfig, Trained, train

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

MNIST = Path(__file__).parents[2].parent / "shared" / "data" / "mnist.npz"


def stripes(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return noisy 12x12 images with one bright quarter, and the number of that quarter."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 4, count)
    images = generator.integers(0, 120, (count, 12, 12, 1), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[3 * label : 3 * label + 3] += 100
    return images, labels


@pytest.fixture(scope="session")
def tiny() -> Dataset:
    names = ("top", "upper", "lower", "bottom")
    return Dataset("tiny", *stripes(90, 1), *stripes(40, 2), names)


@pytest.fixture(scope="session")
def digits() -> Dataset:
    return load("digits")


@pytest.fixture(scope="session")
def tiny_config() -> TrainConfig:
    return TrainConfig(architecture="mlp", seed=3, epochs=3, batch_size=16)


@pytest.fixture(scope="session")
def trained(tiny: Dataset, tiny_config: TrainConfig) -> Trained:
    return train(tiny_config, tiny)


@pytest.fixture
def tiny_file(tiny: Dataset, tmp_path: Path) -> Path:
    path = tmp_path / "tiny.npz"
    np.savez(
        path,
        x_train=tiny.train_images,
        y_train=tiny.train_labels,
        x_test=tiny.test_images,
        y_test=tiny.test_labels,
    )
    return path


@pytest.fixture(scope="session")
def mnist_path() -> Path:
    if not MNIST.is_file():
        pytest.skip(f"the real MNIST is not at {MNIST}")
    return MNIST
