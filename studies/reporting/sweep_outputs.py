"""What a sweep from clean to worst ends in: its curves as a table, pictures and a report."""

from collections.abc import Mapping

from studies.analysis.analyse import Analysis, analyse
from studies.analysis.sections import analysis_sections
from studies.cells import plan_points
from studies.diagnosis.sweep_section import find_mistakes
from studies.reporting.drawing import Picture
from studies.reporting.figures import draw_overview, draw_panels
from studies.reporting.report import Material, write_report
from studies.reporting.strips import make_strips
from studies.results.store import Store
from studies.statistics.curves import Curve, to_csv, trace_curves
from studies.study import Study


def make_sweep_outputs(
    store: Store, study: Study, digests: Mapping[str, str], material: Material
) -> tuple[list[Curve], Analysis, dict[str, bytes], list[Picture], bytes]:
    """Return the curves, what they say, the tables by file name, the pictures and the report.

    Parameters
    ----------
    store
        The results; at least one cell of the study is finished.
    study
        Without a protocol.
    digests
        Model name -> model digest.
    material
        What every report is made of.
    """
    subject = material.subject
    points = plan_points(study)
    curves = trace_curves(store, points, subject.images, digests)
    strips = make_strips(curves, subject.example, number=subject.images.first, seed=study.seeds[0])
    chance = 1 / len(subject.class_names)
    overview = draw_overview(
        curves, strips, chance=chance, title=f"How accuracy falls on {subject.data}"
    )
    panels = draw_panels(curves, strips, chance=chance)
    mistakes = find_mistakes(store, points, subject, digests)
    analysis = analyse(store, points, subject, digests, threshold=study.threshold)
    sections = analysis_sections(analysis, curves)
    page = write_report(material, curves, panels, sections, mistakes)
    pictures = [overview, *panels, *(item.picture for item in mistakes.calibrations)]
    tables = {"curves.csv": to_csv(curves)} | analysis.tables()
    return curves, analysis, tables, pictures, page
