"""Loss and calibration at each point of a curve: the rows of ``metrics.csv``."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studies.plan import Point
from studies.results.sweep_results import SeverityRange
from studies.stats import metrics
from studies.stats.calibration import reliability
from studies.stats.intervals import mean_interval, share_interval
from studies.stats.predictions import Outcomes


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One point of one model's curve; the columns of ``metrics.csv``.

    Attributes
    ----------
    corruption, parameter, unit, t, strength, model
        Which point of which curve.
    seeds, images
        How many draws of the corruption, of how many images.
    accuracy, confidence
        Means over seeds and images: how often it is right, and how often it says so.
    expected_calibration_error
        Gap between the two within bins of confidence, see `studies.stats.calibration`. It has
        no interval: with few images it is too large, in a way that resampling repeats.
    negative_log_likelihood, negative_log_likelihood_low, negative_log_likelihood_high
        In nats, with the limits of the 95 % interval.
    brier, brier_low, brier_high
        Brier score in [0, 2], with the limits of the 95 % interval.
    """

    corruption: str
    parameter: str
    unit: str
    t: float
    strength: float
    model: str
    seeds: int
    images: int
    accuracy: float
    confidence: float
    expected_calibration_error: float
    negative_log_likelihood: float
    negative_log_likelihood_low: float
    negative_log_likelihood_high: float
    brier: float
    brier_low: float
    brier_high: float


def metric_row(
    path: SeverityRange, point: Point, model: str, outcomes: Sequence[Outcomes]
) -> MetricRow:
    """Return the metrics of a model at one point.

    Parameters
    ----------
    path, point, model
        Which point of which curve.
    outcomes
        One a seed, at least one.
    """
    correct = np.stack([metrics.correct(item) for item in outcomes])
    confidence = np.stack([metrics.confidence(item) for item in outcomes])
    loss = mean_interval(_by_image([metrics.negative_log_likelihood(item) for item in outcomes]))
    brier = mean_interval(_by_image([metrics.brier(item) for item in outcomes]))
    return MetricRow(
        corruption=path.corruption,
        parameter=path.parameter,
        unit=path.unit,
        t=point.t,
        strength=point.strength,
        model=model,
        seeds=correct.shape[0],
        images=correct.shape[1],
        accuracy=float(correct.mean()),
        confidence=float(confidence.mean()),
        expected_calibration_error=reliability(
            confidence.ravel(), correct.ravel()
        ).expected_calibration_error,
        negative_log_likelihood=loss.estimate,
        negative_log_likelihood_low=max(loss.low, 0.0),
        negative_log_likelihood_high=loss.high,
        brier=brier.estimate,
        brier_low=max(brier.low, 0.0),
        brier_high=min(brier.high, 2.0),
    )


def _by_image(values: Sequence[npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
    mean: npt.NDArray[np.float64] = np.mean(values, axis=0)
    return mean


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One class at one point of one model's curve; the columns of ``classes.csv``.

    Attributes
    ----------
    corruption, parameter, unit, t, strength, model
        Which point of which curve.
    class_number, class_name
        The true class.
    seeds, images
        How many draws of the corruption, of how many images of that class.
    accuracy, low, high
        Share of them that are recognised, and the limits of its 95 % interval.
    """

    corruption: str
    parameter: str
    unit: str
    t: float
    strength: float
    model: str
    class_number: int
    class_name: str
    seeds: int
    images: int
    accuracy: float
    low: float
    high: float


def class_rows(
    path: SeverityRange,
    point: Point,
    model: str,
    correct: npt.NDArray[np.bool_],
    labels: npt.NDArray[np.integer],
    names: Sequence[str],
) -> Iterator[ClassRow]:
    """Return the accuracy of every class that has images.

    Parameters
    ----------
    path, point, model
        Which point of which curve.
    correct
        ``(seeds, images)``.
    labels
        ``(images,)`` true classes.
    names
        Names of the classes.
    """
    shares = correct.mean(axis=0, dtype=np.float64)
    for number, name in enumerate(names):
        of_class = shares[labels == number]
        if not len(of_class):
            continue
        found = share_interval(of_class, len(correct))
        yield ClassRow(
            corruption=path.corruption,
            parameter=path.parameter,
            unit=path.unit,
            t=point.t,
            strength=point.strength,
            model=model,
            class_number=number,
            class_name=name,
            seeds=len(correct),
            images=len(of_class),
            accuracy=found.estimate,
            low=found.low,
            high=found.high,
        )
