"""A whole diagnosis, from models and data to its page."""

from pathlib import Path
from typing import TYPE_CHECKING

from studies.core import provenance
from studies.core.progress import Observer
from studies.plan import Point
from studies.report.diagnosis.outputs import Diagnosis, folder_name, write_diagnosis
from studies.report.html import ReportContext
from studies.results.sweep_results import SweepResults
from studies.run.diagnosis import compute_answers, conditions_to_look_at, read_history, read_views
from studies.run.models import Classifier, load_models
from studies.store.lock import exclusive_lock
from studies.store.store import Store
from studies.workflows.sweep import evaluation_set_of

if TYPE_CHECKING:
    from studies.config.study import Study
    from studies.run.diagnosis import Looked


def diagnose(
    study: "Study", spec: str | None, folder: Path, *, command: str, observer: Observer
) -> Diagnosis:
    """Train or load the models, have them answer, and write the diagnosis.

    Parameters
    ----------
    study
        Names data and models; its first seed is that of the corruption.
    spec
        The corruption to look at beside the clean images, or None.
    folder
        A results folder, as of a sweep: its trained models are used. The answers are kept in its
        ``diagnosis/``, and each condition has a folder there.
    command
        What to type to repeat this, for the provenance.
    observer
        Who is told how it goes on.

    Raises
    ------
    StudyError, models.data.DataError, models.store.ModelError
        In one sentence; everything stored before stays.
    """
    from models.backend import processors
    from models.data import load

    seed = study.seeds[0]
    looked = conditions_to_look_at(spec, seed)
    kept = folder / "diagnosis"
    with exclusive_lock(folder):
        data = load(study.data)
        kept.mkdir(exist_ok=True)
        threads = study.threads or processors()
        with Store(kept, create=True) as store, observer:
            store.bind(evaluation_set_of(study, data))
            classifiers = load_models(
                study, data, folder / "models", store, observer, threads=threads
            )
            run = store.begin_run(
                started=provenance.now(),
                command=command,
                study=study.model_dump(mode="json"),
                provenance=provenance.gather(threads),
            )
            compute_answers(looked, data, classifiers, store, observer, run=run, threads=threads)
            store.finish_run(run, provenance.now())
            views = read_views(looked, data, classifiers, store)
            histories = [
                read_history(item.name, item.path, item.digest)
                for item in classifiers
                if item.name in views[0].outcomes
            ]
            last = looked[-1]
            where = folder_name(None if spec is None else last.title, last.condition.seed)
            context = _context(looked, classifiers, store)
            return write_diagnosis(
                kept / where, context, views, histories, data, observer, seed=seed
            )


def _context(looked: "list[Looked]", classifiers: list[Classifier], store: Store) -> ReportContext:
    """Return what a report says of its study."""
    digests = {classifier.name: classifier.digest for classifier in classifiers}
    points = [Point(item.title, n, n, item.conditions) for n, item in enumerate(looked)]
    return ReportContext.of(SweepResults(store, points, digests))
