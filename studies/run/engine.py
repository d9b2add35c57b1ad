"""Compute cells in this process: corrupt images in the background while models predict.

The images of a test set are cut into blocks at fixed image numbers. A block is corrupted once, and
every model that needs it predicts it; meanwhile a background thread corrupts the next block.
`studies.run.cluster` computes cells in many processes, each of which uses this engine.
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

Constant, so that every sweep predicts the same groups of images and gives the same bytes.
"""

Images = npt.NDArray[np.uint8]
Corrupt = Callable[[Images, int | npt.NDArray[np.uint64]], Images]


class Predictor(Protocol):
    """What the engine needs of a model."""

    def predict(self, images: Images) -> npt.NDArray[np.float32]:
        """Return ``(n, classes)`` probabilities of ``(n, h, w, c)`` uint8 images."""
        ...


@dataclass(frozen=True, slots=True)
class Job:
    """One condition and the cells that need it: model name -> cell key."""

    condition: Condition
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Computed:
    """A cell that was computed, with the seconds spent on predictions."""

    key: str
    condition: Condition
    model: str
    outcomes: Outcomes
    seconds: float


@dataclass(frozen=True, slots=True)
class Failed:
    """A cell that could not be computed, with the error."""

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
class _JobState:
    """A job that is being computed, with the outcomes so far of the models that have not failed."""

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
    images : ndarray or StoredImages
        ``(n, h, w, c)`` uint8, in memory or in files; image i has the number ``first + i``.
    labels : ndarray of int64
        ``(n,)`` true classes.
    predictors : mapping of str to Predictor
        The models by name.
    first : int
        Number of the first image.
    overlap : bool
        Whether the next block is corrupted while this one is predicted. A process that may use one
        processor only does one after the other; the bytes are the same.
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

        An exception in a corruption or a prediction fails the cells that it concerns, and no
        others.
        """
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="corruption") as background:
            for state, start, corrupted in self._corrupted_ahead(jobs, background):
                yield from self._predict(state, start, corrupted)
                if start + BLOCK >= len(self._images):
                    yield from self._finished(state)

    def _corrupted_ahead(
        self, jobs: Sequence[Job], background: ThreadPoolExecutor
    ) -> Iterator[tuple[_JobState, int, Future[Images]]]:
        """Yield each block of each job while the next one is being corrupted."""
        waiting: tuple[_JobState, int, Future[Images]] | None = None
        for job in jobs:
            state = _JobState(job, None, {model: [] for model in job.cells})
            for start in range(0, len(self._images), BLOCK):
                corrupted = background.submit(self._corrupt, state, start)
                if not self._overlap:
                    wait([corrupted])
                coming = state, start, corrupted
                if waiting is not None:
                    yield waiting
                waiting = coming
        if waiting is not None:
            yield waiting

    def _corrupt(self, state: _JobState, start: int) -> Images:
        """Corrupt one block, in the background thread."""
        if not state.parts:  # every model has failed, so the block is not needed
            return self._images[:0]
        if state.corrupt is None:
            state.corrupt = corruption_of(state.job.condition)
        return state.corrupt(self._images[start : start + BLOCK], self._first + start)

    def _predict(self, state: _JobState, start: int, corrupted: Future[Images]) -> Iterator[Failed]:
        try:
            images = corrupted.result()
        except Exception as error:  # any exception of a corruption fails its cells
            message = f"corruption failed: {describe(error)}"
            yield from [state.fail(model, message) for model in list(state.parts)]
            return
        labels = self._labels[start : start + BLOCK]
        for model in list(state.parts):
            begun = time.perf_counter()
            try:
                outcomes = outcomes_of(self._predictors[model].predict(images), labels)
            except Exception as error:  # any exception of a model fails its cell
                yield state.fail(model, f"prediction failed: {describe(error)}")
                continue
            state.parts[model].append(outcomes)
            spent = time.perf_counter() - begun
            state.seconds[model] = state.seconds.get(model, 0.0) + spent

    @staticmethod
    def _finished(state: _JobState) -> Iterator[Computed]:
        for model, parts in state.parts.items():
            yield Computed(
                key=state.job.cells[model],
                condition=state.job.condition,
                model=model,
                outcomes=join(parts),
                seconds=state.seconds[model],
            )


def corruption_of(condition: Condition) -> Corrupt:
    """Return a function of images and their numbers (of the first one, or all) that corrupts."""
    import noiselib

    transform = noiselib.parse(condition.pipeline)
    seed = condition.seed or 0  # a condition without a seed draws nothing

    def corrupt(images: Images, ids: int | npt.NDArray[np.uint64]) -> Images:
        return transform(images, seed=seed, ids=ids)

    return corrupt


def describe(error: Exception, limit: int = 300) -> str:
    """Return the type and message of an exception in one line."""
    message = " ".join(str(error).split())
    text = f"{type(error).__name__}: {message}" if message else type(error).__name__
    return text if len(text) <= limit else text[: limit - 3] + "..."
