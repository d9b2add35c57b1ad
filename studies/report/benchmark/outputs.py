"""What a protocol ends in: its levels and corruption errors as tables, pictures and a report."""

from dataclasses import dataclass

from noiselib import protocols
from studies.report.benchmark.page import write_protocol_report
from studies.report.charts.levels import (
    draw_corruption_errors,
    draw_level_panels,
    draw_levels,
    make_level_strips,
)
from studies.report.charts.style import picture_files
from studies.report.html import ReportContext
from studies.results.sweep_results import SweepResults
from studies.tables.benchmark import Benchmark, ErrorRow, error_rows, make_benchmark
from studies.tables.curves import LevelRow, make_level_rows
from studies.tables.rows import to_csv


@dataclass(frozen=True, slots=True)
class BenchmarkReport:
    """What a protocol says, and its files by name."""

    benchmark: Benchmark
    files: dict[str, bytes]


def make_benchmark_report(results: SweepResults, context: ReportContext) -> BenchmarkReport:
    """Return what a protocol says, its tables, pictures and report.

    Parameters
    ----------
    results : SweepResults
        Of a study with a protocol; at least one cell is stored.
    context : ReportContext
        What every report says of its study.
    """
    study, evaluation_set = results.study, results.evaluation_set
    if study.protocol is None:
        raise ValueError("the study has no protocol")
    protocol = protocols.load(study.protocol)
    rows = make_level_rows(results, protocol)
    benchmark = make_benchmark(results, protocol, reference=study.reference)
    strips = make_level_strips(
        rows, evaluation_set.example, number=evaluation_set.images.first, seed=study.seeds[0]
    )
    chance, title = results.chance, f"{benchmark.title} on {evaluation_set.data}"
    overview = draw_levels(rows, benchmark, strips, chance=chance, title=title)
    panels = draw_level_panels(rows, benchmark, strips, chance=chance)
    bars = draw_corruption_errors(benchmark)
    page = write_protocol_report(context, benchmark, rows, panels, bars)
    return BenchmarkReport(
        benchmark,
        {
            "curves.csv": to_csv(LevelRow, rows),
            "corruption_errors.csv": to_csv(ErrorRow, error_rows(benchmark)),
        }
        | picture_files([overview, *([bars] if bars else []), *panels])
        | {"report.html": page},
    )
