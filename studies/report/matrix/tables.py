"""The matrix as tables, on the page and on the console."""

from typing import TYPE_CHECKING

from studies.config.study import CLEAN
from studies.report.matrix.text import estimate_text, gain_text
from studies.report.section import Table
from studies.stats.variance_components import Estimate
from studies.tables.matrix import Matrix

if TYPE_CHECKING:
    from rich.table import Table as ConsoleTable

_GROUPS = {"clean": "Clean images", "single": "One corruption", "mixture": "Mixtures"}


def standings_table(matrix: Matrix) -> Table:
    """Return each training over all tests, for the page."""
    groups: dict[str, list[list[str]]] = {}
    for label, one in matrix.summaries.items():
        cells = [
            label,
            estimate_text(one.mean),
            _gain(one.mean_gain),
            estimate_text(one.worst),
            one.worst_test,
            _gain(one.unseen_gain),
        ]
        groups.setdefault(_GROUPS[one.training.kind], []).append(cells)
    headings = (
        "Trained on",
        "Mean accuracy",
        "Gain in points",
        "Worst accuracy",
        "on",
        "Gain where never met",
    )
    return Table(headings, 1, list(groups.items()))


def cells_table(matrix: Matrix) -> Table:
    """Return every cell, test by test, for the page."""
    groups = []
    for test in matrix.tests:
        lines = [
            [training.label, estimate_text(cell.accuracy), _gain(cell.gain)]
            for training in matrix.trainings
            if (cell := matrix.cells.get((training.label, test.label))) is not None
        ]
        title = "clean images" if test.label == CLEAN else test.corruption
        groups.append((title, lines))
    return Table(("Trained on", "Accuracy", "Gain in points"), 1, groups)


def spread_table(matrix: Matrix) -> Table | None:
    """Return the spread between seeds beside the error of the test sample; None with one seed."""
    if matrix.seeds == 1:
        return None
    groups = []
    for test in matrix.tests:
        lines = [
            [training.label, _points(cell.accuracy.training_deviation),
             _points(cell.accuracy.sampling_error)]
            for training in matrix.trainings
            if (cell := matrix.cells.get((training.label, test.label))) is not None
        ]  # fmt: skip
        groups.append((f"Tested on {test.label}", lines))
    over_all = [
        [label, _points(one.mean.training_deviation), _points(one.mean.sampling_error)]
        for label, one in matrix.summaries.items()
    ]
    headings = ("Trained on", "Deviation between seeds", "Error of the test sample")
    return Table(headings, 1, [("Mean of the tests", over_all), *groups])


def specs_table(matrix: Matrix) -> Table:
    """Return what the images of each training go through, for the page."""
    groups: dict[str, list[list[str]]] = {}
    for training in matrix.trainings:
        groups.setdefault(_GROUPS[training.kind], []).append([training.label, training.spec])
    return Table(("Trained on", "Each image, afresh in every epoch, goes through"), 2,
                 list(groups.items()))  # fmt: skip


def console_table(matrix: Matrix) -> "ConsoleTable":
    """Return the matrix for the console: accuracies in percent, over all tests with intervals."""
    from rich.table import Table as ConsoleTable
    from rich.text import Text

    table = ConsoleTable(
        title="Accuracy in %, a row a training, a column a test",
        title_justify="left",
        title_style="bold",
    )
    table.add_column("trained on", overflow="fold")
    for test in matrix.tests:
        table.add_column(Text(test.label), justify="right", overflow="fold")
    for title in ("mean (95 % interval)", "worst"):
        table.add_column(title, justify="right", no_wrap=True)
    last = ""
    for training in matrix.trainings:
        if last and training.kind != last:
            table.add_section()
        last = training.kind
        found = [matrix.cells.get((training.label, test.label)) for test in matrix.tests]
        accuracies = ["" if cell is None else _percent(cell.accuracy.value) for cell in found]
        one = matrix.summaries.get(training.label)
        ends = ["", ""] if one is None else [estimate_text(one.mean), _percent(one.worst.value)]
        table.add_row(Text(training.label), *accuracies, *ends)
    return table


def _gain(gain: Estimate | None) -> str:
    return "" if gain is None else gain_text(gain)


def _percent(value: float) -> str:
    return f"{100 * value:.1f}"


def _points(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.2f}"
