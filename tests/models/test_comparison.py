"""A grid of settings: validation, trainings, ranking and resuming."""

import csv
import dataclasses
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from models.__main__ import app
from models.data import Dataset, load
from models.training import train
from models.training.config import TrainConfig, TrainingError
from models.trials.comparison import RankedSettings, compare, write_table
from models.trials.grid import ComparisonJob
from models.trials.jobs import load_job
from models.trials.trial_runner import Trial, mean, standard_deviation

GRID = """
data = "tiny.npz"
seeds = 2
[training]
architecture = "mlp"
epochs = 1
batch_size = 16
[grid]
learning_rate = [1e-6, 1e-2]
optimizer = ["adam"]
"""


class Recorder:
    def __init__(self) -> None:
        self.names: list[str] = []

    def begin(self, name: str) -> None:
        self.names.append(name)

    def epoch_done(self, report: object) -> None:
        pass

    def note(self, text: str) -> None:
        pass


@pytest.fixture
def grid_file(tiny_file: Path) -> Path:
    path = tiny_file.with_name("grid.toml")
    path.write_text(GRID)
    return path


def job(path: Path, text: str) -> ComparisonJob:
    path.write_text(text)
    return load_job(ComparisonJob, path, {})


def test_every_combination_with_every_seed_is_evaluated_on_validation_images(
    grid_file: Path, tmp_path: Path
) -> None:
    asked, data, recorder = load_job(ComparisonJob, grid_file, {}), None, Recorder()
    data = load(asked.data)
    ranked = compare(asked, data, tmp_path / "out", recorder)
    assert len(recorder.names) == 4
    assert recorder.names[1] == "2 of 4: learning_rate 1e-06, optimizer adam, seed 1"
    assert [one.settings["learning_rate"] for one in ranked] == [1e-2, 1e-6]
    means = [mean(one.trials, "accuracy") for one in ranked]
    assert means == sorted(means, reverse=True)
    best = ranked[0]
    assert [len(one.trials) for one in ranked] == [2, 2]
    again = train(best.config.model_copy(update={"seed": 1}), data)
    assert best.trials[1].accuracy == again.history[-1]["validation_accuracy"]
    assert best.trials[1].loss == again.history[-1]["validation_loss"]


