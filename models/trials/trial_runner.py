"""Trainings that are judged and not kept: each is done once, its figures are on disk from then."""

import hashlib
import json
import os
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from models import backend
from models.dataset import Dataset
from models.files import atomic_write
from models.training import Trained, describe_augment, train
from models.training.batches import Augment
from models.training.checkpoints import discard
from models.training.config import DivergenceError, TrainConfig, TrainingError
from models.training.reports import TrainingObserver

History = tuple[dict[str, float], ...]
Metric = Literal["accuracy", "loss"]
Evaluate = Callable[[Trained], tuple[float, float]]


@dataclass(frozen=True)
class Trial:
    """How a training was judged.

    Parameters
    ----------
    accuracy, loss
        Share of right answers, and cross-entropy in nats, on the images that judge; None for a
        training that failed.
    history
        As in `models.training.Trained`.
    kept_epoch, seconds
        Likewise.
    failure
        Why there are no figures; empty when there are.
    """

    accuracy: float | None
    loss: float | None
    history: History = ()
    kept_epoch: int = 0
    seconds: float = 0.0
    failure: str = ""


def mean(trials: Sequence[Trial], figure: Metric) -> float:
    """Return the mean of a figure over trials that did not fail."""
    return statistics.mean(_figures(trials, figure))


def standard_deviation(trials: Sequence[Trial], figure: Metric) -> float | None:
    """Return the standard deviation of a figure (divisor n - 1); None for a single trial."""
    values = _figures(trials, figure)
    return statistics.stdev(values) if len(values) > 1 else None


def _figures(trials: Sequence[Trial], figure: Metric) -> list[float]:
    values = [trial.accuracy if figure == "accuracy" else trial.loss for trial in trials]
    return [value for value in values if value is not None]


class TrialRunner:
    """A folder in which trials are run, remembered, and gone on with after a stop.

    What decides a training is its key, so that a folder can hold the trials of several questions,
    and a changed question repeats only what it must.

    Parameters
    ----------
    folder
        Made when it is missing.
    augment
        What all training images go through.
    observer
        Is told how the trainings go on.

    Raises
    ------
    TrainingError
        When the folder cannot be written, or what it remembers is damaged.
    """

    def __init__(self, folder: Path, augment: Augment | None, observer: TrainingObserver) -> None:
        self._path = folder / "trials.json"
        self._augment = augment
        self._observer = observer
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise TrainingError(f"the folder {folder} cannot be made: {error.strerror}") from error
        if not os.access(folder, os.W_OK):
            raise TrainingError(f"the folder {folder} cannot be written")
        self._trials = self._remembered()

    def run(
        self, name: str, config: TrainConfig, data: Dataset, evaluate: Evaluate, evaluation: str
    ) -> Trial:
        """Train and judge, unless that was done before.

        Parameters
        ----------
        name
            What the observer calls it.
        config, data
            See `models.training.train`.
        evaluate
            Returns the accuracy and the loss of the trained model.
        evaluation
            Identifies what `evaluate` computes; part of the key of the trial.
        """
        config = config.resolved(data)
        identity = {
            "config": config.model_dump(mode="json"),
            "data": data.digest,
            "augmentation": describe_augment(self._augment),
            "backend": backend.name(),
            "judge": evaluation,
        }
        key = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
        if key in self._trials:
            return self._trials[key]
        self._observer.begin(name)
        checkpoint = self._path.with_name(f"{key[:16]}.checkpoint.npz")
        try:
            trained = train(config, data, self._augment, self._observer.epoch_done, checkpoint)
            accuracy, loss = evaluate(trained)
            trial = Trial(accuracy, loss, trained.history, trained.kept_epoch, trained.seconds)
        except DivergenceError as error:
            trial = Trial(None, None, failure=str(error))
        self._trials[key] = trial
        self._write()
        discard(checkpoint)
        return trial

    def _remembered(self) -> dict[str, Trial]:
        try:
            content = json.loads(self._path.read_text(encoding="utf-8"))
            return {
                key: Trial(**{**entry, "history": tuple(entry["history"])})
                for key, entry in content.items()
            }
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise TrainingError(
                f"{self._path} is damaged; delete it to run its trials again"
            ) from error

    def _write(self) -> None:
        content = {key: asdict(trial) for key, trial in self._trials.items()}
        try:
            with atomic_write(self._path) as partial:
                partial.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        except OSError as error:
            raise TrainingError(f"{self._path} cannot be written: {error.strerror}") from error
