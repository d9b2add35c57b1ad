"""``python -m models``: what it shows, what it writes, and one sentence for every mistake."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from models import store
from models.__main__ import app
from models.training import Trained


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def sentence(result: Result) -> str:
    """Return the one line that a mistake is answered with."""
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    return result.stderr


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys; sys.argv = ['models', '--help']\n"
        "import runpy\n"
        "try:\n    runpy.run_module('models', run_name='__main__')\n"
        "except SystemExit as end:\n    assert not end.code\n"
        "heavy = {'keras', 'tensorflow', 'sklearn', 'scipy', 'pydantic', 'numpy'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=root
    )
    assert "train" in done.stdout
    assert done.stderr.strip() == "[]"


def test_list() -> None:
    result = run("list")
    assert result.exit_code == 0
    for expected in ("mlp", "cnn", "digits", "cifar10", ".npz"):
        assert expected in result.stdout


def test_info_of_an_architecture() -> None:
    result = run("info", "cnn")
    assert result.exit_code == 0
    assert "Total params: 104,874" in result.stdout
    assert "digits" in result.stdout


def test_info_of_a_trained_model(trained: Trained, tmp_path: Path) -> None:
    result = run("info", store.save(trained, tmp_path / "net.keras"))
    assert result.exit_code == 0
    assert trained.digest in result.stdout
    assert "tiny" in result.stdout


def test_info_of_a_guest(trained: Trained, tmp_path: Path) -> None:
    trained.model.save(tmp_path / "guest.keras")
    result = run("info", tmp_path / "guest.keras")
    assert result.exit_code == 0
    assert "of unknown origin" in result.stdout


def test_train(tiny_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "kept" / "net.keras"
    options = ("--data", tiny_file, "--epochs", "2", "--batch-size", "16", "--seed", "5")
    result = run("train", "mlp", *options, "--out", out)
    assert result.exit_code == 0, result.stderr
    assert "of 40 images" in result.stdout
    assert f"saved: {out}" in result.stdout
    assert f"python -m studies sweep --models {out} --data {tiny_file}" in result.stdout
    trained = store.load(out)
    assert (trained.config.epochs, trained.config.batch_size, trained.config.seed) == (2, 16, 5)


def test_train_by_default_into_trained(
    tiny_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("train", "mlp", "--data", "tiny.npz", "--epochs", "1")
    assert result.exit_code == 0, result.stderr
    assert json.loads((tmp_path / "trained" / "mlp.json").read_text())["config"]["epochs"] == 1


def test_ctrl_c(tiny_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_arguments: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("models.training.train", interrupt)
    result = run("train", "mlp", "--data", tiny_file, "--out", tmp_path / "net.keras")
    assert result.exit_code == 130
    assert "nothing was saved" in result.stderr


class TestMistakes:
    def test_unknown_architecture(self) -> None:
        assert "did you mean 'cnn'" in sentence(run("train", "cnnn"))

    def test_unknown_data(self) -> None:
        assert "did you mean 'digits'" in sentence(run("train", "mlp", "--data", "digit"))

    def test_missing_file(self, tmp_path: Path) -> None:
        text = sentence(run("train", "mlp", "--data", tmp_path / "none.npz"))
        assert "there is no file" in text

    def test_learning_rate(self) -> None:
        text = sentence(run("train", "mlp", "--learning-rate", "0"))
        assert text == "error: learning_rate: Input should be greater than 0, got 0.0\n"

    def test_wrong_ending(self, tmp_path: Path) -> None:
        text = sentence(run("train", "mlp", "--out", tmp_path / "net.h5"))
        assert "must end in .keras" in text

    def test_unwritable_folder_is_found_before_training(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        text = sentence(run("train", "mlp", "--out", tmp_path / "file" / "net.keras"))
        assert "cannot be made" in text

    def test_images_too_small(self, tmp_path: Path) -> None:
        dots, labels = np.zeros((6, 2, 2, 1), np.uint8), np.arange(6) % 2
        path = tmp_path / "dots.npz"
        np.savez(path, x_train=dots, y_train=labels, x_test=dots, y_test=labels)
        assert "too small" in sentence(
            run("train", "cnn", "--data", path, "--out", tmp_path / "net.keras")
        )

    def test_broken_model(self, tmp_path: Path) -> None:
        (tmp_path / "net.keras").write_bytes(b"nothing")
        assert "is damaged or cut short" in sentence(run("info", tmp_path / "net.keras"))

    def test_epochs_out_of_range(self) -> None:
        result = run("train", "mlp", "--epochs", "0")
        assert result.exit_code == 2
        assert "Traceback" not in result.stderr
