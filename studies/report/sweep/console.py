"""Areas, critical strengths and comparisons on the console."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from studies.report.sweep.text import area_text, comparison_sentences, critical_text, threshold_text
from studies.tables.areas import ALL
from studies.tables.curves import Curve
from studies.tables.sweep import SweepTables

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_MOST_SENTENCES = 6  # pairs of models; all of them are in the report


def print_tables(console: "Console", tables: SweepTables, curves: Sequence[Curve]) -> None:
    """Print a table of areas and critical strengths, and which models differ.

    Parameters
    ----------
    console
        Where to print.
    tables
        The rows.
    curves
        They have the titles, and the strengths at the ends of the paths.
    """
    if tables.areas:
        console.print(_areas(tables, curves))
    titles = {curve.corruption: curve.title for curve in curves}
    sentences = comparison_sentences(tables.comparisons, titles)
    for sentence in sentences[:_MOST_SENTENCES]:
        console.print(sentence, markup=False, highlight=False)
    if len(sentences) > _MOST_SENTENCES:
        console.print(f"{len(sentences) - _MOST_SENTENCES} more pairs of models are in the report.")


def _areas(tables: SweepTables, curves: Sequence[Curve]) -> "Table":
    from rich.table import Table
    from rich.text import Text

    worst = {curve.corruption: curve.worst.strength for curve in curves}
    table = Table(
        title="Mean accuracy over the path, and where it first falls to a threshold",
        title_justify="left",
        title_style="bold",
    )
    table.add_column("corruption", overflow="fold")
    table.add_column("model", overflow="fold")
    for title in ("area", "threshold", "critical strength"):
        table.add_column(title, justify="right", no_wrap=True)
    last = ""
    for row in tables.areas:
        if last and row.corruption != last:
            table.add_section()
        over_all = row.corruption == ALL
        name = "all corruptions" if over_all else row.corruption
        table.add_row(
            Text(name if row.corruption != last else ""),
            Text(row.model),
            area_text(row),
            threshold_text(row),
            "" if over_all else critical_text(row, worst[row.corruption]),
        )
        last = row.corruption
    return table
