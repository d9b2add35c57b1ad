"""The points of an adaptive sweep, determined by the cells that are stored.

All rounds of refinement are repeated from the start: each adds the strengths that the cells of the
previous rounds ask for. So the same cells lead to the same points, whatever else is stored and
however often the sweep was interrupted. A severity range with missing cells ends with the round
that they belong to.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from studies.config.study import Study
from studies.plan import Point, cell_key, plan_levels, plan_points, points_along
from studies.stats.curves import next_strengths, thresholds
from studies.store.store import Store

Values = npt.NDArray[np.float64]


class Accuracies:
    """The accuracies of a study's cells, each read once.

    Parameters
    ----------
    store : Store
        The cells; more may be added in the meantime.
    digests : mapping of str to str
        Model name -> model digest.

    Attributes
    ----------
    chance : float
        Accuracy of a uniformly random prediction.
    """

    def __init__(self, store: Store, digests: Mapping[str, str]) -> None:
        self._store = store
        self._digests = tuple(dict.fromkeys(digests.values()))
        self._accuracies: dict[str, float] = {}
        evaluation_set = store.evaluation_set()
        self._images = evaluation_set.images
        self.chance = 1 / len(evaluation_set.class_names)

    def curves(self, points: Sequence[Point]) -> Values | None:
        """Return ``(models, points)``, means over seeds and images; None if a cell is untried.

        A model with a failed cell is left out, so that it does not delay the others.
        """
        keys = [
            [[cell_key(item, self._images, digest) for item in at.conditions] for at in points]
            for digest in self._digests
        ]
        wanted = {key for curve in keys for point in curve for key in point}
        stored = self._read(wanted)
        failed = {failure.key for failure in self._store.failures()} if wanted - stored else set()
        if wanted - stored - failed:
            return None
        complete = [curve for curve in keys if all(stored.issuperset(point) for point in curve)]
        curves = [[np.mean([self._accuracies[k] for k in point]) for point in c] for c in complete]
        return np.array(curves, np.float64).reshape(len(complete), len(points))

    def _read(self, wanted: set[str]) -> set[str]:
        """Read those of some cells that are stored, and return their keys."""
        unread = wanted - self._accuracies.keys()
        for key in unread & self._store.finished_keys() if unread else ():
            self._accuracies[key] = float(np.equal(self._store.quantity(key, "rank"), 0).mean())
        return wanted & self._accuracies.keys()


def _refined(
    corruption: str, study: Study, tolerance: float, accuracies: Accuracies
) -> list[Point]:
    """Return the points of one curve that are known to be needed so far."""
    points = points_along(corruption, study.strengths, study.seeds)
    while (curves := accuracies.curves(points)) is not None:
        t = [point.t for point in points]
        goals = thresholds(curves, study.threshold, accuracies.chance)
        added = next_strengths(t, curves, goals, tolerance)
        if not added:
            break
        points = sorted(
            [*points, *points_along(corruption, added, study.seeds)], key=lambda point: point.t
        )
    return points


def plan(study: Study, accuracies: Accuracies) -> list[Point]:
    """Return all points of a study in its order: those of its curves, or its protocol's levels.

    An adaptive sweep is refined by the accuracies of the cells that are stored.
    """
    if study.protocol is not None:
        from noiselib import protocols

        return plan_levels(protocols.load(study.protocol), study.seeds)
    if study.tolerance is None:
        return plan_points(study)
    refined = (_refined(spec, study, study.tolerance, accuracies) for spec in study.corruptions)
    return [point for points in refined for point in points]
