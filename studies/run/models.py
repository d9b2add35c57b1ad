"""The models of a study: trained once, kept in the results folder, identified by their digests."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from studies.config.validators import is_external, is_path, model_name
from studies.core.errors import StudyError
from studies.core.terminal import Observer
from studies.run.engine import Predictor
from studies.store.store import Store, StoredModel

if TYPE_CHECKING:
    from models import predictors
    from models.data import Dataset
    from models.training import EpochReport
    from studies.config.study import Study


@dataclass(frozen=True, slots=True)
class Classifier:
    """A model: its name, the digest of what decides its predictions, and its file or function."""

    name: str
    digest: str
    path: Path


def load_models(
    study: "Study",
    data: "Dataset",
    folder: Path,
    store: Store,
    observer: Observer,
    *,
    threads: int,
) -> list[Classifier]:
    """Return the models of a study, in its order, and train the architectures that are not trained.

    External models come first and predict one image, so that one that does not fit is refused
    before anything is trained or computed. A model whose files have not changed since it was last
    used is not opened again; functions are imported each time, because their files do not show
    every change.

    Parameters
    ----------
    study : Study
        Names the models, and the seed of their training.
    data : Dataset
        The training data.
    folder : Path
        Where trained models are kept, as ``NAME.keras``.
    store : Store
        Records the digest of each model.
    observer : Observer
        Receives the progress of the training.
    threads : int
        Threads to train and predict with.

    Raises
    ------
    StudyError
        When a kept model was trained on other data, or with another seed, or when an external
        model has another input shape or another number of classes than the data.
    models.store.ModelError, models.predictors.PredictionError
        When a model cannot be read, or does not return probabilities.
    """
    found = {
        model: _external(model, data, store, threads=threads)
        for model in study.models
        if is_external(model)
    }
    for model in study.models:
        if model not in found:
            path = folder / f"{model}.keras"
            found[model] = _trained(model, path, study, data, store, observer, threads=threads)
    return [found[model] for model in study.models]


def load_predictors(
    classifiers: Sequence[Classifier], data: "Dataset", *, threads: int
) -> dict[str, Predictor]:
    """Load models, by name, and make sure that they fit the data.

    Raises
    ------
    StudyError
        When a model has another input shape or number of classes than the data, or has changed.
    """
    loaded: dict[str, Predictor] = {}
    for classifier in classifiers:
        predictor = _load(classifier.name, classifier.path, data, threads=threads)
        if predictor.digest != classifier.digest:
            raise StudyError(
                f"model {classifier.name} ({classifier.path}) was changed just now; type the "
                "same command again"
            )
        loaded[classifier.name] = predictor
    return loaded


def start_backend(threads: int) -> None:
    """Import the machine-learning library, with a fixed number of threads and without messages."""
    from models import backend

    with backend.quiet_start():
        backend.pin_threads(threads)


def report_epochs(
    observer: Observer, name: str, number: int = 0, count: int = 1
) -> "Callable[[EpochReport], None]":
    """Return a callback that passes the epochs of a training to an observer under a name.

    Where several trainings are reported as one, `count` is their number and `number` counts the
    finished ones.
    """

    def on_epoch(report: "EpochReport") -> None:
        validation = report.validation_accuracy
        observer.epoch_done(
            name,
            number * report.epochs + report.epoch,
            count * report.epochs,
            report.accuracy if validation is None else validation,
        )

    return on_epoch


def is_trained(path: Path) -> bool:
    """Return whether a model and the record of its training are there."""
    from models.store import sidecar_path

    return path.is_file() and sidecar_path(path).is_file()


def _external(model: str, data: "Dataset", store: Store, *, threads: int) -> Classifier:
    """Return an external model; it predicts one image if it is new or has changed."""
    from models.predictors import files_of

    name = model_name(model)
    known = store.model(name)
    if is_path(model):
        location, stamp = str(Path(model).resolve()), _stamp(files_of(model))
        if known is not None and (known.path, known.stamp) == (location, stamp):
            return Classifier(name, known.digest, Path(model))
    else:
        location, stamp = model, ""
    predictor = _load(name, model, data, threads=threads)
    if known is None or (known.path, known.digest) != (location, predictor.digest):
        predictor.predict(data.test_images[:1])
    store.remember_model(StoredModel(name, predictor.digest, location, stamp, {}))
    return Classifier(name, predictor.digest, Path(model))


def _trained(
    name: str,
    path: Path,
    study: "Study",
    data: "Dataset",
    store: Store,
    observer: Observer,
    *,
    threads: int,
) -> Classifier:
    """Return an architecture that is trained in the results folder, and train it if necessary."""
    from models.resumable import train_to_file
    from models.store import load
    from models.training import TrainConfig

    if not is_trained(path):
        start_backend(threads)
        observer.note(f"training {name} on {len(data.train_images):,} images of {data.name}")
        config = TrainConfig(architecture=name, seed=study.training_seed)
        train_to_file(config, data, path, on_epoch=report_epochs(observer, name))
    known = store.model(name)
    location, stamp = str(path.resolve()), _stamp([path])
    if known is None or (known.path, known.stamp) != (location, stamp):
        start_backend(threads)
        trained = load(path)
        history: dict[str, object] = {
            "data_digest": trained.data_digest,
            "config": trained.config.model_dump(mode="json"),
            "epochs": trained.history,
            "versions": trained.provenance,
        }
        known = StoredModel(name, trained.digest, location, stamp, history)
        store.remember_model(known)
    _check_training(known, study, data)
    return Classifier(name, known.digest, path)


def _load(
    name: str, source: str | Path, data: "Dataset", *, threads: int
) -> "predictors.Predictor":
    """Load a model, and compare its input shape and number of classes with the data."""
    from models.predictors import load_predictor

    predictor = load_predictor(source, image_shape=data.image_shape, threads=threads)
    if tuple(predictor.input_shape) != data.image_shape:
        raise StudyError(
            f"model {name} takes images of {_by(predictor.input_shape)}, but those "
            f"of {data.name} are {_by(data.image_shape)}"
        )
    if predictor.classes != data.classes:
        raise StudyError(
            f"model {name} has {predictor.classes} classes, but {data.name} has {data.classes}"
        )
    return predictor


def _check_training(model: StoredModel, study: "Study", data: "Dataset") -> None:
    """Refuse a kept model that is not the one that training now would give."""
    seed = model.provenance["config"]["seed"]
    if model.provenance["data_digest"] != data.digest:
        how = f"on other data than {data.name}"
    elif seed != study.training_seed:
        how = f"with seed {seed}, but the study asks for {study.training_seed}"
    else:
        return
    raise StudyError(
        f"{model.path} was trained {how}; move it away, or choose another folder with --out"
    )


def _stamp(paths: Iterable[Path]) -> str:
    """Return name, size and modification time of files: what changes when one is written again."""
    states = [(path.name, path.stat()) for path in paths]
    return json.dumps([[name, state.st_size, state.st_mtime_ns] for name, state in states])


def _by(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape))
