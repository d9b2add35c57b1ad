"""What happens after each epoch of a training: report, patience, best weights, checkpoint."""

import dataclasses
import math
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.training.checkpoints import Checkpoint, TrainingState
from models.training.config import DivergenceError, TrainConfig
from models.training.optimizers import require_resolved
from models.training.patience import Patience
from models.training.reports import EpochReport

if TYPE_CHECKING:
    import keras


class TrainingCallback:
    """Follows a training from epoch to epoch, and resumes one that was stopped.

    Parameters
    ----------
    model : keras.Model
        The network that is trained.
    trainer : keras.Model
        The compiled model with the same layers.
    config : TrainConfig
        A resolved configuration.
    on_epoch : callable or None
        Called with the report of each epoch, except those before a resumption.
    checkpoint : Checkpoint or None
        Where the state is stored after each epoch; a state found there is resumed.

    Attributes
    ----------
    history : list of dict
        One dict of floats for each epoch.

    Raises
    ------
    TrainingError
        When the checkpoint is damaged, or belongs to another training.
    """

    def __init__(
        self,
        model: "keras.Model",
        trainer: "keras.Model",
        config: TrainConfig,
        on_epoch: Callable[[EpochReport], None] | None,
        checkpoint: Checkpoint | None,
    ) -> None:
        self._model = model
        self._trainer = trainer
        self._epochs = require_resolved(config.epochs)
        self._config = config
        self._on_epoch = on_epoch
        self._checkpoint = checkpoint
        self._best: list[NDArray[Any]] = []
        self._stopping = Patience(config.patience or self._epochs, config.monitor)
        self._plateau = Patience(config.plateau_patience, config.monitor)
        self.history: list[dict[str, float]] = []
        self._begin = time.perf_counter()
        if checkpoint is not None and (state := checkpoint.read()) is not None:
            self._resume(state)

    @property
    def has_ended(self) -> bool:
        """Whether all epochs are done, or patience has run out."""
        stopped = self._config.patience is not None and self._stopping.has_run_out
        return stopped or len(self.history) >= self._epochs

    @property
    def kept_epoch(self) -> int:
        """The epoch whose weights are kept, from 1: the best with early stopping, or the last."""
        early = self._config.patience is not None and self._best
        return self._stopping.best_epoch if early else len(self.history)

    def epoch_ended(self, epoch: int, logs: dict[str, float]) -> None:
        """Record an epoch.

        Parameters
        ----------
        epoch : int
            The epoch, counted from 0.
        logs : dict of str to float
            The metrics that Keras computed.

        Raises
        ------
        DivergenceError
            When the loss is not finite.
        """
        report = EpochReport(
            epoch=epoch + 1,
            epochs=self._epochs,
            loss=float(logs["loss"]),
            accuracy=float(logs["accuracy"]),
            validation_loss=_optional(logs.get("val_loss")),
            validation_accuracy=_optional(logs.get("val_accuracy")),
            learning_rate=float(_values([self._trainer.optimizer.learning_rate])[0]),
            seconds=time.perf_counter() - self._begin,
        )
        if not math.isfinite(report.loss):
            raise DivergenceError(
                f"the loss became {report.loss} in epoch {report.epoch}; lower the learning rate"
            )
        self.history.append(report.as_floats())
        self._update_patience(report)
        if self._checkpoint is not None:
            self._checkpoint.write(self._state())
        if self._on_epoch is not None:
            self._on_epoch(report)
        if self.has_ended:
            self._trainer.stop_training = True

    def keep_best(self) -> None:
        """Give the network the weights of the kept epoch."""
        if self._best:
            self._model.set_weights(self._best)

    def _update_patience(self, report: EpochReport) -> None:
        """Store the best weights, and lower the learning rate on a plateau."""
        monitored = getattr(report, f"validation_{self._config.monitor}")
        if self._config.patience is not None and self._stopping.improves(monitored, report.epoch):
            self._best = _values(self._model.weights)
        if self._config.schedule != "plateau":
            return
        self._plateau.improves(monitored, report.epoch)
        if self._plateau.has_run_out:
            lower = report.learning_rate * self._config.plateau_factor
            lowest = min(self._config.plateau_minimum, report.learning_rate)
            self._trainer.optimizer.learning_rate = max(lower, lowest)
            self._plateau.reset()

    def _state(self) -> TrainingState:
        return TrainingState(
            model=_values(self._model.variables),
            optimizer=_values(self._trainer.optimizer.variables),
            best=self._best,
            callback={
                "history": self.history,
                "seconds": time.perf_counter() - self._begin,
                "stopping": dataclasses.asdict(self._stopping),
                "plateau": dataclasses.asdict(self._plateau),
            },
        )

    def _resume(self, state: TrainingState) -> None:
        _assign(self._model.variables, state.model)
        _assign(self._trainer.optimizer.variables, state.optimizer)
        self._best = list(state.best)
        self.history = state.callback["history"]
        self._stopping = Patience(**state.callback["stopping"])
        self._plateau = Patience(**state.callback["plateau"])
        self._begin -= state.callback["seconds"]


def _values(variables: Sequence[Any]) -> list[NDArray[Any]]:
    """Return copies, because some backends return a view that the next step overwrites."""
    import keras

    return [np.array(keras.ops.convert_to_numpy(variable)) for variable in variables]


def _assign(variables: Sequence[Any], values: Sequence[NDArray[Any]]) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def _optional(value: float | None) -> float | None:
    """Return an entry of the logs as a Python float, or None where it is missing."""
    return None if value is None else float(value)
