"""Corruption errors: the errors of a model relative to those of a reference model.

With ``E_s`` the error of a model at level s of a corruption and ``E_0`` that on clean images::

    CE          = sum_s E_s         / sum_s E_s of the reference
    relative CE = sum_s (E_s - E_0) / sum_s (E_s - E_0) of the reference

mCE and relative mCE are their means over the corruptions of the benchmark (Hendrycks and
Dietterich 2019). A ratio with a denominator that is not positive is undefined, and so is every
mean that contains it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studies.stats.bootstrap import bca_limits, resampled_sums

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ErrorRatio:
    """Errors relative to those of the reference, which has 1.

    Attributes
    ----------
    value : float or None
        None where it is undefined, or where cells are missing.
    low, high : float or None
        Limits of its 95 % interval; None where there is none.
    missing : bool
        Whether the value is None because cells are missing.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    missing: bool = False


MISSING = ErrorRatio(None, missing=True)


@dataclass(frozen=True, slots=True)
class ErrorsByImage:
    """Errors of a model under one corruption, or on clean images.

    Attributes
    ----------
    total : ndarray of float
        ``(images,)``, the share of noise seeds in which the image is misclassified, summed over
        the levels.
    levels : int
        Number of levels.
    trials : int
        Number of predictions for each image, over levels and seeds.
    """

    total: Values
    levels: int
    trials: int


Errors = Mapping[tuple[str, str], ErrorsByImage]
"""(corruption, model) -> errors; pairs with a missing level have no entry."""


def corruption_errors(
    errors: Errors,
    corruptions: Sequence[str],
    counted: Sequence[str],
    *,
    model: str,
    reference: str,
) -> tuple[list[ErrorRatio], ErrorRatio]:
    """Return the CE of a model under each corruption, and its mCE, with intervals.

    The intervals are from the bootstrap over images, with the same resamples for both models and
    all corruptions; the reference itself has none.

    Parameters
    ----------
    errors : mapping of (str, str) to ErrorsByImage
    corruptions, counted : sequence of str
        Corruptions to return a CE for, and those of them that the mean is over.
    model, reference : str
        Names of the two models; they may be the same.
    """
    complete = [name for name in corruptions if {(name, model), (name, reference)} <= errors.keys()]
    if not complete:
        return [MISSING for _ in corruptions], MISSING
    totals = (np.stack([errors[c, m].total for c in complete], axis=1) for m in (model, reference))
    ratios = _Ratios(*totals, interval=model != reference)
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
) -> tuple[list[ErrorRatio], ErrorRatio]:
    """Return the relative CE of a model under each corruption, and its relative mCE.

    There are no intervals: the denominator may be close to zero.

    Parameters
    ----------
    errors : mapping of (str, str) to ErrorsByImage
    clean : mapping of str to ErrorsByImage
        Model -> errors on the clean images; models without them have no entry.
    corruptions, counted : sequence of str
    model, reference : str
        As for `corruption_errors`.
    """

    def increase(corruption: str, name: str) -> float:
        corrupted = errors[corruption, name]
        return float(corrupted.total.mean() - corrupted.levels * clean[name].total.mean())

    each = {}
    for corruption in corruptions:
        pairs = {(corruption, model), (corruption, reference)}
        if pairs <= errors.keys() and {model, reference} <= clean.keys():
            each[corruption] = ratio(increase(corruption, model), increase(corruption, reference))
        else:
            each[corruption] = MISSING
    return list(each.values()), mean_ratio([each[name] for name in counted])


def ratio(numerator: float, denominator: float) -> ErrorRatio:
    """Return a ratio of errors; undefined where the denominator is not positive."""
    return ErrorRatio(numerator / denominator if denominator > _ROUNDING else None)


def mean_ratio(ratios: Sequence[ErrorRatio]) -> ErrorRatio:
    """Return the mean of ratios; missing or undefined where one of them is, or there is none."""
    if any(item.missing for item in ratios):
        return MISSING
    values = [item.value for item in ratios if item.value is not None]
    complete = values and len(values) == len(ratios)
    return ErrorRatio(sum(values) / len(values) if complete else None)


_ROUNDING = 1e-12  # the difference of equal means of thirds may be 1e-17


class _Ratios:
    """Ratios of column sums, and means of them, with bootstrap intervals."""

    def __init__(self, numerators: Values, denominators: Values, *, interval: bool) -> None:
        above, below = numerators.sum(axis=0), denominators.sum(axis=0)
        self._ratios = _divide(above[np.newaxis], below[np.newaxis])
        self._interval = interval
        if interval:
            self._jackknife = _divide(above - numerators, below - denominators)
            columns = numerators.shape[1]
            sums = resampled_sums(np.concatenate([numerators, denominators], axis=1))
            self._resampled = _divide(sums[:, :columns], sums[:, columns:])

    def mean(self, columns: Sequence[int]) -> ErrorRatio:
        if not columns or not np.isfinite(self._ratios[:, columns]).all():
            return ErrorRatio(None)
        value = float(self._ratios[0, columns].mean())
        if not self._interval:
            return ErrorRatio(value)
        samples = (item[:, columns].mean(axis=1) for item in (self._resampled, self._jackknife))
        limits = bca_limits(value, *samples)
        return ErrorRatio(value) if limits is None else ErrorRatio(value, *limits)


def _divide(numerators: Values, denominators: Values) -> Values:
    """Return ratios, and infinity where the denominator is not positive."""
    undefined = np.full_like(numerators, np.inf)
    ratios: Values = np.divide(
        numerators, denominators, out=undefined, where=denominators > _ROUNDING
    )
    return ratios
