"""What a sweep from clean to worst ends in: its curves as a table, pictures and a report."""

from collections.abc import Mapping

from studies.cells import plan_points
from studies.curves import Curve, to_csv, trace_curves
from studies.drawing import Picture
from studies.figures import draw_overview, draw_panels
from studies.report import Material, write_report
from studies.store import Store
from studies.strips import make_strips
from studies.study import Study


def make_sweep_outputs(
    store: Store, study: Study, digests: Mapping[str, str], material: Material
) -> tuple[list[Curve], dict[str, bytes], list[Picture], bytes]:
    """Return the curves, the tables by file name, the pictures and the report.

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
    curves = trace_curves(store, plan_points(study), subject.images, digests)
    strips = make_strips(curves, subject.example, number=subject.images.first, seed=study.seeds[0])
    chance = 1 / len(subject.class_names)
    overview = draw_overview(
        curves, strips, chance=chance, title=f"How accuracy falls on {subject.data}"
    )
    panels = draw_panels(curves, strips, chance=chance)
    page = write_report(material, curves, panels)
    return curves, {"curves.csv": to_csv(curves)}, [overview, *panels], page
