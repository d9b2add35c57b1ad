"""The end of a study on the console: a table, what was written, what to do next."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from studies.core.terminal import say
from studies.report.benchmark.console import benchmark_table
from studies.report.benchmark.text import footnotes
from studies.report.format import with_interval
from studies.report.sweep.console import print_tables
from studies.report.sweep.outputs import SweepReport
from studies.tables.curves import Curve
from studies.workflows.sweep import StudyResult

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


def print_summary(console: "Console", ending: StudyResult, folder: Path) -> None:
    """Print the table of a study, its files and the next step.

    Parameters
    ----------
    console
        Where to print.
    ending
        How the study ended.
    folder
        Its results folder.
    """
    report = ending.outputs.report
    if isinstance(report, SweepReport):
        console.print(_curves(report.curves))
        print_tables(console, report.tables, report.curves)
    else:
        console.print(benchmark_table(report.benchmark))
        for note in footnotes(report.benchmark):
            console.print(note, markup=False, highlight=False)
    _print_failures(console, ending)
    _print_files(console, ending, folder)


def _curves(curves: Sequence[Curve]) -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table(title="Accuracy (95 % interval)", title_justify="left", title_style="bold")
    table.add_column("corruption", overflow="fold")
    table.add_column("model", overflow="fold")
    for title in ("clean", "at the worst"):
        table.add_column(title, justify="right", no_wrap=True)
    last = ""
    for curve in curves:
        if last and curve.corruption != last:
            table.add_section()
        table.add_row(
            Text(curve.corruption if curve.corruption != last else ""),
            Text(curve.model),
            with_interval(curve.clean),
            with_interval(curve.worst),
        )
        last = curve.corruption
    return table


def _print_failures(console: "Console", ending: StudyResult) -> None:
    if not ending.outputs.missing:
        return
    say(console, f"{ending.outputs.missing} cells are missing; the same command tries them again:")
    for failure in ending.outputs.failures[:10]:
        seed = "" if failure.condition.seed is None else f", seed {failure.condition.seed}"
        say(console, f"  {failure.model} under {failure.condition.pipeline}{seed}: {failure.error}")
    if len(ending.outputs.failures) > 10:
        say(console, f"  and {len(ending.outputs.failures) - 10} more, all in the report")


def _print_files(console: "Console", ending: StudyResult, folder: Path) -> None:
    figures = [path for path in ending.outputs.files if path.parent.name == "figures"]
    cell_counts = ending.cell_counts
    say(console, f"Written to {folder}:")
    say(
        console,
        f"  results.sqlite   {cell_counts.planned - ending.outputs.missing} cells, "
        f"{cell_counts.computed} of them computed now",
    )
    if isinstance(ending.outputs.report, SweepReport):
        say(console, "  curves.csv       one line a corruption, strength and model")
        say(console, "  areas.csv, comparisons.csv, metrics.csv, failures.csv, classes.csv")
    else:
        say(console, "  curves.csv       one line a corruption, level and model")
        say(console, "  corruption_errors.csv   mean error, CE and relative CE; the mean is mCE")
    say(console, f"  figures/         {len(figures)} pictures, begin with accuracy.png")
    say(console, f"Next: open {folder / 'report.html'} in a browser.")
