"""Cells in a process of their own, on a worker: what ends that process fails one cell alone.

The process is ``python -m studies.run.cluster.isolated_process``, spoken to through pipes; a Dask
worker may not have children of Python's own multiprocessing.
"""

import contextlib
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from types import TracebackType
from typing import IO, Any, Self

from studies.core.errors import StudyError
from studies.run.cluster.payload import Kit, Piece
from studies.run.cluster.worker import Answer, ProcessEndedError, compute
from studies.run.engine import Computed, Failed, Job


def compute_apart(kit: Kit, piece: Piece, jobs: Sequence[Job]) -> Answer:
    """Compute cells one by one in another process, which is started anew where a cell ends it.

    Raises
    ------
    StudyError
        When the other process is not fit for the sweep.
    """
    begun = time.perf_counter()
    cells: list[Computed | Failed] = []
    deadly = set()
    with _OtherProcess(kit, piece) as other:
        for job in jobs:
            for model, key in job.cells.items():
                try:
                    cells.extend(other.ask(Job(job.condition, {model: key})).cells)
                except ProcessEndedError as error:
                    deadly.add(model)
                    cells.append(
                        Failed(key, job.condition, model, f"the model ended its process: {error}")
                    )
    return Answer(tuple(cells), time.perf_counter() - begun, frozenset(deadly))


class _OtherProcess:
    """The other process; it starts when it is first asked, and after each of its deaths."""

    def __init__(self, kit: Kit, piece: Piece) -> None:
        self._equipment = kit, piece
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def ask(self, job: Job) -> Answer:
        """Return the answer to a job.

        Raises
        ------
        ProcessEndedError
            When the process ended over it.
        StudyError
            When it is not fit for the sweep.
        """
        messages: list[object] = [job]
        if self._process is None:
            self._process = _started()
            messages.insert(0, self._equipment)
        process = self._process
        if process.stdin is None or process.stdout is None:  # cannot be; tells the type checker so
            raise AssertionError
        try:
            for message in messages:
                pickle.dump(message, process.stdin)
            process.stdin.flush()
            answer: Answer | Exception = pickle.load(process.stdout)  # noqa: S301 - from our child
        except (OSError, EOFError, pickle.UnpicklingError):
            raise ProcessEndedError(_how_it_ended(self._end())) from None
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _end(self) -> int:
        """Let the process end, and return its exit status."""
        process, self._process = self._process, None
        if process is None:
            return 0
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):  # what is still in the pipe, nobody reads
                    stream.close()
        return process.wait()


def _started() -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "studies.run.cluster.isolated_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
    )


def _how_it_ended(status: int) -> str:
    """Return what a process died of."""
    if status < 0:
        with contextlib.suppress(ValueError):
            return f"signal {signal.Signals(-status).name}"
    return f"exit status {status}"


def answer_requests() -> None:
    """Read the equipment and then jobs from standard input, and write the answers."""
    requests = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a model prints must not get among the answers
    received: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(requests, received), daemon=True).start()
    kit, piece = received.get()
    while True:
        job = received.get()
        answer: Answer | Exception
        try:
            answer = compute(kit, piece, [job], apart=False)
        except (StudyError, ProcessEndedError) as error:
            answer = error
        pickle.dump(answer, answers)
        answers.flush()


def _receive(requests: IO[bytes], received: "queue.SimpleQueue[Any]") -> None:
    """Pass on what comes, and end this process when the worker closes its end, or dies."""
    with contextlib.suppress(EOFError, OSError, pickle.UnpicklingError):
        while True:
            received.put(pickle.load(requests))  # noqa: S301 - from our parent
    os._exit(0)  # whatever is being computed, nobody waits for it


if __name__ == "__main__":
    answer_requests()
