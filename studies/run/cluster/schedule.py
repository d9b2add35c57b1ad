"""Which cells go to a worker together, and what becomes of those that end their process."""

import math
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from studies.run.cluster.worker import Answer
from studies.run.engine import Computed, Failed, Job
from studies.stats.predictions import join

TASK_SECONDS = 0.4
"""What a task should take at least: handing one out and fetching its answer costs some 5 ms."""

MOST_DEATHS = 3
"""Workers that may die under cells that are computed apart, before they count as failed."""


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker is given at once: some jobs on one piece of the images."""

    jobs: tuple[Job, ...]
    piece: int
    apart: bool = False
    deaths: int = 0


class Schedule:
    """What is still to be handed out, in the order of the jobs.

    Parameters
    ----------
    jobs
        What to compute.
    pieces
        Into how many pieces the images are cut.
    """

    def __init__(self, jobs: Sequence[Job], pieces: int) -> None:
        self._jobs = deque(jobs)
        self._pieces = pieces
        self._ready: deque[Task] = deque()
        self._deadly: frozenset[str] = frozenset()
        self._seconds_a_job: float | None = None

    def next(self, workers: int) -> Task | None:
        """Return the next task for one of so many workers, or None if all is handed out."""
        if not self._ready:
            jobs = [self._jobs.popleft() for _ in range(self._together(workers))]
            for apart, part in self._parted(jobs):
                self._ready.extend(Task(part, piece, apart) for piece in range(self._pieces))
        return self._ready.popleft() if self._ready else None

    def learn(self, task: Task, answer: Answer) -> None:
        """Take note of how long a task took, and of the models that ended their process."""
        self._deadly |= answer.deadly
        if not task.apart:
            seconds = answer.seconds / len(task.jobs)
            before = seconds if self._seconds_a_job is None else self._seconds_a_job
            self._seconds_a_job = 0.7 * before + 0.3 * seconds

    def worker_died(self, task: Task) -> list[Failed]:
        """Have the cells of a task computed apart, and give them up where that was done often."""
        if task.apart and task.deaths + 1 >= MOST_DEATHS:
            reason = f"{MOST_DEATHS} workers died while this was computed"
            return [
                Failed(key, job.condition, model, reason)
                for job in task.jobs
                for model, key in job.cells.items()
            ]
        deaths = task.deaths + 1 if task.apart else 0
        self._ready.appendleft(replace(task, apart=True, deaths=deaths))
        return []

    def _together(self, workers: int) -> int:
        """Return how many of the next jobs make a task: few, so that all workers end together."""
        if self._seconds_a_job is None:
            return min(1, len(self._jobs))
        wanted = math.ceil(TASK_SECONDS / max(self._seconds_a_job, 1e-6))
        fair = math.ceil(len(self._jobs) / (3 * workers))
        return min(wanted, fair)

    def _parted(self, jobs: Sequence[Job]) -> Iterator[tuple[bool, tuple[Job, ...]]]:
        """Set the models that ended their process once apart from the others."""
        for apart in (False, True):
            part = tuple(
                Job(job.condition, cells)
                for job in jobs
                if (cells := {m: k for m, k in job.cells.items() if (m in self._deadly) == apart})
            )
            if part:
                yield apart, part


class Assembly:
    """Puts cells together whose pieces come one by one.

    Parameters
    ----------
    pieces
        Into how many pieces the images are cut.
    """

    def __init__(self, pieces: int) -> None:
        self._pieces = pieces
        self._parts: dict[str, dict[int, Computed | Failed]] = {}

    def add(self, piece: int, cell: Computed | Failed) -> Computed | Failed | None:
        """Return a cell when this was its last piece; it failed where any piece of it did."""
        parts = self._parts.setdefault(cell.key, {})
        parts[piece] = cell
        if len(parts) < self._pieces:
            return None
        whole = [part for _, part in sorted(self._parts.pop(cell.key).items())]
        computed = [part for part in whole if isinstance(part, Computed)]
        if len(computed) < len(whole):
            return next(part for part in whole if isinstance(part, Failed))
        return Computed(
            key=cell.key,
            condition=cell.condition,
            model=cell.model,
            outcomes=join([part.outcomes for part in computed]),
            seconds=sum(part.seconds for part in computed),
        )
