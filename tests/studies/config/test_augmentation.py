"""A spec as augmentation: new noise in each epoch, independent of batches; and ``train``."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import noiselib
from models.training import TrainConfig, train
from models.training.batches import AugmentError
from studies.__main__ import app
from studies.config.augmentation import SpecAugment, find_augment

SPECS = (
    "gaussian_noise(sigma=0.5)",
    "vary(gaussian_noise(sigma=0.5))",
    "one_of(rotation(degrees=20), identity) | sometimes(salt_and_pepper(amount=0.2), p=0.5)",
)


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (12, 14, 14, 1), dtype=np.uint8)


@pytest.mark.parametrize("spec", SPECS)
class TestSpecs:
    def test_seed_epoch_and_ids_decide(self, images: np.ndarray, spec: str) -> None:
        augment, ids = find_augment(spec, 7), np.arange(100, 112)
        for epoch in (0, 1, 12):
            expected = noiselib.parse(spec)(images, seed=7 + epoch * 2**32, ids=ids)
            np.testing.assert_array_equal(augment(images, ids, epoch), expected)

    def test_batches_and_order_do_not_matter(self, images: np.ndarray, spec: str) -> None:
        augment, order = find_augment(spec, 0), np.random.default_rng(1).permutation(12)
        whole = augment(images, np.arange(12), 3)
        shuffled = augment(images[order], order, 3)
        np.testing.assert_array_equal(shuffled, whole[order])
        np.testing.assert_array_equal(augment(images[4:5], np.array([4]), 3), whole[4:5])

    def test_another_epoch_and_another_seed_are_other_noise(
        self, images: np.ndarray, spec: str
    ) -> None:
        ids = np.arange(12)
        first = find_augment(spec, 0)(images, ids, 0)
        assert not np.array_equal(first, find_augment(spec, 0)(images, ids, 1))
        assert not np.array_equal(first, find_augment(spec, 1)(images, ids, 0))

    def test_text_form(self, images: np.ndarray, spec: str) -> None:
        text = str(find_augment(spec, 7))
        assert text.startswith(f"{noiselib.parse(spec)} with seed 7, revisions: ")
        for name, revision in noiselib.parse(spec).revisions:
            assert f"{name} {revision}" in text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("fogg", "augment: no corruption is called 'fogg'; did you mean 'fog'?"),
        ("gaussian_noise(sigma=", "augment: cannot read"),
        ("gaussian_noise(sigma=-1)", "sigma must lie in"),
        ("no_such_module:f", "importing no_such_module failed"),
    ],
)
def test_errors(text: str, words: str) -> None:
    with pytest.raises(AugmentError) as caught:
        find_augment(text, 0)
    assert words in str(caught.value)


def test_a_function_by_name() -> None:
    assert str(find_augment("json:dumps", 0)).startswith("json:dumps (")


@pytest.fixture
def data_file(images: np.ndarray, tmp_path: Path) -> Path:
    path, labels = tmp_path / "dots.npz", np.arange(12) % 3
    np.savez(path, x_train=images, y_train=labels, x_test=images, y_test=labels)
    return path


def test_train(data_file: Path, tmp_path: Path) -> None:
    """The command trains as the library does, with noise of the training seed."""
    from models.data import load

    spec, out = "vary(gaussian_noise(sigma=0.5))", tmp_path / "net.keras"
    arguments = ["mlp", "--data", data_file, "--augment", spec, "--epochs", 2, "--seed", 5]
    result = CliRunner().invoke(app, ["train", *map(str, arguments), "--out", str(out)])
    assert result.exit_code == 0, result.stderr
    assert f"augmented by {spec}" in result.stderr
    sidecar = json.loads(out.with_suffix(".json").read_text())
    assert sidecar["augmentation"] == str(find_augment(spec, 5))
    config = TrainConfig(architecture="mlp", epochs=2, seed=5)
    expected = train(config, load(data_file), SpecAugment(noiselib.parse(spec), 5))
    assert sidecar["model_digest"] == expected.digest


def test_train_refuses_an_invalid_spec(data_file: Path, tmp_path: Path) -> None:
    arguments = ["mlp", "--data", str(data_file), "--augment", "fogg"]
    result = CliRunner().invoke(app, ["train", *arguments, "--out", str(tmp_path / "net.keras")])
    assert result.exit_code == 2
    assert result.stderr == "error: augment: no corruption is called 'fogg'; did you mean 'fog'?\n"