def test_resuming_trains_only_what_is_new(grid_file: Path, tiny: Dataset, tmp_path: Path) -> None:
    grid = GRID.replace("seeds = 2", "seeds = 1")
    small = job(grid_file, grid.replace("[1e-6, 1e-2]", "[1e-2]"))
    first, second, third = Recorder(), Recorder(), Recorder()
    compare(small, tiny, tmp_path / "out", first)
    large = job(grid_file, grid.replace("[1e-6, 1e-2]", "[1e-3, 1e-2]"))
    ranked = compare(large, tiny, tmp_path / "out", second)
    black = dataclasses.replace(tiny, train_images=tiny.train_images // 2, digest="")
    compare(small, black, tmp_path / "out", third)
    assert [len(one.names) for one in (first, second, third)] == [1, 1, 1]
    assert all("learning_rate 0.001" in name for name in second.names)
    assert len(ranked) == 2


class TestRanking:
    @staticmethod
    def ranked(*figures: tuple[float | None, float | None]) -> RankedSettings:
        config = TrainConfig(architecture="mlp")
        found = tuple(
            Trial(accuracy, loss, failure="" if accuracy is not None else "the loss became nan")
            for accuracy, loss in figures
        )
        return RankedSettings({"epochs": len(figures)}, config, found)

    def test_failures_come_last(self, grid_file: Path, tiny: Dataset, tmp_path: Path) -> None:
        text = GRID.replace("[1e-6, 1e-2]", "[1e38, 1e-6]").replace('["adam"]', '["sgd"]')
        text = text.replace("seeds = 2", "seeds = 1")
        asked = job(grid_file, text.replace("epochs = 1", "epochs = 4"))
        ranked = compare(asked, tiny, tmp_path / "out", Recorder())
        assert [one.settings["learning_rate"] for one in ranked] == [1e-6, 1e38]
        assert "the loss became" in ranked[1].failure
        with write_table(ranked, tmp_path / "a.csv").open() as file:
            rows = list(csv.DictReader(file))
        assert rows[1]["accuracy_mean"] == ""
        assert "the loss became" in rows[1]["failure"]

    @pytest.mark.parametrize(("rank_by", "best"), [("accuracy", 0.01), ("loss", 0.001)])
    def test_the_metric_decides(
        self,
        grid_file: Path,
        tiny: Dataset,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        rank_by: str,
        best: float,
    ) -> None:
        def pretend(_self: object, _name: str, config: TrainConfig, *_others: object) -> Trial:
            return Trial(0.9, 2.0) if config.learning_rate == 0.01 else Trial(0.8, 1.0)

        monkeypatch.setattr("models.trials.trial_runner.TrialRunner.run", pretend)
        asked = job(grid_file, f'rank_by = "{rank_by}"\n' + GRID.replace("1e-6", "1e-3"))
        ranked = compare(asked, tiny, tmp_path / "out", Recorder())
        assert ranked[0].settings["learning_rate"] == best

    def test_table(self, tmp_path: Path) -> None:
        ranked = (self.ranked((0.5, 1.0), (0.75, 2.0)), self.ranked((0.5, 1.5)))
        with write_table(ranked, tmp_path / "a.csv").open() as file:
            rows = list(csv.DictReader(file))
        assert [row["rank"] for row in rows] == ["1", "2"]
        assert float(rows[0]["accuracy_mean"]) == 0.625
        assert float(rows[0]["loss_deviation"]) == pytest.approx(np.std([1, 2], ddof=1))
        assert rows[1]["loss_deviation"] == ""
        assert standard_deviation(ranked[1].trials, "loss") is None

    def test_a_folder_at_the_path_of_the_table(self, tmp_path: Path) -> None:
        with pytest.raises(TrainingError, match="cannot be written"):
            write_table((self.ranked((0.5, 1.0)),), tmp_path)


class TestErrors:
    @pytest.mark.parametrize(
        ("old", "new", "words"),
        [
            ("[grid]", "[gird]", "gird: there is no such setting; did you mean 'grid'?"),
            ("[1e-6, 1e-2]", "[]", "grid.learning_rate: list should have at least 1 item"),
            ("[1e-6, 1e-2]", "[-1, 0.1]", "grid: learning_rate: input should be greater than 0"),
            ("learning_rate", "learning_rat", "did you mean 'learning_rate'?"),
            ("optimizer", "seed", "grid: seed: all combinations are trained with the same seeds"),
            ("seeds = 2", "seeds = 0", "seeds: the number of seeds must lie in [1, 1000], got 0"),
            ("seeds = 2", "seeds = []", "seeds: value should have at least 1 item"),
            ("seeds = 2", "seeds = true", "seeds: must be a list, got True"),
            ("epochs = 1", "epochs = 0", "training.epochs: input should be greater"),
            (
                "epochs = 1", "validation_fraction = 0",
                "grid: validation_fraction: must be above 0, to rank on validation images",
            ),
            (
                "optimizer = ", 'batch_size = [0]\nmonitor = ["auc"]\noptimizer = ',
                "batch_size: input should be greater than or equal to 1, got 0",
            ),
        ],
    )  # fmt: skip
    def test_in_a_grid(self, grid_file: Path, old: str, new: str, words: str) -> None:
        with pytest.raises(TrainingError) as caught:
            job(grid_file, GRID.replace(old, new, 1))
        assert words in str(caught.value)

    def test_the_old_name_of_a_setting(self, grid_file: Path) -> None:
        with pytest.raises(TrainingError, match="the setting judge is now called rank_by"):
            job(grid_file, 'judge = "loss"\n' + GRID)

    def test_invalid_combinations(self, grid_file: Path) -> None:
        text = GRID + 'schedule = ["plateau"]\nvalidation_fraction = [0.1, 0]\n'
        with pytest.raises(TrainingError, match="a plateau schedule needs a validation_fraction"):
            job(grid_file, text)


def test_the_architecture_may_be_in_the_grid_alone(grid_file: Path) -> None:
    text = GRID.replace('architecture = "mlp"', "") + 'architecture = ["cnn", "mlp"]\n'
    asked = job(grid_file, text)
    assert {settings["architecture"] for settings in asked.combinations()} == {"cnn", "mlp"}


class TestCommand:
    @staticmethod
    def run(*arguments: str | Path) -> Result:
        return CliRunner().invoke(app, ["compare", *map(str, arguments)])

    def test_table_and_command_to_repeat(self, grid_file: Path, tmp_path: Path) -> None:
        result = self.run(grid_file, "--out", tmp_path / "out", "--seeds", "1")
        assert result.exit_code == 0, result.stderr
        assert "2 combinations, 1 seed each, on 90 training images" in result.stderr
        assert "learning_rate" in result.stdout
        assert "best:  python -m models train mlp --epochs 1 --batch-size 16" in result.stdout
        assert "--learning-rate 0.01" in result.stdout
        assert "--data" in result.stdout
        assert len((tmp_path / "out" / "ranking.csv").read_text().splitlines()) == 3

    def test_a_missing_grid(self, tmp_path: Path) -> None:
        result = self.run(tmp_path / "none.toml")
        assert result.exit_code == 2
        assert result.stderr.startswith("error: there is no file")
