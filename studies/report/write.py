"""The files a study ends in, made from the database alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from studies.config.study import Study
from studies.config.validators import model_name
from studies.core.errors import StudyError
from studies.core.files import write_whole
from studies.plan import Point
from studies.report.benchmark.outputs import make_protocol_outputs
from studies.report.charts.style import Picture
from studies.report.images import Images, Originals, find_originals
from studies.report.sweep.outputs import make_sweep_outputs
from studies.report.sweep.page import Material
from studies.results.adaptive import Accuracies, plan
from studies.run.sweep import planned_keys
from studies.store.records import Failure
from studies.store.store import Store
from studies.tables.benchmark import Benchmark
from studies.tables.curves import Curve
from studies.tables.sweep import Analysis


@dataclass(frozen=True, slots=True)
class Outputs:
    """What was written, and what it shows: curves of a sweep, or what a protocol says."""

    curves: list[Curve]
    analysis: Analysis
    benchmark: Benchmark | None
    failures: list[Failure]
    missing: int
    files: list[Path]


def write_outputs(store: Store, folder: Path, *, images: Images | None = None) -> Outputs:
    """Write tables, ``figures/`` and ``report.html`` of the last study swept in a folder.

    Parameters
    ----------
    store
        The results.
    folder
        Where to write.
    images
        The test images of the study, ``(n, h, w, c)``; when left out, its data is loaded again for
        the pictures of the report.

    Returns
    -------
    Outputs
        What the study shows, the failed cells that it still wants, and the files.

    Raises
    ------
    StudyError
        When there is no finished cell to show, or a file cannot be written; older files then stay
        whole.
    """
    runs = store.runs()
    if not runs:
        raise StudyError(f"there are no results in {folder} yet; start with a sweep")
    study = Study.model_construct(**runs[-1].study)
    models = [model for name in study.models if (model := store.model(model_name(name)))]
    digests = {model.name: model.digest for model in models}
    evaluation_set = store.evaluation_set()
    wanted = plan(study, Accuracies(store, digests))
    planned = planned_keys(wanted, evaluation_set.images, digests)
    finished = len(planned & store.finished_keys())
    if not finished:
        raise StudyError(
            f"no cell of study {study.name!r} is finished in {folder}, so there is nothing to show"
        )
    failures = [failure for failure in store.failures() if failure.key in planned]
    material = Material(evaluation_set, failures, models, runs[-1], finished, len(planned))
    curves: list[Curve] = []
    analysis, benchmark = Analysis(), None
    if study.protocol is None:
        points = [item for item in wanted if isinstance(item, Point)]
        curves, analysis, tables, pictures, page = make_sweep_outputs(
            store,
            study,
            points,
            digests,
            material,
            originals=find_originals(study, evaluation_set)
            if images is None
            else Originals(images),
            folder=folder,
        )
    else:
        benchmark, tables, pictures, page = make_protocol_outputs(store, study, digests, material)
    contents = tables | _by_name(pictures) | {"report.html": page}
    files = [_written(folder, name, content) for name, content in contents.items()]
    return Outputs(curves, analysis, benchmark, failures, len(planned) - finished, files)


def _by_name(pictures: Sequence[Picture]) -> dict[str, bytes]:
    return {
        f"figures/{picture.name}.{ending}": content
        for picture in pictures
        for ending, content in (("png", picture.png), ("svg", picture.svg))
    }


def _written(folder: Path, name: str, content: bytes) -> Path:
    try:
        return write_whole(folder / name, content)
    except OSError as error:
        raise StudyError(
            f"{folder / name} cannot be written: {error.strerror or error}; an older one is as it "
            f"was, all cells are stored, and `python -m studies report {folder}` goes on from there"
        ) from None
