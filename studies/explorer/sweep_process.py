"""A sweep that runs in a process of its own, with a status that every page may read.

It is a process because TensorFlow fixes its threads and its determinism once for each process, and
because the pages must respond while a sweep computes. The process imports this module, which
therefore does not import NiceGUI. However the process ends, the stored cells remain.
"""

import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from models.errors import UserError
from studies.config.study import Study
from studies.core.errors import StudyError
from studies.core.provenance import command_line
from studies.core.terminal import Observer
from studies.explorer.study import write_study_file

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

STOP_TIMEOUT = 10.0
"""Seconds after which a process that was asked to stop is terminated."""


@dataclass(frozen=True, slots=True)
class SweepStatus:
    """Progress of the last sweep.

    Attributes
    ----------
    folder : Path or None
        The results folder, with the name of the study; None before the first sweep.
    done, planned : int
        Number of stored cells and of all cells; 0 of 0 until the models are loaded.
    text : str
        What is being done, the last cell, or the error.
    """

    step: Literal["idle", "running", "stopping", "done", "stopped", "failed"] = "idle"
    name: str = ""
    folder: Path | None = None
    done: int = 0
    planned: int = 0
    text: str = ""

    @property
    def busy(self) -> bool:
        """Whether the sweep runs."""
        return self.step in {"running", "stopping"}

    @property
    def fraction(self) -> float:
        """Fraction of the cells that are stored."""
        return self.done / self.planned if self.planned else 0.0


class SweepProcess:
    """Runs one sweep at a time; every method may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.status = SweepStatus()  # of the last sweep
        self._process: SpawnProcess | None = None
        self._connection: Connection | None = None

    def start(self, study: Study, folder: Path) -> None:
        """Start a sweep; raise StudyError when one runs or its study file cannot be written."""
        with self._lock:
            if self.status.busy:
                raise StudyError(
                    f"the sweep {self.status.name} is running; wait for it, or cancel it first"
                )
            file = write_study_file(study, folder)
            text = "Starting, which takes a few seconds"
            self.status = SweepStatus("running", study.name, folder, text=text)
            context = multiprocessing.get_context("spawn")
            self._connection, there = context.Pipe()
            command = command_line(["sweep", str(file), "--out", str(folder)])
            arguments = (study.model_dump(mode="json"), command, self.status, there)
            self._process = context.Process(target=run_sweep, args=arguments, daemon=True)
            self._process.start()
            there.close()  # the process alone holds the other end, so receiving ends with it
            ends = (self._connection, self._process)
            threading.Thread(target=self._receive, args=ends, daemon=True).start()

    def cancel(self) -> None:
        """Stop the sweep after the current cell; the stored cells remain."""
        with self._lock:
            if self.status.step != "running" or self._process is None or self._connection is None:
                return
            self.status = replace(self.status, step="stopping", text="stopping")
            with suppress(OSError):  # the process has just ended
                self._connection.send("stop")
            timer = threading.Timer(STOP_TIMEOUT, self._process.terminate)
        timer.daemon = True
        timer.start()

    def _receive(self, connection: Connection, process: "SpawnProcess") -> None:
        with connection:
            while True:
                try:
                    status: SweepStatus = connection.recv()
                except (EOFError, OSError):
                    break
                with self._lock:
                    stopping = self.status.step == "stopping" and status.busy
                    self.status = replace(status, step="stopping") if stopping else status
        process.join()
        with self._lock:
            current = self._process is process  # or another sweep was started meanwhile
            if current and self.status.step == "stopping":
                self.status = replace(self.status, step="stopped", text="")
            elif current and self.status.step == "running":
                text = f"its process ended with status {process.exitcode}"
                self.status = replace(self.status, step="failed", text=text)


@cache
def shared_process(root: Path) -> SweepProcess:
    """Return the one process of this server for the sweeps in a folder."""
    del root
    return SweepProcess()


def run_sweep(
    settings: Mapping[str, Any], command: str, status: SweepStatus, connection: Connection
) -> None:
    """Run the study of validated settings in this process and send each change of its status.

    The sweep stops when anything arrives on the connection or its other end is closed.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the server, and that this process
    if hasattr(os, "nice"):
        os.nice(5)  # the pages have priority
    observer = StatusObserver(connection, status)
    with suppress(BrokenPipeError):  # the server has ended
        connection.send(_run(settings, command, observer))


def _run(settings: Mapping[str, Any], command: str, observer: "StatusObserver") -> SweepStatus:
    """Run a study and return its last status."""
    from studies.run.engine import describe
    from studies.workflows.sweep import run_study

    folder = observer.status.folder or Path()
    try:
        study = Study.model_validate(settings)
        ending = run_study(study, folder, command=command, observer=observer)
    except KeyboardInterrupt:
        return replace(observer.status, step="stopped", text="")
    except (StudyError, UserError, OSError) as error:
        return replace(observer.status, step="failed", text=str(error))
    except Exception as error:  # one line for the page, the whole for the server's terminal
        logging.getLogger(__name__).exception("the sweep in %s failed", folder)
        return replace(observer.status, step="failed", text=describe(error))
    missing = ending.outputs.missing
    text = f"{missing} of {observer.status.planned} cells failed" if missing else ""
    return replace(observer.status, step="done", text=text)


class StatusObserver(Observer):
    """Sends the status of a sweep to the server, and stops the sweep when that asks for it."""

    def __init__(self, connection: Connection, status: SweepStatus) -> None:
        self._connection = connection
        self.status = status

    def _update(self, **changes: Any) -> None:
        self.status = replace(self.status, **changes)
        try:
            self._connection.send(self.status)
        except BrokenPipeError:  # the server has ended
            raise KeyboardInterrupt from None
        if self._connection.poll():
            raise KeyboardInterrupt  # as on a terminal: the sweep can be resumed

    def note(self, text: str) -> None:
        """Send a note."""
        self._update(text=text)

    def epoch_done(self, model: str, epoch: int, epochs: int, accuracy: float) -> None:
        """Send that an epoch of training is done."""
        del accuracy
        self._update(text=f"training {model}: epoch {epoch} of {epochs}")

    def sweep_begins(self, missing: int, planned: int) -> None:
        """Send how many cells are stored and planned."""
        self._update(done=planned - missing, planned=planned)

    def cell_done(self, model: str, pipeline: str, accuracy: float) -> None:
        """Send that a cell is stored."""
        text = f"{model}: {100 * accuracy:.1f} % under {pipeline}"
        self._update(done=self.status.done + 1, text=text)

    def cell_failed(self, model: str, pipeline: str, error: str) -> None:
        """Send that a cell failed."""
        self._update(text=f"{model} failed under {pipeline}: {error}")
