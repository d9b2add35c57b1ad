"""What models answered, read from the store: one array a point, a row a seed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from studies.config.validators import model_name
from studies.core.errors import StudyError
from studies.plan import Condition, ImageRange, Planned, Point, cell_key
from studies.results.adaptive import Accuracies, plan
from studies.stats.predictions import Outcomes
from studies.store.records import EvaluationSet
from studies.store.store import Store

if TYPE_CHECKING:
    from noiselib import Transform
    from studies.config.study import Study


@dataclass(frozen=True, slots=True)
class Swept:
    """The last sweep of a results folder.

    Attributes
    ----------
    folder
        The results folder.
    study
        The settings.
    evaluation_set
        Which images.
    digests
        Model name -> model digest, in the order of the study.
    plan
        Everything that was asked for.
    """

    folder: Path
    study: "Study"
    evaluation_set: EvaluationSet
    digests: Mapping[str, str]
    plan: Sequence[Planned]


def last_sweep(store: Store, folder: Path) -> Swept:
    """Return what a results folder was last swept for.

    Raises
    ------
    StudyError
        When it never was.
    """
    from studies.config.study import Study

    runs = store.runs()
    if not runs:
        raise StudyError(f"there are no results in {folder} yet; start with a sweep")
    study = Study.model_construct(**runs[-1].study)
    models = [model for name in study.models if (model := store.model(model_name(name)))]
    digests = {model.name: model.digest for model in models}
    return Swept(
        folder=folder,
        study=study,
        evaluation_set=store.evaluation_set(),
        digests=digests,
        plan=plan(study, Accuracies(store, digests)),
    )


Correct = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class PointAnswers:
    """Which images a model recognised at one point.

    Attributes
    ----------
    conditions
        Those that are stored, one a seed.
    correct
        ``(conditions, images)``.
    """

    conditions: tuple[Condition, ...]
    correct: Correct


class Reader:
    """Reads cells of one store by their conditions.

    Parameters
    ----------
    store
        The results.
    images
        Which images the cells are about.
    """

    def __init__(self, store: Store, images: ImageRange) -> None:
        self._store = store
        self._images = images
        self._stored = store.finished_keys()

    def stored(self, planned: Planned, digest: str) -> tuple[Condition, ...]:
        """Return the conditions of a point that a model has seen."""
        return tuple(
            condition
            for condition in planned.conditions
            if cell_key(condition, self._images, digest) in self._stored
        )

    def quantity(self, condition: Condition, digest: str, name: str) -> npt.NDArray[Any]:
        """Return one field of a stored cell's `Outcomes`, ``(images, ...)``."""
        return self._store.quantity(cell_key(condition, self._images, digest), name)

    def outcomes_at(self, planned: Planned, digest: str) -> dict[Condition, Outcomes]:
        """Return what is stored of each cell of a point, but the log-probabilities of all classes.

        Those are most of the bytes, and no number here rests on them.
        """
        return {item: self.outcomes(item, digest) for item in self.stored(planned, digest)}

    def outcomes(self, condition: Condition, digest: str) -> Outcomes:
        """Return what is stored of one cell, but the log-probabilities of all classes."""
        return self._store.outcomes(cell_key(condition, self._images, digest), of_all_classes=False)

    def at(self, planned: Planned, digest: str) -> PointAnswers | None:
        """Return which images a model recognised at a point; None where no cell is stored."""
        conditions = self.stored(planned, digest)
        if not conditions:
            return None
        ranks = [self.quantity(condition, digest, "rank") for condition in conditions]
        return PointAnswers(conditions, np.equal(np.stack(ranks), 0))


def shared(
    first: PointAnswers | None, second: PointAnswers | None
) -> tuple[Correct, Correct, int] | None:
    """Return the answers of two models under those conditions that both have seen.

    Returns
    -------
    tuple or None
        Twice ``(draws, images)``, and the draws; None where they have seen none together.
    """
    if first is None or second is None:
        return None
    both = [condition for condition in first.conditions if condition in second.conditions]
    if not both:
        return None
    return (
        first.correct[[first.conditions.index(condition) for condition in both]],
        second.correct[[second.conditions.index(condition) for condition in both]],
        len(both),
    )


def mean_over_points(
    answers: Sequence[PointAnswers], weights: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return ``(images,)``: the weighted mean, over points, of the share of draws that are right.

    With the weights of the trapezoid rule, the mean over images is the area under the curve.
    """
    mean = np.zeros(answers[0].correct.shape[1])
    for weight, item in zip(weights, answers, strict=True):
        mean += weight * item.correct.mean(axis=0, dtype=np.float64)
    return mean


def whole_draws(
    points: Sequence[Planned], stored: Sequence[Sequence[Condition]]
) -> list[list[Condition]]:
    """Return the draws of which every point of a path is stored.

    Parameters
    ----------
    points
        The points of one path.
    stored
        For each of them, the conditions that are stored.

    Returns
    -------
    list
        For each draw its condition at every point. Points where nothing is drawn, as the clean
        one, are part of every draw.
    """
    every = [condition.seed for point in points for condition in point.conditions]
    drawn = dict.fromkeys(seed for seed in every if seed is not None)
    seeds: list[int | None] = [*drawn] if drawn else [None]
    draws = []
    for seed in seeds:
        found = [[item for item in at if item.seed in {seed, None}] for at in stored]
        if all(found):
            draws.append([items[0] for items in found])
    return draws


@dataclass(frozen=True, slots=True)
class SeverityRange:
    """The way from clean images to one corruption.

    Attributes
    ----------
    corruption
        Spec at its worst strength.
    parameter, unit
        The parameter that is the strength, and its unit.
    points
        From clean to worst.
    """

    corruption: str
    parameter: str
    unit: str
    points: tuple[Point, ...] = field(repr=False)

    def strength(self, t: float) -> float:
        """Return the strength at any t of the path, in the parameter's own unit."""
        return float(_parsed(self.corruption).position(t))


def severity_ranges(points: Sequence[Point]) -> list[SeverityRange]:
    """Return the paths that some points are on, in their order."""
    paths = []
    for corruption in dict.fromkeys(point.corruption for point in points):
        axis = _parsed(corruption).axis
        along = tuple(point for point in points if point.corruption == corruption)
        paths.append(SeverityRange(corruption, axis.name, axis.unit, along))
    return paths


@cache
def _parsed(corruption: str) -> "Transform":
    import noiselib

    return noiselib.parse(corruption)
