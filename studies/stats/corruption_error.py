"""Corruption errors: how many errors a model makes for each error of a reference model.

With ``E_s`` the error of a model at level s of a corruption, ``E_0`` that on clean images::

    CE          = sum_s E_s         / sum_s E_s of the reference
    relative CE = sum_s (E_s - E_0) / sum_s (E_s - E_0) of the reference

and mCE, relative mCE their means over the corruptions that count (Hendrycks and Dietterich 2019).
Where a denominator is not positive, the ratio is undefined, and so is a mean that it enters.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studies.stats.bootstrap import bca_limits, resampled_sums

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Score:
    """A ratio of errors, 1 being the reference's.

    Attributes
    ----------
    value
        None where it is undefined, or where cells are missing.
    low, high
        Limits of its 95 % interval; None where there is none.
    missing
        Whether it is None for want of cells.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    missing: bool = False


MISSING = Score(None, missing=True)


@dataclass(frozen=True, slots=True)
class ErrorsByImage:
    """What a model gets wrong under one corruption, or on clean images.

    Attributes
    ----------
    total
        ``(images,)``: the share of draws in which the image is not recognised, summed over levels.
    levels
        How many levels there are.
    draws
        How many trials of each image, over levels and seeds.
    """

    total: Values
    levels: int
    draws: int


Errors = Mapping[tuple[str, str], ErrorsByImage]
"""(corruption, model) -> errors; without those of which a level is missing."""


def corruption_errors(
    errors: Errors,
    corruptions: Sequence[str],
    counted: Sequence[str],
    *,
    model: str,
    reference: str,
) -> tuple[list[Score], Score]:
    """Return the CE of a model under each corruption, and its mCE, with their intervals.

    Parameters
    ----------
    errors
        Of both models.
    corruptions
        Those to give a CE for.
    counted
        Those of them that enter the mean.
    model, reference
        Names of the two models; they may be one.

    Returns
    -------
    list of Score
        One a corruption. Intervals are from the bootstrap over images, with the same resamples
        for both models and all corruptions; the reference itself has none.
    Score
        The mean.
    """
    complete = [name for name in corruptions if {(name, model), (name, reference)} <= errors.keys()]
    if not complete:
        return [MISSING for _ in corruptions], MISSING
    above = np.stack([errors[name, model].total for name in complete], axis=1)
    below = np.stack([errors[name, reference].total for name in complete], axis=1)
    ratios = _Ratios(above, below, interval=model != reference)
    columns = {name: column for column, name in enumerate(complete)}
    each = [ratios.mean([columns[name]]) if name in columns else MISSING for name in corruptions]
    if not columns.keys() >= set(counted):
        return each, MISSING
    return each, ratios.mean([columns[name] for name in counted])


def relative_corruption_errors(
    errors: Errors,
    clean: Mapping[str, ErrorsByImage],
    corruptions: Sequence[str],
    counted: Sequence[str],
    *,
    model: str,
    reference: str,
) -> tuple[list[Score], Score]:
    """Return the relative CE of a model under each corruption, and its relative mCE.

    As `corruption_errors`, without intervals: the denominator may be close to zero.

    Parameters
    ----------
    errors, corruptions, counted, model, reference
        As for `corruption_errors`.
    clean
        Model -> errors on the clean images; without those that are missing.
    """

    def rise(corruption: str, name: str) -> float:
        under = errors[corruption, name]
        return float(under.total.mean() - under.levels * clean[name].total.mean())

    each = {}
    for corruption in corruptions:
        pairs = {(corruption, model), (corruption, reference)}
        if pairs <= errors.keys() and {model, reference} <= clean.keys():
            each[corruption] = ratio(rise(corruption, model), rise(corruption, reference))
        else:
            each[corruption] = MISSING
    return list(each.values()), mean_score([each[name] for name in counted])


def ratio(above: float, below: float) -> Score:
    """Return a ratio of errors; undefined where the denominator is not positive."""
    return Score(above / below if below > _ROUNDING else None)


def mean_score(scores: Sequence[Score]) -> Score:
    """Return the mean of some scores; missing or undefined where one of them is, or none is."""
    if any(score.missing for score in scores):
        return MISSING
    values = [score.value for score in scores if score.value is not None]
    complete = values and len(values) == len(scores)
    return Score(sum(values) / len(values) if complete else None)


_ROUNDING = 1e-12  # a difference of equal means of thirds may come out as 1e-17


class _Ratios:
    """Ratios of column sums, and means of them, with bootstrap intervals."""

    def __init__(self, above: Values, below: Values, *, interval: bool) -> None:
        sums, sums_below = above.sum(axis=0), below.sum(axis=0)
        self._of_all = _divided(sums[np.newaxis], sums_below[np.newaxis])
        self._interval = interval
        if interval:
            self._without_one = _divided(sums - above, sums_below - below)
            columns = above.shape[1]
            drawn = resampled_sums(np.concatenate([above, below], axis=1))
            self._resampled = _divided(drawn[:, :columns], drawn[:, columns:])

    def mean(self, columns: Sequence[int]) -> Score:
        if not columns or not np.isfinite(self._of_all[:, columns]).all():
            return Score(None)
        value = float(self._of_all[0, columns].mean())
        if not self._interval:
            return Score(value)
        limits = bca_limits(
            value,
            self._resampled[:, columns].mean(axis=1),
            self._without_one[:, columns].mean(axis=1),
        )
        return Score(value) if limits is None else Score(value, *limits)


def _divided(above: Values, below: Values) -> Values:
    """Return ratios, and infinity where the denominator is not positive."""
    defined = below > _ROUNDING
    quotient: Values = np.divide(above, below, out=np.full_like(above, np.inf), where=defined)
    return quotient
