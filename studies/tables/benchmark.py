"""Stored cells of a protocol -> what it says of each model: mean errors, CE, mCE."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from studies.config.study import CLEAN
from studies.plan import Point
from studies.results.sweep_results import SweepResults
from studies.stats.corruption_error import (
    Errors,
    ErrorsByImage,
    Score,
    corruption_errors,
    relative_corruption_errors,
)
from studies.stats.intervals import Interval, share_interval

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


def make_benchmark(
    results: SweepResults, protocol: "Protocol", *, reference: str | None
) -> Benchmark:
    """Measure models by a protocol, as far as their cells are stored.

    Parameters
    ----------
    results : SweepResults
        The cells.
    protocol : Protocol
        The published corruptions.
    reference : str or None
        The model that the others are measured against; None for the first one.
    """
    every = errors_by_image(results)
    clean = {model: every[CLEAN, model] for model in results.models if (CLEAN, model) in every}
    names = sorted(protocol, key=lambda name: not protocol[name].benchmark)  # a stable sort
    counted = [name for name in names if protocol[name].benchmark]
    against = results.models[0] if reference is None else reference
    standings, overall = {}, []
    for model in results.models:
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
        clean={model: _mean_error(every, [CLEAN], model) for model in results.models},
        sections=tuple(
            Section(
                name,
                len(protocol[name].levels),
                protocol[name].fidelity,
                protocol[name].note,
                protocol[name].benchmark,
                tuple(standings[name, model] for model in results.models),
            )
            for name in names
        ),
        overall=tuple(overall),
    )


def errors_by_image(results: SweepResults) -> Errors:
    """Return the errors of each model under each corruption of which every level is stored.

    A level counts as the mean over those of its seeds that are stored.
    """
    levels: dict[str, list[Point]] = {}
    for point in results.points:
        levels.setdefault(point.corruption, []).append(point)
    errors = {}
    for corruption, points in levels.items():
        for model in results.models:
            found = [results.correct_at(point, model) for point in points]
            complete = [item.correct for item in found if item is not None]
            if len(complete) == len(points):
                wrong = [np.mean(~item, axis=0, dtype=np.float64) for item in complete]
                errors[corruption, model] = ErrorsByImage(
                    np.sum(wrong, axis=0), len(points), sum(map(len, complete))
                )
    return errors


def _mean_error(errors: Errors, corruptions: Sequence[str], model: str) -> Interval | None:
    """Return the mean error over corruptions, each the mean over its levels."""
    if not corruptions or not all((name, model) in errors for name in corruptions):
        return None
    parts = [errors[name, model] for name in corruptions]
    by_image = np.mean([part.total / part.levels for part in parts], axis=0)
    return share_interval(by_image, sum(part.draws for part in parts))


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One model under one corruption; the columns of ``corruption_errors.csv``.

    Attributes
    ----------
    corruption
        Published name, or ``mean`` over those that count.
    fidelity
        How near it is to the published one; empty for the mean.
    benchmark
        Whether it enters the mean.
    model, reference
        The model, and the one it is measured against.
    error, error_low, error_high
        Mean error over the levels, and the limits of its 95 % interval.
    ce, ce_low, ce_high
        CE, or mCE, as a share: 1 is the reference's; empty where undefined or missing.
    relative_ce
        Relative CE, or relative mCE.
    """

    corruption: str
    fidelity: str
    benchmark: bool
    model: str
    reference: str
    error: float | None
    error_low: float | None
    error_high: float | None
    ce: float | None
    ce_low: float | None
    ce_high: float | None
    relative_ce: float | None


def error_rows(benchmark: Benchmark) -> Iterator[ErrorRow]:
    """Yield the rows of ``corruption_errors.csv``, those of the mean last."""
    groups = [
        *(
            (item.corruption, item.fidelity, item.counts, item.standings)
            for item in benchmark.sections
        ),
        ("mean", "", False, benchmark.overall),
    ]
    for corruption, fidelity, counts, standings in groups:
        for item in standings:
            error, ce = item.error, item.corruption_error
            yield ErrorRow(
                corruption=corruption,
                fidelity=fidelity,
                benchmark=counts,
                model=item.model,
                reference=benchmark.reference,
                error=None if error is None else error.estimate,
                error_low=None if error is None else error.low,
                error_high=None if error is None else error.high,
                ce=ce.value,
                ce_low=ce.low,
                ce_high=ce.high,
                relative_ce=item.relative.value,
            )
