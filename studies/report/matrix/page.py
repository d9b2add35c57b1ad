"""The page of a matrix: the answer, two heat maps, tables, and where the numbers come from."""

from studies.config.matrix import MatrixStudy
from studies.report.charts.style import Picture
from studies.report.format import percent
from studies.report.html import ReportContext, render_report
from studies.report.matrix.tables import cells_table, specs_table, spread_table, standings_table
from studies.report.matrix.text import about_seeds, answer, how_many_differ
from studies.tables.matrix import Matrix


def heading_of(context: ReportContext, matrix: MatrixStudy) -> str:
    """Return the heading of page and picture."""
    return (
        "Trained on one corruption, tested on another: "
        f"{matrix.training.architecture} on {context.evaluation_set.data}"
    )


def write_page(
    context: ReportContext,
    study: MatrixStudy,
    matrix: Matrix,
    accuracies: Picture,
    gains: Picture | None,
) -> bytes:
    """Return the page as UTF-8 HTML, with nothing from outside and every name escaped.

    Parameters
    ----------
    context
        What every report is made of.
    study, matrix
        What was asked, and the numbers.
    accuracies, gains
        The heat maps.
    """
    content = {
        "heading": heading_of(context, study),
        "answer": answer(matrix),
        "accuracies": accuracies,
        "accuracies_alt": _alt(matrix),
        "gains": gains,
        "narrowest": 9 + 3 * len(matrix.tests),
        "strengths": ", ".join(f"{t:.3g}" for t in study.strengths),
        "draws": len(study.seeds),
        "differ": how_many_differ(matrix),
        "standings": standings_table(matrix),
        "about_seeds": about_seeds(matrix),
        "spread": spread_table(matrix),
        "cells_table": cells_table(matrix),
        "specs": specs_table(matrix),
        "chance": percent(1 / len(context.evaluation_set.class_names)),
    }
    training = study.training.model_dump(mode="json", exclude={"seed"})
    settings = [
        ("Seeds of the tests", ", ".join(map(str, study.seeds))),
        ("Seeds of the trainings", ", ".join(map(str, study.training_seeds))),
        ("Strengths t", ", ".join(f"{t:g}" for t in study.strengths)),
        ("Training", ", ".join(f"{name.replace('_', ' ')} {value}"
                               for name, value in training.items() if value is not None)),
    ]  # fmt: skip
    return render_report("matrix.html", context, content, settings)


def _alt(matrix: Matrix) -> str:
    """Return what the heat map shows, for those who do not see it; the numbers are in a table."""
    rows = [
        f"trained on {label} {percent(one.mean.value)} in the mean, "
        f"{percent(one.worst.value)} on {one.worst_test}"
        for label, one in matrix.summaries.items()
    ]
    return f"Accuracy of every training on every test: {'; '.join(rows)}."
