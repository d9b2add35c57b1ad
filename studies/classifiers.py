"""The models of a study: trained once, kept in the results folder, known by their digests."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from studies.engine import Predictor
from studies.errors import StudyError
from studies.progress import Observer
from studies.records import StoredModel
from studies.settings import is_path, model_name
from studies.store import Store

if TYPE_CHECKING:
    from models.data import Dataset
    from studies.study import Study


@dataclass(frozen=True, slots=True)
class Classifier:
    """A model by name, with the digest of its structure and weights, and its file."""

    name: str
    digest: str
    path: Path


def find_classifiers(
    study: "Study",
    data: "Dataset",
    folder: Path,
    store: Store,
    observer: Observer,
    *,
    threads: int,
) -> list[Classifier]:
    """Return the models of a study, training those architectures that are not trained yet.

    A model whose file has not changed since it was last seen is not opened again.

    Parameters
    ----------
    study
        Names the models, and the seed of their training.
    data
        What they are trained on.
    folder
        Where trained models are kept, as ``NAME.keras``.
    store
        Remembers the digest of each file.
    observer
        Is told about the training.
    threads
        Threads to train and predict with.

    Raises
    ------
    StudyError
        When a kept model was trained on other data, or with another seed.
    models.store.ModelError
        When a model file cannot be read.
    """
    from models.store import sidecar_path

    classifiers = []
    for model in study.models:
        name, trained_here = model_name(model), not is_path(model)
        path = folder / f"{name}.keras" if trained_here else Path(model)
        if trained_here and not (path.is_file() and sidecar_path(path).is_file()):
            _train(name, study.training_seed, data, path, observer, threads=threads)
        known = store.model(name)
        if known is None or (known.path, known.stamp) != (str(path.resolve()), _stamp(path)):
            known = _opened(name, path, trained_here=trained_here, threads=threads)
            store.remember_model(known)
        if trained_here:
            _check_training(known, study, data)
        classifiers.append(Classifier(name, known.digest, path))
    return classifiers


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
    if not classifiers:
        return {}
    from models.predictors import load_predictor

    _start(threads)
    predictors: dict[str, Predictor] = {}
    for classifier in classifiers:
        predictor = load_predictor(classifier.path)
        shape = tuple(data.test_images.shape[1:])
        if tuple(predictor.input_shape) != shape:
            raise StudyError(
                f"model {classifier.name} takes images of {_by(predictor.input_shape)}, but those "
                f"of {data.name} are {_by(shape)}"
            )
        if predictor.classes != len(data.class_names):
            raise StudyError(
                f"model {classifier.name} tells {predictor.classes} classes apart, but "
                f"{data.name} has {len(data.class_names)}"
            )
        predictors[classifier.name] = predictor
    return predictors


def _start(threads: int) -> None:
    """Start the machine-learning library with a fixed number of threads, without its greetings."""
    from models.backend import pin_threads, quiet_start

    with quiet_start():
        pin_threads(threads)


def _train(
    name: str, seed: int, data: "Dataset", path: Path, observer: Observer, *, threads: int
) -> None:
    from models.store import save
    from models.training import EpochReport, TrainConfig, train

    _start(threads)
    observer.note(f"training {name} on {len(data.train_images):,} images of {data.name}")

    def tell(report: EpochReport) -> None:
        seen = report.validation_accuracy
        observer.epoch_done(
            name, report.epoch, report.epochs, report.accuracy if seen is None else seen
        )

    save(train(TrainConfig(architecture=name, seed=seed), data, on_epoch=tell), path)


def _opened(name: str, path: Path, *, trained_here: bool, threads: int) -> StoredModel:
    """Open a model file to learn its digest and, where it was trained here, its history."""
    from models.predictors import load_predictor
    from models.store import load

    _start(threads)
    history: dict[str, object] = {}
    if trained_here:
        trained = load(path)
        digest = trained.digest
        history = {
            "data_digest": trained.data_digest,
            "config": trained.config.model_dump(mode="json"),
            "epochs": trained.history,
            "versions": trained.provenance,
        }
    else:
        digest = load_predictor(path).digest
    return StoredModel(name, digest, str(path.resolve()), _stamp(path), history)


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


def _stamp(path: Path) -> str:
    """Return what changes when a file is written again: its size and time of change."""
    state = path.stat()
    return json.dumps([state.st_size, state.st_mtime_ns])


def _by(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape))
