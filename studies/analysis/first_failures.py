"""The images that each model loses first along the path of a corruption, and what they say of them.

Of each corruption the first draw of which every point is stored, so that an image meets one and
the same disturbance that grows, for every model.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from studies.plan import Condition, Point
from studies.results.sweep_results import Path, Reader, whole_draws
from studies.stats.breaking_points import breaking_points
from studies.store.records import Subject


@dataclass(frozen=True, slots=True)
class Said:
    """What one model says of one image: a class, and how sure it is; None where not stored."""

    model: str
    predicted: int | None
    confidence: float | None


@dataclass(frozen=True, slots=True)
class Lost:
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
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Losses:
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
    images: tuple[Lost, ...]


def find_first_failures(
    reader: Reader,
    path: Path,
    subject: Subject,
    digests: Mapping[str, str],
    *,
    each: int,
) -> list[Losses]:
    """Return what each model loses first on one path.

    Parameters
    ----------
    reader
        Reads the cells.
    path
        The path.
    subject
        Which images, with their classes.
    digests
        Model name -> model digest.
    each
        How many images to choose for a model, at most.

    Returns
    -------
    list of Losses
        One a model of which a whole draw is stored.
    """
    looks = _Looks(reader, path, digests)
    found = []
    for model, digest in digests.items():
        stored = [reader.stored(point, digest) for point in path.points]
        draws = whole_draws(path.points, stored)
        if draws:
            found.append(_losses(looks, model, draws[0], subject.labels, each))
    return found


def _losses(
    looks: "_Looks",
    model: str,
    draw: Sequence[Condition],
    labels: npt.NDArray[np.int64],
    each: int,
) -> Losses:
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
    return Losses(
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

    def __init__(self, reader: Reader, path: Path, digests: Mapping[str, str]) -> None:
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

    def lost(self, number: int, true: int, point: int, draw: Sequence[Condition]) -> Lost:
        """Return an image at one point, with what every model says of it."""
        where = self._path.points[point]
        return Lost(
            number,
            true,
            draw[point],
            self._path.parameter,
            self._path.unit,
            where.strength,
            tuple(self._said(model, where, draw[point], number) for model in self._digests),
        )

    def _said(self, model: str, point: Point, condition: Condition, number: int) -> Said:
        if condition not in self._reader.stored(point, self._digests[model]):
            return Said(model, None, None)
        predicted = self.of(condition, model, "predicted")[number]
        confidence = self.of(condition, model, "confidence")[number]
        return Said(model, int(predicted), float(confidence))
