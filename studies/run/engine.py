"""Where cells are computed: in this process, corruption and prediction side by side.

The images of a test set are cut into blocks at fixed image numbers. A block is corrupted once
and shown to every model that needs it; meanwhile a background thread corrupts the next one.
`studies.cluster` computes cells on many processes, each of which does it with this engine.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from studies.plan import Condition
from studies.stats.predictions import Outcomes, join, outcomes_of

if TYPE_CHECKING:
    from models.stored_images import StoredImages

BLOCK = 1000
"""Images in a block: a multiple of the 500 that `models.predictors` computes at a time.

Constant, so that every sweep predicts in the same groups of images and agrees to the last bit.
"""

Images = npt.NDArray[np.uint8]
Corrupt = Callable[[Images, int | npt.NDArray[np.uint64]], Images]


class Predictor(Protocol):
    """What the engine asks of a model."""

    def predict(self, images: Images) -> npt.NDArray[np.float32]:
        """Return ``(n, classes)`` probabilities of ``(n, h, w, c)`` uint8 images."""
        ...


@dataclass(frozen=True, slots=True)
class Job:
    """One condition and the cells, by the name of their model, that need it."""

    condition: Condition
    cells: Mapping[str, str]  # model name -> cell key


@dataclass(frozen=True, slots=True)
class Computed:
    """A cell that was computed: its outcomes and the seconds spent predicting."""

    key: str
    condition: Condition
    model: str
    outcomes: Outcomes
    seconds: float


@dataclass(frozen=True, slots=True)
class Failed:
    """A cell that could not be computed, and why."""

    key: str
    condition: Condition
    model: str
    error: str


class Engine(Protocol):
    """Anything that computes jobs."""

    def run(self, jobs: Sequence[Job]) -> Iterator[Computed | Failed]:
        """Yield every cell of the jobs once, as soon as it is known."""
        ...


@dataclass(slots=True)
class _Progress:
    """A job under way: the outcomes so far of the models that have not failed."""

    job: Job
    corrupt: Corrupt | None
    parts: dict[str, list[Outcomes]]
    seconds: dict[str, float] = field(default_factory=dict)

    def fail(self, model: str, error: str) -> Failed:
        del self.parts[model]
        return Failed(self.job.cells[model], self.job.condition, model, error)


class LocalEngine:
    """Compute cells in this process.

    Parameters
    ----------
    images
        ``(n, h, w, c)`` uint8, in memory or in files; image i has the number ``first + i``.
    labels
        ``(n,)`` true classes.
    predictors
        The models by name.
    first
        Number of the first image.
    overlap
        Whether the next block is corrupted while this one is predicted. A process that is to keep
        to one processor does one after the other; the bytes are the same.
    """

    def __init__(
        self,
        images: "Images | StoredImages",
        labels: npt.NDArray[np.int64],
        predictors: Mapping[str, Predictor],
        *,
        first: int = 0,
        overlap: bool = True,
    ) -> None:
        self._images = images
        self._labels = labels
        self._predictors = predictors
        self._first = first
        self._overlap = overlap

    def run(self, jobs: Sequence[Job]) -> Iterator[Computed | Failed]:
        """Yield every cell of the jobs once, job by job.

        An exception in a corruption or a prediction fails the cells that it concerns and no
        other.
        """
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="corruption") as background:
            for progress, start, corrupted in self._corrupted_ahead(jobs, background):
                yield from self._predict(progress, start, corrupted)
                if start + BLOCK >= len(self._images):
                    yield from self._finished(progress)

    def _corrupted_ahead(
        self, jobs: Sequence[Job], background: ThreadPoolExecutor
    ) -> Iterator[tuple[_Progress, int, Future[Images]]]:
        """Yield each block of each job while the next one is being corrupted."""
        waiting: tuple[_Progress, int, Future[Images]] | None = None
        for job in jobs:
            progress = _Progress(job, None, {model: [] for model in job.cells})
            for start in range(0, len(self._images), BLOCK):
                corrupted = background.submit(self._corrupt, progress, start)
                if not self._overlap:
                    wait([corrupted])
                coming = progress, start, corrupted
                if waiting is not None:
                    yield waiting
                waiting = coming
        if waiting is not None:
            yield waiting

    def _corrupt(self, progress: _Progress, start: int) -> Images:
        """Corrupt one block; runs in the background thread."""
        if not progress.parts:  # every model has failed, so nobody will look at it
            return self._images[:0]
        if progress.corrupt is None:
            progress.corrupt = corruption_of(progress.job.condition)
        return progress.corrupt(self._images[start : start + BLOCK], self._first + start)

    def _predict(
        self, progress: _Progress, start: int, corrupted: Future[Images]
    ) -> Iterator[Failed]:
        try:
            images = corrupted.result()
        except Exception as error:  # whatever a corruption raises fails its cells
            message = f"corruption failed: {describe(error)}"
            yield from [progress.fail(model, message) for model in list(progress.parts)]
            return
        labels = self._labels[start : start + BLOCK]
        for model in list(progress.parts):
            begun = time.perf_counter()
            try:
                outcomes = outcomes_of(self._predictors[model].predict(images), labels)
            except Exception as error:  # whatever a model raises fails its cell
                yield progress.fail(model, f"prediction failed: {describe(error)}")
                continue
            progress.parts[model].append(outcomes)
            spent = time.perf_counter() - begun
            progress.seconds[model] = progress.seconds.get(model, 0.0) + spent

    @staticmethod
    def _finished(progress: _Progress) -> Iterator[Computed]:
        for model, parts in progress.parts.items():
            yield Computed(
                key=progress.job.cells[model],
                condition=progress.job.condition,
                model=model,
                outcomes=join(parts),
                seconds=progress.seconds[model],
            )


def corruption_of(condition: Condition) -> Corrupt:
    """Return the function that corrupts images, given the number of the first, or those of all."""
    import noiselib

    transform = noiselib.parse(condition.pipeline)
    seed = condition.seed or 0  # without a seed nothing is drawn

    def corrupt(images: Images, ids: int | npt.NDArray[np.uint64]) -> Images:
        return transform(images, seed=seed, ids=ids)

    return corrupt


def describe(error: Exception, limit: int = 300) -> str:
    """Return an exception in one line."""
    message = " ".join(str(error).split())
    text = f"{type(error).__name__}: {message}" if message else type(error).__name__
    return text if len(text) <= limit else text[: limit - 3] + "..."
