"""What a sweep from clean to worst ends in: its curves as a table, pictures and a report."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from studies.config.study import Study
from studies.plan import Point
from studies.report.charts.curves import MOST_PANELS, draw_means, draw_overview, draw_panels
from studies.report.charts.style import Picture
from studies.report.images import Originals, side_for
from studies.report.strips import LENGTH, make_strips
from studies.report.sweep.failures import make_gallery
from studies.report.sweep.mistakes import find_mistakes
from studies.report.sweep.next_steps import next_steps
from studies.report.sweep.overview import MANY, make_overview
from studies.report.sweep.page import Found, Material, write_report
from studies.report.sweep.sections import analysis_sections
from studies.results.sweep_results import Reader, severity_ranges
from studies.store.store import Store
from studies.tables.curves import Curve, to_csv, trace_curves
from studies.tables.failures import find_first_failures
from studies.tables.sweep import Analysis, analyse

EACH, FEW_EACH = 5, 3
"""Images that a page shows of those a model loses first: with a few corruptions, and with many."""


def make_sweep_outputs(
    store: Store,
    study: Study,
    points: Sequence[Point],
    digests: Mapping[str, str],
    material: Material,
    *,
    originals: Originals,
    folder: Path,
) -> tuple[list[Curve], Analysis, dict[str, bytes], list[Picture], bytes]:
    """Return the curves, what they say, the tables by file name, the pictures and the report.

    Parameters
    ----------
    store
        The results; at least one cell of the study is finished.
    study
        Without a protocol.
    points
        Its plan: the points of every curve.
    digests
        Model name -> model digest.
    material
        What every report is made of.
    originals
        The images, for the pictures of the page.
    folder
        The results folder, as commands name it.
    """
    evaluation_set = material.evaluation_set
    curves = trace_curves(store, points, evaluation_set.images, digests)
    strips = make_strips(
        curves, evaluation_set.example, number=evaluation_set.images.first, seed=study.seeds[0]
    )
    chance = 1 / len(evaluation_set.class_names)
    panels = draw_panels(curves, strips, chance=chance)
    reader = Reader(store, evaluation_set.images)
    mistakes = find_mistakes(store, points, evaluation_set, digests)
    analysis = analyse(store, points, evaluation_set, digests, threshold=study.threshold)
    titles = {curve.corruption: curve.title for curve in curves}
    overview = make_overview(curves, analysis.areas)
    heading = f"How accuracy falls on {evaluation_set.data}"
    first = (
        draw_overview(curves, strips, chance=chance, title=heading)
        if len(titles) <= MOST_PANELS
        else draw_means(overview, chance=chance, title=heading)
    )
    paths = [path for path in severity_ranges(points) if path.corruption in titles]
    each = FEW_EACH if len(titles) > MANY else EACH
    side = side_for(len(titles) * (LENGTH + each * len(digests)))
    found = Found(
        curves=curves,
        strips=strips,
        overview=overview,
        analysis=analysis_sections(analysis, curves),
        mistakes=mistakes,
        failures=[
            make_gallery(
                titles[path.corruption],
                path.corruption,
                number,
                find_first_failures(reader, path, evaluation_set, digests, each=each),
                evaluation_set,
                originals,
                side=side,
            )
            for number, path in enumerate(paths, start=1)
        ],
        without_pictures=originals.reason,
        steps=next_steps(material.run.study, folder, curves, analysis.comparisons),
    )
    page = write_report(material, found, side=side)
    pictures = [first, *panels, *(item.picture for item in mistakes.calibrations)]
    tables = {"curves.csv": to_csv(curves)} | analysis.tables()
    return curves, analysis, tables, pictures, page
