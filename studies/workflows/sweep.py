"""A whole study from question to report, in one results folder."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from models.stored_images import first_images
from studies.core import provenance
from studies.core.errors import StudyError
from studies.core.progress import Observer
from studies.plan import ImageRange, planned_keys
from studies.report.write import Outputs, write_outputs
from studies.results.adaptive import Accuracies, plan
from studies.run.engine import Engine, LocalEngine
from studies.run.models import Classifier, load_models, start_predicting
from studies.run.sweep import CellCounts, missing_jobs, sweep_in_rounds
from studies.store.lock import exclusive_lock
from studies.store.records import EvaluationSet
from studies.store.store import Store

if TYPE_CHECKING:
    from models.data import Dataset
    from studies.config.study import Study
    from studies.run.cluster.connection import Place


@dataclass(frozen=True, slots=True)
class StudyResult:
    """How a study ended: what became of its cells, and what was written."""

    cell_counts: CellCounts
    outputs: Outputs


def run_study(
    study: "Study",
    folder: Path,
    *,
    command: str,
    observer: Observer,
    place: "Place | None" = None,
) -> StudyResult:
    """Train or load the models, compute the missing cells, and write the results.

    Parameters
    ----------
    study
        What to find out.
    folder
        Where models, cells and results are kept; what is there already is not done again.
    command
        What to type to repeat this, for the provenance.
    observer
        Who is told how it goes on.
    place
        Where the cells are computed; in this process when left out. Models are trained here. It is
        no part of the study: cells are the same wherever they are computed.

    Returns
    -------
    StudyResult
        The numbers of cells, and the files.

    Raises
    ------
    StudyError, models.data.DataError, models.store.ModelError
        In one sentence; everything stored before stays.
    """
    from models.backend import processors

    if place is not None:
        place.check()
    with opened(study, folder, observer) as (data, store):
        threads = study.threads or processors()
        with observer:
            classifiers = load_models(
                study, data, folder / "models", store, observer, threads=threads
            )
            cell_counts = compute_missing(
                study,
                data,
                classifiers,
                store,
                observer,
                command=command,
                threads=threads if place is None else study.threads or 1,
                place=place,
            )
            observer.note("drawing the figures and writing the report")
        return StudyResult(cell_counts, write_outputs(store, folder, images=data.test_images))


@contextmanager
def opened(study: "Study", folder: Path, observer: Observer) -> Iterator[tuple["Dataset", Store]]:
    """Load the data of a study, and hold a results folder that is about it for ourselves.

    Raises
    ------
    StudyError, models.data.DataError
        In one sentence.
    """
    from models.data import load

    with exclusive_lock(folder):
        data = load(study.data, tell=observer.note)
        evaluation_set = evaluation_set_of(study, data)
        with Store(folder, create=True) as store:
            store.bind(evaluation_set)
            yield data, store


def evaluation_set_of(study: "Study", data: "Dataset") -> EvaluationSet:
    """Return what a results folder of this study on this data is about.

    Raises
    ------
    StudyError
        When the study asks for more images than the data has.
    """
    count = len(data.test_images) if study.images is None else study.images
    if count > len(data.test_images):
        raise StudyError(
            f"images: the test set of {data.name} has {len(data.test_images)}, "
            f"but the study asks for {count}"
        )
    return EvaluationSet(
        study=study.name,
        data=data.name,
        images=ImageRange(data.digest, 0, count),
        class_names=tuple(data.class_names),
        labels=data.test_labels[:count],
        example=data.test_images[0],
    )


def compute_missing(
    study: "Study",
    data: "Dataset",
    classifiers: list[Classifier],
    store: Store,
    observer: Observer,
    *,
    command: str,
    threads: int,
    place: "Place | None" = None,
) -> CellCounts:
    """Compute the cells that a study wants and the store does not have.

    Models are loaded only where they have something to do, so a finished study starts no
    machine-learning library. An adaptive sweep is planned anew after each round, until it asks
    for nothing that was not tried.
    """
    images = store.evaluation_set().images
    digests = {classifier.name: classifier.digest for classifier in classifiers}
    accuracies = Accuracies(store, digests)
    points = plan(study, accuracies)
    planned = len(planned_keys(points, images, digests))
    jobs = missing_jobs(points, images, digests, store.finished_keys())
    if not jobs:
        observer.note(f"all {planned} cells are stored: nothing is left to compute")
        if _is_the_last_run(study, store):
            return CellCounts(planned, 0, 0)
    run = store.begin_run(
        started=provenance.now(),
        command=command,
        study=study.model_dump(mode="json"),
        provenance=provenance.gather(threads),
    )
    cell_counts = CellCounts(planned, 0, 0)
    if jobs:
        wanted = {name for job in jobs for name in job.cells}
        if study.tolerance is not None:  # a later round may ask anything of any model
            wanted = set(digests)
        needed = [classifier for classifier in classifiers if classifier.name in wanted]
        with _started(place, needed, data, images, threads) as engine:
            cell_counts = sweep_in_rounds(
                lambda: plan(study, accuracies),
                images,
                engine,
                store,
                observer,
                run=run,
                digests=digests,
            )
    store.finish_run(run, provenance.now())
    return cell_counts


@contextmanager
def _started(
    place: "Place | None",
    needed: Sequence[Classifier],
    data: "Dataset",
    images: ImageRange,
    threads: int,
) -> Iterator[Engine]:
    """Load models here, or send them to workers."""
    shown, labels = first_images(data.test_images, images.count), data.test_labels[: images.count]
    if place is None:
        predictors = start_predicting(needed, data, threads=threads)
        yield LocalEngine(shown, labels, predictors, first=images.first)
        return
    from studies.run.cluster.engine import cluster_engine

    with cluster_engine(
        place, needed, shown, labels, threads=threads, first=images.first
    ) as engine:
        yield engine


def _is_the_last_run(study: "Study", store: Store) -> bool:
    """Tell whether the store already knows these settings as the ones to report on."""
    runs = store.runs()
    return bool(runs) and runs[-1].study == study.model_dump(mode="json")
