"""The process in which a sweep that was started from the page runs.

A process and not a thread: TensorFlow settles its threads and its determinism once for a whole
process, and the page stays quick while the sweep computes. What is stored survives its end, however
it ends.
"""

import logging
import os
import signal
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from studies.core.progress import Observer


def work(settings: Mapping[str, Any], folder: Path, command: str, server: Connection) -> None:
    """Run a study, and tell how it goes on as tuples of a kind and what belongs to it.

    Parameters
    ----------
    settings
        Of the study, valid.
    folder
        The results folder.
    command
        What to type to repeat it.
    server
        Where the tuples go: ``("note", text)``, ``("epoch", model, epoch, epochs)``,
        ``("begins", missing, planned)``, ``("cell", model, pipeline, accuracy)``,
        ``("cell failed", model, pipeline, error)``, and at the end ``("done", missing)``,
        ``("stopped",)`` or ``("failed", sentence)``.
        Whatever comes from there, and its end as well, says that the sweep is to stop.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's; it ends this with itself
    if hasattr(os, "nice"):
        os.nice(5)  # the pages come first
    with suppress(BrokenPipeError):  # the server is gone, and nobody listens
        server.send(_ending(settings, folder, command, TellingObserver(server)))


def _ending(
    settings: Mapping[str, Any], folder: Path, command: str, observer: "TellingObserver"
) -> tuple[Any, ...]:
    """Run a study and return the last of what is told."""
    from models.architectures import ArchitectureError
    from models.backend import BackendError
    from models.data import DataError
    from models.predictors import PredictionError
    from models.store import ModelError
    from models.training import TrainingError
    from studies.config.study import Study
    from studies.core.errors import StudyError
    from studies.run.engine import describe
    from studies.workflows.sweep import run_study

    from_models = (
        ArchitectureError,
        BackendError,
        DataError,
        ModelError,
        PredictionError,
        TrainingError,
    )
    try:
        study = Study.model_validate(settings)
        ending = run_study(study, folder, command=command, observer=observer)
    except KeyboardInterrupt:
        return ("stopped",)
    except (StudyError, *from_models, OSError) as error:
        return ("failed", str(error))
    except Exception as error:  # told on the page, and in full on the server's terminal
        logging.getLogger(__name__).exception("the sweep in %s failed", folder)
        return ("failed", describe(error))
    return ("done", ending.outputs.missing)


class TellingObserver(Observer):
    """Tells another process, and stops the study when that asks for it."""

    def __init__(self, server: Connection) -> None:
        self._server = server

    def _tell(self, *message: object) -> None:
        try:
            self._server.send(message)
        except BrokenPipeError:  # the server is gone
            raise KeyboardInterrupt from None
        if self._server.poll():
            raise KeyboardInterrupt  # as on a terminal: what is stored stays, and it can go on

    def note(self, text: str) -> None:
        """Pass on a note."""
        self._tell("note", text)

    def epoch_done(self, model: str, epoch: int, epochs: int, accuracy: float) -> None:
        """Pass on that an epoch is done."""
        del accuracy
        self._tell("epoch", model, epoch, epochs)

    def sweep_begins(self, missing: int, planned: int) -> None:
        """Pass on how much there is to do."""
        self._tell("begins", missing, planned)

    def cell_done(self, model: str, pipeline: str, accuracy: float) -> None:
        """Pass on that a cell is stored."""
        self._tell("cell", model, pipeline, accuracy)

    def cell_failed(self, model: str, pipeline: str, error: str) -> None:
        """Pass on that a cell failed."""
        self._tell("cell failed", model, pipeline, error)
