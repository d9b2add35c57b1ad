"""Results on the console: tables of pages as text, and the end of a sweep and of a diagnosis."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from studies.core.terminal import print_line, print_written
from studies.report.benchmark import errors_table, footnotes
from studies.report.blocks import RowGroup, Table
from studies.report.diagnosis.report import DiagnosisReport
from studies.report.format import percent, with_limits
from studies.report.sweep.comparison import comparison_sentences
from studies.report.sweep.curves import areas_table
from studies.report.sweep.report import SweepReport
from studies.report.write import Outputs
from studies.stats.classification import pair_names
from studies.tables.curves import Curve

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table as ConsoleTable

_MOST_SENTENCES = 6  # pairs of models; all of them are in the report
_MOST_FAILURES = 10  # likewise


def console_table(
    table: Table, title: str, *, groups: str = "", remarks: str = ""
) -> "ConsoleTable":
    """Return a table of a page as text.

    Parameters
    ----------
    table : Table
        The table.
    title : str
        Stands above it.
    groups, remarks : str
        Headings of columns for the titles and remarks of its groups; without a heading, titles
        have a line of their own, and remarks are left out.
    """
    from rich.table import Table as ConsoleTable
    from rich.text import Text

    shown = ConsoleTable(title=title, title_justify="left", title_style="bold")
    for heading in filter(None, (groups, remarks)):
        shown.add_column(heading, overflow="fold")
    for number, heading in enumerate(table.headings):
        if not table.is_number(number):
            shown.add_column(Text(heading), overflow="fold")
            continue
        lengths = [len(str(row[number])) for group in table.groups for row in group.rows]
        width = max(lengths, default=0)
        narrow = 2 * width < len(heading)  # then the heading is wrapped, but no number is
        shown.add_column(Text(heading), justify="right", no_wrap=not narrow, min_width=width)
    for group in table.groups:
        shown.add_section()
        if not groups:
            shown.add_row(Text(group.title, style="bold"))
        for number, row in enumerate(group.rows):
            first = [group.title] * bool(groups) + [group.remark] * bool(remarks)
            cells = [text if number == 0 else "" for text in first]
            shown.add_row(*(Text(str(text)) for text in (*cells, *row)))
    return shown


def print_summary(console: "Console", outputs: Outputs, computed: int, folder: Path) -> None:
    """Print the tables of a sweep, its files and the next step.

    Parameters
    ----------
    console : Console
        Where to print.
    outputs : Outputs
        What the sweep ended in.
    computed : int
        How many cells were computed now.
    folder : Path
        Its results folder.
    """
    report = outputs.report
    if isinstance(report, SweepReport):
        _print_sweep(console, report)
    else:
        benchmark = report.benchmark
        title = (
            f"{benchmark.title}: errors and corruption errors (95 % intervals), "
            f"reference {benchmark.reference}"
        )
        table = errors_table(benchmark)
        console.print(console_table(table, title, groups="Corruption", remarks="Fidelity"))
        for note in footnotes(benchmark):
            console.print(note, markup=False, highlight=False)
    _print_failures(console, outputs)
    figures = [path for path in outputs.files if path.parent.name == "figures"]
    stored = f"{outputs.planned - outputs.missing} cells, {computed} of them computed now"
    files = {"results.sqlite": stored}
    if isinstance(report, SweepReport):
        files |= {
            "curves.csv": "one line for each corruption, strength and model",
            "areas.csv": "mean accuracies; also comparisons, metrics, failures and classes.csv",
        }
    else:
        files |= {
            "curves.csv": "one line for each corruption, level and model",
            "corruption_errors.csv": "mean error, CE and relative CE; the mean is mCE",
        }
    files["figures/"] = f"{len(figures)} files, begin with accuracy.png"
    print_written(console, folder, files, folder / "report.html")


def _print_sweep(console: "Console", report: SweepReport) -> None:
    console.print(
        console_table(
            _curves(report.curves),
            "Accuracy on clean images and at maximum severity (95 % interval)",
            groups="Corruption",
        )
    )
    if report.tables.areas:
        title = "Mean accuracy over the severity range, and where it first falls to a threshold"
        table = areas_table(report.curves, report.tables)
        console.print(console_table(table, title, groups="Corruption"))
    titles = {curve.corruption: curve.title for curve in report.curves}
    sentences = comparison_sentences(report.tables.comparisons, titles)
    for sentence in sentences[:_MOST_SENTENCES]:
        console.print(sentence, markup=False, highlight=False)
    if len(sentences) > _MOST_SENTENCES:
        console.print(f"{len(sentences) - _MOST_SENTENCES} more pairs of models are in the report.")


def _curves(curves: Sequence[Curve]) -> Table:
    groups: dict[str, list[list[str]]] = {}
    for curve in curves:
        ends = (with_limits(row.accuracy, row) for row in (curve.clean, curve.worst))
        groups.setdefault(curve.corruption, []).append([curve.model, *ends])
    headings = ("Model", "Clean", "Maximum severity")
    return Table(headings, [RowGroup(*group) for group in groups.items()])


def _print_failures(console: "Console", outputs: Outputs) -> None:
    if not outputs.missing:
        return
    print_line(console, f"{outputs.missing} cells are missing; the same command tries them again:")
    for failure in outputs.failures[:_MOST_FAILURES]:
        seed = "" if failure.condition.seed is None else f", seed {failure.condition.seed}"
        print_line(
            console, f"  {failure.model} under {failure.condition.pipeline}{seed}: {failure.error}"
        )
    if len(outputs.failures) > _MOST_FAILURES:
        print_line(
            console, f"  and {len(outputs.failures) - _MOST_FAILURES} more, all in the report"
        )


def print_diagnosis(console: "Console", report: DiagnosisReport, files: Sequence[Path]) -> None:
    """Print accuracy, calibration and confused pairs of each model, the files and the next step.

    Parameters
    ----------
    console : Console
        Where to print.
    report : DiagnosisReport
        The findings.
    files : sequence of Path
        What was written, the page last.
    """
    groups: dict[str, list[list[str]]] = {}
    for item in report.findings:
        cells = [
            item.model,
            with_limits(item.accuracy.estimate, item.accuracy),
            percent(item.calibration.expected_calibration_error),
            ", ".join(pair_names(item.pairs[:3], report.class_names)) or "none",
        ]
        groups.setdefault(item.condition, []).append(cells)
    headings = ("Model", "Accuracy", "ECE", "Most confused pairs")
    table = Table(headings, [RowGroup(*group) for group in groups.items()], align="tnnt")
    console.print(console_table(table, "Diagnosis (95 % interval)", groups="Images"))
    if report.missing:
        print_line(console, f"{report.missing} predictions are missing; the page says why.")
    pictures = sum(path.suffix == ".png" for path in files)
    written = {
        "confusion.csv": "one line for each condition, model, true and predicted class",
        "classes.csv": "precision, recall and F1 of every class",
        "figures/": f"{pictures} figures, each as PNG and SVG",
    }
    print_written(console, files[-1].parent, written, files[-1])
    if len(groups) == 1:
        print_line(
            console, 'To see the effect of a corruption: --corruption "gaussian_noise(sigma=0.3)"'
        )
