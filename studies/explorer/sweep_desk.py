"""Sweeps started from the page: one at a time, with progress that any visitor may look at."""

import json
import multiprocessing
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from studies.core.errors import StudyError
from studies.core.files import write_whole
from studies.core.provenance import command_line
from studies.explorer.sweep_worker import work

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

    from studies.config.study import Study

PATIENCE = 10.0
"""Seconds until a sweep that was told to stop, and has not answered, is ended all the same."""

Step = Literal["idle", "working", "stopping", "done", "stopped", "failed"]


@dataclass(frozen=True, slots=True)
class SweepState:
    """How the last sweep goes, or went.

    Attributes
    ----------
    step
        Where it is.
    name
        Name of the study, which is that of its folder, too.
    folder
        The results folder; None before the first sweep.
    done, planned
        Cells that are stored, and all cells; 0 of 0 until the models are there.
    text
        What is being done, what was seen last, or what went wrong.
    """

    step: Step = "idle"
    name: str = ""
    folder: Path | None = None
    done: int = 0
    planned: int = 0
    text: str = ""

    @property
    def busy(self) -> bool:
        """Whether it runs."""
        return self.step in {"working", "stopping"}

    @property
    def fraction(self) -> float:
        """The part of the cells that is done."""
        return self.done / self.planned if self.planned else 0.0


class SweepDesk:
    """Where sweeps are started, watched and stopped; every method may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state = SweepState()
        self._process: SpawnProcess | None = None
        self._worker: Connection | None = None  # the other end of what is heard

    @property
    def state(self) -> SweepState:
        """How the last sweep goes, or went."""
        return self._state

    def start(self, study: "Study", folder: Path) -> None:
        """Begin a sweep in a process of its own; its settings go into the folder as a study file.

        Raises
        ------
        StudyError
            When another one is at work, the folder holds something else than an earlier part of
            this sweep, or it cannot be written.
        """
        with self._lock:
            if self._state.busy:
                raise StudyError(
                    f"the sweep {self._state.name} is at work; wait for it, or cancel it first"
                )
            file = _claimed(folder, to_toml(study))
            self._state = SweepState(
                "working", study.name, folder, text="Starting, which takes a few seconds"
            )
            self._begin(study, folder, command_line(["sweep", str(file), "--out", str(folder)]))

    def cancel(self) -> None:
        """Let the sweep stop after the cell at hand; what is stored stays."""
        with self._lock:
            if self._state.step != "working" or self._process is None or self._worker is None:
                return
            self._state = replace(self._state, step="stopping", text="stopping")
            with suppress(OSError):  # it ended just now
                self._worker.send("stop")
            timer = threading.Timer(PATIENCE, self._process.terminate)
        timer.daemon = True
        timer.start()

    def _begin(self, study: "Study", folder: Path, command: str) -> None:
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        settings = study.model_dump(mode="json")
        process = context.Process(target=work, args=(settings, folder, command, there), daemon=True)
        process.start()
        there.close()  # the other end is the process's alone, so its death ends the listening
        self._process, self._worker = process, here
        threading.Thread(
            target=self._listen, args=(here, process), name="sweep", daemon=True
        ).start()

    def _listen(self, heard: Connection, process: "SpawnProcess") -> None:
        with heard:
            while True:
                try:
                    message = heard.recv()
                except (EOFError, OSError):
                    break
                with self._lock:
                    self._state = after(self._state, message)
        process.join()
        with self._lock:
            if self._process is not process:  # its last word was heard, and another one runs
                return
            if self._state.step == "stopping":
                self._state = after(self._state, ("stopped",))
            elif self._state.step == "working":
                ended = f"its process ended with status {process.exitcode}"
                self._state = after(self._state, ("failed", ended))


def _claimed(folder: Path, settings: str) -> Path:
    """Write the study file of a new sweep, or find that of this one begun before."""
    file = folder / "study.toml"
    try:
        begun = file.is_file() and file.read_text(encoding="utf-8") == settings
        if folder.is_dir() and any(folder.iterdir()) and not begun:
            raise StudyError(f"{folder} holds something else already; choose another name")
        return write_whole(file, settings.encode())
    except OSError as error:
        raise StudyError(f"{folder} cannot be written: {error.strerror}") from None


def after(state: SweepState, message: tuple[Any, ...]) -> SweepState:
    """Return the state after a message of `studies.explorer.sweep_worker.work`."""
    changes: dict[str, Any]
    match message:
        case ("note", text):
            changes = {"text": text}
        case ("epoch", model, epoch, epochs):
            changes = {"text": f"training {model}: epoch {epoch} of {epochs}"}
        case ("begins", missing, planned):
            changes = {"done": planned - missing, "planned": planned}
        case ("cell", model, pipeline, accuracy):
            seen = f"{model}: {100 * accuracy:.1f} % under {pipeline}"
            changes = {"done": state.done + 1, "text": seen}
        case ("cell failed", model, pipeline, error):
            changes = {"text": f"{model} failed under {pipeline}: {error}"}
        case ("done", missing):
            failed = f"{missing} of {state.planned} cells failed" if missing else ""
            changes = {"step": "done", "text": failed}
        case ("stopped",):
            changes = {"step": "stopped", "text": ""}
        case ("failed", sentence):
            changes = {"step": "failed", "text": sentence}
        case _:
            raise ValueError(f"no message of a sweep: {message!r}")
    return replace(state, **changes)


def to_toml(study: "Study") -> str:
    """Return the settings of a study as a study file; paths stay as they are."""
    settings = study.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    # Strings, numbers and lists are written alike in TOML and JSON.
    return "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items())


@cache
def desk_at(root: Path) -> SweepDesk:
    """Return the one desk of this server for the sweeps in a folder."""
    del root
    return SweepDesk()
