"""Which data and models to explore, and how they get ready: found or trained, then loaded."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

from studies.config.files import default_folder, load_study
from studies.config.study import Study
from studies.core.progress import Observer
from studies.explorer.context import Material, Tell
from studies.store.store import FILE_NAME, Store

QUICKSTART = "quickstart"
OF_A_RUN = ("data", "models", "training_seed")
TRAINED, LOADED = 0.8, 0.9
"""Parts of the preparation that are done when all models are trained, and when they are loaded."""


def study_to_explore(folder: Path | None, overrides: Mapping[str, object]) -> tuple[Study, Path]:
    """Return what to explore, and the results folder.

    It is the data and the models of the last run in the folder; where there is none, the quick
    start's.

    Parameters
    ----------
    folder
        A results folder, or None for the one that the quick start writes.
    overrides
        Settings that replace these, ``data`` and ``models``.

    Raises
    ------
    StudyError, models.data.DataError, models.store.ModelError
        When the folder is damaged, a setting is wrong, or data or a model are nowhere.
    """
    folder = folder or default_folder(QUICKSTART, load_study(QUICKSTART, overrides))
    study = load_study(QUICKSTART, {**_last_run(folder), **overrides})
    _check_sources(study)
    return study, folder


def _check_sources(study: Study) -> None:
    """Refuse data and models that are nowhere, which is known before they are read."""
    from models.data import load, names
    from models.predictors import existing_file
    from studies.config.validators import is_path

    if study.data not in names() and not Path(study.data).expanduser().exists():
        load(study.data)  # it says what is wrong
    for model in filter(is_path, study.models):
        existing_file(model)


def _last_run(folder: Path) -> dict[str, object]:
    """Return the data and models of the last run in a results folder, if there is any."""
    if not (folder / FILE_NAME).exists():
        return {}
    with Store(folder) as store:
        runs = store.runs()
    return {name: runs[-1].study[name] for name in OF_A_RUN} if runs else {}


def preparation(study: Study, folder: Path) -> Callable[[Tell], Material]:
    """Return what prepares the data and the models of a study, for a `Context`."""
    return lambda tell: prepare(study, folder, tell)


def prepare(study: Study, folder: Path, tell: Tell) -> Material:
    """Read the data; find the models, train those that are not there, and load them.

    Parameters
    ----------
    study
        Names data and models.
    folder
        The results folder; trained models are kept in it as by a sweep, which then finds them.
    tell
        Is told how it goes on.

    Raises
    ------
    StudyError, models.data.DataError, models.store.ModelError, models.predictors.PredictionError
        In one sentence.
    """
    from models.backend import processors
    from models.data import load
    from studies.run.models import load_models, load_predictors
    from studies.store.store import exclusive_lock

    tell("Reading the data", 0)
    data = load(study.data, on_progress=lambda text: tell(text, 0))
    threads = study.threads or processors()
    tell("Starting the machine-learning library", 0.02)
    with ExitStack() as stack:
        if _to_train(study, folder):
            stack.enter_context(exclusive_lock(folder))  # a sweep may be training the same models
        folder.mkdir(parents=True, exist_ok=True)
        store = stack.enter_context(Store(folder, create=True))
        observer = stack.enter_context(_Trainings(tell, study.models))
        found = load_models(study, data, folder / "models", store, observer, threads=threads)
    tell("Loading the models", TRAINED)
    predictors = load_predictors(found, data, threads=threads)
    tell("Asking the models for the first time", LOADED)
    for predictor in predictors.values():
        predictor.predict(data.test_images[:1])  # the first answer is slow: nobody shall wait
    return Material(data, predictors)


def _to_train(study: Study, folder: Path) -> bool:
    """Tell whether a model must be trained first."""
    from studies.config.validators import is_external

    trained = [model for model in study.models if not is_external(model)]
    return not all((folder / "models" / f"{model}.keras").is_file() for model in trained)


class _Trainings(Observer):
    """An observer of trainings, for the page."""

    def __init__(self, tell: Tell, models: tuple[str, ...]) -> None:
        self._tell = tell
        self._models = models
        self._done = 0.02

    def note(self, text: str) -> None:
        """Show what begins."""
        self._tell(text[:1].upper() + text[1:], self._done)

    def epoch_done(self, model: str, epoch: int, epochs: int, accuracy: float) -> None:
        """Show the epoch and the accuracy."""
        part = (self._models.index(model) + epoch / epochs) / len(self._models)
        self._done = 0.02 + (TRAINED - 0.02) * part
        self._tell(
            f"Training {model}: epoch {epoch} of {epochs}, accuracy {100 * accuracy:.1f} %",
            self._done,
        )

    def sweep_begins(self, missing: int, planned: int) -> None:
        """Nothing is swept here."""

    def cell_done(self, model: str, pipeline: str, accuracy: float) -> None:
        """Nothing is swept here."""

    def cell_failed(self, model: str, pipeline: str, error: str) -> None:
        """Nothing is swept here."""
