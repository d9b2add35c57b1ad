"""The matrix in numbers: every accuracy, every gain, and which training is the best."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from studies.config.study import CLEAN
from studies.plan import Column, Training
from studies.tables.matrix_estimates import (
    Answers,
    Estimate,
    Shares,
    accuracy_of,
    gain_of,
    mean_of,
    worst_gain_of,
    worst_of,
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One training on one test.

    Attributes
    ----------
    accuracy
        In [0, 1].
    gain
        Over the training on clean images; None for that training itself, or where it is missing.
    draws
        Of each image.
    """

    accuracy: Estimate
    gain: Estimate | None
    draws: int


@dataclass(frozen=True, slots=True)
class Standing:
    """One training over all tests.

    Attributes
    ----------
    training
        Which.
    mean
        Mean accuracy over the tests, the clean images one of them.
    mean_gain
        Of that over the training on clean images; None as in `Cell`.
    worst
        Accuracy on the test where it is lowest.
    worst_test
        Label of that test.
    elsewhere
        Of a training on one corruption: the mean gain on all others, clean images left out.
    """

    training: Training
    mean: Estimate
    mean_gain: Estimate | None
    worst: Estimate
    worst_test: str
    elsewhere: Estimate | None


@dataclass(frozen=True, slots=True)
class Best:
    """The training that is best at something.

    Attributes
    ----------
    label
        Of that training.
    rivals
        Labels of those that the same images, and seeds, do not tell apart from it, best first: the
        95 % interval of the difference reaches zero.
    """

    label: str
    rivals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """All numbers of a matrix.

    Attributes
    ----------
    trainings, tests
        Rows and columns.
    seeds
        How many networks a row has.
    images
        How many test images.
    cells
        Labels of training and test -> cell; those that are not finished are not there.
    standings
        Label -> standing of the trainings that are finished.
    best_mean, best_worst
        The highest mean over the tests, and the highest accuracy on the own worst test; None
        where no training is finished.
    best_single, best_mixture
        The highest mean among the trainings on one corruption, and among the mixtures; None
        where none is finished.
    """

    trainings: Sequence[Training]
    tests: Sequence[Column]
    seeds: int
    images: int
    cells: dict[tuple[str, str], Cell]
    standings: dict[str, Standing]
    best_mean: Best | None
    best_worst: Best | None
    best_single: Best | None
    best_mixture: Best | None


def find_numbers(
    answers: Answers, trainings: Sequence[Training], tests: Sequence[Column], *, seeds: int
) -> Matrix:
    """Return the matrix.

    Parameters
    ----------
    answers
        At least one entry.
    trainings, tests
        Rows and columns.
    seeds
        How many networks a row has.
    """
    finished = {
        training.label: {test.label: answers[training.label, test.label] for test in tests}
        for training in trainings
        if all((training.label, test.label) in answers for test in tests)
    }
    means = {label: mean_of(list(row.values())) for label, row in finished.items()}

    standings = {
        training.label: _standing(training, finished, means)
        for training in trainings
        if training.label in finished
    }

    def best_mean(kind: str) -> Best | None:
        return _best(
            {
                label: found.mean.value
                for label, found in standings.items()
                if kind in {found.training.kind, ""}
            },
            lambda best, other: gain_of(means[other], means[best]),
        )

    return Matrix(
        trainings=trainings,
        tests=tests,
        seeds=seeds,
        images=next(iter(answers.values())).by_image.shape[1],
        cells={place: _cell(answers, place) for place in answers},
        standings=standings,
        best_mean=best_mean(""),
        best_worst=_best(
            {label: found.worst.value for label, found in standings.items()},
            lambda best, other: worst_gain_of(finished[other], finished[best]),
        ),
        best_single=best_mean("single"),
        best_mixture=best_mean("mixture"),
    )


def _cell(answers: Answers, place: tuple[str, str]) -> Cell:
    training, test = place
    baseline = None if training == CLEAN else answers.get((CLEAN, test))
    return Cell(
        accuracy_of(answers[place]),
        None if baseline is None else gain_of(baseline, answers[place]),
        answers[place].seeds,
    )


def _standing(
    training: Training, finished: dict[str, dict[str, Shares]], means: dict[str, Shares]
) -> Standing:
    label = training.label
    row = finished[label]
    worst_test, worst = worst_of(row)
    baseline = finished.get(CLEAN) if label != CLEAN else None
    others = [test for test in row if test not in {CLEAN, label}]
    elsewhere = None
    if baseline is not None and training.kind == "single" and others:
        elsewhere = gain_of(
            mean_of([baseline[test] for test in others]), mean_of([row[test] for test in others])
        )
    return Standing(
        training=training,
        mean=accuracy_of(means[label]),
        mean_gain=None if baseline is None else gain_of(means[CLEAN], means[label]),
        worst=worst,
        worst_test=worst_test,
        elsewhere=elsewhere,
    )


def _best(heights: Mapping[str, float], lead: Callable[[str, str], Estimate]) -> Best | None:
    """Return the highest of some trainings, and those that its lead does not tell apart."""
    if not heights:
        return None
    best, *others = sorted(heights, key=lambda label: -heights[label])
    return Best(best, tuple(other for other in others if lead(best, other).low <= 0))
