"""Every training of the seed study: done once, remembered, and judged on the test images."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, stdev
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

import noiselib
from studies.config.reference_systems import Goal, Row, Systems

if TYPE_CHECKING:
    from models.data import Dataset
    from models.training import TrainConfig, Trained
    from models.training.batches import Augment
    from models.training.reports import TrainingObserver
    from models.trials.trial_runner import Trial

_KEY = "studies.seeds.trainings.SeedStudy"
"""Part of the key of each stored trial, so it must not change when this class is renamed."""


FRESH_SEED = 3
"""Of the noise in training, plus the training seed: not that of the noisy data."""

QUICK_IMAGES = 600
"""Of training and test images each in a quick run, with one epoch: to see that all of it runs."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came out of a row or a goal.

    Parameters
    ----------
    asked
        The row or the goal.
    accuracies
        On the test images, one a training seed; or on its fold, one a fold.
    seconds
        Wall-clock time of all its trainings.
    epochs
        Trained in all.
    """

    asked: Row | Goal
    accuracies: tuple[float, ...]
    seconds: float
    epochs: int

    @property
    def accuracy(self) -> float:
        """Mean of the accuracies."""
        return mean(self.accuracies)

    @property
    def deviation(self) -> float | None:
        """Their standard deviation (divisor n - 1); None for one alone."""
        return stdev(self.accuracies) if len(self.accuracies) > 1 else None


class SeedStudy:
    """The seed study in a folder.

    Parameters
    ----------
    systems
        What there is to do.
    clean
        MNIST.
    folder
        Where results are remembered, and the unfinished training is kept.
    watcher
        Is told how it goes on.
    quick
        Whether one epoch on `QUICK_IMAGES` images is enough.
    """

    def __init__(
        self,
        systems: Systems,
        clean: "Dataset",
        folder: Path,
        watcher: "TrainingObserver",
        *,
        quick: bool,
    ) -> None:
        self._systems = systems
        self._clean = clean.first(QUICK_IMAGES, QUICK_IMAGES) if quick else clean
        self._folder = folder
        self._watcher = watcher
        self._quick = quick
        self._noisy: dict[str, Dataset] = {}

    def run(self) -> list[Result]:
        """Train and judge every row and goal, but for those done before.

        Raises
        ------
        models.training.TrainingError
            When a training fails, or the folder cannot be used; what is finished stays.
        """
        asked: Sequence[Row | Goal] = [*self._systems.rows, *self._systems.goals]
        results = []
        for number, one in enumerate(asked, 1):
            trials = self._row(one) if isinstance(one, Row) else self._goal(one)
            result = _result(one, trials)
            results.append(result)
            self._watcher.note(
                f"{number} of {len(asked)}: {one.title}: {result.accuracy:.2%}, "
                f"{result.epochs} epochs in {result.seconds:.0f} s"
            )
        return results

    def _row(self, row: Row) -> "Sequence[Trial]":
        from models.trials.crossvalidation import crossvalidate
        from models.trials.trial_runner import TrialRunner

        data, config = self._data(row.noise), self._config(row)
        if row.folds:
            return crossvalidate(config, data, row.folds, self._folder, self._watcher)
        runner = TrialRunner(self._folder, None, self._watcher)
        key = f"{_KEY}._row.<locals>.<lambda>"
        return [runner.run(row.title, config, data, lambda trained: _judged(trained, data), key)]

    def _goal(self, goal: Goal) -> "list[Trial]":
        import noiselib
        from models.trials.trial_runner import TrialRunner
        from studies.config.augmentation import SpecAugment

        data, config = self._data(goal.noise), self._config(goal)
        noise = noiselib.parse(self._systems.noise[goal.augmentation])
        trials = []
        for seed in goal.seeds:
            clean = np.asarray(self._clean.train_images)
            fresh = FreshNoise(clean, SpecAugment(noise, FRESH_SEED + seed))
            trial = TrialRunner(self._folder, fresh, self._watcher).run(
                f"{goal.title}, seed {seed}",
                config.model_copy(update={"seed": seed}),
                data,
                lambda trained: _judged(trained, data),
                f"{_KEY}._goal.<locals>.<lambda>",
            )
            trials.append(trial)
        return trials

    def _data(self, noise: str) -> "Dataset":
        if noise not in self._noisy:
            self._noisy[noise] = with_noise(self._clean, noise, self._systems.noise[noise])
        return self._noisy[noise]

    def _config(self, one: Row | Goal) -> "TrainConfig":
        from models.training import TrainConfig

        settings = {"architecture": one.architecture, **one.training}
        return TrainConfig.model_validate(settings | ({"epochs": 1} if self._quick else {}))


def _judged(trained: "Trained", data: "Dataset") -> tuple[float, float]:
    """Return accuracy and loss on the test images, which nothing has looked at before."""
    from models.scoring import score

    found = score(trained.model, data.test_images, data.test_labels)
    return found.accuracy, found.loss


def _result(asked: Row | Goal, trials: "Sequence[Trial]") -> Result:
    from models.training import TrainingError

    for trial in trials:
        if trial.accuracy is None:
            raise TrainingError(f"{asked.title}: {trial.failure}")
    return Result(
        asked,
        tuple(trial.accuracy for trial in trials if trial.accuracy is not None),
        sum(trial.seconds for trial in trials),
        sum(len(trial.history) for trial in trials),
    )


TRAIN_SEED, TEST_SEED = 1, 2
"""Of the noise on the two sets: image 5 of one must not get the noise of image 5 of the other."""


def with_noise(data: "Dataset", name: str, spec: str) -> "Dataset":
    """Return the data with noise drawn once for every training and test image.

    Parameters
    ----------
    data
        The clean data.
    name
        What the noise is called.
    spec
        The noise, as noiselib writes it.
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


@dataclass(frozen=True, eq=False)
class FreshNoise:
    """An augmentation that puts noise on the clean images of the ids, whatever images it is given.

    The noisy data has its noise in it already: validation images keep that, training images get
    another in each epoch.

    Parameters
    ----------
    clean
        uint8 (n, h, w, c), all clean training images.
    noise
        Called as ``noise(images, ids, epoch)``.
    """

    clean: NDArray[np.uint8]
    noise: "Augment"

    def __call__(
        self, images: NDArray[np.uint8], ids: NDArray[np.int64], epoch: int
    ) -> NDArray[np.uint8]:
        """Return the clean images of `ids` under the noise of this epoch, counted from 0."""
        del images
        return self.noise(self.clean[ids], ids, epoch)

    def __str__(self) -> str:
        return f"{self.noise}, of clean images"
