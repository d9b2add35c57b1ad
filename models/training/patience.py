"""Count epochs without improvement, for plateau schedules and early stopping."""

from dataclasses import dataclass
from typing import Literal

Monitor = Literal["loss", "accuracy"]


@dataclass
class Patience:
    """Count the epochs in which a monitored metric did not improve.

    Attributes
    ----------
    epochs : int
        Epochs without improvement after which patience has run out, at least 1.
    monitor : str
        ``"loss"`` improves when it falls, ``"accuracy"`` when it rises; an equal value or NaN is no
        improvement.
    best : float or None
        The best value so far; None before the first.
    best_epoch : int
        The epoch of the best value, counted from 1; 0 before the first.
    waited : int
        Epochs since the best value, or since the last `reset`.
    """

    epochs: int
    monitor: Monitor
    best: float | None = None
    best_epoch: int = 0
    waited: int = 0

    @property
    def has_run_out(self) -> bool:
        """Whether the metric has not improved for `epochs` epochs."""
        return self.waited >= self.epochs

    def improves(self, value: float, epoch: int) -> bool:
        """Record the value of an epoch.

        Parameters
        ----------
        value : float
            The metric.
        epoch : int
            The epoch, counted from 1.

        Returns
        -------
        bool
            Whether it is the best value so far.
        """
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
        """Start counting again; the best value stays."""
        self.waited = 0
