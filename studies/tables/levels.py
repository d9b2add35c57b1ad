"""Stored cells of a protocol -> tidy rows: one for each published level and model."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from studies.plan import ImageRange, cell_key
from studies.results.adaptive import CLEAN, Level
from studies.store.store import Store
from studies.tables.curves import Measures

if TYPE_CHECKING:
    from noiselib.protocols import Protocol


@dataclass(frozen=True, slots=True)
class LevelRow:
    """One level of one corruption as one model sees it; the columns of ``curves.csv``.

    Attributes
    ----------
    corruption
        Published name, or ``clean`` for the untouched images.
    level
        Published level, from 1: an index, not a dose. 0 for the clean images.
    fidelity
        How near the level is to the published one; empty for the clean images.
    benchmark
        Whether the corruption enters the mCE.
    pipeline
        Spec of the level.
    model
        Name of the model.
    seeds, images
        How many draws of the corruption, of how many images.
    accuracy, low, high
        Share of correct predictions, and the limits of its 95 % interval.
    effective_images
        The sample size the interval rests on.
    confidence, negative_log_likelihood, brier
        Means over seeds and images.
    """

    corruption: str
    level: int
    fidelity: str
    benchmark: bool
    pipeline: str
    model: str
    seeds: int
    images: int
    accuracy: float
    low: float
    high: float
    effective_images: float
    confidence: float
    negative_log_likelihood: float
    brier: float


def trace_levels(
    store: Store,
    protocol: "Protocol",
    levels: Sequence[Level],
    images: ImageRange,
    digests: Mapping[str, str],
) -> list[LevelRow]:
    """Return the levels of a protocol as far as their cells are stored.

    Parameters
    ----------
    store
        Where the cells are.
    protocol
        What the levels are of.
    levels
        The plan.
    images
        Which images the cells are about.
    digests
        Model name -> model digest.

    Returns
    -------
    list of LevelRow
        Corruption by corruption, model by model, level by level.
    """
    measures = Measures(store)
    rows = []
    for corruption in dict.fromkeys(level.corruption for level in levels):
        path = [level for level in levels if level.corruption == corruption]
        for model, digest in digests.items():
            for level in path:
                keys = [cell_key(item, images, digest) for item in level.conditions]
                numbers = measures.of(keys)
                if numbers is not None:
                    row = (*_published(protocol, level), level.conditions[0].pipeline, model)
                    rows.append(LevelRow(*row, **asdict(numbers)))
    return rows


def _published(protocol: "Protocol", level: Level) -> tuple[str, int, str, bool]:
    if level.corruption == CLEAN:
        return CLEAN, level.number, "", False
    entry = protocol[level.corruption]
    return level.corruption, level.number, entry.fidelity, entry.benchmark
