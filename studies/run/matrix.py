"""The networks of a matrix: each trained once, and kept in the results folder with its origin."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from studies.config.matrix import SEED_LIMIT, MatrixStudy
from studies.core.files import slug
from studies.core.progress import Observer
from studies.plan import IDENTITY, Training, trainings_of

if TYPE_CHECKING:
    from models.data import Dataset
    from models.training import EpochReport, TrainConfig
    from studies.config.augmentation import SpecAugment

FOLDER = "models"
_NAMED = 40  # letters of a training's label in the name of its file


@dataclass(frozen=True, slots=True)
class Network:
    """One network of the matrix.

    Attributes
    ----------
    training
        What it is trained on.
    seed
        Its training seed.
    path
        Where it is kept.
    """

    training: Training
    seed: int
    path: Path

    @property
    def name(self) -> str:
        """What a sweep calls it: its file without the ending."""
        return self.path.stem


def networks_of(matrix: MatrixStudy, data: "Dataset", folder: Path) -> list[Network]:
    """Return every network of a matrix, training by training.

    What decides a training is in the name of its file, so that a folder may hold those of several
    matrices on the same images, and a matrix that was changed trains only what is new.

    Parameters
    ----------
    matrix
        The study.
    data
        What they are trained on.
    folder
        The results folder.
    """
    found = []
    for training in trainings_of(matrix):
        for seed in matrix.training_seeds:
            config = _config(matrix, seed).resolved(data)
            identity = [config.model_dump(mode="json"), data.digest, str(_augment(training, seed))]
            digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
            name = f"{slug(training.label)[:_NAMED]}-seed{seed}-{digest[:8]}"
            found.append(Network(training, seed, folder / FOLDER / f"{name}.keras"))
    return found


def train_missing(
    matrix: MatrixStudy,
    networks: Sequence[Network],
    data: "Dataset",
    observer: Observer,
    *,
    threads: int,
) -> None:
    """Train the networks that are not there yet; stopped on the way, the next call goes on.

    Parameters
    ----------
    matrix
        Says how.
    networks
        From `networks_of`.
    data
        What they are trained on.
    observer
        Is told after every epoch, all trainings counted as one.
    threads
        Threads to train with.

    Raises
    ------
    models.training.TrainingError, models.store.ModelError
        When a training fails or cannot be kept; those that ended before stay.
    """
    from models import backend
    from models.resumable import train_to_file
    from models.store import sidecar_path
    from models.training import TrainingError

    missing = [
        item for item in networks if not (item.path.is_file() and sidecar_path(item.path).is_file())
    ]
    if not missing:
        return
    with backend.quiet_start():
        backend.pin_threads(threads)
    observer.note(_announced(matrix, missing, len(networks), data))
    for number, network in enumerate(missing):
        try:
            train_to_file(
                _config(matrix, network.seed),
                data,
                network.path,
                _augment(network.training, network.seed),
                _telling(observer, number, len(missing)),
            )
        except TrainingError as error:
            raise TrainingError(f"training on {_named(network)}: {error}") from error


def _announced(matrix: MatrixStudy, missing: Sequence[Network], count: int, data: "Dataset") -> str:
    config = _config(matrix, missing[0].seed).resolved(data)
    done = count - len(missing)
    return (
        f"training {len(missing)} networks ({config.architecture}, {config.epochs} epochs) on "
        f"{len(data.train_images):,} images of {data.name}"
        + (f"; {done} of {count} are there already" if done else "")
    )


def _telling(observer: Observer, number: int, count: int) -> "Callable[[EpochReport], None]":
    def tell(report: "EpochReport") -> None:
        seen = report.validation_accuracy
        observer.epoch_done(
            f"{count} networks",
            number * report.epochs + report.epoch,
            count * report.epochs,
            report.accuracy if seen is None else seen,
        )

    return tell


def _named(network: Network) -> str:
    label = network.training.label
    images = " images" if network.training.kind == "clean" else ""
    return f"{label}{images}, seed {network.seed}"


def _config(matrix: MatrixStudy, seed: int) -> "TrainConfig":
    return matrix.training.model_copy(update={"seed": seed})


def _augment(training: Training, seed: int) -> "SpecAugment | None":
    """Return what training images go through, with a seed that no test has."""
    import noiselib
    from studies.config.augmentation import SpecAugment

    if training.spec == IDENTITY:
        return None
    return SpecAugment(noiselib.parse(training.spec), SEED_LIMIT + seed)
