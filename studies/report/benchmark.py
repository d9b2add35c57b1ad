"""The report of a published protocol: errors, corruption errors and levels."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from noiselib import protocols
from studies.config.study import CLEAN
from studies.report.blocks import Block, Figure, Folded, Grid, Note, RowGroup, Table, code
from studies.report.charts.levels import (
    DAGGER,
    FAITHFUL,
    draw_level_panels,
    draw_levels,
    make_level_strips,
    marked,
    mean_name,
    missing_text,
)
from studies.report.charts.lines import draw_corruption_errors
from studies.report.context import ReportContext, page_files
from studies.report.format import in_cell, limits, listed, metric_text, percent, with_limits
from studies.report.page import Section, make_sections
from studies.results.sweep_results import SweepResults
from studies.stats.corruption_error import ErrorRatio
from studies.stats.intervals import Interval
from studies.stats.metrics import by_image_metrics
from studies.tables.benchmark import (
    Benchmark,
    CorruptionScores,
    ErrorRow,
    ModelScores,
    error_rows,
    make_benchmark,
)
from studies.tables.curves import LevelRow, make_level_rows
from studies.tables.rows import to_csv


def score_text(score: ErrorRatio) -> str:
    """Return a ratio as a percentage with its interval, or why there is none."""
    if score.value is None:
        return missing_text(score)
    return with_limits(score.value, score)


def error_text(error: Interval | None) -> str:
    """Return an error with its interval."""
    return "missing" if error is None else with_limits(error.estimate, error)


def answer(benchmark: Benchmark, data: str, images: int) -> list[str]:
    """Return the errors on clean images, the mCE of each model, and where each errs most and least.

    Parameters
    ----------
    benchmark : Benchmark
        The results.
    data : str
        Name of the data.
    images : int
        How many test images.
    """
    clean = [
        f"{model} {error_text(error)}"
        for model, error in benchmark.clean.items()
        if error is not None
    ]
    errors = f"Error on the {images:,} clean test images of {data}"
    others = [item for item in benchmark.overall if item.model != benchmark.reference]
    hardest = [_most_and_least_harmful(benchmark, model) for model in benchmark.clean]
    return [
        *([f"{errors}: {listed(clean)}."] if clean else []),
        *(_mean_sentence(benchmark, item) for item in others),
        *filter(None, hardest),
    ]


def _mean_sentence(benchmark: Benchmark, standing: ModelScores) -> str:
    name, score = mean_name(benchmark), standing.corruption_error
    if score.value is None:
        why = "cells are missing" if score.missing else "that of a corruption is undefined"
        return f"There is no {name} of {standing.model}: {why}."
    relative = standing.relative
    rise = "" if relative.value is None else f"; relative {name} {score_text(relative)}"
    return (
        f"On average over {_counted(benchmark)}, {standing.model} makes {score_text(score)} of the "
        f"errors of {benchmark.reference}, the reference ({name}{rise})."
    )


def _most_and_least_harmful(benchmark: Benchmark, model: str) -> str:
    errors = [
        (error, marked(section))
        for section in benchmark.counted
        for standing in section.scores
        if standing.model == model and (error := standing.error) is not None
    ]
    if not errors:
        return ""
    errors.sort(key=lambda pair: -pair[0].estimate)
    (high, most), (low, least) = errors[0], errors[-1]
    text = f"{most} is the most harmful corruption for {model}: mean error {error_text(high)}"
    return f"{text}." if len(errors) == 1 else f"{text}; {least} the least: {error_text(low)}."


def footnotes(benchmark: Benchmark) -> list[str]:
    """Return how to read the table: the reference, the ratios, the approximations."""
    chosen = "" if benchmark.reference_chosen else ", the first model, as none was named"
    notes = [
        f"The reference is {benchmark.reference}{chosen}: its mCE is 100 % by definition.",
        "CE: errors over all levels divided by those of the reference.",
        "Relative CE: the same ratio of the increase over the clean error.",
        f"mCE: the mean CE over {_counted(benchmark)}. In brackets, 95 % intervals.",
    ]
    scores = [
        score
        for group in (benchmark.overall, *(item.scores for item in benchmark.corruptions))
        for item in group
        for score in (item.corruption_error, item.relative)
    ]
    if any(score.value is None and not score.missing for score in scores):
        notes.append("Undefined: the errors of the reference, or their increase, are not positive.")
    if any(not section.counts for section in benchmark.corruptions):
        notes.append("In parentheses: not in the mCE.")
    if any(section.fidelity not in FAITHFUL for section in benchmark.corruptions):
        text = f"{DAGGER} An approximation: similar to the eye, made by another method."
        if included := benchmark.approximations:
            text += (
                f" With {listed(included)} in it, the {mean_name(benchmark)} compares the models "
                "here with each other, not with published figures."
            )
        notes.append(text)
    return notes


def _counted(benchmark: Benchmark) -> str:
    count = len(benchmark.counted)
    one = "the one benchmark corruption" if count == 1 else f"the {count} benchmark corruptions"
    return f"{one} of {benchmark.title}"


@dataclass(frozen=True, slots=True)
class BenchmarkReport:
    """The results of a protocol, and its files by name."""

    benchmark: Benchmark
    files: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class _Context:
    """What the sections are made from: the results, their levels, a figure for each corruption."""

    benchmark: Benchmark
    rows: Sequence[LevelRow]
    panels: Sequence[Figure]


def make_benchmark_report(results: SweepResults, report: ReportContext) -> BenchmarkReport:
    """Return the results of a protocol, its tables, figures and page.

    Parameters
    ----------
    results : SweepResults
        Of a study with a protocol; at least one cell is stored.
    report : ReportContext
        What every report says of its study.
    """
    study, about = results.study, results.evaluation_set
    if study.protocol is None:
        raise ValueError("the study has no protocol")
    protocol = protocols.load(study.protocol)
    rows = make_level_rows(results, protocol)
    benchmark = make_benchmark(results, protocol, reference=study.reference)
    strips = make_level_strips(rows, about.example, number=about.images.first, seed=study.seeds[0])
    chance, heading = results.chance, f"{benchmark.title} on {about.data}"
    bars = draw_corruption_errors(benchmark)
    panels = [
        panel.described(panel.alt, _panel_caption(section))
        for section, panel in zip(
            benchmark.corruptions,
            draw_level_panels(rows, benchmark, strips, chance=chance),
            strict=True,
        )
    ]
    page = report.page(
        heading,
        answer(benchmark, about.data, about.images.count),
        make_sections(SECTIONS, _Context(benchmark, rows, panels)),
        settings=[
            ("Protocol", f"{benchmark.name}: {benchmark.source}"),
            ("Reference model", benchmark.reference),
            ("Seeds", ", ".join(map(str, report.run.study["seeds"]))),
        ],
        lead=[_described(bars, benchmark)] if bars else [],
    )
    csv_files = {
        "curves.csv": to_csv(LevelRow, rows),
        "corruption_errors.csv": to_csv(ErrorRow, error_rows(benchmark)),
    }
    overview = draw_levels(rows, benchmark, strips, chance=chance, title=heading)
    return BenchmarkReport(benchmark, page_files("report.html", page, csv_files, [overview]))


def _described(bars: Figure, benchmark: Benchmark) -> Figure:
    means = [f"{item.model} {score_text(item.corruption_error)}" for item in benchmark.overall]
    return bars.described(
        f"Corruption errors as bars; their mean: {'; '.join(means)}.",
        "The errors of each model divided by those of the reference. Lines on the bars are "
        "95\N{NO-BREAK SPACE}% intervals, from the bootstrap over images.",
        min_width=40,
    )


def _panel_caption(section: CorruptionScores) -> str:
    uncounted = "" if section.counts else ", not in the mean"
    note = f": {section.note}" if section.note else ""
    return Markup("{}, {}{}{}").format(code(marked(section)), section.fidelity, uncounted, note)


def errors_section(context: _Context) -> Section:
    """Return the errors and corruption errors of each model under each corruption."""
    fidelity = (
        "Fidelity, beside each corruption: exact, the same image within a grey level almost "
        "everywhere; distribution, the same distribution with other random draws; "
        f"approximation ({DAGGER}), similar to the eye."
    )
    notes = [*footnotes(context.benchmark), fidelity]
    return Section("Corruption errors", [errors_table(context.benchmark), *map(Note, notes)])


def errors_table(benchmark: Benchmark) -> Table:
    """Return the means, the errors on clean images, and those under each corruption."""

    def group(title: str, remark: str, scores: Sequence[ModelScores]) -> RowGroup:
        rows = [
            [
                item.model,
                error_text(item.error),
                score_text(item.corruption_error),
                score_text(item.relative),
            ]
            for item in scores
        ]
        return RowGroup(title, rows, remark)

    clean = [[model, error_text(error), "", ""] for model, error in benchmark.clean.items()]
    uncounted = [section for section in benchmark.corruptions if not section.counts]
    return Table(
        ("Model", "Mean error", "CE", "Relative CE"),
        [
            group(mean_name(benchmark), f"mean of {len(benchmark.counted)}", benchmark.overall),
            RowGroup("clean images", clean),
            *(group(marked(item), item.fidelity, item.scores) for item in benchmark.counted),
            *([RowGroup("Not in the mean", [])] if uncounted else []),
            *(group(marked(item), item.fidelity, item.scores) for item in uncounted),
        ],
    )


def levels_section(context: _Context) -> Section:
    """Return the accuracies at the published levels, a panel for each corruption."""
    note = (
        "A level is an index, not a dose: its steps are not even, and a higher level is not always "
        "more harmful. Bars are 95\N{NO-BREAK SPACE}% intervals: Wilson intervals at the effective "
        "number of images, because several noise seeds on one image are not independent. The "
        "dotted line is the chance level."
    )
    return Section("Accuracy at the published levels", [Grid(context.panels), Note(note)])


def points_section(context: _Context) -> Section:
    """Return every level as folded tables."""
    metrics = by_image_metrics()
    clean = [row for row in context.rows if row.corruption == CLEAN]
    titles = ("Model", "Level", "Accuracy", "Noise seeds", "Effective images")
    headings = (*titles, *(metric.title for metric in metrics), "Spec")

    def cells(row: LevelRow) -> list[str]:
        return [
            row.model,
            str(row.level or "clean"),
            in_cell(percent(row.accuracy), limits(row)),
            str(row.seeds),
            f"{row.effective_images:,.0f}",
            *(metric_text(row.metrics[metric.name], metric) for metric in metrics),
            code(row.pipeline),
        ]

    blocks: list[Block] = []
    for section in context.benchmark.corruptions:
        rows = [row for row in context.rows if row.corruption == section.corruption]
        group = RowGroup("", [cells(row) for row in [*clean, *rows]])
        table = Table(headings, [group], align="t" + "n" * (len(headings) - 2) + "t")
        blocks.append(Folded(marked(section), [table]))
    return Section("All levels", blocks)


SECTIONS: tuple[Callable[[_Context], Section | None], ...] = (
    errors_section,
    levels_section,
    points_section,
)
"""The sections of the page, in its order: a new section is a function in this list."""
