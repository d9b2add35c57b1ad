"""The loop of a study: find the missing cells, compute them, store each at once."""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass

from studies.core.terminal import Observer
from studies.plan import ImageRange, Point, cell_key, conditions_in_order, planned_keys
from studies.run.engine import Engine, Failed, Job
from studies.stats import metrics
from studies.store.store import Failure, Store


@dataclass(frozen=True, slots=True)
class CellCounts:
    """The number of cells in the plan, and of those that were computed now, or failed now."""

    planned: int
    computed: int
    failed: int


def missing_jobs(
    points: Sequence[Point], images: ImageRange, digests: Mapping[str, str], stored: Set[str]
) -> list[Job]:
    """Return a job for each condition with a missing cell, in the order in which to compute them.

    Parameters
    ----------
    points : sequence of Point
        The plan.
    images : ImageRange
        The images of the study.
    digests : mapping of str to str
        Model name -> model digest. Models with one digest are one model: the first computes.
    stored : set of str
        Keys of the cells that need not be computed.
    """
    names: dict[str, str] = {}
    for name, digest in digests.items():
        names.setdefault(digest, name)
    jobs = []
    for condition in conditions_in_order(points):
        keys = {name: cell_key(condition, images, digest) for digest, name in names.items()}
        cells = {name: key for name, key in keys.items() if key not in stored}
        if cells:
            jobs.append(Job(condition, cells))
    return jobs


def sweep(
    jobs: Sequence[Job],
    engine: Engine,
    store: Store,
    observer: Observer,
    *,
    run: int,
    digests: Mapping[str, str],
    planned: int,
) -> CellCounts:
    """Compute jobs from `missing_jobs`, and store every cell as soon as it is known.

    Parameters
    ----------
    jobs : sequence of Job
        What to compute.
    engine : Engine
        Computes the jobs.
    store : Store
        Where cells and failures are stored, one transaction each.
    observer : Observer
        Receives the progress.
    run : int
        Number of this run in the store.
    digests : mapping of str to str
        Model name -> model digest.
    planned : int
        Number of cells in the whole plan, stored ones included.
    """
    observer.sweep_begins(sum(len(job.cells) for job in jobs), planned)
    computed = failed = 0
    for cell in engine.run(jobs):
        pipeline = cell.condition.pipeline
        if isinstance(cell, Failed):
            store.add_failure(Failure(cell.key, cell.condition, cell.model, cell.error), run=run)
            observer.cell_failed(cell.model, pipeline, cell.error)
            failed += 1
            continue
        store.add_cell(
            cell.key,
            cell.condition,
            digests[cell.model],
            run=run,
            seconds=cell.seconds,
            outcomes=cell.outcomes,
        )
        observer.cell_done(cell.model, pipeline, float(metrics.correct(cell.outcomes).mean()))
        computed += 1
    return CellCounts(planned, computed, failed)


def sweep_in_rounds(
    plan: Callable[[], Sequence[Point]],
    engine: Engine,
    store: Store,
    observer: Observer,
    *,
    run: int,
    digests: Mapping[str, str],
) -> CellCounts:
    """Compute the missing cells of a plan, plan again, and so on until no cell is missing.

    The plan returns the points that the stored cells determine. One that does not depend on results
    is done after one round. A cell that fails is not tried again in a later round.
    """
    images = store.evaluation_set().images
    tried: set[str] = set()
    computed = failed = 0
    while True:
        points = plan()
        planned = len(planned_keys(points, images, digests))
        jobs = missing_jobs(points, images, digests, store.finished_keys() | tried)
        if not jobs:
            return CellCounts(planned, computed, failed)
        counts = sweep(jobs, engine, store, observer, run=run, digests=digests, planned=planned)
        tried.update(key for job in jobs for key in job.cells.values())
        computed, failed = computed + counts.computed, failed + counts.failed
