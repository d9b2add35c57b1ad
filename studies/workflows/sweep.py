"""A whole study from question to report, in one results folder."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from models.stored_images import first_images
from studies.core import provenance
from studies.core.errors import StudyError
from studies.core.terminal import Observer
from studies.plan import ImageRange, Point, planned_keys
from studies.report.write import Outputs, write_outputs
from studies.results.adaptive import Accuracies, plan
from studies.run.engine import Engine, LocalEngine
from studies.run.models import Classifier, load_models, load_predictors
from studies.run.sweep import CellCounts, missing_jobs, sweep_in_rounds
from studies.store.store import EvaluationSet, Store, exclusive_lock

if TYPE_CHECKING:
    from models.data import Dataset
    from studies.config.study import Study
    from studies.run.cluster.connection import ClusterConfig


@dataclass(frozen=True, slots=True)
class StudyResult:
    """The result of a study: what became of its cells, and what was written."""

    cell_counts: CellCounts
    outputs: Outputs


def run_study(
    study: "Study",
    folder: Path,
    *,
    command: str,
    observer: Observer,
    cluster: "ClusterConfig | None" = None,
) -> StudyResult:
    """Train or load the models, compute the missing cells, and write the results.

    Parameters
    ----------
    study : Study
        What to find out.
    folder : Path
        The results folder; models and cells that are there already are used.
    command : str
        The command that repeats the study, for the provenance.
    observer : Observer
        Receives the progress.
    cluster : ClusterConfig, optional
        Computes the cells, in place of this process, which trains the models. It is no part of the
        study: cells are the same wherever they are computed.

    Raises
    ------
    StudyError, models.data.DataError, models.store.ModelError
        In one sentence; everything stored before stays.
    """
    if cluster is not None:
        cluster.check()
    with open_session(study, folder, command=command, observer=observer) as session:
        classifiers = session.load_models()
        counts = session.compute_missing(classifiers, cluster=cluster)
        observer.note("drawing the figures and writing the report")
        outputs = write_outputs(session.store, folder, images=session.data.test_images)
    return StudyResult(counts, outputs)


@dataclass(frozen=True, slots=True)
class Session:
    """A results folder that is locked and open for one study, with the data of the study.

    The command repeats the study, for the provenance; the observer receives the progress.
    """

    study: "Study"
    folder: Path
    data: "Dataset"
    store: Store
    command: str
    observer: Observer

    @property
    def threads(self) -> int:
        """Threads to train and predict with: as the study says, or one for each processor."""
        from models.backend import processors

        return self.study.threads or processors()

    def load_models(self) -> list[Classifier]:
        """Return the models of the study, training those that are not trained yet."""
        return load_models(
            self.study,
            self.data,
            self.folder / "models",
            self.store,
            self.observer,
            threads=self.threads,
        )

    def compute_missing(
        self,
        classifiers: Sequence[Classifier],
        points: Sequence[Point] | None = None,
        cluster: "ClusterConfig | None" = None,
    ) -> CellCounts:
        """Compute the cells of a plan that the store does not have.

        Predictors are started only for models with missing cells, so a finished study imports no
        machine-learning library. An adaptive sweep is planned again after each round.

        Parameters
        ----------
        classifiers : sequence of Classifier
            The models.
        points : sequence of Point, optional
            The plan; by default that of the study. These points are always recorded as a run; the
            study only where it differs from the last run, or has missing cells.
        cluster : ClusterConfig, optional
            Computes the cells, in place of this process.
        """
        study, store = self.study, self.store
        images = store.evaluation_set().images
        digests = {classifier.name: classifier.digest for classifier in classifiers}
        accuracies = Accuracies(store, digests)

        def replan() -> Sequence[Point]:
            return plan(study, accuracies) if points is None else points

        first = replan()
        planned = len(planned_keys(first, images, digests))
        jobs = missing_jobs(first, images, digests, store.finished_keys())
        counts = CellCounts(planned, 0, 0)
        if not jobs:
            self.observer.note(f"all {planned} cells are stored: nothing is left to compute")
            if points is None and self._is_last_run():
                return counts
        threads = self.threads if cluster is None else study.threads or 1
        run = store.begin_run(
            started=provenance.now(),
            command=self.command,
            study=study.model_dump(mode="json"),
            provenance=provenance.collect(threads),
        )
        if jobs:
            wanted = {name for job in jobs for name in job.cells}
            if study.tolerance is not None:  # a later round may need any model
                wanted = set(digests)
            needed = [classifier for classifier in classifiers if classifier.name in wanted]
            with self._engine(needed, threads, cluster) as engine:
                counts = sweep_in_rounds(
                    replan, engine, store, self.observer, run=run, digests=digests
                )
        store.finish_run(run, provenance.now())
        return counts

    @contextmanager
    def _engine(
        self, needed: Sequence[Classifier], threads: int, cluster: "ClusterConfig | None"
    ) -> Iterator[Engine]:
        """Load models here, or send them to workers."""
        images = self.store.evaluation_set().images
        shown = first_images(self.data.test_images, images.count)
        labels = self.data.test_labels[: images.count]
        if cluster is None:
            predictors = load_predictors(needed, self.data, threads=threads)
            yield LocalEngine(shown, labels, predictors, first=images.first)
            return
        from studies.run.cluster.engine import cluster_engine

        with cluster_engine(
            cluster, needed, shown, labels, threads=threads, first=images.first
        ) as engine:
            yield engine

    def _is_last_run(self) -> bool:
        """Return whether these settings are those of the last run, which reports refer to."""
        runs = self.store.runs()
        return bool(runs) and runs[-1].study == self.study.model_dump(mode="json")


@contextmanager
def open_session(
    study: "Study", folder: Path, *, command: str, observer: Observer, subfolder: str = ""
) -> Iterator[Session]:
    """Lock a results folder, load the data of a study, and bind a subfolder of cells to it.

    Raises
    ------
    StudyError, models.data.DataError
        When the folder is in use or holds other results, or the data cannot be read.
    """
    from models.data import load

    with exclusive_lock(folder), observer:
        data = load(study.data, on_progress=observer.note)
        evaluation_set = evaluation_set_of(study, data)
        (folder / subfolder).mkdir(exist_ok=True)
        with Store(folder / subfolder, create=True) as store:
            store.bind(evaluation_set)
            yield Session(study, folder, data, store, command, observer)


def evaluation_set_of(study: "Study", data: "Dataset") -> EvaluationSet:
    """Return the evaluation set of a results folder of this study on this data.

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
