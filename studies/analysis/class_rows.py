"""Accuracy of each class at each point: the rows of ``classes.csv``."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studies.plan import Point
from studies.results.sweep_results import Path
from studies.stats.intervals import share_interval


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
    path: Path,
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
