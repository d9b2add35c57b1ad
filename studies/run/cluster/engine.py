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
from studies.run.cluster.connection import Place, connected, revive
from studies.run.cluster.payload import Supplies, pack_kit
from studies.run.cluster.schedule import Assembly, Schedule, Task
from studies.run.cluster.worker import Answer, ProcessEndedError, compute
from studies.run.engine import Computed, Failed, Job, describe

if TYPE_CHECKING:
    from distributed import Client, Future

    from models.stored_images import Images
    from studies.run.models import Classifier

WITHOUT_WORKERS = 60.0
"""Seconds without any worker after which a sweep gives up; workers that died come back sooner."""

_LOOK_AROUND = 2.0  # seconds between two looks at which workers there are
_TASKS_A_WORKER = 3  # one under way, one waiting there, one at the scheduler


class ClusterEngine:
    """Compute cells on the workers of a Dask cluster, with the bytes of `LocalEngine`.

    A worker that dies costs the time of what it was computing. A model that ends its process has
    its cells computed in processes of their own from then on, and those fail that end them.

    Parameters
    ----------
    client
        Connected to the cluster.
    supplies
        Models and images.
    """

    def __init__(self, client: "Client", supplies: Supplies) -> None:
        self._client = client
        self._supplies = supplies
        self._under_way: dict[object, tuple[Future[Answer], Task]] = {}  # by key
        self._ended: queue.SimpleQueue[Future[Answer]] = queue.SimpleQueue()
        self._handed_out = 0
        self._workers = 1
        self._looked, self._seen = 0.0, time.monotonic()

    def run(self, jobs: Sequence[Job]) -> Iterator[Computed | Failed]:
        """Yield every cell of the jobs once, as soon as it is known.

        Raises
        ------
        StudyError
            When the workers are not fit for the sweep, or all gone.
        """
        schedule = Schedule(jobs, self._supplies.pieces)
        assembly = Assembly(self._supplies.pieces)
        try:
            while self._filled_up(schedule):
                future, task = self._next_ended()
                for cell in self._cells(future, task, schedule):
                    whole = assembly.add(task.piece, cell)
                    if whole is not None:
                        yield whole
        finally:
            self._under_way.clear()  # the scheduler forgets what nobody waits for

    def _filled_up(self, schedule: Schedule) -> bool:
        """Keep every worker busy, and tell whether anything is under way."""
        self._look_around()
        while len(self._under_way) < _TASKS_A_WORKER * self._workers:
            task = schedule.next(self._workers)
            if task is None:
                break
            self._hand_out(task)
        return bool(self._under_way)

    def _hand_out(self, task: Task) -> None:
        self._handed_out += 1
        future = self._client.submit(
            compute,
            self._supplies.kit(),
            self._supplies.piece(task.piece),
            task.jobs,
            apart=task.apart,
            key=f"cells-{self._supplies.token}-{self._handed_out}",
            pure=False,
        )
        self._under_way[future.key] = future, task
        future.add_done_callback(self._ended.put)  # type: ignore[no-untyped-call]  # Dask's

    def _next_ended(self) -> "tuple[Future[Answer], Task]":
        """Wait for a task."""
        while True:
            try:
                return self._under_way.pop(self._ended.get(timeout=_LOOK_AROUND).key)
            except queue.Empty:
                self._look_around()

    def _cells(
        self, future: "Future[Answer]", task: Task, schedule: Schedule
    ) -> Sequence[Computed | Failed]:
        """Return what a task found out; where workers died of it, it is handed out again."""
        answer = self._answer(future)
        if answer is None:
            return schedule.worker_died(task)
        schedule.learn(task, answer)
        return answer.cells

    def _answer(self, future: "Future[Answer]") -> Answer | None:
        """Return the answer of a task that ended, None when workers died of it."""
        from distributed import KilledWorker

        while True:
            try:
                answer = future.result(timeout=_LOOK_AROUND)
            except TimeoutError:  # a worker died with the answer, and it is computed again
                self._look_around()
            except (KilledWorker, ProcessEndedError):
                return None
            except StudyError:
                raise
            except Exception as error:  # Dask's own, and what keeps our code from being loaded
                raise StudyError(
                    f"the workers cannot compute this ({describe(error)}); they need this "
                    "toolkit and its packages as they are installed here"
                ) from None
            else:
                return answer

    def _look_around(self) -> None:
        """Count the workers now and then.

        Raises
        ------
        StudyError
            When the scheduler is gone, or all workers are, for long.
        """
        now = time.monotonic()
        if now - self._looked < _LOOK_AROUND:
            return
        count = self._count()
        self._looked, self._workers = now, max(count, 1)
        revive(self._client)
        if count:
            self._seen = now
        elif now - self._seen > WITHOUT_WORKERS:
            raise StudyError(
                f"there has been no worker for {WITHOUT_WORKERS:.0f} seconds; what is computed is "
                "stored, and the same command goes on once there are workers"
            )

    def _count(self) -> int:
        try:
            if self._client.status == "running":
                return len(self._client.nthreads())  # type: ignore[no-untyped-call]  # Dask's
        except (OSError, RuntimeError):  # the connection broke while it was asked
            pass
        raise StudyError(
            "the connection to the scheduler is lost; what is computed is stored, and the same "
            "command goes on once it is there"
        )


@contextmanager
def cluster_engine(
    place: Place,
    classifiers: Sequence["Classifier"],
    images: "Images",
    labels: npt.NDArray[np.int64],
    *,
    threads: int,
    first: int,
) -> Iterator[ClusterEngine]:
    """Have workers at hand for some models and images.

    Parameters
    ----------
    place
        Where the workers are.
    classifiers
        The models.
    images, labels, first
        As for `Supplies`.
    threads
        Threads that a prediction uses, on every worker.

    Raises
    ------
    StudyError
        When no worker can be had.
    models.store.ModelError
        When a file of a model is missing.
    """
    height, width, channels = images.shape[1:]
    kit = pack_kit(classifiers, (height, width, channels), threads=threads, token=uuid4().hex)
    with connected(place) as client:
        yield ClusterEngine(client, Supplies(client, kit, images, labels, first=first))
