"""What follows from a matrix study: its trainings, its tests, and the sweep that answers it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from studies.config.matrix import ALL, CLEAN, CLEAN_AND_ALL, MatrixStudy, labels_of
from studies.config.study import Study

Kind = Literal["clean", "single", "mixture"]

IDENTITY = "identity"


@dataclass(frozen=True, slots=True)
class Training:
    """One row of the matrix: what the training images go through.

    Attributes
    ----------
    label
        What it is called.
    kind
        Clean images, a single corruption, or a mixture.
    spec
        What each image goes through, drawn afresh for each epoch; ``identity`` for clean images.
    """

    label: str
    kind: Kind
    spec: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the matrix.

    Attributes
    ----------
    label
        What it is called; that of the training on the same corruption.
    corruption
        Spec at its worst; ``identity`` for clean images.
    """

    label: str
    corruption: str


def trainings_of(matrix: MatrixStudy) -> list[Training]:
    """Return the rows: clean images, each corruption, all of them, clean images and all, the rest.

    With a single corruption, all of them would be that one.
    """
    labels = labels_of(matrix.corruptions)
    singles = {spec: f"vary({spec})" for spec in matrix.corruptions}
    every = ", ".join(singles.values())
    mixtures = {ALL: f"one_of({every})"} if len(singles) > 1 else {}
    mixtures[CLEAN_AND_ALL] = f"one_of({IDENTITY}, {every})"
    return [
        Training(CLEAN, "clean", IDENTITY),
        *(Training(labels[spec], "single", singles[spec]) for spec in singles),
        *(Training(name, "mixture", spec) for name, spec in (mixtures | matrix.mixtures).items()),
    ]


def columns_of(matrix: MatrixStudy) -> list[Column]:
    """Return the columns: clean images, and each corruption."""
    labels = labels_of(matrix.corruptions)
    return [Column(CLEAN, IDENTITY), *(Column(labels[spec], spec) for spec in matrix.corruptions)]


def sweep_of(matrix: MatrixStudy, models: Sequence[str]) -> Study:
    """Return the sweep whose cells answer the matrix: these models under each corruption.

    It begins at the clean images, as sweeps do.
    """
    return Study(
        name=matrix.name,
        data=matrix.data,
        models=tuple(models),
        corruptions=matrix.corruptions,
        strengths=(0.0, *matrix.strengths),
        seeds=matrix.seeds,
        images=matrix.images,
        threads=matrix.threads,
    )
