"""The metrics: stored outcomes -> numbers, without any model.

A metric is one function with the decorator `metric`. Tables, exports, reports and the console read
`METRICS`, so a new metric needs nothing else. The unit of all statistics is the image: a metric of
single images is averaged over the noise seeds of each image before its interval is computed.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import numpy as np
import numpy.typing as npt

from studies.stats.calibration import reliability
from studies.stats.intervals import Interval, mean_interval, share_interval
from studies.stats.predictions import Outcomes

Values = npt.NDArray[np.float64]
Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Metric:
    """One number that says how good the predictions under one condition are.

    Attributes
    ----------
    name : str
        Name of the column in tables.
    title : str
        Heading in reports.
    unit : str
        ``share`` for a number in [0, 1] that is shown in percent, else its unit; may be empty.
    lowest, highest : float
        The range of the metric; its intervals are cut there.
    better : {"higher", "lower", None}
        Which direction is better; None for neither.
    by_image : callable or None
        Outcomes -> ``(n,)``, the number of each image; the metric is their mean.
    pooled : callable or None
        Outcomes of all seeds -> number, for a metric that single images do not have.
    interval : {"mean", "share", None}
        Which 95 % interval over images it has: that of a mean, or that of a share in [0, 1], which
        is sound near 0 and 1 too.
    """

    name: str
    title: str
    unit: str
    lowest: float
    highest: float
    better: Literal["higher", "lower"] | None
    by_image: Callable[[Outcomes], npt.NDArray[Any]] | None
    pooled: Callable[[Sequence[Outcomes]], float] | None
    interval: Literal["mean", "share"] | None

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of its columns: of the number, and of the limits of its interval."""
        limits = (f"{self.name}_low", f"{self.name}_high") if self.interval else ()
        return (self.name, *limits)

    def value(self, outcomes: Sequence[Outcomes]) -> float:
        """Return the number for the outcomes of one or more noise seeds."""
        if self.by_image is None:
            return self._pooled(outcomes)
        return float(np.mean([self.by_image(item) for item in outcomes], dtype=np.float64))

    def values(self, outcomes: Sequence[Outcomes]) -> dict[str, float]:
        """Return the numbers of its columns."""
        if self.by_image is None or self.interval is None:
            return {self.name: self.value(outcomes)}
        each = np.stack([self.by_image(item) for item in outcomes]).mean(axis=0, dtype=np.float64)
        found = self._interval(each, len(outcomes))
        numbers = (
            found.estimate,
            max(found.low, self.lowest),
            min(found.high, self.highest),
        )
        return dict(zip(self.columns, numbers, strict=True))

    def _interval(self, each: Values, seeds: int) -> Interval:
        return mean_interval(each) if self.interval == "mean" else share_interval(each, seeds)

    def _pooled(self, outcomes: Sequence[Outcomes]) -> float:
        if self.pooled is None:
            raise ValueError(f"metric {self.name} has no function")
        return self.pooled(outcomes)


METRICS: dict[str, Metric] = {}
"""Name -> metric, in the order of the columns of tables."""


def metric(
    *,
    title: str,
    unit: str = "",
    span: tuple[float, float] = (0.0, 1.0),
    better: Literal["higher", "lower"] | None = None,
    interval: Literal["mean", "share"] | None = None,
    pooled: bool = False,
) -> Callable[[Function], Function]:
    """Register the decorated function as a metric under its own name.

    Parameters
    ----------
    title : str
        Heading in reports.
    unit : str, default: ""
        ``share`` for a number in [0, 1] that is shown in percent, else its unit.
    span : tuple of float, default: (0, 1)
        Lowest and highest possible number.
    better : {"higher", "lower"}, optional
        Which direction is better.
    interval : {"mean", "share"}, optional
        Which interval over images it has.
    pooled : bool, default: False
        Whether the function takes the outcomes of all noise seeds and returns one number, rather
        than those of one seed and a number for each image.
    """

    def register(function: Function) -> Function:
        name = function.__name__
        by_image, of_all = (None, function) if pooled else (function, None)
        METRICS[name] = Metric(name, title, unit, *span, better, by_image, of_all, interval)
        return function

    return register


def by_image_metrics() -> list[Metric]:
    """Return the metrics that single images have, but accuracy: the means beside each curve."""
    return [item for item in METRICS.values() if item.by_image and item.name != "accuracy"]


def correct(outcomes: Outcomes) -> npt.NDArray[np.bool_]:
    """Return ``(n,)``: whether the true class is the most probable one."""
    return np.equal(outcomes.rank, 0)


@metric(title="Accuracy", unit="share", better="higher")
def accuracy(outcomes: Outcomes) -> npt.NDArray[np.bool_]:
    """Return ``(n,)``: 1 where the true class is the most probable one.

    Its interval has a table of its own, ``curves.csv``.
    """
    return correct(outcomes)


@metric(title="Confidence", unit="share")
def confidence(outcomes: Outcomes) -> Values:
    """Return ``(n,)``: the probability of the predicted class."""
    return outcomes.confidence.astype(np.float64)


@metric(title="ECE", unit="share", better="lower", pooled=True)
def expected_calibration_error(outcomes: Sequence[Outcomes]) -> float:
    """Return the mean gap of accuracy and confidence over bins, see `studies.stats.calibration`.

    It has no interval: with few images it is too large, and resampling repeats that error.
    """
    certain = np.concatenate([confidence(item) for item in outcomes])
    right = np.concatenate([correct(item) for item in outcomes])
    return reliability(certain, right).expected_calibration_error


@metric(title="Log loss", unit="nats", span=(0.0, math.inf), better="lower", interval="mean")
def negative_log_likelihood(outcomes: Outcomes) -> Values:
    """Return ``(n,)``: ``-log p(true class)``, in nats; 0 is best."""
    return -outcomes.log_probability.astype(np.float64)


@metric(title="Brier score", span=(0.0, 2.0), better="lower", interval="mean")
def brier(outcomes: Outcomes) -> Values:
    """Return ``(n,)``: ``sum_k (p_k - [k is true])^2`` in [0, 2]; 0 is best.

    Computed as ``sum p^2 - 2 p(true) + 1`` from what is stored.
    """
    true: Values = np.exp(outcomes.log_probability.astype(np.float64))
    score: Values = outcomes.squared_norm.astype(np.float64) - 2 * true + 1
    return score.clip(0.0, 2.0)
