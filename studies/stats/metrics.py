"""The registry of metrics: numbers computed from stored outcomes, without any model.

A metric is one function with the decorator `metric`. Tables, exports, reports, the console and the
documentation read `METRICS`, so a new metric needs nothing else. The statistical unit is the
image: a metric of single images is averaged over the noise seeds of each image before its interval
is computed.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import numpy as np
import numpy.typing as npt

from studies.stats.classification import reliability
from studies.stats.intervals import mean_interval, share_interval
from studies.stats.predictions import Outcomes

Values = npt.NDArray[np.float64]
Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Metric:
    """A number that measures the predictions under one condition.

    Attributes
    ----------
    name : str
        Name of its column in tables.
    title, unit, better, interval, pooled
        As for `metric`.
    lowest, highest : float
        The range of the metric; its intervals are clipped to it.
    function : callable
        `Outcomes` of one seed -> ``(n,)``, a number for each image, of which the metric is the
        mean; if it is pooled, a sequence of `Outcomes` -> number.
    """

    name: str
    title: str
    unit: str
    lowest: float
    highest: float
    better: Literal["higher", "lower"] | None
    function: Callable[..., Any]
    pooled: bool
    interval: Literal["mean", "share"] | None

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of its columns: of the number, and of the limits of its interval."""
        limits = (f"{self.name}_low", f"{self.name}_high") if self.interval else ()
        return (self.name, *limits)

    def value(self, outcomes: Sequence[Outcomes]) -> float:
        """Return the number for the outcomes of one or more noise seeds."""
        if self.pooled:
            return float(self.function(outcomes))
        return float(np.mean([self.function(item) for item in outcomes], dtype=np.float64))

    def values(self, outcomes: Sequence[Outcomes]) -> dict[str, float]:
        """Return the number, and the limits of its interval, by column."""
        if self.interval is None:
            return {self.name: self.value(outcomes)}
        by_seed = np.stack([self.function(item) for item in outcomes])
        by_image: Values = by_seed.mean(axis=0, dtype=np.float64)
        shares = self.interval == "share"
        found = share_interval(by_image, len(outcomes)) if shares else mean_interval(by_image)
        limits = max(found.low, self.lowest), min(found.high, self.highest)
        return dict(zip(self.columns, (found.estimate, *limits), strict=True))


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
        ``share`` for a number in [0, 1] that is shown in percent, else its unit; may be empty.
    span : tuple of float, default: (0, 1)
        Lowest and highest possible number.
    better : {"higher", "lower"}, optional
        Which direction is better.
    interval : {"mean", "share"}, optional
        Which 95 % interval over images it has: that of a mean, or that of a share in [0, 1], which
        is valid near 0 and 1 too.
    pooled : bool, default: False
        Whether it is undefined for a single image, so that the function takes the outcomes of all
        noise seeds and returns one number.

    Raises
    ------
    ValueError
        If the name is registered already, or a pooled metric is given an interval over images.
    """

    def register(function: Function) -> Function:
        name = function.__name__
        if name in METRICS:
            raise ValueError(f"there is a metric {name!r} already")
        if pooled and interval:
            raise ValueError(f"metric {name!r} is pooled, so it has no interval over images")
        METRICS[name] = Metric(name, title, unit, *span, better, function, pooled, interval)
        return function

    return register


def by_image_metrics() -> list[Metric]:
    """Return the metrics that are means over images, without accuracy."""
    return [item for item in METRICS.values() if not item.pooled and item.name != "accuracy"]


def correct(outcomes: Outcomes) -> npt.NDArray[np.bool_]:
    """Return ``(n,)``: whether the true class is the most probable one."""
    return np.equal(outcomes.rank, 0)


@metric(title="Accuracy", unit="share", better="higher")
def accuracy(outcomes: Outcomes) -> npt.NDArray[np.bool_]:
    """Share of the images whose true class is the most probable one.

    Its interval is in ``curves.csv``.
    """
    return correct(outcomes)


@metric(title="Confidence", unit="share")
def confidence(outcomes: Outcomes) -> Values:
    """Probability of the predicted class."""
    return outcomes.confidence.astype(np.float64)


@metric(title="ECE", unit="share", better="lower", pooled=True)
def expected_calibration_error(outcomes: Sequence[Outcomes]) -> float:
    """Mean gap between accuracy and confidence over 15 bins of confidence.

    It has no interval: with few images it is biased upwards, and resampling repeats the bias. See
    `studies.stats.classification`.
    """
    confidences = np.concatenate([confidence(item) for item in outcomes])
    right = np.concatenate([correct(item) for item in outcomes])
    return reliability(confidences, right).expected_calibration_error


@metric(title="Log loss", unit="nats", span=(0.0, math.inf), better="lower", interval="mean")
def negative_log_likelihood(outcomes: Outcomes) -> Values:
    """Negative logarithm of the probability of the true class, ``-log p(true)``."""
    return -outcomes.log_probability.astype(np.float64)


@metric(title="Brier score", span=(0.0, 2.0), better="lower", interval="mean")
def brier(outcomes: Outcomes) -> Values:
    """Squared error of the probabilities, ``sum_k (p_k - [k is true])^2``.

    Computed as ``sum p^2 - 2 p(true) + 1`` from what is stored.
    """
    true: Values = np.exp(outcomes.log_probability.astype(np.float64))
    score: Values = outcomes.squared_norm.astype(np.float64) - 2 * true + 1
    return score.clip(0.0, 2.0)
