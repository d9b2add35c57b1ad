"""How long to wait for a figure to improve: what plateau schedules and early stopping share."""

from dataclasses import dataclass
from typing import Literal

Monitor = Literal["loss", "accuracy"]


@dataclass
class Patience:
    """Count the epochs in which a monitored figure did not improve.

    Parameters
    ----------
    epochs
        Epochs without improvement after which patience has run out, at least 1.
    monitor
        ``"loss"`` improves by falling, ``"accuracy"`` by rising; an equal value, and NaN, is no
        improvement.
    best, best_epoch
        The best value seen, and its epoch counted from 1; None and 0 before the first.
    waited
        Epochs since then, or since the last `reset`.
    """

    epochs: int
    monitor: Monitor
    best: float | None = None
    best_epoch: int = 0
    waited: int = 0

    @property
    def has_run_out(self) -> bool:
        """Whether the figure has not improved for so many epochs."""
        return self.waited >= self.epochs

    def improves(self, value: float, epoch: int) -> bool:
        """Take note of an epoch's value, and tell whether it is the best so far."""
        if self.best is None:
            better = value == value  # noqa: PLR0124 - not NaN
        else:
            better = value < self.best if self.monitor == "loss" else value > self.best
        if better:
            self.best, self.best_epoch, self.waited = value, epoch, 0
        else:
            self.waited += 1
        return better

    def reset(self) -> None:
        """Start waiting anew; the best value stays."""
        self.waited = 0
