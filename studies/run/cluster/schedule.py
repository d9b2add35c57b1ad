"""Which cells a worker computes together, and what becomes of those that end its process."""

import math
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from studies.run.cluster.worker import TaskResult
from studies.run.engine import Computed, Failed, Job
from studies.stats.predictions import join

TASK_SECONDS = 0.4
"""Duration that a task should have at least: submitting one and fetching its result costs 5 ms."""

MAX_WORKER_DEATHS = 3
"""Workers that may die under cells that are computed in isolation, before the cells fail."""


@dataclass(frozen=True, slots=True)
class Task:
    """Some jobs on one chunk of the images, for one worker."""

    jobs: tuple[Job, ...]
    chunk: int
    isolated: bool = False
    deaths: int = 0


class Schedule:
    """The tasks that are still to be submitted: jobs, in their order, on each chunk of images."""

    def __init__(self, jobs: Sequence[Job], chunks: int) -> None:
        self._jobs = deque(jobs)
        self._chunks = chunks
        self._ready: deque[Task] = deque()
        self._crashing: frozenset[str] = frozenset()
        self._seconds_per_job: float | None = None

    def next(self, workers: int) -> Task | None:
        """Return the next task, given the number of workers, or None when all are submitted."""
        if not self._ready:
            jobs = [self._jobs.popleft() for _ in range(self._task_size(workers))]
            for isolated, part in self._split(jobs):
                self._ready.extend(Task(part, chunk, isolated) for chunk in range(self._chunks))
        return self._ready.popleft() if self._ready else None

    def learn(self, task: Task, result: TaskResult) -> None:
        """Take note of the duration of a task, and of the models that ended their process."""
        self._crashing |= result.crashing
        if not task.isolated:
            seconds = result.seconds / len(task.jobs)
            before = seconds if self._seconds_per_job is None else self._seconds_per_job
            self._seconds_per_job = 0.7 * before + 0.3 * seconds

    def worker_died(self, task: Task) -> list[Failed]:
        """Schedule a task again in isolation; after too many deaths, return its cells as failed."""
        if task.isolated and task.deaths + 1 >= MAX_WORKER_DEATHS:
            reason = f"{MAX_WORKER_DEATHS} workers died while this was computed"
            return [
                Failed(key, job.condition, model, reason)
                for job in task.jobs
                for model, key in job.cells.items()
            ]
        deaths = task.deaths + 1 if task.isolated else 0
        self._ready.appendleft(replace(task, isolated=True, deaths=deaths))
        return []

    def _task_size(self, workers: int) -> int:
        """Return how many of the next jobs form a task: few, so that all workers end together."""
        if self._seconds_per_job is None:
            return min(1, len(self._jobs))
        wanted = math.ceil(TASK_SECONDS / max(self._seconds_per_job, 1e-6))
        fair = math.ceil(len(self._jobs) / (3 * workers))
        return min(wanted, fair)

    def _split(self, jobs: Sequence[Job]) -> Iterator[tuple[bool, tuple[Job, ...]]]:
        """Separate the models that have ended their process from the others."""
        for isolated in (False, True):
            part = []
            for job in jobs:
                models = [model for model in job.cells if (model in self._crashing) == isolated]
                if models:
                    part.append(Job(job.condition, {model: job.cells[model] for model in models}))
            if part:
                yield isolated, tuple(part)


class CellAssembler:
    """Joins cells that arrive chunk by chunk."""

    def __init__(self, chunks: int) -> None:
        self._chunks = chunks
        self._parts: dict[str, dict[int, Computed | Failed]] = {}

    def add(self, chunk: int, cell: Computed | Failed) -> Computed | Failed | None:
        """Return a cell when this was its last chunk; it failed where any chunk of it did."""
        parts = self._parts.setdefault(cell.key, {})
        parts[chunk] = cell
        if len(parts) < self._chunks:
            return None
        complete = [part for _, part in sorted(self._parts.pop(cell.key).items())]
        computed = [part for part in complete if isinstance(part, Computed)]
        if len(computed) < len(complete):
            return next(part for part in complete if isinstance(part, Failed))
        return Computed(
            key=cell.key,
            condition=cell.condition,
            model=cell.model,
            outcomes=join([part.outcomes for part in computed]),
            seconds=sum(part.seconds for part in computed),
        )
