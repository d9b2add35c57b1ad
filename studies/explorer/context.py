"""What all pages share: one data set, its models, and how far their preparation has come."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from studies.core.errors import StudyError
from studies.run.engine import BLOCK, Predictor, describe

if TYPE_CHECKING:
    from models.data import Dataset
    from studies.config.study import Study

Images = npt.NDArray[np.uint8]
Probabilities = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class State:
    """How far the preparation has come.

    Attributes
    ----------
    step
        ``"waiting"``, ``"working"``, ``"ready"`` or ``"failed"``.
    text
        What is being done, or what went wrong, in one sentence.
    fraction
        The part that is done, from 0 to 1.
    """

    step: Literal["waiting", "working", "ready", "failed"]
    text: str = ""
    fraction: float = 0.0


Tell = Callable[[str, float], None]
"""Called with a sentence and the part that is done."""


@dataclass(frozen=True, slots=True)
class Material:
    """What the preparation gives: the data, and the models by name."""

    data: "Dataset"
    predictors: Mapping[str, Predictor]


class Context:
    """One data set and its models, prepared once in the background for all pages and visitors.

    Every method may be called from any thread.

    Parameters
    ----------
    study
        Names the data and the models, and the seed of their training.
    folder
        The results folder, with the trained models.
    prepare
        Gives the material; is called once, in a thread of its own.
    """

    def __init__(self, study: "Study", folder: Path, prepare: Callable[[Tell], Material]) -> None:
        self.study = study
        self.folder = folder
        self._prepare = prepare
        self._state = State("waiting")
        self._material: Material | None = None
        self._lock = threading.Lock()
        self._predicting = threading.Lock()
        self._hardest: npt.NDArray[np.int64] | None = None

    @property
    def state(self) -> State:
        """How far the preparation has come."""
        return self._state

    @property
    def ready(self) -> bool:
        """Whether data and models are there."""
        return self._material is not None

    def start(self) -> None:
        """Begin to prepare; again after a failure, and else not twice."""
        with self._lock:
            if self._state.step not in {"waiting", "failed"}:
                return
            self._state = State("working", "Starting")
        threading.Thread(target=self._run, name="preparation", daemon=True).start()

    @property
    def data(self) -> "Dataset":
        """The data set.

        Raises
        ------
        StudyError
            While it is not there yet.
        """
        return self._there().data

    @property
    def class_names(self) -> tuple[str, ...]:
        """The names of the classes, in the order of the models' probabilities."""
        return self.data.class_names

    @property
    def predictors(self) -> Mapping[str, Predictor]:
        """The models by name; for answers, rather ask `predict`."""
        return self._there().predictors

    def predict(self, images: Images) -> dict[str, Probabilities]:
        """Return what each model answers, (n, classes), to images (n, h, w, c); one at a time."""
        predictors = self.predictors
        with self._predicting:
            return {name: model.predict(images) for name, model in predictors.items()}

    def hardest(self) -> npt.NDArray[np.int64]:
        """Return the numbers of the test images, those first that the models are least sure of.

        The measure is the mean over the models of the probability of the true class, clean.
        Computed at the first call, which takes as long as a sweep of one condition.
        """
        if self._hardest is None:
            starts = range(0, len(self.data.test_images), BLOCK)
            sure = np.concatenate([self._sureness(slice(start, start + BLOCK)) for start in starts])
            self._hardest = np.argsort(sure, kind="stable").astype(np.int64)
        return self._hardest

    def _sureness(self, part: slice) -> npt.NDArray[np.float64]:
        """Return the mean probability of the true class, of some test images."""
        labels = self.data.test_labels[part]
        answers = self.predict(self.data.test_images[part]).values()
        rows = np.arange(len(labels))
        sure: npt.NDArray[np.float64] = np.mean(
            [given[rows, labels] for given in answers], axis=0, dtype=np.float64
        )
        return sure

    def _there(self) -> Material:
        if self._material is None:
            raise StudyError("the models are not ready yet")
        return self._material

    def _run(self) -> None:
        try:
            self._material = self._prepare(self._tell)
        except Exception as error:  # whatever data or models raise is told on the page
            known = str(error) if isinstance(error, StudyError | ValueError) else describe(error)
            self._state = State("failed", known)
            return
        self._state = State("ready", "", 1.0)

    def _tell(self, text: str, fraction: float) -> None:
        self._state = State("working", text, fraction)
