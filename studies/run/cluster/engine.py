"""Compute cells on the workers of a Dask cluster."""

import queue
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

import numpy as np
import numpy.typing as npt

from studies.core.errors import StudyError
from studies.run.cluster.connection import ClusterConfig, connect, restart_workers
from studies.run.cluster.payload import Payload, pack_models
from studies.run.cluster.schedule import CellAssembler, Schedule, Task
from studies.run.cluster.worker import ProcessExitError, TaskResult, compute, compute_isolated
from studies.run.engine import Computed, Failed, Job, describe

if TYPE_CHECKING:
    from distributed import Client, Future

    from models.stored_images import Images
    from studies.run.models import Classifier

NO_WORKER_TIMEOUT = 60.0
"""Seconds without any worker after which a sweep ends; workers that died are back sooner."""

_POLL_SECONDS = 2.0  # between two counts of the workers
_TASKS_PER_WORKER = 3  # one that runs, one that waits there, one at the scheduler


class ClusterEngine:
    """Compute cells on the workers of a Dask cluster, with the bytes of `LocalEngine`.

    The death of a worker costs the time of what it was computing. After a model has ended its
    process, its cells are computed in isolated processes, and those that end them fail.
    """

    def __init__(self, client: "Client", payload: Payload) -> None:
        self._client = client
        self._payload = payload
        self._running: dict[object, tuple[Future[TaskResult], Task]] = {}  # by key
        self._done: queue.SimpleQueue[Future[TaskResult]] = queue.SimpleQueue()
        self._submitted = 0
        self._workers = 1
        self._last_count, self._last_worker = 0.0, time.monotonic()

    def run(self, jobs: Sequence[Job]) -> Iterator[Computed | Failed]:
        """Yield every cell of the jobs once, as soon as it is known.

        Raises
        ------
        StudyError
            When the workers cannot compute the sweep, or all are gone.
        """
        schedule = Schedule(jobs, self._payload.chunks)
        assembler = CellAssembler(self._payload.chunks)
        try:
            while self._fill_up(schedule):
                future, task = self._next_done()
                for cell in self._cells(future, task, schedule):
                    complete = assembler.add(task.chunk, cell)
                    if complete is not None:
                        yield complete
        finally:
            self._running.clear()  # the scheduler forgets tasks without a future

    def _fill_up(self, schedule: Schedule) -> bool:
        """Submit tasks so that every worker is busy, and return whether any task is running."""
        self._count_workers()
        while len(self._running) < _TASKS_PER_WORKER * self._workers:
            task = schedule.next(self._workers)
            if task is None:
                break
            self._submit(task)
        return bool(self._running)

    def _submit(self, task: Task) -> None:
        self._submitted += 1
        future = self._client.submit(
            compute_isolated if task.isolated else compute,
            self._payload.models(),
            self._payload.chunk(task.chunk),
            task.jobs,
            key=f"cells-{self._payload.token}-{self._submitted}",
            pure=False,
        )
        self._running[future.key] = future, task
        future.add_done_callback(self._done.put)  # type: ignore[no-untyped-call]  # Dask's

    def _next_done(self) -> "tuple[Future[TaskResult], Task]":
        """Wait for a task."""
        while True:
            try:
                return self._running.pop(self._done.get(timeout=_POLL_SECONDS).key)
            except queue.Empty:
                self._count_workers()

    def _cells(
        self, future: "Future[TaskResult]", task: Task, schedule: Schedule
    ) -> Sequence[Computed | Failed]:
        """Return the cells of a task; none where workers died of it and it is submitted again."""
        from distributed import KilledWorker

        while True:
            try:
                result = future.result(timeout=_POLL_SECONDS)
            except TimeoutError:  # a worker died with the result, which is computed again
                self._count_workers()
            except (KilledWorker, ProcessExitError):
                return schedule.worker_died(task)
            except StudyError:
                raise
            except Exception as error:  # Dask's own, and what keeps our code from being loaded
                raise StudyError(
                    f"the workers cannot compute this ({describe(error)}); they need this "
                    "toolkit and its packages as they are installed here"
                ) from None
            else:
                schedule.learn(task, result)
                return result.cells

    def _count_workers(self) -> None:
        """Count the workers now and then.

        Raises
        ------
        StudyError
            When the scheduler is gone, or there has been no worker for `NO_WORKER_TIMEOUT`.
        """
        now = time.monotonic()
        if now - self._last_count < _POLL_SECONDS:
            return
        count = self._worker_count()
        self._last_count, self._workers = now, max(count, 1)
        restart_workers(self._client)
        if count:
            self._last_worker = now
        elif now - self._last_worker > NO_WORKER_TIMEOUT:
            raise StudyError(
                f"there has been no worker for {NO_WORKER_TIMEOUT:.0f} seconds; finished cells are "
                "stored, and the same command resumes once there are workers"
            )

    def _worker_count(self) -> int:
        try:
            if self._client.status == "running":
                return len(self._client.nthreads())  # type: ignore[no-untyped-call]  # Dask's
        except (OSError, RuntimeError):  # the connection broke during the call
            pass
        raise StudyError(
            "the connection to the scheduler is lost; finished cells are stored, and the same "
            "command resumes once it is back"
        )


@contextmanager
def cluster_engine(
    config: ClusterConfig,
    classifiers: Sequence["Classifier"],
    images: "Images",
    labels: npt.NDArray[np.int64],
    *,
    threads: int,
    first: int,
) -> Iterator[ClusterEngine]:
    """Provide an engine for some models and images; its cluster lives as long as the context.

    Raises
    ------
    StudyError, models.store.ModelError
        When there can be no workers, or a file of a model is missing.
    """
    height, width, channels = images.shape[1:]
    models = pack_models(classifiers, (height, width, channels), threads=threads, token=uuid4().hex)
    with connect(config) as client:
        yield ClusterEngine(client, Payload(client, models, images, labels, first=first))
