"""The files that a sweep over severity ranges ends in: tables, pictures and the report."""

from dataclasses import dataclass
from pathlib import Path

from studies.report.charts.curves import MOST_PANELS, draw_means, draw_overview, draw_panels
from studies.report.charts.style import picture_files
from studies.report.html import ReportContext
from studies.report.images import Originals, side_for
from studies.report.strips import LENGTH, make_strips
from studies.report.sweep.failures import make_gallery
from studies.report.sweep.mistakes import find_mistakes
from studies.report.sweep.next_steps import next_steps
from studies.report.sweep.overview import MANY, make_overview
from studies.report.sweep.page import Found, write_report
from studies.report.sweep.sections import table_sections
from studies.results.sweep_results import SweepResults
from studies.tables.curves import Curve, curves_csv, make_curves
from studies.tables.failures import find_first_failures
from studies.tables.sweep import SweepTables, make_tables

EACH, FEW_EACH = 5, 3
"""Images of the first failures of each model on a page: with a few corruptions, and with many."""


@dataclass(frozen=True, slots=True)
class SweepReport:
    """What a sweep shows, and its files by name."""

    curves: list[Curve]
    tables: SweepTables
    files: dict[str, bytes]


def make_sweep_report(
    results: SweepResults, context: ReportContext, originals: Originals, folder: Path
) -> SweepReport:
    """Return the curves of a sweep, its tables, pictures and report.

    Parameters
    ----------
    results : SweepResults
        At least one cell is stored.
    context : ReportContext
        What every report says of its study.
    originals : Originals
        The images, for the pictures of the page.
    folder : Path
        The results folder, as commands name it.
    """
    evaluation_set, study = results.evaluation_set, results.study
    curves = make_curves(results)
    strips = make_strips(
        curves,
        evaluation_set.example,
        number=evaluation_set.images.first,
        seed=study.seeds[0],
    )
    panels = draw_panels(curves, strips, chance=results.chance)
    mistakes = find_mistakes(results)
    tables = make_tables(results, threshold=study.threshold)
    titles = {curve.corruption: curve.title for curve in curves}
    overview = make_overview(curves, tables.areas)
    heading = f"How accuracy falls on {evaluation_set.data}"
    first = (
        draw_overview(curves, strips, chance=results.chance, title=heading)
        if len(titles) <= MOST_PANELS
        else draw_means(overview, chance=results.chance, title=heading)
    )
    ranges = [item for item in results.severity_ranges if item.corruption in titles]
    each = FEW_EACH if len(titles) > MANY else EACH
    side = side_for(len(titles) * (LENGTH + each * len(results.models)))
    found = Found(
        curves=curves,
        strips=strips,
        overview=overview,
        analysis=table_sections(tables, curves),
        mistakes=mistakes,
        failures=[
            make_gallery(
                titles[item.corruption],
                item.corruption,
                number,
                find_first_failures(results, item, each=each),
                evaluation_set,
                originals,
                side=side,
            )
            for number, item in enumerate(ranges, start=1)
        ],
        without_pictures=originals.reason,
        steps=next_steps(context.run.study, folder, curves, tables.comparisons),
    )
    pictures = [first, *panels, *(item.picture for item in mistakes.calibrations)]
    return SweepReport(
        curves,
        tables,
        {"curves.csv": curves_csv(curves)}
        | tables.files()
        | picture_files(pictures)
        | {"report.html": write_report(context, found, side=side)},
    )
