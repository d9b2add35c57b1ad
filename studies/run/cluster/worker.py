"""Computation on a worker: some conditions, one chunk of the images, all models.

A model that ends its process is found by computing its cells one by one in a child process, with
which the worker exchanges pickles through pipes: a Dask worker may not have children of Python's
own multiprocessing.
"""

import contextlib
import functools
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO, Any

from studies.core.errors import StudyError
from studies.core.provenance import check_versions
from studies.run.cluster.payload import ImageChunk, PackedModels
from studies.run.engine import Computed, Failed, Job, LocalEngine, Predictor

_ONE_AT_A_TIME = threading.Lock()  # models share a process's threads, and some are not thread-safe
_CHILD = "from studies.run.cluster.worker import serve_parent; serve_parent()"


@dataclass(frozen=True, slots=True)
class TaskResult:
    """The cells of some jobs for one chunk of the images, and the models that ended their process.

    The seconds do not include the time to load models.
    """

    cells: tuple[Computed | Failed, ...]
    seconds: float
    crashing: frozenset[str] = frozenset()


class ProcessExitError(Exception):
    """A model ended, or tried to end, the process that it runs in."""


def compute(models: PackedModels, chunk: ImageChunk, jobs: Sequence[Job]) -> TaskResult:
    """Compute jobs on one chunk of the images.

    Raises
    ------
    StudyError
        When this worker has other versions, or a model cannot be loaded here.
    ProcessExitError
        When a model calls ``sys.exit`` and the like.
    """
    with _ONE_AT_A_TIME:
        predictors = _predictors(models, {name for job in jobs for name in job.cells})
        begun = time.perf_counter()
        # Nothing overlaps here: there is a worker for every processor.
        engine = LocalEngine(
            chunk.images, chunk.labels, predictors, first=chunk.first, overlap=False
        )
        try:
            cells = tuple(engine.run(jobs))
        except SystemExit as error:
            raise ProcessExitError(f"exit status {error.code}") from None
        return TaskResult(cells, time.perf_counter() - begun)


def compute_isolated(models: PackedModels, chunk: ImageChunk, jobs: Sequence[Job]) -> TaskResult:
    """Compute cells one by one in an isolated process, which is restarted after each crash.

    Parameters and errors are those of `compute`, but a model that ends the isolated process fails
    the cell that was being computed, and no other.
    """
    with _ONE_AT_A_TIME, contextlib.ExitStack() as stack:
        _check(models)
        begun = time.perf_counter()
        cells: list[Computed | Failed] = []
        crashing = set()
        isolated = _IsolatedProcess(models, chunk)
        stack.callback(isolated.end)
        for job in jobs:
            for model, key in job.cells.items():
                try:
                    cells.extend(isolated.compute(Job(job.condition, {model: key})).cells)
                except ProcessExitError as error:
                    crashing.add(model)
                    reason = f"the model ended its process: {error}"
                    cells.append(Failed(key, job.condition, model, reason))
        return TaskResult(tuple(cells), time.perf_counter() - begun, frozenset(crashing))


def _predictors(models: PackedModels, names: Iterable[str]) -> dict[str, Predictor]:
    """Return some of the models, each loaded once in a process."""
    _check(models)
    loaded = _loaded(models.token)
    for name in names:
        if name not in loaded:
            try:
                loaded[name] = models.by_name[name].load(models.image_shape, models.threads)
            except Exception as error:  # whatever an external model raises
                raise StudyError(f"worker {_address()}: {error}") from None
    return {name: loaded[name] for name in names}


def _check(models: PackedModels) -> None:
    """Compare the versions, once in a process."""
    if not _loaded(models.token):
        check_versions(models.versions, models.endings, _address())


@functools.lru_cache(maxsize=1)  # of the latest sweep alone: a worker may live for weeks
def _loaded(_token: str) -> dict[str, Predictor]:
    """Return the models that this process has loaded for a sweep, to be added to."""
    return {}


def _address() -> str:
    """Return the name of this process for messages."""
    from distributed import get_worker

    with contextlib.suppress(ValueError):  # in no worker
        return str(get_worker().address)
    return "in an isolated process"


class _IsolatedProcess:
    """The parent's side of an isolated process, which starts when a job needs it."""

    def __init__(self, models: PackedModels, chunk: ImageChunk) -> None:
        self._payload = models, chunk
        self._process: subprocess.Popen[bytes] | None = None

    def compute(self, job: Job) -> TaskResult:
        """Compute a job in the isolated process.

        Raises
        ------
        ProcessExitError
            When the process ended.
        StudyError
            As `compute`.
        """
        messages: list[object] = [job]
        if self._process is None:
            messages.insert(0, self._payload)
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-c", _CHILD],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            )
        process = self._process
        if process.stdin is None or process.stdout is None:  # cannot be; for the type checker
            raise AssertionError
        try:
            for message in messages:
                pickle.dump(message, process.stdin)
            process.stdin.flush()
            result: TaskResult | Exception = pickle.load(process.stdout)  # noqa: S301 - our child
        except (OSError, EOFError, pickle.UnpicklingError):
            raise ProcessExitError(_describe_exit(self.end())) from None
        if isinstance(result, Exception):
            raise result
        return result

    def end(self) -> int:
        """Let the process end, and return its exit status."""
        process, self._process = self._process, None
        if process is None:
            return 0
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):  # unread data in the pipe
                    stream.close()
        return process.wait()


def _describe_exit(status: int) -> str:
    if status < 0:
        with contextlib.suppress(ValueError):
            return f"signal {signal.Signals(-status).name}"
    return f"exit status {status}"


def serve_parent() -> None:
    """Compute the jobs that come through standard input: the child's side of `_IsolatedProcess`."""
    results = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a model prints must not get among the results
    received: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(sys.stdin.buffer, received), daemon=True).start()
    models, chunk = received.get()
    while True:
        result: TaskResult | Exception
        try:
            result = compute(models, chunk, [received.get()])
        except (StudyError, ProcessExitError) as error:
            result = error
        pickle.dump(result, results)
        results.flush()


def _receive(requests: IO[bytes], received: "queue.SimpleQueue[Any]") -> None:
    """Pass on requests, and end this process when the worker closes its end, or dies."""
    with contextlib.suppress(EOFError, OSError, pickle.UnpicklingError):
        while True:
            received.put(pickle.load(requests))  # noqa: S301 - from our parent
    os._exit(0)  # nobody waits for the job that is being computed
