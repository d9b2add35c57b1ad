"""The networks of a matrix: each trained once, and kept in the results folder."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from studies.config.matrix import SEED_LIMIT, MatrixStudy
from studies.core.files import slug
from studies.core.terminal import Observer
from studies.plan import IDENTITY, Training, trainings_of
from studies.run.models import is_trained, report_epochs, start_backend

if TYPE_CHECKING:
    from models.data import Dataset
    from models.training import TrainConfig
    from studies.config.augmentation import SpecAugment

FOLDER = "models"
_MAX_LABEL = 40  # letters of a training's label in the name of its file


@dataclass(frozen=True, slots=True)
class Network:
    """One network of the matrix: its row, its training seed and its file."""

    training: Training
    seed: int
    path: Path

    @property
    def name(self) -> str:
        """Its name in a sweep: that of its file without the ending."""
        return self.path.stem


def networks_of(matrix: MatrixStudy, data: "Dataset", folder: Path) -> list[Network]:
    """Return every network of a matrix, row by row.

    The name of a file contains a digest of everything that decides the training, so that a folder
    may hold the networks of several matrices on the same images, and a matrix that was changed
    trains only what is new.
    """
    found = []
    for training in trainings_of(matrix):
        for seed in matrix.training_seeds:
            config = _config(matrix, seed).resolved(data)
            identity = [config.model_dump(mode="json"), data.digest, str(_augment(training, seed))]
            digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
            name = f"{slug(training.label)[:_MAX_LABEL]}-seed{seed}-{digest[:8]}"
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
    """Train those of `networks_of` that are not trained yet; an interrupted training resumes.

    The observer receives every epoch, and all trainings as one.

    Raises
    ------
    models.training.TrainingError, models.store.ModelError
        When a training fails or cannot be saved; those that ended before stay.
    """
    from models.resumable import train_to_file
    from models.training import TrainingError

    missing = [item for item in networks if not is_trained(item.path)]
    if not missing:
        return
    start_backend(threads)
    observer.note(_announcement(matrix, missing, len(networks), data))
    for number, network in enumerate(missing):
        try:
            train_to_file(
                _config(matrix, network.seed),
                data,
                network.path,
                _augment(network.training, network.seed),
                report_epochs(observer, f"{len(missing)} networks", number, len(missing)),
            )
        except TrainingError as error:
            images = " images" if network.training.kind == "clean" else ""
            label = f"{network.training.label}{images}, seed {network.seed}"
            raise TrainingError(f"training on {label}: {error}") from error


def _announcement(
    matrix: MatrixStudy, missing: Sequence[Network], count: int, data: "Dataset"
) -> str:
    config = _config(matrix, missing[0].seed).resolved(data)
    done = count - len(missing)
    return (
        f"training {len(missing)} networks ({config.architecture}, {config.epochs} epochs) on "
        f"{len(data.train_images):,} images of {data.name}"
        + (f"; {done} of {count} are trained already" if done else "")
    )


def _config(matrix: MatrixStudy, seed: int) -> "TrainConfig":
    return matrix.training.model_copy(update={"seed": seed})


def _augment(training: Training, seed: int) -> "SpecAugment | None":
    """Return the augmentation of a training, with a noise seed that no test has."""
    import noiselib
    from studies.config.augmentation import SpecAugment

    if training.spec == IDENTITY:
        return None
    return SpecAugment(noiselib.parse(training.spec), SEED_LIMIT + seed)
