"""The report of a protocol: its answer, its corruption errors, its levels."""

from collections.abc import Sequence

from studies.config.study import CLEAN
from studies.report.benchmark.text import (
    error_text,
    footnotes,
    marked,
    mean_name,
    protocol_sentences,
    score_text,
)
from studies.report.charts.style import Picture
from studies.report.format import percent
from studies.report.html import ReportContext, render_report
from studies.tables.benchmark import Benchmark, CorruptionScores
from studies.tables.curves import LevelRow


def write_protocol_report(
    context: ReportContext,
    benchmark: Benchmark,
    rows: Sequence[LevelRow],
    panels: Sequence[Picture],
    bars: Picture | None,
) -> bytes:
    """Return the report as UTF-8 HTML, standing on its own as that of a sweep does.

    Parameters
    ----------
    context
        What every report is made of.
    benchmark
        What the protocol says.
    rows
        Its levels.
    panels
        A picture for each of the benchmark's sections.
    bars
        Picture of the corruption errors; None where there is nothing to compare.
    """
    evaluation_set = context.evaluation_set
    content = {
        "answer": protocol_sentences(benchmark, evaluation_set.data, evaluation_set.images.count),
        "heading": f"{benchmark.title} on {evaluation_set.data}",
        "benchmark": benchmark,
        "panels": [
            {
                "section": section,
                "name": marked(section),
                "picture": panel,
                "alt": _alt(section, rows),
                "rows": [row for row in rows if row.corruption == section.corruption],
            }
            for section, panel in zip(benchmark.corruptions, panels, strict=True)
        ],
        "clean": [row for row in rows if row.corruption == CLEAN],
        "bars": bars,
        "bars_alt": _bars_alt(benchmark),
        "mean_name": mean_name(benchmark),
        "footnotes": footnotes(benchmark),
        "marked": marked,
        "error_text": error_text,
        "score_text": score_text,
    }
    return render_report("protocol.html", context, content, _settings(context, benchmark))


def _settings(context: ReportContext, benchmark: Benchmark) -> list[tuple[str, str]]:
    return [
        ("Protocol", f"{benchmark.name}: {benchmark.source}"),
        ("Reference model", benchmark.reference),
        ("Seeds", ", ".join(map(str, context.run.study["seeds"]))),
    ]


def _alt(section: CorruptionScores, rows: Sequence[LevelRow]) -> str:
    """Return what a panel shows, for those who do not see it."""
    models = dict.fromkeys(row.model for row in rows)
    seen = [
        f"{model} {', '.join(percent(row.accuracy) for row in of_model)}"
        for model in models
        if (of_model := [r for r in rows if (r.model, r.corruption) == (model, section.corruption)])
    ]
    return f"Accuracy at each level of {section.corruption}: {'; '.join(seen) or 'none'}."


def _bars_alt(benchmark: Benchmark) -> str:
    means = [f"{item.model} {score_text(item.corruption_error)}" for item in benchmark.overall]
    return f"Corruption errors as bars; their mean: {'; '.join(means)}."
