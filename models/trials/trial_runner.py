"""Train and evaluate models without keeping them; results are stored, so no trial runs twice."""

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
    """The evaluation of one training.

    Attributes
    ----------
    accuracy : float or None
        Fraction of correctly classified images; None for a training that failed.
    loss : float or None
        Cross-entropy in nats on the same images; None for a training that failed.
    history : tuple of dict
        As in `models.training.Trained`.
    kept_epoch : int
        As in `models.training.Trained`.
    seconds : float
        As in `models.training.Trained`.
    failure : str
        Why the training failed; empty if it did not.
    """

    accuracy: float | None
    loss: float | None
    history: History = ()
    kept_epoch: int = 0
    seconds: float = 0.0
    failure: str = ""


def mean(trials: Sequence[Trial], metric: Metric) -> float:
    """Return the mean of a metric over the trials that did not fail."""
    return statistics.mean(_values(trials, metric))


def standard_deviation(trials: Sequence[Trial], metric: Metric) -> float | None:
    """Return the standard deviation of a metric (divisor n - 1); None for a single trial."""
    values = _values(trials, metric)
    return statistics.stdev(values) if len(values) > 1 else None


def _values(trials: Sequence[Trial], metric: Metric) -> list[float]:
    values = [trial.accuracy if metric == "accuracy" else trial.loss for trial in trials]
    return [value for value in values if value is not None]


class TrialRunner:
    """Runs trials in a folder, stores their results, and resumes a trial that was stopped.

    The key of a trial is the digest of what decides it, so that a folder can hold the trials of
    several comparisons, and a changed comparison runs only what is new.

    Parameters
    ----------
    folder : Path
        Created when it is missing.
    augment : callable or None
        See `models.training.train`.
    observer : TrainingObserver
        Receives the progress of the trainings.

    Raises
    ------
    TrainingError
        When the folder cannot be written, or its stored trials are damaged.
    """

    def __init__(self, folder: Path, augment: Augment | None, observer: TrainingObserver) -> None:
        self._path = folder / "trials.json"
        self._augment = augment
        self._observer = observer
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise TrainingError(
                f"the folder {folder} cannot be created: {error.strerror}"
            ) from error
        if not os.access(folder, os.W_OK):
            raise TrainingError(f"the folder {folder} cannot be written")
        self._trials = self._stored()

    def run(
        self, name: str, config: TrainConfig, data: Dataset, evaluate: Evaluate, evaluation: str
    ) -> Trial:
        """Train and evaluate a model, or return the stored result.

        Parameters
        ----------
        name : str
            Name of the training for the observer.
        config : TrainConfig
            See `models.training.train`.
        data : Dataset
            See `models.training.train`.
        evaluate : callable
            Returns the accuracy and the loss of a `Trained` model.
        evaluation : str
            Identifies what `evaluate` computes; part of the key of the trial.

        Returns
        -------
        Trial
            The result; a diverged training is a failed trial.

        Raises
        ------
        TrainingError
            When the training cannot start, or the result cannot be stored.
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

    def _stored(self) -> dict[str, Trial]:
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
