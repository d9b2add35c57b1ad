"""The matrix as tidy rows: one a cell, one a training."""

from dataclasses import dataclass

from studies.tables.matrix import Matrix


@dataclass(frozen=True, slots=True)
class CellRow:
    """One training on one test; the columns of ``matrix.csv``.

    Attributes
    ----------
    training, augmentation
        Label, and what the training images go through.
    test, corruption
        Label, and the spec at its worst.
    networks, draws, images
        Training seeds, and draws of so many images.
    accuracy, low, high
        Mean over networks, draws, strengths and images, and its 95 % interval.
    training_deviation, sampling_error
        See `studies.tables.matrix_estimates.Estimate`.
    gain, gain_low, gain_high
        Over the training on clean images, with its 95 % interval.
    """

    training: str
    augmentation: str
    test: str
    corruption: str
    networks: int
    draws: int
    images: int
    accuracy: float
    low: float
    high: float
    training_deviation: float | None
    sampling_error: float | None
    gain: float | None
    gain_low: float | None
    gain_high: float | None


@dataclass(frozen=True, slots=True)
class StandingRow:
    """One training over all tests; the columns of ``trainings.csv``.

    Attributes
    ----------
    training, augmentation, kind
        Label, what the training images go through, and clean, single or mixture.
    mean, mean_low, mean_high
        Mean accuracy over the tests, with its 95 % interval.
    training_deviation, sampling_error
        Of that mean.
    mean_gain, mean_gain_low, mean_gain_high
        Of it over the training on clean images.
    worst_test, worst, worst_low, worst_high
        Where the accuracy is lowest, and it.
    elsewhere, elsewhere_low, elsewhere_high
        Of a training on one corruption: mean gain on the others.
    """

    training: str
    augmentation: str
    kind: str
    mean: float
    mean_low: float
    mean_high: float
    training_deviation: float | None
    sampling_error: float | None
    mean_gain: float | None
    mean_gain_low: float | None
    mean_gain_high: float | None
    worst_test: str
    worst: float
    worst_low: float
    worst_high: float
    elsewhere: float | None
    elsewhere_low: float | None
    elsewhere_high: float | None


def cell_rows(matrix: Matrix) -> list[CellRow]:
    """Return a row for each finished cell, training by training."""
    rows = []
    for training in matrix.trainings:
        for test in matrix.tests:
            cell = matrix.cells.get((training.label, test.label))
            if cell is None:
                continue
            accuracy, gain = cell.accuracy, cell.gain
            rows.append(
                CellRow(
                    training=training.label,
                    augmentation=training.spec,
                    test=test.label,
                    corruption=test.corruption,
                    networks=matrix.seeds,
                    draws=cell.draws,
                    images=matrix.images,
                    accuracy=accuracy.value,
                    low=accuracy.low,
                    high=accuracy.high,
                    training_deviation=accuracy.training_deviation,
                    sampling_error=accuracy.sampling_error,
                    gain=None if gain is None else gain.value,
                    gain_low=None if gain is None else gain.low,
                    gain_high=None if gain is None else gain.high,
                )
            )
    return rows


def standing_rows(matrix: Matrix) -> list[StandingRow]:
    """Return a row for each finished training."""
    return [
        StandingRow(
            training=training.label,
            augmentation=training.spec,
            kind=training.kind,
            mean=one.mean.value,
            mean_low=one.mean.low,
            mean_high=one.mean.high,
            training_deviation=one.mean.training_deviation,
            sampling_error=one.mean.sampling_error,
            mean_gain=None if one.mean_gain is None else one.mean_gain.value,
            mean_gain_low=None if one.mean_gain is None else one.mean_gain.low,
            mean_gain_high=None if one.mean_gain is None else one.mean_gain.high,
            worst_test=one.worst_test,
            worst=one.worst.value,
            worst_low=one.worst.low,
            worst_high=one.worst.high,
            elsewhere=None if one.elsewhere is None else one.elsewhere.value,
            elsewhere_low=None if one.elsewhere is None else one.elsewhere.low,
            elsewhere_high=None if one.elsewhere is None else one.elsewhere.high,
        )
        for training in matrix.trainings
        if (one := matrix.standings.get(training.label)) is not None
    ]
