"""The end of a diagnosis on the console: a table, what was written, what to do next."""

from typing import TYPE_CHECKING

from studies.core.terminal import say
from studies.report.diagnosis.outputs import Diagnosis
from studies.report.format import percent, with_limits
from studies.stats.confusion import pair_names
from studies.tables.diagnosis import Evaluation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console
    from rich.table import Table


def print_diagnosis(console: "Console", diagnosis: Diagnosis) -> None:
    """Print how each model fares, its files and the next step.

    Parameters
    ----------
    console
        Where to print.
    diagnosis
        What was found and written.
    """
    page = diagnosis.files[0]
    console.print(_table(diagnosis.findings, diagnosis.class_names))
    if diagnosis.missing:
        say(console, f"{diagnosis.missing} answers are missing; the page says why.")
    pictures = sum(path.suffix == ".png" for path in diagnosis.files)
    say(console, f"Written to {page.parent}:")
    say(console, "  confusion.csv    one line a condition, model, true and predicted class")
    say(console, "  classes.csv      precision, recall and F1 of every class")
    say(console, f"  figures/         {pictures} pictures, each as PNG and SVG")
    say(console, f"Next: open {page} in a browser.")
    if len({item.condition for item in diagnosis.findings}) == 1:
        say(console, 'To see what a corruption does: --corruption "gaussian_noise(sigma=0.3)"')


def _table(findings: "Sequence[Evaluation]", class_names: "Sequence[str]") -> "Table":
    from rich.table import Table
    from rich.text import Text

    table = Table(title="Diagnosis (95 % interval)", title_justify="left", title_style="bold")
    for title in ("images", "model"):
        table.add_column(title, overflow="fold")
    for title in ("right", "ECE"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("most confused", overflow="fold")
    last = findings[0].condition
    for item in findings:
        if item.condition != last:
            table.add_section()
        last = item.condition
        accuracy = item.accuracy
        table.add_row(
            Text(item.condition),
            Text(item.model),
            with_limits(accuracy.estimate, accuracy.low, accuracy.high),
            percent(item.calibration.expected_calibration_error),
            Text(", ".join(pair_names(item.pairs[:3], class_names)) or "none"),
        )
    return table
