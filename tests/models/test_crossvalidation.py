"""Cross-validation: folds, evaluation, and resuming."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from models.__main__ import app
from models.data import Dataset
from models.training import TrainConfig, Trained, TrainingError, train
from models.training.reports import EpochReport
from models.trials import trial_runner as trials
from models.trials.crossvalidation import crossvalidate, split
from models.trials.trial_runner import Trial, mean, standard_deviation

CONFIG = TrainConfig(architecture="mlp", epochs=2, batch_size=16, seed=4)


class Recorder:
    """Record what is reported, and stop after a number of epochs."""

    def __init__(self, stop_after: int = 999) -> None:
        self.names: list[str] = []
        self.notes: list[str] = []
        self.epochs = 0
        self._stop_after = stop_after

    def begin(self, name: str) -> None:
        self.names.append(name)

    def epoch_done(self, report: EpochReport) -> None:
        self.epochs += 1
        if self.epochs == self._stop_after:
            raise KeyboardInterrupt

    def note(self, text: str) -> None:
        self.notes.append(text)


def figures(folds: tuple[Trial, ...]) -> list[tuple[float | None, float | None]]:
    return [(fold.accuracy, fold.loss) for fold in folds]


@pytest.fixture(scope="module")
def folds(tiny: Dataset, tmp_path_factory: pytest.TempPathFactory) -> tuple[Trial, ...]:
    return crossvalidate(CONFIG, tiny, 2, tmp_path_factory.mktemp("whole"), Recorder())


class TestSplit:
    def test_every_image_is_held_out_once(self, tiny: Dataset) -> None:
        parts = list(split(tiny, 5, seed=0))
        assert sum(len(part.test_images) for part in parts) == 90
        held_out = np.concatenate([part.test_images for part in parts])
        assert sorted(image.tobytes() for image in held_out) == sorted(
            image.tobytes() for image in tiny.train_images
        )
        for part in parts:
            seen = {image.tobytes() for image in part.train_images}
            assert not seen & {image.tobytes() for image in part.test_images}
            assert len(part.train_images) + len(part.test_images) == 90

    def test_classes_are_spread_evenly(self, tiny: Dataset) -> None:
        counts = np.array(
            [np.bincount(part.test_labels, minlength=4) for part in split(tiny, 3, seed=0)]
        )
        assert np.ptp(counts, axis=0).max() <= 1

    def test_the_seed_decides(self, tiny: Dataset) -> None:
        first, again, other = (next(iter(split(tiny, 3, seed))).digest for seed in (1, 1, 2))
        assert first == again != other

    @pytest.mark.parametrize("folds", [1, 0, 91])
    def test_too_few_or_too_many(self, tiny: Dataset, folds: int) -> None:
        rarest = np.bincount(tiny.train_labels).min()
        with pytest.raises(
            TrainingError, match=rf"folds must lie in \[2, {rarest}\], because class"
        ):
            list(split(tiny, folds, 0))


class TestCrossValidation:
    def test_a_fold_is_scored_on_its_own_images(
        self, tiny: Dataset, folds: tuple[Trial, ...]
    ) -> None:
        part = list(split(tiny, 2, CONFIG.seed))[1]
        trained = train(CONFIG, part)
        chances = trained.model.predict_on_batch(part.test_images)
        right = chances.argmax(axis=1) == part.test_labels
        assert folds[1].accuracy == pytest.approx(right.mean())
        loss = -np.log(chances[np.arange(len(right)), part.test_labels]).mean()
        assert folds[1].loss == pytest.approx(loss, rel=1e-4)
        assert len(folds[1].history) == 2

    def test_mean_and_deviation(self, folds: tuple[Trial, ...]) -> None:
        values = [fold.loss for fold in folds]
        assert mean(folds, "loss") == pytest.approx(np.mean(values))
        assert standard_deviation(folds, "loss") == pytest.approx(np.std(values, ddof=1))
        assert standard_deviation(folds[:1], "loss") is None

    def test_the_test_images_do_not_matter(
        self, tiny: Dataset, folds: tuple[Trial, ...], tmp_path: Path
    ) -> None:
        black = dataclasses.replace(tiny, test_images=tiny.test_images * 0, digest="")
        found = crossvalidate(CONFIG, black, 2, tmp_path, Recorder())
        assert figures(found) == figures(folds)

    def test_a_stopped_fold_is_resumed(
        self, tiny: Dataset, folds: tuple[Trial, ...], tmp_path: Path
    ) -> None:
        recorder = Recorder(stop_after=3)
        with pytest.raises(KeyboardInterrupt):
            crossvalidate(CONFIG, tiny, 2, tmp_path, recorder)
        later = Recorder()
        found = crossvalidate(CONFIG, tiny, 2, tmp_path, later)
        assert figures(found) == figures(folds)
        assert later.names == ["fold 2 of 2"]
        assert later.epochs == 1
        assert [file.name for file in tmp_path.iterdir()] == ["trials.json"]
        silent = Recorder()
        crossvalidate(CONFIG, tiny, 2, tmp_path, silent)
        assert silent.names == []
        assert len(silent.notes) == 2

    def test_an_infinite_loss_is_an_error(self, tiny: Dataset, tmp_path: Path) -> None:
        lost = CONFIG.model_copy(update={"learning_rate": 1e38, "optimizer": "sgd", "epochs": 4})
        with pytest.raises(TrainingError, match="fold 1 of 3: the loss became"):
            crossvalidate(lost, tiny, 3, tmp_path, Recorder())


class TestFolder:
    @pytest.mark.parametrize("content", ["{", "[]", '{"a": {"history": []}}', '{"a": 3}'])
    def test_damaged(self, tiny: Dataset, tmp_path: Path, content: str) -> None:
        (tmp_path / "trials.json").write_text(content)
        with pytest.raises(TrainingError, match=r"trials\.json is damaged; delete it"):
            trials.TrialRunner(tmp_path, None, Recorder())

    def test_a_file_at_the_path_of_the_folder(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(TrainingError, match=r"the folder .* cannot be created: "):
            trials.TrialRunner(tmp_path / "file" / "folder", None, Recorder())

    def test_one_training_can_be_evaluated_in_several_ways(
        self, tiny: Dataset, tmp_path: Path
    ) -> None:
        def strict(trained: Trained) -> tuple[float, float]:
            return 0.0, 9.0

        def kind(trained: Trained) -> tuple[float, float]:
            return 1.0, 0.0

        config = CONFIG.model_copy(update={"epochs": 1})
        runner = trials.TrialRunner(tmp_path, None, Recorder())
        found = [
            runner.run("", config, tiny, evaluate, evaluate.__name__)
            for evaluate in (strict, kind, strict)
        ]
        assert [trial.accuracy for trial in found] == [0, 1, 0]


def test_command(tiny_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    options = ["mlp", "--data", str(tiny_file), "--epochs", "1", "--folds", "2"]
    result = CliRunner().invoke(app, ["crossvalidate", *options])
    assert result.exit_code == 0, result.stderr
    assert "mlp on 2 folds of the 90 training images of tiny" in result.stderr
    assert "fold 2 of 2: accuracy" in result.stderr
    assert "mlp on 2 folds: accuracy" in result.stdout
    assert "±" in result.stdout
    assert (tmp_path / "trained" / "crossvalidation" / "mlp-tiny" / "trials.json").exists()


def test_command_ctrl_c(tiny_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("models.commands.progress.TrainingProgress.epoch_done", interrupt)
    options = ["mlp", "--data", str(tiny_file), "--epochs", "1", "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(app, ["crossvalidate", *options])
    assert result.exit_code == 130
    assert "stopped; to resume, type" in result.stderr
