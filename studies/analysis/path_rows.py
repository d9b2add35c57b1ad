"""What happens to single images along a path: the rows of ``paths.csv``."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studies.results.sweep_results import Path
from studies.stats.breaking_points import breaking_points, flips, standing
from studies.stats.intervals import share_interval


@dataclass(frozen=True, slots=True)
class PathRow:
    """One point of one model's curve; the columns of ``paths.csv``.

    Only draws of which every point is stored count here.

    Attributes
    ----------
    corruption, parameter, unit, t, strength, model
        Which point of which curve.
    draws, images
        How many draws, of how many images.
    lost
        Share of images lost for the first time at this point: the distribution of breaking points.
    standing, standing_low, standing_high
        Share never lost so far, and the limits of its 95 % interval.
    regained
        Share recognised here that was lost at a weaker strength.
    flipped, flipped_low, flipped_high
        Share whose predicted class differs from that at the point before, and the limits of its
        95 % interval.
    """

    corruption: str
    parameter: str
    unit: str
    t: float
    strength: float
    model: str
    draws: int
    images: int
    lost: float
    standing: float
    standing_low: float
    standing_high: float
    regained: float
    flipped: float
    flipped_low: float
    flipped_high: float


def path_rows(
    path: Path,
    model: str,
    correct: npt.NDArray[np.bool_],
    predicted: npt.NDArray[np.integer],
) -> Iterator[PathRow]:
    """Return what happens to the images of one model along a path, point by point.

    Parameters
    ----------
    path, model
        Which curve.
    correct, predicted
        ``(draws, points, images)``: whether images were recognised, and as what.
    """
    broken = breaking_points(correct)
    draws, _, images = correct.shape
    for number, point in enumerate(path.points):
        stands = standing(broken, number)
        still = share_interval(stands, draws)
        flipped = share_interval(flips(predicted, number), draws)
        yield PathRow(
            corruption=path.corruption,
            parameter=path.parameter,
            unit=path.unit,
            t=point.t,
            strength=point.strength,
            model=model,
            draws=draws,
            images=images,
            lost=float(np.mean(broken == number)),
            standing=still.estimate,
            standing_low=still.low,
            standing_high=still.high,
            regained=float(correct[:, number].mean()) - still.estimate,
            flipped=flipped.estimate,
            flipped_low=flipped.low if number else 0.0,
            flipped_high=flipped.high if number else 0.0,  # there is nothing before the first
        )


def flip_rate(rows: Sequence[PathRow]) -> float:
    """Return the mean share of answers that change from one point of a path to the next."""
    return sum(row.flipped for row in rows[1:]) / max(len(rows) - 1, 1)
