"""Stored cells of a protocol -> what it says of each model: mean errors, CE, mCE."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from studies.cells import ImageRange, cell_key
from studies.protocols.plan import CLEAN, Level
from studies.results.store import Store
from studies.statistics.corruption_error import (
    Errors,
    ErrorsByImage,
    Score,
    corruption_errors,
    relative_corruption_errors,
)
from studies.statistics.intervals import Interval, share_interval

if TYPE_CHECKING:
    from noiselib.protocols import Protocol


@dataclass(frozen=True, slots=True)
class Standing:
    """One model under one corruption, or over those that count.

    Attributes
    ----------
    model
        Its name.
    error
        Mean error over the levels with its 95 % interval; None where a level is missing.
    corruption_error, relative
        CE and relative CE; over those that count, mCE and relative mCE.
    """

    model: str
    error: Interval | None
    corruption_error: Score
    relative: Score


@dataclass(frozen=True, slots=True)
class Section:
    """One published corruption: its name, what is to be known of it, and how the models stand."""

    corruption: str
    levels: int
    fidelity: str
    note: str
    counts: bool
    standings: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What a protocol says of some models.

    Attributes
    ----------
    name, title, source
        Of the protocol.
    reference, reference_chosen
        The model that the others are measured against, and whether somebody named it.
    clean
        Model -> error on the clean images; None where it is missing.
    sections
        The corruptions, those that enter the means first, else in the published order.
    overall
        The means, one a model.
    """

    name: str
    title: str
    source: str
    reference: str
    reference_chosen: bool
    clean: Mapping[str, Interval | None]
    sections: tuple[Section, ...]
    overall: tuple[Standing, ...]

    @property
    def counted(self) -> tuple[Section, ...]:
        """Return the corruptions that enter the means."""
        return tuple(section for section in self.sections if section.counts)

    @property
    def stand_ins(self) -> tuple[str, ...]:
        """Return the corruptions in the means that are not the published ones."""
        return tuple(item.corruption for item in self.counted if item.fidelity == "approximation")


def assess(
    store: Store,
    protocol: "Protocol",
    levels: Sequence[Level],
    images: ImageRange,
    digests: Mapping[str, str],
    *,
    reference: str | None,
) -> Benchmark:
    """Measure models by a protocol, as far as their cells are stored.

    Parameters
    ----------
    store
        Where the cells are.
    protocol
        The published corruptions.
    levels
        The plan.
    images
        Which images the cells are about.
    digests
        Model name -> model digest.
    reference
        The model that the others are measured against; None for the first one.
    """
    every = errors_by_image(store, levels, images, digests)
    clean = {model: every[CLEAN, model] for model in digests if (CLEAN, model) in every}
    names = sorted(protocol, key=lambda name: not protocol[name].benchmark)  # a stable sort
    counted = [name for name in names if protocol[name].benchmark]
    against = next(iter(digests)) if reference is None else reference
    standings, overall = {}, []
    for model in digests:
        ces, mce = corruption_errors(every, names, counted, model=model, reference=against)
        relatives, relative = relative_corruption_errors(
            every, clean, names, counted, model=model, reference=against
        )
        for name, ce, its_relative in zip(names, ces, relatives, strict=True):
            error = _mean_error(every, [name], model)
            standings[name, model] = Standing(model, error, ce, its_relative)
        overall.append(Standing(model, _mean_error(every, counted, model), mce, relative))
    return Benchmark(
        name=protocol.name,
        title=protocol.title,
        source=protocol.source,
        reference=against,
        reference_chosen=reference is not None,
        clean={model: _mean_error(every, [CLEAN], model) for model in digests},
        sections=tuple(
            Section(
                name,
                len(protocol[name].levels),
                protocol[name].fidelity,
                protocol[name].note,
                protocol[name].benchmark,
                tuple(standings[name, model] for model in digests),
            )
            for name in names
        ),
        overall=tuple(overall),
    )


def errors_by_image(
    store: Store, levels: Sequence[Level], images: ImageRange, digests: Mapping[str, str]
) -> Errors:
    """Return what each model gets wrong under each corruption of which every level is stored.

    A level counts as the mean over those of its seeds that are stored.
    """
    stored = store.finished_keys()
    errors = {}
    for corruption in dict.fromkeys(level.corruption for level in levels):
        path = [level for level in levels if level.corruption == corruption]
        for model, digest in digests.items():
            keys = [
                [key for key in _keys(level, images, digest) if key in stored] for level in path
            ]
            if all(keys):
                errors[corruption, model] = _summed(store, keys)
    return errors


def _keys(level: Level, images: ImageRange, digest: str) -> list[str]:
    return [cell_key(condition, images, digest) for condition in level.conditions]


def _summed(store: Store, keys: Sequence[Sequence[str]]) -> ErrorsByImage:
    by_level = [
        np.mean([store.quantity(key, "rank") != 0 for key in of_level], axis=0, dtype=np.float64)
        for of_level in keys
    ]
    return ErrorsByImage(np.sum(by_level, axis=0), len(keys), sum(map(len, keys)))


def _mean_error(errors: Errors, corruptions: Sequence[str], model: str) -> Interval | None:
    """Return the mean error over corruptions, each the mean over its levels."""
    if not corruptions or not all((name, model) in errors for name in corruptions):
        return None
    parts = [errors[name, model] for name in corruptions]
    by_image = np.mean([part.total / part.levels for part in parts], axis=0)
    return share_interval(by_image, sum(part.draws for part in parts))
