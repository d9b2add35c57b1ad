"""What a protocol says of some models, as a table on the console."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from studies.report.benchmark.text import error_text, marked, mean_name, score_text
from studies.tables.benchmark import Benchmark, ModelScores

if TYPE_CHECKING:
    from rich.table import Table


def benchmark_table(benchmark: Benchmark) -> "Table":
    """Return the table: a corruption a section, a model a line, the means at the end."""
    from rich.table import Table

    table = Table(
        title=f"{benchmark.title}: errors and corruption errors (95 % intervals), "
        f"reference {benchmark.reference}",
        title_justify="left",
        title_style="bold",
    )
    for title in ("corruption", "fidelity", "model"):
        table.add_column(title, overflow="fold")
    for title in ("mean error", "CE", "relative CE"):
        table.add_column(title, justify="right", no_wrap=True)
    for number, (model, error) in enumerate(benchmark.clean.items()):
        table.add_row("" if number else "clean images", "", _plain(model), error_text(error))
    table.add_section()
    for section in benchmark.corruptions:
        _add(table, marked(section), section.fidelity, section.scores)
    count = f"mean of {len(benchmark.counted)}"
    _add(table, mean_name(benchmark), count, benchmark.overall)
    return table


def _add(table: "Table", name: str, remark: str, standings: Sequence[ModelScores]) -> None:
    for number, item in enumerate(standings):
        table.add_row(
            "" if number else _plain(name),
            "" if number else remark,
            _plain(item.model),
            error_text(item.error),
            score_text(item.corruption_error),
            score_text(item.relative),
        )
    table.add_section()


def _plain(text: str) -> str:
    """Return text that rich shows as it is."""
    from rich.markup import escape

    return escape(text)
