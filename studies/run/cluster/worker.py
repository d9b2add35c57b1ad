"""What happens on a worker: a few conditions on one piece of the images, all models."""

import contextlib
import functools
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from studies.core.errors import StudyError
from studies.run.cluster.payload import Kit, Piece
from studies.run.cluster.versions import check_versions
from studies.run.engine import Computed, Failed, Job, LocalEngine, Predictor

_ONE_AT_A_TIME = threading.Lock()  # models share a process's threads, and some are not thread-safe


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker found.

    Attributes
    ----------
    cells
        Every cell of the jobs, as far as this piece of the images goes.
    seconds
        Spent on them, without loading the models.
    deadly
        The models that ended their process.
    """

    cells: tuple[Computed | Failed, ...]
    seconds: float
    deadly: frozenset[str] = frozenset()


class ProcessEndedError(Exception):
    """A model tried to end the process that it runs in."""


def compute(kit: Kit, piece: Piece, jobs: Sequence[Job], *, apart: bool) -> Answer:
    """Compute jobs on one piece of the images.

    Parameters
    ----------
    kit
        Models and versions.
    piece
        The images.
    jobs
        What to compute.
    apart
        Whether to compute in a process of its own, so that a model that ends it is found out.

    Raises
    ------
    StudyError
        When this worker is not fit for the sweep: it has other versions, or a model cannot be
        opened here.
    ProcessEndedError
        When a model calls ``sys.exit`` and the like.
    """
    with _ONE_AT_A_TIME:
        if apart:
            from studies.run.cluster.isolated_process import compute_apart

            _check(kit)
            return compute_apart(kit, piece, jobs)
        predictors = opened(kit, {name for job in jobs for name in job.cells})
        begun = time.perf_counter()
        # Nothing overlaps here: there is a worker for every processor.
        engine = LocalEngine(
            piece.images, piece.labels, predictors, first=piece.first, overlap=False
        )
        try:
            cells = tuple(engine.run(jobs))
        except SystemExit as error:
            raise ProcessEndedError(f"exit status {error.code}") from None
        return Answer(cells, time.perf_counter() - begun)


def opened(kit: Kit, names: Iterable[str]) -> dict[str, Predictor]:
    """Return models of a kit, each loaded once in a process.

    Raises
    ------
    StudyError
        When this process is not fit for the sweep.
    """
    _check(kit)
    shelf = _shelf(kit.token)
    for name in names:
        if name not in shelf:
            try:
                shelf[name] = kit.models[name].open(kit.image_shape, kit.threads)
            except Exception as error:  # whatever a foreign model raises
                raise StudyError(f"worker {_address()}: {error}") from None
    return {name: shelf[name] for name in names}


def _check(kit: Kit) -> None:
    """Compare the versions, once in a process."""
    shelf = _shelf(kit.token)
    if not shelf:
        check_versions(kit.versions, kit.endings, _address())


@functools.lru_cache(maxsize=1)  # of the latest sweep alone: a worker may live for weeks
def _shelf(_token: str) -> dict[str, Predictor]:
    """Return the models that this process has loaded for a sweep, to be added to."""
    return {}


def _address() -> str:
    """Return what to call this process."""
    from distributed import get_worker

    with contextlib.suppress(ValueError):  # in no worker
        return str(get_worker().address)
    return "in a process of its own"
