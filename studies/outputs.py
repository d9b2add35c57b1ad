"""The files a study ends in, made from the database alone."""

from dataclasses import dataclass
from pathlib import Path

from studies.cells import plan_points
from studies.curves import Curve, to_csv, trace_curves
from studies.errors import StudyError
from studies.figures import Picture, draw_overview, draw_panels
from studies.files import write_whole
from studies.records import Failure
from studies.report import Material, write_report
from studies.settings import model_name
from studies.store import Store
from studies.strips import make_strips
from studies.study import Study
from studies.sweep import planned_keys


@dataclass(frozen=True, slots=True)
class Outputs:
    """What was written, and what it shows."""

    curves: list[Curve]
    failures: list[Failure]
    missing: int
    files: list[Path]


def write_outputs(store: Store, folder: Path) -> Outputs:
    """Write ``curves.csv``, ``figures/`` and ``report.html`` of the last study swept in a folder.

    Parameters
    ----------
    store
        The results.
    folder
        Where to write.

    Returns
    -------
    Outputs
        The curves, the failed cells that the study still wants, and the files.

    Raises
    ------
    StudyError
        When there is no finished cell to show.
    OSError
        When a file cannot be written; older files then stay whole.
    """
    runs = store.runs()
    if not runs:
        raise StudyError(f"there are no results in {folder} yet; start with a sweep")
    study = Study.model_construct(**runs[-1].study)
    models = [model for name in study.models if (model := store.model(model_name(name)))]
    digests = {model.name: model.digest for model in models}
    subject, points = store.subject(), plan_points(study)
    curves = trace_curves(store, points, subject.images, digests)
    if not curves:
        raise StudyError(
            f"no cell of study {study.name!r} is finished in {folder}, so there is nothing to show"
        )
    planned = planned_keys(points, subject.images, digests)
    failures = [failure for failure in store.failures() if failure.key in planned]
    cells = len(planned & store.finished_keys())
    strips = make_strips(curves, subject.example, number=subject.images.first, seed=study.seeds[0])
    chance = 1 / len(subject.class_names)
    overview = draw_overview(
        curves, strips, chance=chance, title=f"How accuracy falls on {subject.data}"
    )
    panels = draw_panels(curves, strips, chance=chance)
    page = write_report(
        Material(subject, curves, panels, failures, models, runs[-1], cells, len(planned))
    )
    files = [
        write_whole(folder / "curves.csv", to_csv(curves)),
        *(path for picture in (overview, *panels) for path in _write(picture, folder / "figures")),
        write_whole(folder / "report.html", page),
    ]
    return Outputs(curves, failures, len(planned) - cells, files)


def _write(picture: Picture, folder: Path) -> list[Path]:
    return [
        write_whole(folder / f"{picture.name}.png", picture.png),
        write_whole(folder / f"{picture.name}.svg", picture.svg),
    ]
