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
from studies.core.progress import Observer
from studies.core.provenance import command_line
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
    step : {"idle", "running", "stopping", "done", "stopped", "failed"}
        Where the sweep stands.
    name : str
        Name of the study and of its folder.
    folder : Path or None
        The results folder; None before the first sweep.
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
        self._status = SweepStatus()
        self._process: SpawnProcess | None = None
        self._connection: Connection | None = None

    @property
    def status(self) -> SweepStatus:
        """Progress of the last sweep."""
        return self._status

    def start(self, study: Study, folder: Path) -> None:
        """Start a sweep and write its study file to the folder.

        Raises
        ------
        StudyError
            When another sweep runs, or the folder has other contents or cannot be written.
        """
        with self._lock:
            if self._status.busy:
                raise StudyError(
                    f"the sweep {self._status.name} is running; wait for it, or cancel it first"
                )
            file = write_study_file(study, folder)
            text = "Starting, which takes a few seconds"
            self._status = SweepStatus("running", study.name, folder, text=text)
            self._start(study, command_line(["sweep", str(file), "--out", str(folder)]))

    def cancel(self) -> None:
        """Stop the sweep after the current cell; the stored cells remain."""
        with self._lock:
            if self._status.step != "running" or self._process is None or self._connection is None:
                return
            self._status = replace(self._status, step="stopping", text="stopping")
            with suppress(OSError):  # the process has just ended
                self._connection.send("stop")
            timer = threading.Timer(STOP_TIMEOUT, self._process.terminate)
        timer.daemon = True
        timer.start()

    def _start(self, study: Study, command: str) -> None:
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        arguments = (study.model_dump(mode="json"), command, self._status, there)
        process = context.Process(target=run_sweep, args=arguments, daemon=True)
        process.start()
        there.close()  # only the process holds the other end, so receiving ends with the process
        self._process, self._connection = process, here
        threading.Thread(target=self._receive, args=(here, process), daemon=True).start()

    def _receive(self, connection: Connection, process: "SpawnProcess") -> None:
        with connection:
            while True:
                try:
                    status: SweepStatus = connection.recv()
                except (EOFError, OSError):
                    break
                with self._lock:
                    stopping = self._status.step == "stopping" and status.busy
                    self._status = replace(status, step="stopping") if stopping else status
        process.join()
        with self._lock:
            current = self._process is process  # or another sweep was started meanwhile
            if current and self._status.step == "stopping":
                self._status = replace(self._status, step="stopped", text="")
            elif current and self._status.step == "running":
                text = f"its process ended with status {process.exitcode}"
                self._status = replace(self._status, step="failed", text=text)


@cache
def shared_process(root: Path) -> SweepProcess:
    """Return the one process of this server for the sweeps in a folder."""
    del root
    return SweepProcess()


def run_sweep(
    settings: Mapping[str, Any], command: str, status: SweepStatus, connection: Connection
) -> None:
    """Run a study in this process and send each change of its status.

    Parameters
    ----------
    settings : mapping of str to object
        Of the study, validated.
    command : str
        The command that repeats the sweep.
    status : SweepStatus
        The status at the start, with the results folder.
    connection : Connection
        Takes the statuses; the sweep stops when anything arrives or the other end is closed.
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
