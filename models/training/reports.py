"""What is said after each epoch, and kept as the history of a training."""

import dataclasses
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class EpochReport:
    """How far a training has come; sent after each epoch.

    Parameters
    ----------
    epoch, epochs
        The epoch that just ended, counted from 1, and how many there will be at most.
    loss, accuracy
        Cross-entropy (nats) and share of right answers on the training batches, as they were met.
    validation_loss, validation_accuracy
        The same on the images set aside; None without any.
    learning_rate
        In force when the epoch ended.
    seconds
        Wall-clock time spent on the training so far, without interruptions.
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
        """Return the numbers for the history, without those that there are not."""
        values = dataclasses.asdict(self)
        return {
            key: float(value)
            for key, value in values.items()
            if key != "epochs" and value is not None
        }


class TrainingObserver(Protocol):
    """Someone who is told how one training after another goes on."""

    def begin(self, name: str) -> None:
        """Hear that a training begins, or goes on."""
        ...

    def epoch_done(self, report: EpochReport) -> None:
        """Hear that an epoch of it is done."""
        ...

    def note(self, text: str) -> None:
        """Hear of something worth a line of its own."""
        ...
