"""How much worse a candidate is than a baseline, on clean images and under every corruption."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studies.core.errors import StudyError
from studies.plan import Planned, Point
from studies.results.adaptive import CLEAN, Level
from studies.results.sweep_results import Reader, Swept, mean_over_points
from studies.stats.curves import path_weights
from studies.stats.paired import Difference, compare_shares, flipped_sums, sign_flip_p

Values = npt.NDArray[np.float64]

OVERALL = "all corruptions"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two models to compare, by name and digest."""

    baseline: str
    baseline_digest: str
    candidate: str
    candidate_digest: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the table.

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


def shares_by_place(reader: Reader, swept: Swept, model: str, digest: str) -> dict[str, Values]:
    """Return ``(images,)`` shares of one model: clean, under each corruption, and over all.

    Under a corruption it is the mean over the path by the trapezoid rule, or over the levels of a
    protocol; over all, the mean over the corruptions, of a protocol those in its mCE.

    Raises
    ------
    StudyError
        When cells are missing: to leave them out would compare something else.
    """
    missing = sum(len(item.conditions) - len(reader.stored(item, digest)) for item in swept.plan)
    if missing:
        raise StudyError(
            f"{missing} {'cell' if missing == 1 else 'cells'} of {model} in {swept.folder} are not "
            "there, or rest on another revision of a corruption; run its sweep again to compare"
        )
    groups: dict[str, list[Planned]] = {}
    for item in swept.plan:
        groups.setdefault(_corruption(item), []).append(item)
    clean = next(item for item in swept.plan if item.conditions[0].pipeline == "identity")
    shares = {CLEAN: _mean_share(reader, [clean], digest)} | {
        name: _mean_share(reader, items, digest) for name, items in groups.items() if name != CLEAN
    }
    counted = _counted(swept, [name for name in shares if name != CLEAN])
    return shares | {OVERALL: np.mean([shares[name] for name in counted], axis=0)}


def _mean_share(reader: Reader, items: Sequence[Planned], digest: str) -> Values:
    answers = [found for item in items if (found := reader.at(item, digest)) is not None]
    return mean_over_points(answers, _weights(items))


def find_differences(
    pairs: Mapping[Pair, tuple[Mapping[str, Values], Mapping[str, Values]]], level: float = 0.95
) -> list[Finding]:
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
        Finding(
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


def _corruption(planned: Planned) -> str:
    if isinstance(planned, Point | Level):
        return planned.corruption
    raise TypeError(f"neither a point nor a level: {planned!r}")


def _weights(items: Sequence[Planned]) -> Values:
    t = [item.t for item in items if isinstance(item, Point)]
    return path_weights(t) if t else np.full(len(items), 1 / len(items))


def _counted(swept: Swept, corruptions: list[str]) -> list[str]:
    if swept.study.protocol is None:
        return corruptions
    from noiselib import protocols

    protocol = protocols.load(swept.study.protocol)
    return [name for name in corruptions if protocol[name].benchmark]
