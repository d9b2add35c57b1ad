"""A comparison of settings: every combination of a grid, trained with some seeds, and ranked."""

import csv
import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.dataset import Dataset
from models.training import Trained
from models.training.batches import Augment
from models.training.config import TrainConfig, TrainingError
from models.training.reports import TrainingObserver
from models.trials.grid import ComparisonJob
from models.trials.trial_runner import Metric, Trial, TrialRunner, mean, standard_deviation

METRICS: tuple[Metric, Metric] = ("accuracy", "loss")
EVALUATION = "models.trials.comparison._on_validation_images"
"""Part of the key of each stored trial, so it must not change when functions are renamed."""


@dataclass(frozen=True)
class Ranked:
    """A combination with its trials, one a seed.

    Parameters
    ----------
    settings
        What the grid chose.
    config
        All of it, with the first seed.
    trials
        In the order of the seeds.
    """

    settings: dict[str, Any]
    config: TrainConfig
    trials: tuple[Trial, ...]

    @property
    def failure(self) -> str:
        """Why a trial failed, or nothing."""
        return next((trial.failure for trial in self.trials if trial.failure), "")

    @property
    def seconds(self) -> float:
        """Wall-clock time of all trials."""
        return sum(trial.seconds for trial in self.trials)


def compare(
    job: ComparisonJob,
    data: Dataset,
    folder: Path,
    observer: TrainingObserver,
    augment: Augment | None = None,
) -> tuple[Ranked, ...]:
    """Train every combination with every seed and return them, the best first.

    Judged are the weights kept, on the validation images of each training (drawn by its seed, so
    that all combinations meet the same). The test images are never looked at. Combinations in which
    a loss was lost come last.

    Parameters
    ----------
    job
        What to compare.
    data
        Its training images are used.
    folder
        Where finished trainings are remembered, and the unfinished one is kept.
    observer
        Is told how it goes on.
    augment
        What training images go through.

    Raises
    ------
    TrainingError
        When the folder cannot be used or nothing is left to train on.
    """
    runner = TrialRunner(folder, augment, observer)
    total = len(list(job.combinations())) * len(job.seeds)
    numbers = itertools.count(1)
    ranked = []
    for settings in job.combinations():
        config = TrainConfig.model_validate(job.training.model_dump() | settings)
        trials = []
        for seed in job.seeds:
            name = f"{next(numbers)} of {total}: {in_words(settings)}, seed {seed}"
            seeded = config.model_copy(update={"seed": seed})
            trial = runner.run(name, seeded, data, _on_validation_images, EVALUATION)
            observer.note(f"{name}: {_outcome(trial)}")
            trials.append(trial)
        first = config.model_copy(update={"seed": job.seeds[0]})
        ranked.append(Ranked(settings, first, tuple(trials)))
    return tuple(sorted(ranked, key=lambda one: _place(one, job.judge)))


def in_words(settings: dict[str, Any]) -> str:
    """Return settings as ``name value, name value``."""
    return ", ".join(f"{name} {value}" for name, value in settings.items())


def write_table(ranked: tuple[Ranked, ...], path: Path) -> Path:
    """Write the ranking as CSV, a row a combination.

    Raises
    ------
    TrainingError
        When the file cannot be written.
    """
    heads = [f"{figure}_{part}" for figure in METRICS for part in ("mean", "deviation")]
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["rank", *ranked[0].settings, *heads, "seeds", "seconds", "failure"])
            for place, one in enumerate(ranked, 1):
                numbers: list[float | None] = [None] * len(heads)
                if not one.failure:
                    numbers = [
                        value
                        for figure in METRICS
                        for value in (
                            mean(one.trials, figure),
                            standard_deviation(one.trials, figure),
                        )
                    ]
                end = [len(one.trials), round(one.seconds, 1), one.failure]
                writer.writerow([place, *one.settings.values(), *numbers, *end])
    except OSError as error:
        raise TrainingError(f"{path} cannot be written: {error.strerror}") from error
    return path


def _on_validation_images(trained: Trained) -> tuple[float, float]:
    entry = trained.history[trained.kept_epoch - 1]
    return entry["validation_accuracy"], entry["validation_loss"]


def _outcome(trial: Trial) -> str:
    return trial.failure or f"validation accuracy {trial.accuracy:.2%}, loss {trial.loss:.4f}"


def _place(one: Ranked, judge: str) -> tuple[bool, float, float]:
    """Return what sorts: failures last, then by the judge, equal ones by the other figure."""
    if one.failure:
        return True, 0.0, 0.0
    accuracy, loss = -mean(one.trials, "accuracy"), mean(one.trials, "loss")
    return (False, accuracy, loss) if judge == "accuracy" else (False, loss, accuracy)
