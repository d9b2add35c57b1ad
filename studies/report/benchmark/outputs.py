"""What a protocol ends in: its levels and corruption errors as tables, pictures and a report."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from noiselib import protocols
from studies.config.study import Study
from studies.report.benchmark.page import write_protocol_report
from studies.report.charts.levels import (
    draw_corruption_errors,
    draw_level_panels,
    draw_levels,
    make_level_strips,
)
from studies.report.charts.style import Picture
from studies.report.sweep.page import Material
from studies.results.adaptive import plan_levels
from studies.store.store import Store
from studies.tables.benchmark import Benchmark, assess
from studies.tables.levels import LevelRow, trace_levels
from studies.tables.rows import to_csv


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


def make_protocol_outputs(
    store: Store, study: Study, digests: Mapping[str, str], material: Material
) -> tuple[Benchmark, dict[str, bytes], list[Picture], bytes]:
    """Return what the protocol says, the tables by file name, the pictures and the report.

    Parameters
    ----------
    store
        The results; at least one cell of the study is finished.
    study
        With a protocol.
    digests
        Model name -> model digest.
    material
        What every report is made of.
    """
    if study.protocol is None:
        raise ValueError("the study has no protocol")
    protocol, evaluation_set = protocols.load(study.protocol), material.evaluation_set
    levels = plan_levels(protocol, study.seeds)
    rows = trace_levels(store, protocol, levels, evaluation_set.images, digests)
    benchmark = assess(
        store, protocol, levels, evaluation_set.images, digests, reference=study.reference
    )
    strips = make_level_strips(
        rows, evaluation_set.example, number=evaluation_set.images.first, seed=study.seeds[0]
    )
    chance = 1 / len(evaluation_set.class_names)
    overview = draw_levels(
        rows, benchmark, strips, chance=chance, title=f"{benchmark.title} on {evaluation_set.data}"
    )
    panels = draw_level_panels(rows, benchmark, strips, chance=chance)
    bars = draw_corruption_errors(benchmark)
    page = write_protocol_report(material, benchmark, rows, panels, bars)
    tables = {
        "curves.csv": to_csv(LevelRow, rows),
        "corruption_errors.csv": to_csv(ErrorRow, _error_rows(benchmark)),
    }
    return benchmark, tables, [overview, *([bars] if bars else []), *panels], page


def _error_rows(benchmark: Benchmark) -> Iterator[ErrorRow]:
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
