"""Reports of a training after each epoch, and who receives them."""

import dataclasses
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class EpochReport:
    """The metrics of an epoch; also an entry of the history of the training.

    Attributes
    ----------
    epoch : int
        The epoch that ended, counted from 1.
    epochs : int
        The largest number of epochs that the training may take.
    loss : float
        Cross-entropy (nats) on the training batches, each before its gradient step.
    accuracy : float
        Fraction of correctly classified images in those batches.
    validation_loss : float or None
        Cross-entropy on the validation images; None without any.
    validation_accuracy : float or None
        Accuracy on the validation images; None without any.
    learning_rate : float
        The learning rate at the end of the epoch.
    seconds : float
        Wall-clock time of the training so far, without interruptions.
    """

    epoch: int
    epochs: int
    loss: float
    accuracy: float
    validation_loss: float | None
    validation_accuracy: float | None
    learning_rate: float
    seconds: float

    def as_floats(self) -> dict[str, float]:
        """Return the metrics for the history, without those that are None."""
        values = dataclasses.asdict(self)
        return {
            key: float(value)
            for key, value in values.items()
            if key != "epochs" and value is not None
        }


class TrainingObserver(Protocol):
    """Receives the progress of one training after another."""

    def begin(self, name: str) -> None:
        """Receive the name of a training that begins or resumes."""
        ...

    def epoch_done(self, report: EpochReport) -> None:
        """Receive the report of an epoch of that training."""
        ...

    def note(self, text: str) -> None:
        """Receive a line of text."""
        ...
