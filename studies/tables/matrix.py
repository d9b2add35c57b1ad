"""Train x test matrix: every accuracy, every gain, and the best trainings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import numpy.typing as npt

from studies.config.study import CLEAN
from studies.plan import IDENTITY, Column, Point, Training
from studies.results.sweep_results import SweepResults
from studies.run.matrix import Network
from studies.stats.variance_components import (
    Estimate,
    Shares,
    accuracy_of,
    gain_of,
    mean_of,
    worst_gain_of,
    worst_of,
)
from studies.tables.rows import Columns

SharesByTest = Mapping[tuple[str, str], Shares]
"""Labels of training and test -> shares; a pair with a missing cell has no entry."""

_ERRORS = {name: name for name in ("training_deviation", "sampling_error")}


def _with_limits(name: str, **others: str) -> Columns:
    return Columns(**{name: "value", f"{name}_low": "low", f"{name}_high": "high"}, **others)


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """One training on one test; the columns of ``matrix.csv``.

    Attributes
    ----------
    training : Training
        The row.
    test : Column
        The column.
    networks, seeds, images : int
        Number of training seeds, of predictions for each image by a network, and of images.
    accuracy : Estimate
        Mean over networks, noise seeds, strengths and images, in [0, 1].
    gain : Estimate or None
        Over the training on clean images; None for that training itself, or where it is missing.
    """

    training: Annotated[Training, Columns(training="label", augmentation="spec")]
    test: Annotated[Column, Columns(test="label", corruption="corruption")]
    networks: int
    seeds: int
    images: int
    accuracy: Annotated[Estimate, Columns(accuracy="value", low="low", high="high", **_ERRORS)]
    gain: Annotated[Estimate | None, _with_limits("gain")]


@dataclass(frozen=True, slots=True)
class TrainingSummary:
    """One training over all tests; the columns of ``trainings.csv``.

    Attributes
    ----------
    training : Training
        The row of the matrix.
    mean : Estimate
        Mean accuracy over the tests, including the clean images.
    mean_gain : Estimate or None
        Of that mean over the training on clean images; None as in `MatrixCell`.
    worst_test, worst : str, Estimate
        Label of the test with the lowest accuracy, and that accuracy.
    unseen_gain : Estimate or None
        For a training on one corruption: the mean gain on all other corruptions, without the
        clean images.
    """

    training: Annotated[Training, Columns(training="label", augmentation="spec", kind="kind")]
    mean: Annotated[Estimate, _with_limits("mean", **_ERRORS)]
    mean_gain: Annotated[Estimate | None, _with_limits("mean_gain")]
    worst_test: str
    worst: Annotated[Estimate, _with_limits("worst")]
    unseen_gain: Annotated[Estimate | None, _with_limits("unseen_gain")]


@dataclass(frozen=True, slots=True)
class Best:
    """The training with the highest value of some score.

    Attributes
    ----------
    label : str
        Its label.
    rivals : tuple of str
        Labels of the trainings without a significant difference from it, the highest first: the
        95 % interval of the difference contains zero.
    """

    label: str
    rivals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """All numbers of a matrix.

    Attributes
    ----------
    trainings, tests : sequence
        Rows and columns.
    seeds, images : int
        Number of networks in each row, and of test images.
    cells : dict of (str, str) to MatrixCell
        Labels of training and test -> cell, row by row; unfinished ones have no entry.
    summaries : dict of str to TrainingSummary
        Label -> summary of each finished training.
    best_mean, best_worst : Best or None
        The highest mean over the tests, and the highest accuracy on the worst test; None where no
        training is finished.
    best_single, best_mixture : Best or None
        The highest mean among the trainings on one corruption, and among the mixtures; None where
        none is finished.
    """

    trainings: Sequence[Training]
    tests: Sequence[Column]
    seeds: int
    images: int
    cells: dict[tuple[str, str], MatrixCell]
    summaries: dict[str, TrainingSummary]
    best_mean: Best | None
    best_worst: Best | None
    best_single: Best | None
    best_mixture: Best | None


def shares_of_tests(
    results: SweepResults, networks: Sequence[Network], tests: Sequence[Column]
) -> dict[tuple[str, str], Shares]:
    """Return the shares of every training on every test of which all cells are stored."""
    by_training: dict[Training, list[Network]] = {}
    for network in networks:
        by_training.setdefault(network.training, []).append(network)
    found = {}
    for training, trained in by_training.items():
        for test in tests:
            points = _points_of(test, results.points)
            rows = [_mean_over_strengths(results, points, network.name) for network in trained]
            complete = [row for row in rows if row is not None]
            if len(complete) == len(rows):
                seeds = sum(len(point.conditions) for point in points)
                found[training.label, test.label] = Shares(np.stack(complete), seeds)
    return found


def _points_of(test: Column, points: Sequence[Point]) -> list[Point]:
    if test.corruption == IDENTITY:
        return [next(point for point in points if point.t == 0)]
    return [point for point in points if point.corruption == test.corruption and point.t > 0]


def _mean_over_strengths(
    results: SweepResults, points: Sequence[Point], model: str
) -> npt.NDArray[np.float64] | None:
    """Return ``(images,)``: the mean share at some points; None where a cell is missing."""
    shares = []
    for point in points:
        found = results.correct_at(point, model)
        if found is None or len(found.conditions) < len(point.conditions):
            return None
        shares.append(found.correct.mean(axis=0, dtype=np.float64))
    mean: npt.NDArray[np.float64] = np.mean(shares, axis=0)
    return mean


def make_matrix(
    shares: SharesByTest, trainings: Sequence[Training], tests: Sequence[Column], *, seeds: int
) -> Matrix:
    """Return all numbers of the matrix.

    Parameters
    ----------
    shares : mapping of (str, str) to Shares
        At least one entry, see `shares_of_tests`.
    trainings, tests : sequence
        Rows and columns.
    seeds : int
        Number of networks in each row.
    """
    images = next(iter(shares.values())).by_image.shape[1]
    finished = {
        training.label: {test.label: shares[training.label, test.label] for test in tests}
        for training in trainings
        if all((training.label, test.label) in shares for test in tests)
    }
    means = {label: mean_of(list(row.values())) for label, row in finished.items()}
    summaries = {
        training.label: _summary(training, finished, means)
        for training in trainings
        if training.label in finished
    }

    def best_mean(kind: str | None = None) -> Best | None:
        values = {
            label: item.mean.value
            for label, item in summaries.items()
            if kind in {None, item.training.kind}
        }
        return _best(values, lambda best, other: gain_of(means[other], means[best]))

    cells = {
        (training.label, test.label): _cell(shares, training, test, seeds)
        for training in trainings
        for test in tests
        if (training.label, test.label) in shares
    }
    best_worst = _best(
        {label: item.worst.value for label, item in summaries.items()},
        lambda best, other: worst_gain_of(finished[other], finished[best]),
    )
    best = best_mean(), best_worst, best_mean("single"), best_mean("mixture")
    return Matrix(trainings, tests, seeds, images, cells, summaries, *best)


def _cell(shares: SharesByTest, training: Training, test: Column, networks: int) -> MatrixCell:
    mine = shares[training.label, test.label]
    baseline = None if training.label == CLEAN else shares.get((CLEAN, test.label))
    gain = None if baseline is None else gain_of(baseline, mine)
    images = mine.by_image.shape[1]
    return MatrixCell(training, test, networks, mine.seeds, images, accuracy_of(mine), gain)


def _summary(
    training: Training, finished: Mapping[str, Mapping[str, Shares]], means: Mapping[str, Shares]
) -> TrainingSummary:
    label, row = training.label, finished[training.label]
    worst_test, worst = worst_of(row)
    baseline = finished.get(CLEAN) if label != CLEAN else None
    unseen = [test for test in row if test not in {CLEAN, label}]
    unseen_gain = None
    if baseline is not None and training.kind == "single" and unseen:
        unseen_gain = gain_of(
            mean_of([baseline[test] for test in unseen]), mean_of([row[test] for test in unseen])
        )
    mean_gain = None if baseline is None else gain_of(means[CLEAN], means[label])
    mean = accuracy_of(means[label])
    return TrainingSummary(training, mean, mean_gain, worst_test, worst, unseen_gain)


def _best(values: Mapping[str, float], lead: Callable[[str, str], Estimate]) -> Best | None:
    """Return the highest value, and those without a significant difference from it."""
    if not values:
        return None
    best, *others = sorted(values, key=lambda label: -values[label])
    return Best(best, tuple(other for other in others if lead(best, other).low <= 0))
