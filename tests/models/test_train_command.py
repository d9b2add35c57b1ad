"""``python -m models train``: TOML and options, what it writes, and errors."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from models import backend, store
from models.__main__ import app
from models.resumable import checkpoint_path
from models.training.checkpoints import Checkpoint, TrainingState
from models.training.config import TrainConfig, TrainingError
from models.trials.jobs import TrainingJob, load_job

QUICK = ("--epochs", "2", "--batch-size", "16", "--seed", "5")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def error_of(result: Result) -> str:
    """Return the report of an error: a sentence, or a heading and a line for each error."""
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
    assert "Traceback" not in result.stderr
    return result.stderr


class TestResult:
    def test_it_prints_accuracy_path_and_next_command(
        self, tiny_file: Path, tmp_path: Path
    ) -> None:
        out = tmp_path / "kept" / "net.keras"
        result = run("train", "mlp", "--data", tiny_file, *QUICK, "--out", out)
        assert result.exit_code == 0, result.stderr
        assert result.stderr.startswith(f"on {backend.describe_device()}: mlp on 90 images of tiny")
        assert "2 epochs, batch 16, learning rate 0.002" in result.stderr
        assert "of 40 images" in result.stdout
        assert f"saved: {out}" in result.stdout
        assert f"python -m studies sweep --models {out} --data {tiny_file}" in result.stdout
        trained = store.load(out)
        assert (trained.config.epochs, trained.config.batch_size, trained.config.seed) == (2, 16, 5)
        assert not checkpoint_path(out).exists()

    def test_the_default_folder(
        self, tiny_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        result = run("train", "mlp", "--data", "tiny.npz", "--epochs", "1")
        assert result.exit_code == 0, result.stderr
        sidecar = json.loads((tmp_path / "trained" / "mlp.json").read_text())
        assert sidecar["config"]["epochs"] == 1
        assert len(sidecar["history"]) == 1

    def test_options_replace_settings_of_the_file(self, tiny_file: Path, tmp_path: Path) -> None:
        file, out = tmp_path / "job.toml", tmp_path / "net.keras"
        file.write_text(
            'data = "tiny.npz"\n[training]\narchitecture = "mlp"\nepochs = 30\npatience = 1\n'
            'optimizer = "sgd"\nlearning_rate = 1e-9\nschedule = "constant"\n'
        )
        result = run(
            "train", "--config", file, "--epochs", "3", "--monitor", "accuracy", "--out", out
        )
        assert result.exit_code == 0, result.stderr
        trained = store.load(out)
        assert trained.config.epochs == 3
        assert (trained.config.optimizer, trained.config.monitor) == ("sgd", "accuracy")
        assert trained.kept_epoch == 1
        assert "3 epochs at most" in result.stderr
        assert ", the weights of epoch 1" in result.stdout

    def test_an_augmentation_by_name(
        self, tiny_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.syspath_prepend(tmp_path)
        (tmp_path / "darkness.py").write_text(
            "def darken(images, ids, epoch):\n    return images // (1 + epoch)\n"
        )
        out = tmp_path / "net.keras"
        named = ("--augment", "darkness:darken", "--data", tiny_file, "--out", out)
        result = run("train", "mlp", *QUICK, *named)
        assert result.exit_code == 0, result.stderr
        assert "augmented by darkness:darken" in result.stderr
        assert store.load(out).augmentation.startswith("darkness:darken (")


class TestResuming:
    @pytest.fixture
    def stopped(
        self, tiny_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> tuple[Result, Path]:
        """Press Ctrl-C when the first epoch is over."""
        out = tmp_path / "net.keras"
        with monkeypatch.context() as patch:
            patch.setattr("models.commands.progress.TrainingProgress.epoch_done", interrupt)
            patch.setattr("sys.argv", ["models", "train", "mlp", "--out", "a b.keras"])
            return run("train", "mlp", "--data", tiny_file, *QUICK, "--out", out), out

    def test_ctrl_c_prints_the_command(self, stopped: tuple[Result, Path]) -> None:
        result, out = stopped
        assert result.exit_code == 130
        assert "stopped; to resume, type" in result.stderr
        assert "python -m models train mlp --out 'a b.keras'" in result.stderr
        assert checkpoint_path(out).exists()
        assert not out.exists()

    def test_the_same_command_resumes(self, stopped: tuple[Result, Path], tiny_file: Path) -> None:
        out = stopped[1]
        result = run("train", "mlp", "--data", tiny_file, *QUICK, "--out", out)
        assert result.exit_code == 0, result.stderr
        assert "mlp on tiny resumes after epoch 1" in result.stderr
        assert [entry["epoch"] for entry in store.load(out).history] == [1, 2]

    def test_another_command_is_an_error(
        self, stopped: tuple[Result, Path], tiny_file: Path
    ) -> None:
        out = stopped[1]
        options = ("--data", tiny_file, *QUICK, "--optimizer", "sgd", "--out", out)
        result = run("train", "mlp", *options)
        assert result.exit_code == 2
        assert "holds epoch 1 of another training (optimizer adam there and sgd" in result.stderr
        assert checkpoint_path(out).exists()
        fresh = run("train", "mlp", *options, "--fresh")
        assert fresh.exit_code == 0, fresh.stderr
        assert "resumes" not in fresh.stderr
        assert store.load(out).config.optimizer == "sgd"

    def test_a_damaged_checkpoint(self, tiny_file: Path, tmp_path: Path) -> None:
        out = tmp_path / "net.keras"
        Checkpoint(checkpoint_path(out), {}).write(TrainingState([np.zeros(3)], []))
        checkpoint_path(out).write_bytes(checkpoint_path(out).read_bytes()[:50])
        result = run("train", "mlp", "--data", tiny_file, *QUICK, "--out", out)
        assert result.exit_code == 2
        assert "is damaged; delete it to train from the beginning" in result.stderr


def interrupt(*_arguments: object) -> None:
    raise KeyboardInterrupt


class TestErrors:
    def test_every_error_in_a_file_with_its_path(self, tmp_path: Path) -> None:
        file = tmp_path / "job.toml"
        file.write_text(
            'thread = 2\n[training]\narchitecture = "mpl"\nepochs = 0\nmonitor = "auc"\n'
            'schedule = "plateau"\nvalidation_fraction = 0\nlearning_rat = 1\n'
        )
        lines = error_of(run("train", "--config", file)).splitlines()
        assert lines[0].endswith("job.toml has 6 errors:")
        text = "\n".join(sorted(line.strip() for line in lines[1:]))
        assert text.splitlines()[0].startswith("thread: there is no such setting; did you mean")
        for words in (
            "training.architecture: no architecture is called 'mpl'; did you mean 'mlp'?",
            "training.epochs: input should be greater than or equal to 1, got 0",
            "training.monitor: input should be 'loss' or 'accuracy', got 'auc'",
            "training.schedule: a plateau schedule needs a validation_fraction above 0, got 0",
            "training.learning_rat: there is no such setting; did you mean 'training.learning_ra",
        ):
            assert words in text

    def test_a_wrong_option(self) -> None:
        text = error_of(run("train", "mlp", "--learning-rate", "0"))
        assert text == (
            "error: the options: training.learning_rate: input should be greater than 0, got 0.0\n"
        )

    def test_nothing_to_train(self) -> None:
        assert "training.architecture: is missing" in error_of(run("train"))

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (None, "there is no file"),
            (b"[training", "is not valid TOML"),
            (b"\xff\xfe\xff", "cannot be read"),
            (b"training = 3", "training: input should be a valid dictionary or instance of Train"),
        ],
    )
    def test_an_invalid_file(self, tmp_path: Path, content: bytes | None, words: str) -> None:
        file = tmp_path / "job.toml"
        if content is not None:
            file.write_bytes(content)
        assert words in error_of(run("train", "mlp", "--config", file))

    def test_unknown_data(self) -> None:
        assert "did you mean 'digits'" in error_of(run("train", "mlp", "--data", "digit"))

    def test_missing_data(self, tmp_path: Path) -> None:
        text = error_of(run("train", "mlp", "--data", tmp_path / "none.npz"))
        assert "there is no file" in text

    def test_wrong_ending(self, tmp_path: Path) -> None:
        text = error_of(run("train", "mlp", "--out", tmp_path / "net.h5"))
        assert "must end in .keras" in text

    def test_unwritable_folder_is_found_before_training(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        text = error_of(run("train", "mlp", "--out", tmp_path / "file" / "net.keras"))
        assert "cannot be created" in text

    def test_images_too_small(self, tmp_path: Path) -> None:
        dots, labels = np.zeros((6, 2, 2, 1), np.uint8), np.arange(6) % 2
        path = tmp_path / "dots.npz"
        np.savez(path, x_train=dots, y_train=labels, x_test=dots, y_test=labels)
        result = run("train", "cnn", "--data", path, "--out", tmp_path / "net.keras")
        assert result.exit_code == 2
        assert "error: cnn: images of (2, 2, 1) are too small" in result.stderr

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("noise", "must have the form module:function, got 'noise'"),
            ("no_such_module:f", "importing no_such_module failed: No module named"),
            ("math:noise", "module math has no function noise"),
            ("math:pi", "module math has no function pi"),
        ],
    )
    def test_invalid_augmentations(
        self, tiny_file: Path, tmp_path: Path, name: str, words: str
    ) -> None:
        options = ("--data", tiny_file, "--out", tmp_path / "net.keras", "--augment", name)
        assert words in error_of(run("train", "mlp", *options))


def test_paths_in_a_file_are_relative_to_its_folder(tmp_path: Path) -> None:
    file = tmp_path / "job.toml"
    file.write_text('data = "sets/a.npz"\n[training]\narchitecture = "cnn"\n')
    assert load_job(TrainingJob, file, {}).data == str(tmp_path / "sets" / "a.npz")
    assert load_job(TrainingJob, file, {"data": "sets/b.npz"}).data == "sets/b.npz"
    with pytest.raises(TrainingError, match="data: string should have at least 1 character"):
        load_job(TrainingJob, file, {"data": ""})


def test_the_options_of_a_configuration_give_it_again(
    tiny_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every setting of a training has an option of its name."""
    config = TrainConfig(
        architecture="cnn", seed=7, epochs=3, batch_size=5, learning_rate=0.25, optimizer="sgd",
        label_smoothing=0.125, precision="mixed_bfloat16", validation_fraction=0.25,
        augment_validation=True, schedule="plateau", plateau_factor=0.75, plateau_patience=4,
        plateau_minimum=0.5, patience=6, monitor="accuracy",
    )  # fmt: skip
    met = []

    def remember(job: TrainingJob, *_arguments: object, **_options: object) -> None:
        met.append(job)

    monkeypatch.setattr("models.commands.train.train_and_report", remember)
    assert run("train", *config.as_flags().split()).exit_code == 0
    assert met[0].training == config
    assert config.as_flags().count("--") == len(TrainConfig.model_fields) - 1
