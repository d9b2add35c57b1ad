"""The trainings of the reference study: each is done once, stored, and evaluated on test images."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, stdev
from typing import TYPE_CHECKING

import numpy as np

import noiselib
from studies.config.reference_systems import Goal, ReferenceSystems, ReportedModel

if TYPE_CHECKING:
    from models.data import Dataset
    from models.training import TrainConfig, Trained
    from models.training.batches import Augment
    from models.training.reports import TrainingObserver
    from models.trials.trial_runner import Trial

_KEY = "studies.seeds.trainings.SeedStudy._{}.<locals>.<lambda>"
"""Part of the key of each stored trial, so it must not change when functions are renamed."""

TRAIN_SEED, TEST_SEED = 1, 2
"""Noise seeds of the two sets: image 5 of one must not have the noise of image 5 of the other."""

AUGMENTATION_SEED = 3
"""Noise seed of augmentations, plus the training seed; it differs from those of the noisy data."""

QUICK_IMAGES = 600
"""Number of training and of test images in a quick run, which shows that everything works."""


@dataclass(frozen=True, slots=True)
class ReferenceResult:
    """The trainings of a reported model or of a goal, with their total time and epochs.

    The accuracies are one for each training seed, on the test images; or one for each fold, on it.
    """

    asked: ReportedModel | Goal
    accuracies: tuple[float, ...]
    seconds: float
    epochs: int

    @property
    def accuracy(self) -> float:
        """Mean of the accuracies."""
        return mean(self.accuracies)

    @property
    def deviation(self) -> float | None:
        """Standard deviation of the accuracies (divisor n - 1); None for a single one."""
        return stdev(self.accuracies) if len(self.accuracies) > 1 else None


class ReferenceStudy:
    """The trainings of all reported models and goals, in one folder.

    Parameters
    ----------
    systems : ReferenceSystems
        What to train.
    clean : Dataset
        MNIST.
    folder : Path
        Where results and the unfinished training are stored.
    observer : TrainingObserver
        Receives the progress.
    quick : bool
        Whether to train for one epoch on `QUICK_IMAGES` images.
    """

    def __init__(
        self,
        systems: ReferenceSystems,
        clean: "Dataset",
        folder: Path,
        observer: "TrainingObserver",
        *,
        quick: bool,
    ) -> None:
        self._systems = systems
        self._clean = clean.first(QUICK_IMAGES, QUICK_IMAGES) if quick else clean
        self._folder = folder
        self._observer = observer
        self._quick = quick
        self._noisy: dict[str, Dataset] = {}

    def run(self) -> list[ReferenceResult]:
        """Train and evaluate every reported model and goal that is not stored yet.

        Returns
        -------
        list of ReferenceResult
            In the order of the systems, with the goals last.

        Raises
        ------
        models.training.TrainingError
            When a training fails, or the folder cannot be used; finished trainings stay.
        """
        asked: Sequence[ReportedModel | Goal] = [*self._systems.rows, *self._systems.goals]
        results = []
        for number, one in enumerate(asked, 1):
            trials = self._goal(one) if isinstance(one, Goal) else self._reported(one)
            result = _result(one, trials)
            results.append(result)
            self._observer.note(
                f"{number} of {len(asked)}: {one.title}: {result.accuracy:.2%}, "
                f"{result.epochs} epochs in {result.seconds:.0f} s"
            )
        return results

    def _reported(self, row: ReportedModel) -> "Sequence[Trial]":
        from models.trials.crossvalidation import crossvalidate

        data, config = self._data(row.noise), self._config(row)
        if row.folds:
            return crossvalidate(config, data, row.folds, self._folder, self._observer)
        return [self._trial(row.title, config, data, None, _KEY.format("row"))]

    def _goal(self, goal: Goal) -> "list[Trial]":
        from studies.config.augmentation import CleanImageAugment, SpecAugment

        data, config = self._data(goal.noise), self._config(goal)
        noise = noiselib.parse(self._systems.noise[goal.augmentation])
        clean = np.asarray(self._clean.train_images)
        return [
            self._trial(
                f"{goal.title}, seed {seed}",
                config.model_copy(update={"seed": seed}),
                data,
                CleanImageAugment(clean, SpecAugment(noise, AUGMENTATION_SEED + seed)),
                _KEY.format("goal"),
            )
            for seed in goal.seeds
        ]

    def _trial(
        self,
        title: str,
        config: "TrainConfig",
        data: "Dataset",
        augment: "Augment | None",
        key: str,
    ) -> "Trial":
        from models.trials.trial_runner import TrialRunner

        runner = TrialRunner(self._folder, augment, self._observer)
        return runner.run(title, config, data, lambda trained: _evaluate(trained, data), key)

    def _data(self, noise: str) -> "Dataset":
        if noise not in self._noisy:
            self._noisy[noise] = with_noise(self._clean, noise, self._systems.noise[noise])
        return self._noisy[noise]

    def _config(self, one: ReportedModel | Goal) -> "TrainConfig":
        from models.training import TrainConfig

        settings = {"architecture": one.architecture, **one.training}
        return TrainConfig.model_validate(settings | ({"epochs": 1} if self._quick else {}))


def _evaluate(trained: "Trained", data: "Dataset") -> tuple[float, float]:
    """Return accuracy and loss on the test images, which no training has used."""
    from models.scoring import score

    found = score(trained.model, data.test_images, data.test_labels)
    return found.accuracy, found.loss


def _result(asked: ReportedModel | Goal, trials: "Sequence[Trial]") -> ReferenceResult:
    from models.training import TrainingError

    for trial in trials:
        if trial.accuracy is None:
            raise TrainingError(f"{asked.title}: {trial.failure}")
    return ReferenceResult(
        asked,
        tuple(trial.accuracy for trial in trials if trial.accuracy is not None),
        sum(trial.seconds for trial in trials),
        sum(len(trial.history) for trial in trials),
    )


def with_noise(data: "Dataset", name: str, spec: str) -> "Dataset":
    """Return data in which every training and test image has its own constant noise.

    Parameters
    ----------
    data : Dataset
        The clean data.
    name : str
        Name of the noise.
    spec : str
        The noise, in the text form of noiselib.

    Returns
    -------
    Dataset
        The noisy data; the same for the identity.
    """
    from models.data import Dataset

    noise = noiselib.parse(spec)
    if noise.is_identity:
        return data
    return Dataset(
        f"{data.name} with {name} noise",
        noise(np.asarray(data.train_images), seed=TRAIN_SEED),
        data.train_labels,
        noise(np.asarray(data.test_images), seed=TEST_SEED),
        data.test_labels,
        data.class_names,
    )
