"""Every two models on the same corrupted images: the rows of ``comparisons.csv``."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations

import numpy as np
import numpy.typing as npt

from studies.results.sweep_results import CorrectPredictions, SeverityRange, shared
from studies.stats.paired import (
    Difference,
    adjusted,
    compare_answers,
    compare_shares,
    flipped_sums,
    sign_flip_p,
)
from studies.tables.areas import ALL, CompleteCurve

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """Two models at one point, or over a whole path; the columns of ``comparisons.csv``.

    Attributes
    ----------
    quantity
        ``accuracy`` at a point, or ``area``: the mean accuracy over the path.
    corruption
        Spec at its worst strength, or ``all`` for the mean area over all corruptions.
    parameter, unit, t, strength
        Which point of the path; t and strength are empty for areas.
    baseline_model, candidate_model
        Names of the two models.
    seeds, images
        How many noise seeds and images they were compared on; no seeds for areas.
    baseline, candidate
        The quantity of each.
    difference, low, high
        Candidate minus baseline, and the limits of its 95 % interval.
    p
        Two-sided p-value of no difference: exact (McNemar's, or of the sign-flip test over
        images) for accuracies, of the sign-flip test with random flips for areas.
    p_adjusted
        By Benjamini and Hochberg: over the points of one path, or over the corruptions.
    images_for_one_point
        Images needed to see a difference of one point with a power of 0.8; empty where the models
        never differed.
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


def compare_points(
    severity_range: SeverityRange,
    predictions: Mapping[str, Sequence[CorrectPredictions | None]],
) -> Iterator[ComparisonRow]:
    """Compare every two models at every point of a path that both have seen.

    Parameters
    ----------
    severity_range : SeverityRange
        The corruption.
    predictions : mapping of str to sequence of CorrectPredictions
        Model -> its predictions at each point; the first of two models is the baseline.
    """
    for baseline, candidate in combinations(predictions, 2):
        rows = []
        for point, first, second in zip(
            severity_range.points, predictions[baseline], predictions[candidate], strict=True
        ):
            pair = shared(first, second)
            if pair is None:
                continue
            found = compare_answers(pair[0], pair[1])
            images = pair[0].shape[1]
            row = _row(
                "accuracy",
                severity_range,
                baseline,
                candidate,
                found,
                seeds=len(pair[0]),
                images=images,
            )
            rows.append(replace(row, t=point.t, strength=point.strength))
        yield from _with_adjusted(rows)


class AreaComparisons:
    """Compares the areas of every two models, corruption by corruption, then over all.

    Parameters
    ----------
    models
        Names of the models; the first of two is the baseline.
    """

    def __init__(self, models: Sequence[str]) -> None:
        self._pairs = list(combinations(models, 2))
        self._rows: dict[tuple[str, str], list[ComparisonRow]] = {pair: [] for pair in self._pairs}

    def add(self, curves: Sequence[CompleteCurve]) -> None:
        """Compare models over some paths.

        Parameters
        ----------
        curves
            Every curve of these paths that has no gap; all under the same random signs.
        """
        by_range: dict[SeverityRange, dict[str, Values]] = {}
        for curve in curves:
            by_range.setdefault(curve.severity_range, {})[curve.model] = curve.by_image
        self._compare(by_range, self._rows)

    def rows(self, overall: Mapping[str, Values]) -> list[ComparisonRow]:
        """Return all rows, with those of the mean area over all corruptions at their end.

        Parameters
        ----------
        overall
            Model -> ``(images,)`` mean area of each image; empty where there is none.
        """
        over_all: dict[tuple[str, str], list[ComparisonRow]] = {pair: [] for pair in self._pairs}
        self._compare({SeverityRange(ALL, "", "", ()): overall}, over_all)
        by_range = [row for rows in self._rows.values() for row in _with_adjusted(rows)]
        return [*by_range, *(row for rows in over_all.values() for row in rows)]

    def _compare(
        self,
        by_range: Mapping[SeverityRange, Mapping[str, Values]],
        rows: dict[tuple[str, str], list[ComparisonRow]],
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
                    row = _row("area", severity_range, *pair, found, seeds=None, images=len(first))
                    rows[pair].append(row)


def _row(
    quantity: str,
    severity_range: SeverityRange,
    baseline: str,
    candidate: str,
    found: Difference,
    *,
    seeds: int | None,
    images: int,
) -> ComparisonRow:
    return ComparisonRow(
        quantity=quantity,
        corruption=severity_range.corruption,
        parameter=severity_range.parameter,
        unit=severity_range.unit,
        t=None,
        strength=None,
        baseline_model=baseline,
        candidate_model=candidate,
        seeds=seeds,
        images=images,
        p_adjusted=found.p,
        **asdict(found),
    )


def _with_adjusted(rows: Sequence[ComparisonRow]) -> list[ComparisonRow]:
    p_values = adjusted([row.p for row in rows])
    return [replace(row, p_adjusted=p) for row, p in zip(rows, p_values, strict=True)]
