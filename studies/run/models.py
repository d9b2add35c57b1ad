"""The models of a study: trained once, kept in the results folder, identified by their digests."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from studies.config.validators import is_external, is_path, model_name
from studies.core.errors import StudyError
from studies.core.progress import Observer
from studies.run.engine import Predictor
from studies.store.records import StoredModel
from studies.store.store import Store

if TYPE_CHECKING:
    from models import predictors
    from models.data import Dataset
    from models.training import EpochReport
    from studies.config.study import Study


@dataclass(frozen=True, slots=True)
class Classifier:
    """A model by name, with its file and the digest of everything that decides its predictions.

    The path of a function is its name, ``package.module:function``.
    """

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
    """Return the models of a study, training those architectures that are not trained yet.

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

    Returns
    -------
    list of Classifier
        In the order of the study.

    Raises
    ------
    StudyError
        When a kept model was trained on other data, or with another seed, or when an external
        model has another input shape or another number of classes than the data.
    models.store.ModelError
        When a model cannot be read.
    models.predictors.PredictionError
        When an external model does not return probabilities.
    """
    found = {
        model: _external_model(model, data, store, threads=threads)
        for model in study.models
        if is_external(model)
    }
    for model in study.models:
        if model not in found:
            path = folder / f"{model}.keras"
            found[model] = _trained_model(
                model, path, study, data, store, observer, threads=threads
            )
    return [found[model] for model in study.models]


def load_predictors(
    classifiers: Sequence[Classifier], data: "Dataset", *, threads: int
) -> dict[str, Predictor]:
    """Load models for predictions, and make sure that they fit the data.

    Returns
    -------
    dict of str to Predictor
        Name -> predictor.

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
    """Return what passes each epoch of a training to an observer.

    Parameters
    ----------
    observer : Observer
        Receives the epochs.
    name : str
        Name of what is trained.
    number, count : int
        The training is one of `count` that are reported as one; `number` of them are finished.
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


def _external_model(model: str, data: "Dataset", store: Store, *, threads: int) -> Classifier:
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


def _trained_model(
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
    from models.training import TrainConfig
    from models.training.resumable import train_to_file

    if not is_trained(path):
        start_backend(threads)
        observer.note(f"training {name} on {len(data.train_images):,} images of {data.name}")
        config = TrainConfig(architecture=name, seed=study.training_seed)
        train_to_file(config, data, path, on_epoch=report_epochs(observer, name))
    known = store.model(name)
    location, stamp = str(path.resolve()), _stamp([path])
    if known is None or (known.path, known.stamp) != (location, stamp):
        known = _read_trained(name, path, stamp, threads=threads)
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


def _read_trained(name: str, path: Path, stamp: str, *, threads: int) -> StoredModel:
    """Read a model that was trained here, with the record of its training."""
    from models.store import load

    start_backend(threads)
    trained = load(path)
    history: dict[str, object] = {
        "data_digest": trained.data_digest,
        "config": trained.config.model_dump(mode="json"),
        "epochs": trained.history,
        "versions": trained.provenance,
    }
    return StoredModel(name, trained.digest, str(path.resolve()), stamp, history)


def _check_training(model: StoredModel, study: "Study", data: "Dataset") -> None:
    """Refuse a kept model that is not the one that training now would give."""
    seed = model.provenance["config"]["seed"]
    if model.provenance["data_digest"] != data.digest:
        raise StudyError(
            f"{model.path} was trained on other data than {data.name}; move it away, or choose "
            "another folder with --out"
        )
    if seed != study.training_seed:
        raise StudyError(
            f"{model.path} was trained with seed {seed}, but the study asks for "
            f"{study.training_seed}; move it away, or choose another folder with --out"
        )


def _stamp(paths: Iterable[Path]) -> str:
    """Return name, size and modification time of files: what changes when one is written again."""
    states = [(path.name, path.stat()) for path in paths]
    return json.dumps([[name, state.st_size, state.st_mtime_ns] for name, state in states])


def _by(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape))
