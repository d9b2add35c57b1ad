"""k-fold cross-validation of a training configuration."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.dataset import Dataset
from models.scoring import score
from models.training import Trained
from models.training.batches import Augment
from models.training.config import TrainConfig, TrainingError, check_trainable
from models.training.reports import TrainingObserver
from models.trials.trial_runner import Trial, TrialRunner

EVALUATION = "models.trials.crossvalidation.crossvalidate.<locals>.judge"
"""Part of the key of each stored trial, so it must not change when functions are renamed."""


def crossvalidate(
    config: TrainConfig,
    data: Dataset,
    folds: int,
    folder: Path,
    observer: TrainingObserver,
    augment: Augment | None = None,
) -> tuple[Trial, ...]:
    """Split the training images into folds, and train on all folds but one, for each fold.

    Every class is spread evenly over the folds (scikit-learn's StratifiedKFold). A fold is used for
    its evaluation alone: the validation images of `config` are taken from the other folds. The
    test images are not used.

    Parameters
    ----------
    config : TrainConfig
        How to train; its seed also shuffles the images before the split.
    data : Dataset
        Its training images are used.
    folds : int
        Number of folds, from 2 to the number of images of the rarest class.
    folder : Path
        Where finished trials are stored, and the checkpoint of the unfinished one.
    observer : TrainingObserver
        Receives the progress of the trainings.
    augment : callable, optional
        See `models.training.train`; the ids are positions among the images of one training.

    Returns
    -------
    tuple of Trial
        One for each fold.

    Raises
    ------
    TrainingError
        When a class has fewer images than there are folds, or a training fails.
    """
    runner = TrialRunner(folder, augment, observer)
    trials = []
    for number, part in enumerate(split(data, folds, config.seed), 1):

        def evaluate(trained: Trained, held_out: Dataset = part) -> tuple[float, float]:
            result = score(trained.model, held_out.test_images, held_out.test_labels)
            return result.accuracy, result.loss

        trial = runner.run(f"fold {number} of {folds}", config, part, evaluate, EVALUATION)
        if trial.failure:
            raise TrainingError(f"fold {number} of {folds}: {trial.failure}")
        observer.note(
            f"fold {number} of {folds}: accuracy {trial.accuracy:.2%}, loss {trial.loss:.4f}, "
            f"{len(trial.history)} epochs in {trial.seconds:.1f} s"
        )
        trials.append(trial)
    return tuple(trials)


def split(data: Dataset, folds: int, seed: int) -> Iterator[Dataset]:
    """Split the training images into folds.

    Parameters
    ----------
    data : Dataset
        Its training images are split.
    folds : int
        Number of folds.
    seed : int
        Shuffles the images before the split.

    Yields
    ------
    Dataset
        Its test images are one fold, its training images the other folds.

    Raises
    ------
    TrainingError
        When there are fewer than 2 folds, or more than images of the rarest class.
    """
    from sklearn.model_selection import StratifiedKFold

    check_trainable(data)
    present, counts = np.unique(data.train_labels, return_counts=True)
    if not 2 <= folds <= counts.min():
        rarest = data.class_names[present[counts.argmin()]]
        raise TrainingError(
            f"folds must lie in [2, {counts.min()}], because class {rarest} has {counts.min()} "
            f"training images; got {folds}"
        )
    splitter = StratifiedKFold(folds, shuffle=True, random_state=seed)
    for kept, held_out in splitter.split(np.zeros(len(data.train_labels)), data.train_labels):
        yield _part(data, kept, held_out)


def _part(data: Dataset, kept: NDArray[np.int64], held_out: NDArray[np.int64]) -> Dataset:
    return Dataset(
        data.name,
        data.train_images[kept],
        data.train_labels[kept],
        data.train_images[held_out],
        data.train_labels[held_out],
        data.class_names,
    )
