"""How much worse a candidate is than a baseline, on clean images and under every corruption."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from studies.config.study import CLEAN
from studies.core.errors import StudyError
from studies.plan import IDENTITY, Point
from studies.results.sweep_results import SweepResults, mean_over_points
from studies.stats.curves import trapezoid_weights
from studies.stats.paired import Difference, compare_shares, flipped_sums, sign_flip_p
from studies.store.records import EvaluationSet

Values = npt.NDArray[np.float64]

OVERALL = "all corruptions"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two models to compare, by name."""

    baseline: str
    candidate: str


@dataclass(frozen=True, slots=True)
class ModelDifference:
    """One line of the comparison of two models.

    Attributes
    ----------
    pair
        Which models.
    where
        ``clean``, a corruption, or all corruptions.
    difference
        Candidate minus baseline of the accuracy, or of the mean accuracy over the strengths.
    """

    pair: Pair
    where: str
    difference: Difference

    @property
    def loss(self) -> float:
        """By how much the candidate is worse; negative where it is better."""
        return -self.difference.difference

    @property
    def least_loss(self) -> float:
        """The lower limit of the loss."""
        return -self.difference.high

    def is_worse(self, margin: float) -> bool:
        """Whether the loss exceeds the margin, and its lower limit zero."""
        return self.loss > margin and self.least_loss > 0


def shares_by_place(results: SweepResults, model: str) -> dict[str, Values]:
    """Return ``(images,)`` shares of one model: clean, under each corruption, and over all.

    Under a corruption it is the mean over its severity range by the trapezoid rule, or over the
    levels of a protocol; over all, the mean over the corruptions, of a protocol those in its mCE.

    Raises
    ------
    StudyError
        When cells are missing: leaving them out would compare something else.
    """
    missing = sum(len(p.conditions) - len(results.stored(p, model)) for p in results.points)
    if missing:
        raise StudyError(
            f"{missing} {'cell' if missing == 1 else 'cells'} of {model} in {results.folder} are "
            "missing, or rest on another revision of a corruption; run its sweep again to compare"
        )
    groups: dict[str, list[Point]] = {}
    for point in results.points:
        groups.setdefault(point.corruption, []).append(point)
    clean = next(p for p in results.points if p.conditions[0].pipeline == IDENTITY)
    shares = {CLEAN: _mean_share(results, [clean], model)} | {
        name: _mean_share(results, points, model)
        for name, points in groups.items()
        if name != CLEAN
    }
    counted = _counted(results, [name for name in shares if name != CLEAN])
    return shares | {OVERALL: np.mean([shares[name] for name in counted], axis=0)}


def _mean_share(results: SweepResults, points: Sequence[Point], model: str) -> Values:
    found = [at for point in points if (at := results.correct_at(point, model)) is not None]
    t = [point.t for point in points if point.level is None]
    weights = trapezoid_weights(t) if t else np.full(len(points), 1 / len(points))
    return mean_over_points(found, weights)


def find_differences(
    pairs: Mapping[Pair, tuple[Mapping[str, Values], Mapping[str, Values]]], level: float = 0.95
) -> list[ModelDifference]:
    """Compare pairs of models everywhere, with intervals that hold together.

    Each interval has the level ``1 - (1 - level) / k`` for k lines (Bonferroni), so in 95 of 100
    comparisons all true differences lie in their intervals, and a loss where there is none is
    found in one of 40 at most, however many lines there are.

    Parameters
    ----------
    pairs
        Pair -> the shares of baseline and candidate by place, see `shares_by_place`.
    level
        Confidence level of all intervals together.
    """
    lines = [(pair, where) for pair, (first, _) in pairs.items() for where in first]
    each = 1 - (1 - level) / len(lines)
    table = np.stack([pairs[p][1][where] - pairs[p][0][where] for p, where in lines], axis=1)
    flipped, totals = flipped_sums(table), table.sum(axis=0)
    return [
        ModelDifference(
            pair,
            where,
            compare_shares(
                pairs[pair][0][where],
                pairs[pair][1][where],
                p=sign_flip_p(float(totals[number]), flipped[:, number]),
                level=each,
            ),
        )
        for number, (pair, where) in enumerate(lines)
    ]


def _counted(results: SweepResults, corruptions: list[str]) -> list[str]:
    if results.study.protocol is None:
        return corruptions
    from noiselib import protocols

    protocol = protocols.load(results.study.protocol)
    return [name for name in corruptions if protocol[name].benchmark]


_ALIKE = ("protocol", "corruptions", "strengths", "seeds")


def parse_side(text: str) -> tuple[Path, str | None]:
    """Read ``DIR`` or ``DIR:MODEL``.

    Raises
    ------
    StudyError
        When there is no such folder.
    """
    if Path(text).is_dir():
        return Path(text), None
    folder, colon, model = text.rpartition(":")
    if colon and model and Path(folder).is_dir():
        return Path(folder), model
    raise StudyError(f"there is no results folder {text}; name one, or a model of it as DIR:MODEL")


def check_alike(baseline: SweepResults, candidate: SweepResults) -> None:
    """Make sure that both sides are about the same images and the same corruptions of them.

    Raises
    ------
    StudyError
        When they are not.
    """
    first, second = baseline.evaluation_set, candidate.evaluation_set
    if first.images != second.images:
        raise StudyError(
            f"{baseline.folder} is about {_images(first)}, and {candidate.folder} about "
            f"{_images(second)}; models can be compared on the same images only"
        )
    for setting in _ALIKE:
        one, other = (_plain(getattr(side.study, setting)) for side in (baseline, candidate))
        if one != other:
            raise StudyError(
                f"the {setting} of {baseline.folder} are {_shown(one)}, and those of "
                f"{candidate.folder} {_shown(other)}; sweep both alike to compare them"
            )


def restrict_to_common(
    baseline: SweepResults, candidate: SweepResults
) -> tuple[SweepResults, SweepResults]:
    """Return both sides with the points that both plans have.

    Adaptive sweeps of different models add different strengths; models are compared at those that
    both sides have, from the clean images to maximum severity.
    """
    return baseline.restricted_to(candidate.points), candidate.restricted_to(baseline.points)


def pairs_of(
    baseline: SweepResults, first: str | None, candidate: SweepResults, second: str | None
) -> list[Pair]:
    """Return which models to compare.

    Parameters
    ----------
    baseline, candidate
        The two sides; they may be one.
    first, second
        The models that were named, if any. Otherwise models belong together by their names, or
        because each side has just one.

    Raises
    ------
    StudyError
        When a model is missing, or it is not clear which are meant.
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


def _pair(baseline: SweepResults, first: str, candidate: SweepResults, second: str) -> Pair:
    for side, model in ((baseline, first), (candidate, second)):
        if model not in side.digests:
            raise StudyError(
                f"there is no model {model!r} in {side.folder}, which has {', '.join(side.digests)}"
            )
    return Pair(first, second)


def _images(evaluation_set: EvaluationSet) -> str:
    images = evaluation_set.images
    return f"{images.count} images of {evaluation_set.data} (digest {images.digest[:8]})"


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple | list) else value


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(f"{item:g}" if isinstance(item, float) else str(item) for item in value)
    return "none" if value is None else str(value)
