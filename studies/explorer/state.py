"""The data set and the models that all pages share, loaded or trained in the background."""

import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from studies.core.errors import StudyError
from studies.core.terminal import Observer
from studies.run.engine import Predictor, describe
from studies.store.store import Store

if TYPE_CHECKING:
    from models.data import Dataset
    from studies.config.study import Study

STARTED, TRAINED, LOADED = 0.02, 0.8, 0.9
"""Fractions of the work that are done when training starts, when it ends, and after loading."""

OnProgress = Callable[[str, float], None]
"""Called with a sentence and the fraction of the work that is done."""


@dataclass(frozen=True, slots=True)
class LoadingStatus:
    """Progress of loading: a sentence or the error, and the fraction of the work that is done."""

    step: Literal["idle", "loading", "ready", "failed"]
    text: str = ""
    fraction: float = 0.0


@dataclass(frozen=True, slots=True)
class LoadedData:
    """The data set, and the models by name."""

    data: "Dataset"
    predictors: Mapping[str, Predictor]


def load_data_and_models(study: "Study", folder: Path, on_progress: OnProgress) -> LoadedData:
    """Read the data; train the models that are missing, and load all of them.

    Trained models are stored in the results folder as a sweep does, which then finds them.

    Raises
    ------
    StudyError, models.data.DataError, models.store.ModelError, models.predictors.PredictionError
        In one sentence.
    """
    from models.backend import processors
    from models.data import load
    from studies.run.models import load_models, load_predictors
    from studies.store.store import exclusive_lock

    on_progress("Reading the data", 0)
    data = load(study.data, on_progress=lambda text: on_progress(text, 0))
    threads = study.threads or processors()
    on_progress("Starting the machine-learning library", STARTED)
    with ExitStack() as stack:
        if _needs_training(study, folder):
            stack.enter_context(exclusive_lock(folder))  # a sweep may be training the same models
        folder.mkdir(parents=True, exist_ok=True)
        store = stack.enter_context(Store(folder, create=True))
        observer = stack.enter_context(_TrainingObserver(on_progress, study.models))
        found = load_models(study, data, folder / "models", store, observer, threads=threads)
    on_progress("Loading the models", TRAINED)
    predictors = load_predictors(found, data, threads=threads)
    on_progress("Running the models once", LOADED)
    for predictor in predictors.values():
        predictor.predict(data.test_images[:1])  # the first prediction is slow
    return LoadedData(data, predictors)


class ExplorerState:
    """One data set and its models, loaded once for all pages; for use from any thread.

    `load` is called in a thread of its own, and again when the visitor retries after an error.
    """

    def __init__(
        self,
        study: "Study",
        folder: Path,
        load: Callable[["Study", Path, OnProgress], LoadedData] = load_data_and_models,
    ) -> None:
        self.study, self.folder, self._load = study, folder, load
        self.status = LoadingStatus("idle")
        self._loaded: LoadedData | None = None
        self._lock = threading.Lock()
        self._predicting = threading.Lock()

    @property
    def ready(self) -> bool:
        """Whether the data and the models are loaded."""
        return self._loaded is not None

    def start_loading(self) -> None:
        """Start to load, unless that has been started and has not failed."""
        with self._lock:
            if self.status.step not in {"idle", "failed"}:
                return
            self.status = LoadingStatus("loading", "Starting")
        threading.Thread(target=self._run, name="loading", daemon=True).start()

    @property
    def data(self) -> "Dataset":
        """The data set; raises StudyError when it is not loaded yet."""
        return self._require_loaded().data

    @property
    def predictors(self) -> Mapping[str, Predictor]:
        """The models by name; only `predict` may be called from several threads."""
        return self._require_loaded().predictors

    def predict(self, images: npt.NDArray[np.uint8]) -> dict[str, npt.NDArray[np.float32]]:
        """Return the probabilities (n, classes) of each model for images (n, h, w, c)."""
        predictors = self.predictors
        with self._predicting:
            return {name: model.predict(images) for name, model in predictors.items()}

    def _require_loaded(self) -> LoadedData:
        if self._loaded is None:
            raise StudyError("the models are not loaded yet")
        return self._loaded

    def _run(self) -> None:
        try:
            self._loaded = self._load(self.study, self.folder, self._on_progress)
        except Exception as error:  # the page shows whatever data or models raise
            text = str(error) if isinstance(error, StudyError | ValueError) else describe(error)
            self.status = LoadingStatus("failed", text)
            return
        self.status = LoadingStatus("ready", "", 1.0)

    def _on_progress(self, text: str, fraction: float) -> None:
        self.status = LoadingStatus("loading", text, fraction)


def _needs_training(study: "Study", folder: Path) -> bool:
    """Return whether a model must be trained first."""
    from studies.config.validators import is_external

    trained = [model for model in study.models if not is_external(model)]
    return not all((folder / "models" / f"{model}.keras").is_file() for model in trained)


class _TrainingObserver(Observer):
    """Reports the progress of training to the page."""

    def __init__(self, on_progress: OnProgress, models: tuple[str, ...]) -> None:
        self._on_progress = on_progress
        self._models = models
        self._fraction = STARTED

    def note(self, text: str) -> None:
        """Report what starts."""
        self._on_progress(text[:1].upper() + text[1:], self._fraction)

    def epoch_done(self, model: str, epoch: int, epochs: int, accuracy: float) -> None:
        """Report the epoch and the accuracy."""
        done = (self._models.index(model) + epoch / epochs) / len(self._models)
        self._fraction = STARTED + (TRAINED - STARTED) * done
        text = f"Training {model}: epoch {epoch} of {epochs}, accuracy {100 * accuracy:.1f} %"
        self._on_progress(text, self._fraction)

    def sweep_begins(self, missing: int, planned: int) -> None:
        """Do nothing: no sweep is run here."""

    def cell_done(self, model: str, pipeline: str, accuracy: float) -> None:
        """Do nothing: no sweep is run here."""

    def cell_failed(self, model: str, pipeline: str, error: str) -> None:
        """Do nothing: no sweep is run here."""
