"""The points of an adaptive sweep, found again at any time from the cells that are stored."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from studies.plan import Point, cell_key, plan_levels, plan_points, points_along
from studies.stats.curves import next_strengths, thresholds
from studies.store.store import Store

if TYPE_CHECKING:
    from studies.config.study import Study


Values = npt.NDArray[np.float64]


class Accuracies:
    """The accuracies of a study's cells, each read once.

    Parameters
    ----------
    store
        Where the cells are; more may come in the meantime.
    digests
        Model name -> model digest.
    """

    def __init__(self, store: Store, digests: Mapping[str, str]) -> None:
        self._store = store
        self._digests = tuple(dict.fromkeys(digests.values()))
        self._seen: dict[str, float] = {}
        evaluation_set = store.evaluation_set()
        self._images = evaluation_set.images
        self.chance = 1 / len(evaluation_set.class_names)

    def along(self, points: Sequence[Point]) -> Values | None:
        """Return the curves of all models over some points.

        Returns
        -------
        ndarray or None
            ``(models, points)``, means over seeds and images. A model of which a cell failed is
            left out, so that it does not hold up the others. None where a cell was not tried yet.
        """
        keys = [
            [[cell_key(item, self._images, digest) for item in at.conditions] for at in points]
            for digest in self._digests
        ]
        every = {key for curve in keys for point in curve for key in point}
        stored = self._read(every)
        failed = {failure.key for failure in self._store.failures()} if every - stored else set()
        if every - stored - failed:
            return None
        whole = [curve for curve in keys if all(stored.issuperset(point) for point in curve)]
        curves = [[np.mean([self._seen[key] for key in point]) for point in c] for c in whole]
        return np.array(curves, np.float64).reshape(len(whole), len(points))

    def _read(self, wanted: set[str]) -> set[str]:
        """Read what is stored of some cells, and return their keys."""
        unread = wanted - self._seen.keys()
        for key in unread & self._store.finished_keys() if unread else ():
            self._seen[key] = float(np.equal(self._store.quantity(key, "rank"), 0).mean())
        return wanted & self._seen.keys()


def refined_points(study: "Study", tolerance: float, accuracies: Accuracies) -> list[Point]:
    """Return the points of every curve that are known to be wanted so far.

    The rounds of refinement are gone through again from the start: each adds the strengths that
    the cells of those before ask for, so the same cells lead to the same points, whatever else is
    stored and however often the sweep was stopped. A path whose cells are not all there ends with
    the round that they belong to.

    Parameters
    ----------
    study
        What to find out; its strengths are where to begin.
    tolerance
        How exactly critical strengths are to be known, in t.
    accuracies
        What is known of its cells.
    """
    return [
        point
        for spec in study.corruptions
        for point in _refined(spec, study, tolerance, accuracies)
    ]


def _refined(
    corruption: str, study: "Study", tolerance: float, accuracies: Accuracies
) -> list[Point]:
    points = points_along(corruption, study.strengths, study.seeds)
    while (curves := accuracies.along(points)) is not None:
        t = [point.t for point in points]
        goals = thresholds(curves, study.threshold, accuracies.chance)
        added = next_strengths(t, curves, goals, tolerance)
        if not added:
            break
        points = sorted(
            [*points, *points_along(corruption, added, study.seeds)], key=lambda point: point.t
        )
    return points


def plan(study: "Study", accuracies: Accuracies) -> list[Point]:
    """Return everything that a study asks for: the points of its curves, or its protocol.

    Parameters
    ----------
    study
        The question.
    accuracies
        What is known of its cells, which decides where an adaptive sweep goes on.
    """
    if study.protocol is not None:
        from noiselib import protocols

        return plan_levels(protocols.load(study.protocol), study.seeds)
    if study.tolerance is not None:
        return refined_points(study, study.tolerance, accuracies)
    return plan_points(study)
