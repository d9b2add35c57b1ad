"""A whole study from question to report, in one results folder."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from models.stored_images import first_images
from studies import provenance
from studies.adaptive import Accuracies
from studies.cells import ImageRange
from studies.classifiers import Classifier, find_classifiers, start_predicting
from studies.engine import Engine, LocalEngine
from studies.errors import StudyError
from studies.progress import Observer
from studies.protocols.plan import plan
from studies.reporting.outputs import Outputs, write_outputs
from studies.results.lock import sole_sweep
from studies.results.records import Subject
from studies.results.store import Store
from studies.sweep import Tally, missing_jobs, planned_keys, sweep_in_rounds

if TYPE_CHECKING:
    from models.data import Dataset
    from studies.cluster.place import Place
    from studies.study import Study


@dataclass(frozen=True, slots=True)
class Ending:
    """How a study ended: what became of its cells, and what was written."""

    tally: Tally
    outputs: Outputs


def run_study(
    study: "Study",
    folder: Path,
    *,
    command: str,
    observer: Observer,
    place: "Place | None" = None,
) -> Ending:
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
    Ending
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
            classifiers = find_classifiers(
                study, data, folder / "models", store, observer, threads=threads
            )
            tally = compute_missing(
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
        return Ending(tally, write_outputs(store, folder, images=data.test_images))


@contextmanager
def opened(study: "Study", folder: Path, observer: Observer) -> Iterator[tuple["Dataset", Store]]:
    """Load the data of a study, and hold a results folder that is about it for ourselves.

    Raises
    ------
    StudyError, models.data.DataError
        In one sentence.
    """
    from models.data import load

    with sole_sweep(folder):
        data = load(study.data, on_progress=observer.note)
        subject = subject_of(study, data)
        with Store(folder, create=True) as store:
            store.claim(subject)
            yield data, store


def subject_of(study: "Study", data: "Dataset") -> Subject:
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
    return Subject(
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
) -> Tally:
    """Compute the cells that a study wants and the store does not have.

    Models are loaded only where they have something to do, so a finished study starts no
    machine-learning library. An adaptive sweep is planned anew after each round, until it asks
    for nothing that was not tried.
    """
    images = store.subject().images
    digests = {classifier.name: classifier.digest for classifier in classifiers}
    accuracies = Accuracies(store, digests)
    points = plan(study, accuracies)
    planned = len(planned_keys(points, images, digests))
    jobs = missing_jobs(points, images, digests, store.finished_keys())
    if not jobs:
        observer.note(f"all {planned} cells are stored: nothing is left to compute")
        if _is_the_last_run(study, store):
            return Tally(planned, 0, 0)
    run = store.begin_run(
        started=provenance.now(),
        command=command,
        study=study.model_dump(mode="json"),
        provenance=provenance.gather(threads),
    )
    tally = Tally(planned, 0, 0)
    if jobs:
        wanted = {name for job in jobs for name in job.cells}
        if study.tolerance is not None:  # a later round may ask anything of any model
            wanted = set(digests)
        needed = [classifier for classifier in classifiers if classifier.name in wanted]
        with _started(place, needed, data, images, threads) as engine:
            tally = sweep_in_rounds(
                lambda: plan(study, accuracies),
                images,
                engine,
                store,
                observer,
                run=run,
                digests=digests,
            )
    store.finish_run(run, provenance.now())
    return tally


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
    from studies.cluster.engine import cluster_engine

    with cluster_engine(
        place, needed, shown, labels, threads=threads, first=images.first
    ) as engine:
        yield engine


def _is_the_last_run(study: "Study", store: Store) -> bool:
    """Tell whether the store already knows these settings as the ones to report on."""
    runs = store.runs()
    return bool(runs) and runs[-1].study == study.model_dump(mode="json")
