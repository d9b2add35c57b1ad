"""The stored cells of one plan: what each model predicted at each point, each cell read once."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from studies.config.study import Study
from studies.config.validators import model_name
from studies.core.errors import StudyError
from studies.plan import Condition, ImageRange, Point, cell_key, planned_keys
from studies.results.adaptive import Accuracies, plan
from studies.stats.predictions import CorrectPredictions, Outcomes
from studies.store.records import EvaluationSet, Failure
from studies.store.store import Store

if TYPE_CHECKING:
    from noiselib import Transform

_CACHED_BYTES = 2**26  # a report on thousands of cells must not keep all of them in memory


@dataclass(frozen=True, slots=True)
class SeverityRange:
    """The points of one corruption, from the clean images to maximum severity.

    Attributes
    ----------
    corruption : str
        Spec at maximum severity.
    parameter, unit : str
        The parameter that is the strength, and its unit.
    points : tuple of Point
        From clean to maximum severity.
    """

    corruption: str
    parameter: str
    unit: str
    points: tuple[Point, ...] = field(repr=False)

    def strength(self, t: float) -> float:
        """Return the strength at a fraction t of the range, in the unit of the parameter."""
        return float(_parsed(self.corruption).position(t))


class SweepResults:
    """The stored cells of some points and models.

    Parameters
    ----------
    store : Store
    points : sequence of Point
        The plan, in its order.
    digests : mapping of str to str
        Model name -> model digest, in the order of the study; of two models, the first is the
        baseline.
    study : Study, optional
    evaluation_set : EvaluationSet, optional
        The images that were predicted; by default that of the store.
    """

    def __init__(
        self,
        store: Store,
        points: Sequence[Point],
        digests: Mapping[str, str],
        study: Study | None = None,
        evaluation_set: EvaluationSet | None = None,
    ) -> None:
        self.store = store
        self.points = tuple(points)
        self.digests = dict(digests)
        self.evaluation_set = evaluation_set or store.evaluation_set()
        self._study = study
        self._stored = store.finished_keys()
        self._cache: OrderedDict[str, Outcomes] = OrderedDict()
        self._cached_bytes = 0

    @classmethod
    def of_last_sweep(cls, store: Store) -> Self:
        """Return the results of the last sweep of a results folder.

        Raises
        ------
        StudyError
            If there was no sweep.
        """
        runs = store.runs()
        if not runs:
            raise StudyError(f"there are no results in {store.path.parent} yet; start with a sweep")
        study = Study.model_construct(**runs[-1].study)
        models = [model for name in study.models if (model := store.model(model_name(name)))]
        digests = {model.name: model.digest for model in models}
        return cls(store, plan(study, Accuracies(store, digests)), digests, study)

    def restricted_to(self, points: Sequence[Point]) -> "SweepResults":
        """Return the same results without the points that are not in ``points``."""
        common = set(points)
        kept = [point for point in self.points if point in common]
        return SweepResults(self.store, kept, self.digests, self._study, self.evaluation_set)

    @property
    def study(self) -> Study:
        """The settings of the sweep."""
        if self._study is None:
            raise ValueError("these results were made without the settings of a study")
        return self._study

    @property
    def folder(self) -> Path:
        """The results folder."""
        return self.store.path.parent

    @property
    def images(self) -> ImageRange:
        """The range of images that were predicted."""
        return self.evaluation_set.images

    @property
    def models(self) -> list[str]:
        """Names of the models, in the order of the study."""
        return list(self.digests)

    @property
    def chance(self) -> float:
        """Accuracy of a uniformly random prediction."""
        return 1 / len(self.evaluation_set.class_names)

    @cached_property
    def severity_ranges(self) -> list[SeverityRange]:
        """The severity range of each corruption, in the order of the plan; none for a protocol."""
        ranges = []
        for corruption, points in self.points_by_corruption().items():
            if points[0].level is None:
                axis = _parsed(corruption).axis
                ranges.append(SeverityRange(corruption, axis.name, axis.unit, tuple(points)))
        return ranges

    @cached_property
    def planned_keys(self) -> set[str]:
        """The keys of all cells of the plan."""
        return planned_keys(self.points, self.images, self.digests)

    @property
    def finished(self) -> int:
        """Number of cells of the plan that are stored."""
        return len(self.planned_keys & self._stored)

    @property
    def missing(self) -> int:
        """Number of cells of the plan that are not stored."""
        return len(self.planned_keys) - self.finished

    def points_by_corruption(self) -> dict[str, list[Point]]:
        """Return the points of each corruption, in the order of the plan."""
        groups: dict[str, list[Point]] = {}
        for point in self.points:
            groups.setdefault(point.corruption, []).append(point)
        return groups

    def failures(self) -> list[Failure]:
        """Return the cells of the plan that failed at their last attempt."""
        return [failure for failure in self.store.failures() if failure.key in self.planned_keys]

    def key(self, condition: Condition, model: str) -> str:
        """Return the key of the cell of a condition and a model."""
        return cell_key(condition, self.images, self.digests[model])

    def stored(self, point: Point, model: str) -> tuple[Condition, ...]:
        """Return the conditions of a point whose cells are stored for a model."""
        return tuple(item for item in point.conditions if self.key(item, model) in self._stored)

    def outcomes(self, condition: Condition, model: str) -> Outcomes:
        """Return a stored cell without the log-probabilities of all classes.

        Those are most of the bytes, and no table needs them. The cells used last stay in memory.
        """
        key = self.key(condition, model)
        if key in self._cache:
            self._cache.move_to_end(key)
            return self._cache[key]
        outcomes = self.store.outcomes(key, of_all_classes=False)
        self._cache[key] = outcomes
        self._cached_bytes += outcomes.nbytes
        while self._cached_bytes > _CACHED_BYTES:
            self._cached_bytes -= self._cache.popitem(last=False)[1].nbytes
        return outcomes

    def outcomes_at(self, point: Point, model: str) -> dict[Condition, Outcomes]:
        """Return the stored cells of a point, by condition."""
        return {item: self.outcomes(item, model) for item in self.stored(point, model)}

    def quantity(self, condition: Condition, model: str, name: str) -> npt.NDArray[Any]:
        """Return one field of the `Outcomes` of a stored cell, ``(images, ...)``."""
        key = self.key(condition, model)
        if key not in self._cache:
            return self.store.quantity(key, name)
        array: npt.NDArray[Any] = getattr(self._cache[key], name)
        return array

    def correct(self, condition: Condition, model: str) -> npt.NDArray[np.bool_]:
        """Return ``(images,)``: whether the model classified each image correctly."""
        ranks: npt.NDArray[np.int32] = self.quantity(condition, model, "rank")
        return np.equal(ranks, 0)

    def correct_at(self, point: Point, model: str) -> CorrectPredictions | None:
        """Return which images a model classified correctly at a point; None without a cell."""
        conditions = self.stored(point, model)
        correct = [self.correct(condition, model) for condition in conditions]
        return CorrectPredictions(conditions, np.stack(correct)) if correct else None


def complete_seeds(
    points: Sequence[Point], stored: Sequence[Sequence[Condition]]
) -> list[list[Condition]]:
    """Return the noise seeds for which every point of a severity range is stored.

    Each is the list of its conditions at every point. Points without randomness, such as the clean
    one, belong to every seed.

    Parameters
    ----------
    points : sequence of Point
        The points of one severity range.
    stored : sequence of sequence of Condition
        For each of them, the conditions that are stored.
    """
    every = [condition.seed for point in points for condition in point.conditions]
    drawn = dict.fromkeys(seed for seed in every if seed is not None)
    complete = []
    for seed in drawn or (None,):
        found = [[item for item in at if item.seed in {seed, None}] for at in stored]
        if all(found):
            complete.append([items[0] for items in found])
    return complete


@cache
def _parsed(corruption: str) -> "Transform":
    import noiselib

    return noiselib.parse(corruption)
