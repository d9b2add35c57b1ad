"""Compare settings: train every combination of a grid with several seeds, and rank them."""

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
class RankedSettings:
    """A combination of settings with its trials.

    Attributes
    ----------
    settings : dict of str
        The values from the grid.
    config : TrainConfig
        The whole configuration, with the first seed.
    trials : tuple of Trial
        One for each seed, in order.
    """

    settings: dict[str, Any]
    config: TrainConfig
    trials: tuple[Trial, ...]

    @property
    def failure(self) -> str:
        """Why a trial failed; empty if none did."""
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
) -> tuple[RankedSettings, ...]:
    """Train every combination of settings with every seed, and rank the combinations.

    The kept weights are evaluated on the validation images of each training, which the seed
    chooses, so that all combinations are evaluated on the same images. The test images are not
    used.

    Parameters
    ----------
    job : ComparisonJob
        What to compare.
    data : Dataset
        Its training images are used.
    folder : Path
        Where finished trials are stored, and the checkpoint of the unfinished one.
    observer : TrainingObserver
        Receives the progress of the trainings.
    augment : callable, optional
        See `models.training.train`.

    Returns
    -------
    tuple of RankedSettings
        The best combination first; those with a diverged training last.

    Raises
    ------
    TrainingError
        When the folder cannot be used or no images are left to train on.
    """
    runner = TrialRunner(folder, augment, observer)
    total = len(list(job.combinations())) * len(job.seeds)
    numbers = itertools.count(1)
    ranked = []
    for settings in job.combinations():
        config = TrainConfig.model_validate(job.training.model_dump() | settings)
        trials = []
        for seed in job.seeds:
            name = f"{next(numbers)} of {total}: {format_settings(settings)}, seed {seed}"
            seeded = config.model_copy(update={"seed": seed})
            trial = runner.run(name, seeded, data, _on_validation_images, EVALUATION)
            observer.note(f"{name}: {_outcome(trial)}")
            trials.append(trial)
        first = config.model_copy(update={"seed": job.seeds[0]})
        ranked.append(RankedSettings(settings, first, tuple(trials)))
    return tuple(sorted(ranked, key=lambda one: _sort_key(one, job.rank_by)))


def format_settings(settings: dict[str, Any]) -> str:
    """Return settings in the form ``name value, name value``."""
    return ", ".join(f"{name} {value}" for name, value in settings.items())


def write_table(ranked: tuple[RankedSettings, ...], path: Path) -> Path:
    """Write the ranking as CSV, with one row for each combination.

    Parameters
    ----------
    ranked : tuple of RankedSettings
        As `compare` returns them.
    path : Path
        The CSV file.

    Returns
    -------
    Path
        The same path.

    Raises
    ------
    TrainingError
        When the file cannot be written.
    """
    columns = [f"{metric}_{part}" for metric in METRICS for part in ("mean", "deviation")]
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["rank", *ranked[0].settings, *columns, "seeds", "seconds", "failure"])
            for rank, one in enumerate(ranked, 1):
                numbers: list[float | None] = [None] * len(columns)
                if not one.failure:
                    numbers = [
                        value
                        for metric in METRICS
                        for value in (
                            mean(one.trials, metric),
                            standard_deviation(one.trials, metric),
                        )
                    ]
                end = [len(one.trials), round(one.seconds, 1), one.failure]
                writer.writerow([rank, *one.settings.values(), *numbers, *end])
    except OSError as error:
        raise TrainingError(f"{path} cannot be written: {error.strerror}") from error
    return path


def _on_validation_images(trained: Trained) -> tuple[float, float]:
    entry = trained.history[trained.kept_epoch - 1]
    return entry["validation_accuracy"], entry["validation_loss"]


def _outcome(trial: Trial) -> str:
    return trial.failure or f"validation accuracy {trial.accuracy:.2%}, loss {trial.loss:.4f}"


def _sort_key(one: RankedSettings, rank_by: str) -> tuple[bool, float, float]:
    """Return a key that sorts failures last, then by one metric, and ties by the other."""
    if one.failure:
        return True, 0.0, 0.0
    accuracy, loss = -mean(one.trials, "accuracy"), mean(one.trials, "loss")
    return (False, accuracy, loss) if rank_by == "accuracy" else (False, loss, accuracy)
