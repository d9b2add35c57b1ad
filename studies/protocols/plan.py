"""The plan of a published protocol: every level of every entry, as the levels are written."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studies.adaptive import Accuracies, refined_points
from studies.plan import Condition, Planned, conditions_of, plan_points

if TYPE_CHECKING:
    from noiselib.protocols import Protocol
    from studies.config.study import Study

CLEAN = "clean"
"""What stands in place of a published name for the untouched images; their level is 0."""


@dataclass(frozen=True, slots=True)
class Level:
    """One level of one published corruption.

    Attributes
    ----------
    corruption
        Published name, or `CLEAN`.
    number
        Published level, from 1; 0 for the clean images. An index, not a dose: levels of some
        corruptions are not in the order of their damage.
    conditions
        One for each seed, or a single one where nothing is drawn.
    """

    corruption: str
    number: int
    conditions: tuple[Condition, ...]


def plan(study: "Study", accuracies: Accuracies) -> Sequence[Planned]:
    """Return everything that a study asks for: the points of its curves, or its protocol.

    Parameters
    ----------
    study
        The question.
    accuracies
        What is known of its cells, which decides where an adaptive sweep goes on.
    """
    if study.protocol is not None:
        from noiselib import protocols

        return plan_levels(protocols.load(study.protocol), study.seeds)
    if study.tolerance is not None:
        return refined_points(study, study.tolerance, accuracies)
    return plan_points(study)


def plan_levels(protocol: "Protocol", seeds: Sequence[int]) -> list[Level]:
    """Return the clean images and every level of a protocol, in the published order."""
    import noiselib

    clean = Level(CLEAN, 0, conditions_of(noiselib.parse("identity"), seeds))
    return [
        clean,
        *(
            Level(name, number, conditions_of(noiselib.parse(spec).at(1.0), seeds))
            for name, entry in protocol.items()
            for number, spec in enumerate(entry.levels, start=1)
        ),
    ]
