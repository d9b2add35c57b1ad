"""The plan of a study: points of curves, their conditions, and the keys of cells.

A *condition* is what the images undergo (a pipeline resolved at its strength, and a seed); a
*cell* is one condition predicted by one model. The key of a cell is a hash of everything that its
numbers depend on, so a stored cell is either exactly the one that is needed, or not found.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Literal

from studies.config.matrix import ALL, CLEAN_AND_ALL, MatrixStudy, labels_of
from studies.config.study import CLEAN, Study

if TYPE_CHECKING:
    from noiselib import Transform
    from noiselib import protocols as published


IDENTITY = "identity"
"""Spec of the clean images."""

_KEY_FORMAT = 1  # raise it when the meaning of a stored cell changes


@dataclass(frozen=True, slots=True)
class Condition:
    """What the images undergo before a model predicts them.

    Attributes
    ----------
    pipeline : str
        Canonical spec, resolved at its strength; ``identity`` for the clean images.
    revisions : tuple of (str, int)
        Name and revision of every corruption in it, sorted.
    seed : int or None
        Noise seed; None where the pipeline is not random, so that it runs once.
    """

    pipeline: str
    revisions: tuple[tuple[str, int], ...]
    seed: int | None


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a plan: a strength of a corruption, or a published level.

    Attributes
    ----------
    corruption : str
        Canonical spec at maximum severity; for a level its published name, or `CLEAN`.
    t : float
        Fraction of the severity range, in [0, 1]; for a level its number.
    strength : float
        The same in the unit of the corruption; for a level its number.
    conditions : tuple of Condition
        One for each noise seed, or a single one where nothing is random.
    level : int or None
        Published level from 1, 0 for the clean images; an index, not a dose, because the levels of
        some corruptions are not ordered by severity. None for a strength of a severity range.
    """

    corruption: str
    t: float
    strength: float
    conditions: tuple[Condition, ...]
    level: int | None = None


@dataclass(frozen=True, slots=True)
class ImageRange:
    """A range of test images.

    Attributes
    ----------
    digest : str
        Digest of the data set.
    first, count : int
        Number of the first image, and how many there are.
    """

    digest: str
    first: int
    count: int


def plan_points(study: Study) -> list[Point]:
    """Return every point of every curve at the strengths of the study, in its order."""
    return [
        point
        for spec in study.corruptions
        for point in points_along(spec, study.strengths, study.seeds)
    ]


def points_along(corruption: str, strengths: Sequence[float], seeds: Sequence[int]) -> list[Point]:
    """Return the points of one severity range at some strengths t."""
    import noiselib

    whole = noiselib.parse(corruption)
    return [
        Point(corruption, t, float(whole.position(t)), conditions_of(whole.at(t), seeds))
        for t in strengths
    ]


def plan_levels(protocol: "published.Protocol", seeds: Sequence[int]) -> list[Point]:
    """Return the clean images and every level of a protocol, in the published order."""
    import noiselib

    def point(corruption: str, level: int, spec: str) -> Point:
        conditions = conditions_of(noiselib.parse(spec).at(1.0), seeds)
        return Point(corruption, float(level), float(level), conditions, level)

    levels = [
        point(name, level, spec)
        for name, entry in protocol.items()
        for level, spec in enumerate(entry.levels, start=1)
    ]
    return [point(CLEAN, 0, IDENTITY), *levels]


def conditions_of(resolved: "Transform", seeds: Sequence[int]) -> tuple[Condition, ...]:
    """Return the conditions of a pipeline resolved at its strength, for some seeds."""
    if resolved.is_identity:  # the clean images are one cell for all corruptions
        return (Condition(IDENTITY, (), None),)
    needed: Sequence[int | None] = seeds if resolved.is_random else (None,)
    revisions = tuple(sorted(resolved.revisions))
    return tuple(Condition(str(resolved), revisions, seed) for seed in needed)


def conditions_in_order(points: Iterable[Point]) -> list[Condition]:
    """Return the distinct conditions of some points, in the order of computation.

    First every point with its first seed, then with its second, and so on: a sweep that is
    interrupted early has complete curves with fewer seeds rather than a few complete points.
    """
    by_seed = zip_longest(*(point.conditions for point in points))
    ordered = (condition for of_seed in by_seed for condition in of_seed if condition is not None)
    return list(dict.fromkeys(ordered))


def cell_key(condition: Condition, images: ImageRange, model_digest: str) -> str:
    """Return the key of a cell: 128 bits of SHA-256 of everything that its numbers depend on."""
    corrupted = [condition.pipeline, condition.revisions, condition.seed]
    identity = [_KEY_FORMAT, *corrupted, [images.digest, images.first, images.count], model_digest]
    text = json.dumps(identity, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:32]


def planned_keys(
    points: Sequence[Point], images: ImageRange, digests: Mapping[str, str]
) -> set[str]:
    """Return the keys of all cells of some points and models (name -> digest)."""
    return {
        cell_key(condition, images, digest)
        for condition in conditions_in_order(points)
        for digest in digests.values()
    }


Kind = Literal["clean", "single", "mixture"]


@dataclass(frozen=True, slots=True)
class Training:
    """One row of the matrix: how the training images are corrupted.

    Attributes
    ----------
    label : str
        Its name in tables and reports.
    kind : {"clean", "single", "mixture"}
    spec : str
        The augmentation of each image, drawn again in each epoch; ``identity`` for clean images.
    """

    label: str
    kind: Kind
    spec: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the matrix: a test.

    Attributes
    ----------
    label : str
        Its name, which is that of the training on the same corruption.
    corruption : str
        Spec at maximum severity; ``identity`` for clean images.
    """

    label: str
    corruption: str


def trainings_of(matrix: MatrixStudy) -> list[Training]:
    """Return the rows: clean images, each corruption, and the mixtures.

    The first mixture, of all corruptions, is left out if there is only one.
    """
    labels = labels_of(matrix.corruptions)
    singles = {spec: f"vary({spec})" for spec in matrix.corruptions}
    listed = ", ".join(singles.values())
    mixtures = {ALL: f"one_of({listed})"} if len(singles) > 1 else {}
    mixtures[CLEAN_AND_ALL] = f"one_of({IDENTITY}, {listed})"
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
    """Return the sweep that contains the cells of the matrix: some models, each corruption."""
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
