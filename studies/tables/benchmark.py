"""Results of a published protocol: mean errors, CE and mCE of each model."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import numpy as np

from studies.config.study import CLEAN
from studies.results.sweep_results import SweepResults
from studies.stats.corruption_error import (
    ErrorRatio,
    Errors,
    ErrorsByImage,
    corruption_errors,
    relative_corruption_errors,
)
from studies.stats.intervals import Interval, share_interval
from studies.tables.rows import Columns

if TYPE_CHECKING:
    from noiselib.protocols import Protocol


@dataclass(frozen=True, slots=True)
class ModelScores:
    """The errors of one model under one corruption, or over those of the benchmark.

    Attributes
    ----------
    model : str
    error : Interval or None
        Mean error over the levels with its 95 % interval; None where a level is missing.
    corruption_error, relative : ErrorRatio
        CE and relative CE; over the benchmark, mCE and relative mCE.
    """

    model: str
    error: Interval | None
    corruption_error: ErrorRatio
    relative: ErrorRatio


@dataclass(frozen=True, slots=True)
class CorruptionScores:
    """One published corruption and the errors of each model under it.

    Attributes
    ----------
    corruption : str
        Published name.
    levels : int
    fidelity, note : str
        How close it is to the published one, and a remark.
    counts : bool
        Whether it enters the means.
    scores : tuple of ModelScores
    """

    corruption: str
    levels: int
    fidelity: str
    note: str
    counts: bool
    scores: tuple[ModelScores, ...]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """The results of some models under a protocol.

    Attributes
    ----------
    name, title, source : str
        Of the protocol.
    reference, reference_chosen : str, bool
        The model that the others are compared with, and whether the user named it.
    clean : mapping of str to Interval or None
        Model -> error on the clean images; None where it is missing.
    corruptions : tuple of CorruptionScores
        Those that enter the means first, otherwise in the published order.
    overall : tuple of ModelScores
        The means.
    """

    name: str
    title: str
    source: str
    reference: str
    reference_chosen: bool
    clean: Mapping[str, Interval | None]
    corruptions: tuple[CorruptionScores, ...]
    overall: tuple[ModelScores, ...]

    @property
    def counted(self) -> tuple[CorruptionScores, ...]:
        """The corruptions that enter the means."""
        return tuple(item for item in self.corruptions if item.counts)

    @property
    def approximations(self) -> tuple[str, ...]:
        """The corruptions in the means that only approximate the published ones."""
        faithful = {"exact", "distribution"}
        return tuple(item.corruption for item in self.counted if item.fidelity not in faithful)


def make_benchmark(
    results: SweepResults, protocol: "Protocol", *, reference: str | None
) -> Benchmark:
    """Return the results of a protocol, as far as its cells are stored.

    Parameters
    ----------
    results : SweepResults
    protocol : Protocol
    reference : str or None
        The model that the others are compared with; None for the first one.
    """
    errors = errors_by_image(results)
    clean = {model: errors[CLEAN, model] for model in results.models if (CLEAN, model) in errors}
    names = sorted(protocol, key=lambda name: not protocol[name].benchmark)  # a stable sort
    counted = [name for name in names if protocol[name].benchmark]
    against = results.models[0] if reference is None else reference
    scores, overall = {}, []
    for model in results.models:
        ces, mce = corruption_errors(errors, names, counted, model=model, reference=against)
        relatives, relative_mce = relative_corruption_errors(
            errors, clean, names, counted, model=model, reference=against
        )
        for name, ce, relative in zip(names, ces, relatives, strict=True):
            error = _mean_error(errors, [name], model)
            scores[name, model] = ModelScores(model, error, ce, relative)
        overall.append(ModelScores(model, _mean_error(errors, counted, model), mce, relative_mce))
    corruptions = [
        CorruptionScores(
            name,
            len(protocol[name].levels),
            protocol[name].fidelity,
            protocol[name].note,
            protocol[name].benchmark,
            tuple(scores[name, model] for model in results.models),
        )
        for name in names
    ]
    return Benchmark(
        name=protocol.name,
        title=protocol.title,
        source=protocol.source,
        reference=against,
        reference_chosen=reference is not None,
        clean={model: _mean_error(errors, [CLEAN], model) for model in results.models},
        corruptions=tuple(corruptions),
        overall=tuple(overall),
    )


def errors_by_image(results: SweepResults) -> Errors:
    """Return the errors of each model under each corruption of which every level is stored.

    The error at a level is the mean over those of its noise seeds that are stored.
    """
    errors = {}
    for corruption, points in results.points_by_corruption().items():
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
    return share_interval(by_image, sum(part.trials for part in parts))


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """One model under one corruption; the columns of ``corruption_errors.csv``.

    Attributes
    ----------
    corruption : str
        Published name, or ``mean`` over those of the benchmark.
    fidelity : str
        How close it is to the published one; empty for the mean.
    benchmark : bool
        Whether it enters the mean.
    model, reference : str
        The model, and the one it is compared with.
    error, corruption_error, relative
        As for `ModelScores`; empty where undefined or missing.
    """

    corruption: str
    fidelity: str
    benchmark: bool
    model: str
    reference: str
    error: Annotated[Interval | None, Columns(error="estimate", error_low="low", error_high="high")]
    corruption_error: Annotated[ErrorRatio, Columns(ce="value", ce_low="low", ce_high="high")]
    relative: Annotated[ErrorRatio, Columns(relative_ce="value")]


def error_rows(benchmark: Benchmark) -> Iterator[ErrorRow]:
    """Yield the rows of ``corruption_errors.csv``, those of the mean last."""
    groups = [(c.corruption, c.fidelity, c.counts, c.scores) for c in benchmark.corruptions]
    groups.append(("mean", "", False, benchmark.overall))
    for corruption, fidelity, counts, scores in groups:
        for item in scores:
            names = item.model, benchmark.reference
            ratios = item.corruption_error, item.relative
            yield ErrorRow(corruption, fidelity, counts, *names, item.error, *ratios)
