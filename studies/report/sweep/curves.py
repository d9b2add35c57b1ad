"""The sections of a sweep on its curves: overview, panels, areas and critical strengths, points."""

from collections.abc import Sequence

from markupsafe import Markup

from studies.report.blocks import Folded, Grid, Note, RowGroup, ShadedCell, Table, TableCell, link
from studies.report.charts.curves import draw_panels
from studies.report.charts.overview import MeanAccuracy
from studies.report.format import (
    EN_DASH,
    in_cell,
    limits,
    metric_text,
    percent,
    three_digits,
    with_limits,
)
from studies.report.page import Section
from studies.report.sweep.context import SweepContext, folded_families
from studies.stats.metrics import by_image_metrics
from studies.tables.areas import ALL, AreaRow
from studies.tables.curves import Curve, CurveRow
from studies.tables.failures import FailureRow, mean_changes
from studies.tables.sweep import SweepTables


def overview_section(context: SweepContext) -> Section:
    """Return the table of mean accuracies and those at maximum severity, hardest first."""
    overview = context.overview
    rows: list[list[TableCell]] = []
    if overview.overall:
        overall = Markup("<strong>All corruptions</strong>")
        rows.append([overall, *map(_mean_cell, overview.overall.means)])
    rows += [
        [link(row.title, f"c{row.number}"), *map(_mean_cell, row.means)] for row in overview.rows
    ]
    note = (
        "Mean accuracy over the severity range, the most harmful corruption first; below it the "
        "accuracy at maximum severity. In brackets, 95\N{NO-BREAK SPACE}% intervals: if the study "
        "were repeated with other test images and noise seeds, 19 of 20 such intervals would "
        "contain the true value. The stronger the colour, the higher the mean accuracy."
    )
    table = Table(("Corruption", *overview.models), [RowGroup("", rows)], look="heat")
    return Section("Overview", [table, Note(note)])


def _mean_cell(item: MeanAccuracy | None) -> TableCell:
    if item is None:
        return "not available"
    interval = limits(item) or "(incomplete)"
    text = in_cell(percent(item.mean), interval)
    if item.worst:
        worst = in_cell(percent(item.worst.accuracy), limits(item.worst))
        text += Markup("<small>at maximum severity {}</small>").format(worst)
    return ShadedCell(text, item.mean)


def curves_section(context: SweepContext) -> Section:
    """Return a panel for each corruption."""
    note = (
        "The horizontal axis of each panel runs from the clean images to the spec of the "
        "corruption; the images above it are at the strengths below them. Bands are "
        "95\N{NO-BREAK SPACE}% intervals: Wilson intervals at the effective number of images, "
        "because several noise seeds on one image are not independent. Where the bands of two "
        "models overlap, the paired comparison below is more sensitive. The dotted line is the "
        "chance level."
    )
    chance, side = context.results.chance, context.thumbnail_side
    panels = draw_panels(context.curves, context.strips, chance=chance, side=side)
    blocks = folded_families([*context.titles], panels, lambda group: [Grid(group)])
    return Section("Accuracy against strength", [*blocks, Note(note)])


def points_section(context: SweepContext) -> Section:
    """Return every point of every curve as folded tables."""
    of_corruption = [
        [curve for curve in context.curves if curve.corruption == corruption]
        for corruption in context.titles
    ]
    tables = folded_families(
        [*context.titles],
        of_corruption,
        lambda group: [Folded(curves[0].title, [_points_table(curves)]) for curves in group],
    )
    note = (
        "Noise seeds: how many; effective images: the sample size that the interval rests on. "
        "Confidence, log loss and Brier score are means over images and noise seeds."
    )
    return Section("All points", [*tables, Note(note)])


def _points_table(curves: Sequence[Curve]) -> Table:
    first, metrics = curves[0].clean, by_image_metrics()
    unit = f" ({first.unit})" if first.unit and first.unit != first.parameter else ""
    headings = ("Accuracy", "Noise seeds", "Effective images", *(item.title for item in metrics))

    def cells(row: CurveRow) -> list[str]:
        return [
            f"{row.strength:.4g}",
            in_cell(percent(row.accuracy), limits(row)),
            str(row.seeds),
            f"{row.effective_images:,.0f}",
            *(metric_text(row.metrics[item.name], item) for item in metrics),
        ]

    groups = [RowGroup(curve.model, [cells(row) for row in curve.rows]) for curve in curves]
    return Table((first.parameter + unit, *headings), groups, look="points")


def areas_section(context: SweepContext) -> Section | None:
    """Return the areas and critical strengths; None where no curve is complete."""
    if not context.tables.areas:
        return None
    note = (
        "The area under the curve is the mean accuracy over the severity range. The critical "
        "strength is where accuracy first falls to the threshold, interpolated between two points; "
        ">, or beyond: not in this range. Prediction changes per step: the share of predictions "
        "that differ from one strength to the next with the same noise seed. In brackets, 95 % "
        "intervals over images."
    )
    table = context.folded_if_large(areas_table(context.curves, context.tables))
    return Section("Areas and critical strengths", [table, Note(note)])


def areas_table(curves: Sequence[Curve], tables: SweepTables) -> Table:
    """Return areas, critical strengths and prediction changes, corruption by corruption."""
    worst = {curve.corruption: curve.worst.strength for curve in curves}
    titles = {curve.corruption: curve.title for curve in curves}
    steps: dict[tuple[str, str], list[FailureRow]] = {}
    for step in tables.failures:
        steps.setdefault((step.corruption, step.model), []).append(step)
    groups: dict[str, list[list[str]]] = {}
    for row in tables.areas:
        changes = steps.get((row.corruption, row.model), [])
        groups.setdefault(titles.get(row.corruption, "All corruptions"), []).append(
            [
                row.model,
                with_limits(row.area, row),
                "" if row.threshold is None else percent(row.threshold),
                "" if row.corruption == ALL else critical_text(row, worst[row.corruption]),
                percent(mean_changes(changes)) if changes else "",
            ]
        )
    headings = ("Model", "Area", "Threshold", "Critical strength", "Prediction changes per step")
    return Table(headings, [RowGroup(*group) for group in groups.items()])


def critical_text(row: AreaRow, worst: float) -> str:
    """Return a critical strength with its 95 % interval, in its own unit.

    Parameters
    ----------
    row : AreaRow
        Of one corruption.
    worst : float
        The strength at maximum severity.

    Returns
    -------
    str
        ``sigma = 0.26 (0.25-0.27)``; ``sigma > 0.5`` where the threshold is never reached; an
        interval that is open there ends in ``beyond``.
    """
    name = "" if row.parameter == row.unit else f"{row.parameter} "
    unit = f" {row.unit}" if row.unit else ""
    low, high = (
        "beyond" if value is None else three_digits(value)
        for value in (row.critical_strength_low, row.critical_strength_high)
    )
    end = f"{name}> {worst:g}{unit}"
    if row.critical_t_low is None:
        return end
    if row.critical_strength is None:
        return f"{end} (from {low})"
    equals = f"{name}= " if name else ""
    return f"{equals}{three_digits(row.critical_strength)}{unit} ({low}{EN_DASH}{high})"
