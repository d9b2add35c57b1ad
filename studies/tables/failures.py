"""The images that each model loses first along the path of a corruption, and what they say of them.

Of each corruption the first draw of which every point is stored, so that an image meets one and
the same disturbance that grows, for every model.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from studies.plan import Condition, Point
from studies.results.sweep_results import Reader, SeverityRange, whole_draws
from studies.stats.breaking_points import breaking_points, flips, standing
from studies.stats.intervals import share_interval
from studies.store.records import EvaluationSet


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
    path: SeverityRange,
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


@dataclass(frozen=True, slots=True)
class ModelPrediction:
    """What one model says of one image: a class, and how sure it is; None where not stored."""

    model: str
    predicted: int | None
    confidence: float | None


@dataclass(frozen=True, slots=True)
class FailedImage:
    """An image at the strength at which a model first takes it for something else.

    Attributes
    ----------
    number
        Its place in the study's images.
    true
        Its class.
    condition
        The corruption at that strength, with its seed.
    parameter, unit, strength
        The strength in its own unit.
    said
        What every model says of it there.
    """

    number: int
    true: int
    condition: Condition
    parameter: str
    unit: str
    strength: float
    said: tuple[ModelPrediction, ...]


@dataclass(frozen=True, slots=True)
class FirstFailures:
    """What one model loses first on one path.

    Attributes
    ----------
    model
        Its name.
    recognised, lost
        How many images it recognises clean, and how many of them it loses anywhere on the path.
    first
        How many of those go first, at the weakest strength that costs any.
    images
        Some of those lost first: by strength, then the surest mistakes first.
    """

    model: str
    recognised: int
    lost: int
    first: int
    images: tuple[FailedImage, ...]


def find_first_failures(
    reader: Reader,
    path: SeverityRange,
    evaluation_set: EvaluationSet,
    digests: Mapping[str, str],
    *,
    each: int,
) -> list[FirstFailures]:
    """Return what each model loses first on one path.

    Parameters
    ----------
    reader
        Reads the cells.
    path
        The path.
    evaluation_set
        Which images, with their classes.
    digests
        Model name -> model digest.
    each
        How many images to choose for a model, at most.

    Returns
    -------
    list of FirstFailures
        One a model of which a whole draw is stored.
    """
    looks = _Looks(reader, path, digests)
    found = []
    for model, digest in digests.items():
        stored = [reader.stored(point, digest) for point in path.points]
        draws = whole_draws(path.points, stored)
        if draws:
            found.append(_losses(looks, model, draws[0], evaluation_set.labels, each))
    return found


def _losses(
    looks: "_Looks",
    model: str,
    draw: Sequence[Condition],
    labels: npt.NDArray[np.int64],
    each: int,
) -> FirstFailures:
    correct = np.stack([looks.of(item, model, "rank") == 0 for item in draw])
    broken = breaking_points(correct[np.newaxis])[0]
    lost = np.flatnonzero((broken > 0) & (broken < len(draw)))
    chosen: list[int] = []
    for point in np.unique(broken[lost]):
        here = lost[broken[lost] == point]
        sure = looks.of(draw[point], model, "confidence")[here]
        chosen += here[np.argsort(-sure, kind="stable")].tolist()
        if len(chosen) >= each:
            break
    return FirstFailures(
        model=model,
        recognised=int(correct[0].sum()),
        lost=len(lost),
        first=int((broken[lost] == broken[lost].min()).sum()) if len(lost) else 0,
        images=tuple(
            looks.lost(number, int(labels[number]), int(broken[number]), draw)
            for number in chosen[:each]
        ),
    )


class _Looks:
    """What models saw on one path, each stored array read once."""

    def __init__(self, reader: Reader, path: SeverityRange, digests: Mapping[str, str]) -> None:
        self._reader = reader
        self._path = path
        self._digests = digests
        self._read: dict[tuple[Condition, str, str], npt.NDArray[Any]] = {}

    def of(self, condition: Condition, model: str, name: str) -> npt.NDArray[Any]:
        """Return one quantity of a stored cell."""
        key = (condition, model, name)
        if key not in self._read:
            self._read[key] = self._reader.quantity(condition, self._digests[model], name)
        return self._read[key]

    def lost(self, number: int, true: int, point: int, draw: Sequence[Condition]) -> FailedImage:
        """Return an image at one point, with what every model says of it."""
        where = self._path.points[point]
        return FailedImage(
            number,
            true,
            draw[point],
            self._path.parameter,
            self._path.unit,
            where.strength,
            tuple(self._said(model, where, draw[point], number) for model in self._digests),
        )

    def _said(self, model: str, point: Point, condition: Condition, number: int) -> ModelPrediction:
        if condition not in self._reader.stored(point, self._digests[model]):
            return ModelPrediction(model, None, None)
        predicted = self.of(condition, model, "predicted")[number]
        confidence = self.of(condition, model, "confidence")[number]
        return ModelPrediction(model, int(predicted), float(confidence))
