"""Comparison of a candidate with a baseline, on clean images and under every corruption."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from studies.config.study import CLEAN
from studies.core.errors import StudyError
from studies.plan import IDENTITY, Point
from studies.results.sweep_results import SweepResults
from studies.stats.curves import mean_over_points, trapezoid_weights
from studies.stats.intervals import LEVEL
from studies.stats.paired import Difference, compare_shares, flipped_sums, sign_flip_p
from studies.store.records import EvaluationSet

Values = npt.NDArray[np.float64]

OVERALL = "all corruptions"


@dataclass(frozen=True, slots=True)
class ModelPair:
    """The names of two models to compare."""

    baseline: str
    candidate: str


@dataclass(frozen=True, slots=True)
class ModelDifference:
    """The difference of two models on clean images, under one corruption, or over all.

    Attributes
    ----------
    pair : ModelPair
        The models.
    where : str
        ``clean``, a corruption, or ``all corruptions``.
    difference : Difference
        Candidate minus baseline, of the accuracy or the mean accuracy over the strengths.
    """

    pair: ModelPair
    where: str
    difference: Difference

    @property
    def drop(self) -> float:
        """Accuracy of the baseline minus that of the candidate."""
        return -self.difference.difference

    @property
    def lowest_drop(self) -> float:
        """Lower limit of the drop."""
        return -self.difference.high

    def is_worse(self, margin: float) -> bool:
        """Return whether the drop exceeds the margin, and its lower limit exceeds zero."""
        return self.drop > margin and self.lowest_drop > 0


def shares_by_corruption(results: SweepResults, model: str) -> dict[str, Values]:
    """Return ``(images,)``: the share of correct predictions of one model for each image.

    They are on clean images, under each corruption (the mean over its severity range by the
    trapezoid rule, or over the levels of a protocol) and over all corruptions (of a protocol,
    those in its mCE).

    Raises
    ------
    StudyError
        If cells are missing, because the mean over the others is a different quantity.
    """
    missing = sum(len(p.conditions) - len(results.stored(p, model)) for p in results.points)
    if missing:
        raise StudyError(
            f"{missing} {'cell' if missing == 1 else 'cells'} of {model} in {results.folder} are "
            "missing, or rest on another revision of a corruption; run its sweep again to compare"
        )
    clean = next(p for p in results.points if p.conditions[0].pipeline == IDENTITY)
    shares = {CLEAN: _mean_share(results, [clean], model)} | {
        name: _mean_share(results, points, model)
        for name, points in results.points_by_corruption().items()
        if name != CLEAN
    }
    counted = _counted(results, [name for name in shares if name != CLEAN])
    return shares | {OVERALL: np.mean([shares[name] for name in counted], axis=0)}


def _mean_share(results: SweepResults, points: Sequence[Point], model: str) -> Values:
    found = [at.correct for p in points if (at := results.correct_at(p, model)) is not None]
    t = [point.t for point in points if point.level is None]
    weights = trapezoid_weights(t) if t else np.full(len(points), 1 / len(points))
    return mean_over_points(found, weights)


def compare_models(
    pairs: Mapping[ModelPair, tuple[Mapping[str, Values], Mapping[str, Values]]],
) -> list[ModelDifference]:
    """Compare pairs of models with simultaneous intervals.

    Each interval has the level ``1 - 0.05 / k`` for k comparisons (Bonferroni), so in 95 % of the
    studies all true differences lie in their intervals, and a false drop is found in 2.5 %
    at most, however many comparisons there are.

    Parameters
    ----------
    pairs : mapping of ModelPair to tuple of mappings
        Models -> `shares_by_corruption` of baseline and candidate.
    """
    keys = [(pair, where) for pair, (first, _) in pairs.items() for where in first]
    each = 1 - (1 - LEVEL) / len(keys)
    table = np.stack([pairs[p][1][where] - pairs[p][0][where] for p, where in keys], axis=1)
    flipped, totals = flipped_sums(table), table.sum(axis=0)
    differences = []
    for number, (pair, where) in enumerate(keys):
        baseline, candidate = pairs[pair]
        p = sign_flip_p(float(totals[number]), flipped[:, number])
        difference = compare_shares(baseline[where], candidate[where], p=p, level=each)
        differences.append(ModelDifference(pair, where, difference))
    return differences


def _counted(results: SweepResults, corruptions: list[str]) -> list[str]:
    if results.study.protocol is None:
        return corruptions
    from noiselib import protocols

    protocol = protocols.load(results.study.protocol)
    return [name for name in corruptions if protocol[name].benchmark]


def parse_side(text: str) -> tuple[Path, str | None]:
    """Parse ``DIR`` or ``DIR:MODEL`` into a results folder, which must exist, and a model."""
    if Path(text).is_dir():
        return Path(text), None
    folder, colon, model = text.rpartition(":")
    if colon and model and Path(folder).is_dir():
        return Path(folder), model
    raise StudyError(f"there is no results folder {text}; name one, or a model of it as DIR:MODEL")


def check_comparable(baseline: SweepResults, candidate: SweepResults) -> None:
    """Raise `StudyError` unless both sweeps have the same images and the same corruptions."""
    first, second = baseline.evaluation_set, candidate.evaluation_set
    if first.images != second.images:
        raise StudyError(
            f"{baseline.folder} is about {_images(first)}, and {candidate.folder} about "
            f"{_images(second)}; models can be compared on the same images only"
        )
    for setting in ("protocol", "corruptions", "strengths", "seeds"):
        one, other = (_plain(getattr(side.study, setting)) for side in (baseline, candidate))
        if one != other:
            raise StudyError(
                f"the {setting} of {baseline.folder} are {_shown(one)}, and those of "
                f"{candidate.folder} {_shown(other)}; sweep both alike to compare them"
            )


def model_pairs(
    baseline: SweepResults, first: str | None, candidate: SweepResults, second: str | None
) -> list[ModelPair]:
    """Return which models of two sweeps to compare, which may be the same sweep.

    Without the names ``first`` and ``second``, models are paired by name, or because each sweep
    has one model only.

    Raises
    ------
    StudyError
        If a model is missing, or the pairs are ambiguous.
    """
    names, others = list(baseline.digests), list(candidate.digests)
    if first is None and second is None:
        if baseline.folder.resolve() == candidate.folder.resolve():
            raise StudyError(
                f"both sides are {baseline.folder}; say which of its models to compare, as "
                f"{baseline.folder}:{names[0]} {candidate.folder}:{names[-1]}"
            )
        if len(names) == len(others) == 1:
            return [_pair(baseline, names[0], candidate, others[0])]
        return [_pair(baseline, name, candidate, name) for name in names]
    if first is None:
        first = names[0] if len(names) == 1 else second
    if second is None:
        second = others[0] if len(others) == 1 else first
    return [_pair(baseline, str(first), candidate, str(second))]


def _pair(baseline: SweepResults, first: str, candidate: SweepResults, second: str) -> ModelPair:
    for side, model in ((baseline, first), (candidate, second)):
        if model not in side.digests:
            raise StudyError(
                f"there is no model {model!r} in {side.folder}, which has {', '.join(side.digests)}"
            )
    return ModelPair(first, second)


def _images(evaluation_set: EvaluationSet) -> str:
    images = evaluation_set.images
    return f"{images.count} images of {evaluation_set.data} (digest {images.digest[:8]})"


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple | list) else value


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(f"{item:g}" if isinstance(item, float) else str(item) for item in value)
    return "none" if value is None else str(value)
