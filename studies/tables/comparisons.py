"""Every two models on the same corrupted images: the rows of ``comparisons.csv``."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt

from studies.results.sweep_results import SeverityRange
from studies.stats.paired import (
    Difference,
    adjusted,
    compare_predictions,
    compare_shares,
    flipped_sums,
    sign_flip_p,
)
from studies.stats.predictions import CorrectPredictions, common_predictions
from studies.tables.areas import ALL, CompleteCurve

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """Two models at one point, or over a severity range; the columns of ``comparisons.csv``.

    Attributes
    ----------
    quantity : str
        ``accuracy`` at a point, or ``area``: the mean accuracy over the severity range.
    corruption : str
        Spec at maximum severity, or ``all`` for the mean area over all corruptions.
    parameter, unit, t, strength
        As for `PointRow`; t and strength are empty for areas.
    baseline_model, candidate_model : str
        Names of the two models.
    seeds : int or None
        Number of noise seeds that both have; empty for areas.
    images : int
    baseline, candidate, difference, low, high, p, images_for_one_point
        As for `Difference`. The p-value is exact (McNemar's, or of the sign-flip test over images)
        for accuracies, and of the sign-flip test with random flips for areas.
    p_adjusted : float
        By Benjamini and Hochberg: over the points of one severity range, or over the corruptions.
    """

    quantity: str
    corruption: str
    parameter: str
    unit: str
    t: float | None
    strength: float | None
    baseline_model: str
    candidate_model: str
    seeds: int | None
    images: int
    baseline: float
    candidate: float
    difference: float
    low: float
    high: float
    p: float
    p_adjusted: float
    images_for_one_point: int | None

    @property
    def significant(self) -> bool:
        """Whether the difference is significant at a false discovery rate of 5 %."""
        return self.p_adjusted <= 0.05


ModelNames = tuple[str, str]
"""Baseline and candidate."""


def compare_points(
    severity_range: SeverityRange,
    predictions: Mapping[str, Sequence[CorrectPredictions | None]],
) -> Iterator[ComparisonRow]:
    """Compare every two models at every point of a severity range that both have.

    Parameters
    ----------
    severity_range : SeverityRange
    predictions : mapping of str to sequence of CorrectPredictions
        Model -> its predictions at each point; the first of two models is the baseline.

    Yields
    ------
    ComparisonRow
        Pair by pair, in increasing severity.
    """
    for models in combinations(predictions, 2):
        rows = []
        at_points = zip(severity_range.points, *(predictions[m] for m in models), strict=True)
        for point, first, second in at_points:
            common = common_predictions(first, second)
            if common is not None:
                seeds, images = common[0].shape
                at = {"t": point.t, "strength": point.strength, "seeds": seeds, "images": images}
                found = compare_predictions(*common)
                rows.append(_row("accuracy", severity_range, models, found, **at))
        yield from _with_adjusted(rows)


class AreaComparisons:
    """Comparisons of the areas of every two models, under each corruption and over all.

    Parameters
    ----------
    models : sequence of str
        Names of the models; the first of two is the baseline.
    """

    def __init__(self, models: Sequence[str]) -> None:
        self._pairs = list(combinations(models, 2))
        self._rows: dict[ModelNames, list[ComparisonRow]] = {pair: [] for pair in self._pairs}

    def add(self, curves: Sequence[CompleteCurve]) -> None:
        """Compare models over some severity ranges.

        These are all their complete curves, and all are tested with the same random signs.
        """
        by_range: dict[SeverityRange, dict[str, Values]] = {}
        for curve in curves:
            by_range.setdefault(curve.severity_range, {})[curve.model] = curve.by_image
        self._compare(by_range, self._rows)

    def rows(self, overall: Mapping[str, Values]) -> list[ComparisonRow]:
        """Return all rows, with those of the mean area over all corruptions at the end.

        Parameters
        ----------
        overall : mapping of str to ndarray of float
            Model -> ``(images,)``, mean area of each image; may be empty.
        """
        over_all: dict[ModelNames, list[ComparisonRow]] = {pair: [] for pair in self._pairs}
        self._compare({SeverityRange(ALL, "", "", ()): overall}, over_all)
        by_range = [row for rows in self._rows.values() for row in _with_adjusted(rows)]
        return [*by_range, *(row for rows in over_all.values() for row in rows)]

    def _compare(
        self,
        by_range: Mapping[SeverityRange, Mapping[str, Values]],
        rows: dict[ModelNames, list[ComparisonRow]],
    ) -> None:
        columns = [(item, model) for item, models in by_range.items() for model in models]
        if not self._pairs or not columns:
            return
        table = np.stack([by_range[item][model] for item, model in columns], axis=1)
        flipped = dict(zip(columns, flipped_sums(table).T, strict=True))
        for severity_range, by_image in by_range.items():
            for pair in self._pairs:
                if by_image.keys() >= set(pair):
                    first, second = (by_image[model] for model in pair)
                    signs = flipped[severity_range, pair[1]] - flipped[severity_range, pair[0]]
                    p = sign_flip_p(float((second - first).sum()), signs)
                    found = compare_shares(first, second, p=p)
                    at = {"t": None, "strength": None, "seeds": None, "images": len(first)}
                    rows[pair].append(_row("area", severity_range, pair, found, **at))


def _row(
    quantity: str, severity_range: SeverityRange, models: ModelNames, found: Difference, **at: Any
) -> ComparisonRow:
    of = severity_range
    at |= {"corruption": of.corruption, "parameter": of.parameter, "unit": of.unit}
    at |= {"baseline_model": models[0], "candidate_model": models[1]}
    return ComparisonRow(quantity, **at, **asdict(found), p_adjusted=found.p)


def _with_adjusted(rows: Sequence[ComparisonRow]) -> list[ComparisonRow]:
    p_values = adjusted([row.p for row in rows])
    return [replace(row, p_adjusted=p) for row, p in zip(rows, p_values, strict=True)]
