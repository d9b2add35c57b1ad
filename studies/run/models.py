"""The models of a study: trained once, kept in the results folder, known by their digests."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from studies.config.validators import is_guest, is_path, model_name
from studies.core.errors import StudyError
from studies.core.progress import Observer
from studies.run.engine import Predictor
from studies.store.records import StoredModel
from studies.store.store import Store

if TYPE_CHECKING:
    from models import predictors
    from models.data import Dataset
    from studies.config.study import Study


@dataclass(frozen=True, slots=True)
class Classifier:
    """A model by name, with the digest of what decides its answers, and its file.

    For a function, the file is its name, ``package.module:function``.
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

    Guests are tried first, on one image, so that one that does not fit is refused before anything
    is trained or computed. A model whose files have not changed since it was last seen is not
    opened again; functions are imported each time, for their files do not tell.

    Parameters
    ----------
    study
        Names the models, and the seed of their training.
    data
        What they are trained on.
    folder
        Where trained models are kept, as ``NAME.keras``.
    store
        Remembers the digest of each model.
    observer
        Is told about the training.
    threads
        Threads to train and predict with.

    Raises
    ------
    StudyError
        When a kept model was trained on other data, or with another seed, or when a guest takes
        other images or knows another number of classes.
    models.store.ModelError
        When a model cannot be read.
    models.predictors.PredictionError
        When a guest gives no probabilities.
    """
    found = {
        model: _guest(model, data, store, threads=threads)
        for model in study.models
        if is_guest(model)
    }
    for model in study.models:
        if model not in found:
            path = folder / f"{model}.keras"
            found[model] = _trained(model, path, study, data, store, observer, threads=threads)
    return [found[model] for model in study.models]


def start_predicting(
    classifiers: Sequence[Classifier], data: "Dataset", *, threads: int
) -> dict[str, Predictor]:
    """Load models and make sure that they fit the data.

    Returns
    -------
    dict
        Name -> predictor.

    Raises
    ------
    StudyError
        When a model takes other images, knows another number of classes, or was changed.
    """
    opened: dict[str, Predictor] = {}
    for classifier in classifiers:
        predictor = _opened(classifier.name, classifier.path, data, threads=threads)
        if predictor.digest != classifier.digest:
            raise StudyError(
                f"model {classifier.name} ({classifier.path}) was changed just now; type the "
                "same command again"
            )
        opened[classifier.name] = predictor
    return opened


def _guest(model: str, data: "Dataset", store: Store, *, threads: int) -> Classifier:
    """Return a model that was not trained here, tried on an image if it is new or has changed."""
    from models.predictors import files_of

    name = model_name(model)
    known = store.model(name)
    if is_path(model):
        place, stamp = str(Path(model).resolve()), _stamp(files_of(model))
        if known is not None and (known.path, known.stamp) == (place, stamp):
            return Classifier(name, known.digest, Path(model))
    else:
        place, stamp = model, ""
    predictor = _opened(name, model, data, threads=threads)
    if known is None or (known.path, known.digest) != (place, predictor.digest):
        predictor.predict(data.test_images[:1])
    store.remember_model(StoredModel(name, predictor.digest, place, stamp, {}))
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
    """Return an architecture as trained here, now if it was not before."""
    from models.store import sidecar_path

    if not (path.is_file() and sidecar_path(path).is_file()):
        _train(name, study.training_seed, data, path, observer, threads=threads)
    known = store.model(name)
    place, stamp = str(path.resolve()), _stamp([path])
    if known is None or (known.path, known.stamp) != (place, stamp):
        known = _read(name, path, stamp, threads=threads)
        store.remember_model(known)
    _check_training(known, study, data)
    return Classifier(name, known.digest, path)


def _opened(
    name: str, source: str | Path, data: "Dataset", *, threads: int
) -> "predictors.Predictor":
    """Load a model and compare what it takes and tells apart with the data."""
    from models.predictors import load_predictor

    predictor = load_predictor(source, image_shape=data.image_shape, threads=threads)
    if tuple(predictor.input_shape) != data.image_shape:
        raise StudyError(
            f"model {name} takes images of {_by(predictor.input_shape)}, but those "
            f"of {data.name} are {_by(data.image_shape)}"
        )
    if predictor.classes != data.classes:
        raise StudyError(
            f"model {name} tells {predictor.classes} classes apart, but "
            f"{data.name} has {data.classes}"
        )
    return predictor


def _start(threads: int) -> None:
    """Start the machine-learning library with a fixed number of threads, without its greetings."""
    from models.backend import pin_threads, quiet_start

    with quiet_start():
        pin_threads(threads)


def _train(
    name: str, seed: int, data: "Dataset", path: Path, observer: Observer, *, threads: int
) -> None:
    from models.resumable import train_to_file
    from models.training import EpochReport, TrainConfig

    _start(threads)
    observer.note(f"training {name} on {len(data.train_images):,} images of {data.name}")

    def tell(report: EpochReport) -> None:
        seen = report.validation_accuracy
        observer.epoch_done(
            name, report.epoch, report.epochs, report.accuracy if seen is None else seen
        )

    train_to_file(TrainConfig(architecture=name, seed=seed), data, path, on_epoch=tell)


def _read(name: str, path: Path, stamp: str, *, threads: int) -> StoredModel:
    """Read a model that was trained here, with its history."""
    from models.store import load

    _start(threads)
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
    """Return what changes when a file is written again: name, size and time of change of each."""
    states = [(path.name, path.stat()) for path in paths]
    return json.dumps([[name, state.st_size, state.st_mtime_ns] for name, state in states])


def _by(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape))
