"""Train a network from scratch, reproducibly to the bit on a CPU."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models import architectures, backend
from models.batches import Augment
from models.config import TrainConfig, TrainingError
from models.dataset import Dataset
from models.digests import model_digest
from models.fitting import EpochReport, fit

if TYPE_CHECKING:
    import keras

__all__ = ["EpochReport", "TrainConfig", "Trained", "TrainingError", "train"]


@dataclass(frozen=True, eq=False)
class Trained:
    """A model with its whole origin.

    Parameters
    ----------
    model
        The network, without optimizer.
    config
        What it was trained with, every default filled in.
    history
        One dict of floats an epoch: `EpochReport` without the number of epochs.
    seconds
        Wall-clock time of the training.
    digest
        `models.digests.model_digest` of the model.
    data_name, data_digest, class_names
        The data it was trained on.
    augmentation
        What the training images went through: a function's qualified name, or ``str`` of another
        callable; empty for none.
    provenance
        Versions and backend, `models.backend.provenance`.
    """

    model: "keras.Model"
    config: TrainConfig
    history: tuple[dict[str, float], ...]
    seconds: float
    digest: str
    data_name: str
    data_digest: str
    class_names: tuple[str, ...]
    augmentation: str
    provenance: dict[str, str]


def train(
    config: TrainConfig,
    data: Dataset,
    augment: Augment | None = None,
    on_epoch: Callable[[EpochReport], None] | None = None,
) -> Trained:
    """Train a network from scratch.

    The same configuration, data and augmentation give the same weights, bit for bit, on one
    machine with one number of threads.

    Parameters
    ----------
    config
        What to train and how; see `TrainConfig.resolved` for what None means.
    data
        Its training images are used, its test images are not looked at.
    augment
        ``augment(images, ids, epoch) -> images`` on uint8 images, called for each training batch
        in a background thread, so each epoch can see other versions. `ids` are the positions in
        ``data.train_images``, epochs count from 0. Validation images stay as they are.
    on_epoch
        Called after each epoch, in the calling thread.

    Raises
    ------
    models.architectures.ArchitectureError
        When the architecture is unknown or does not fit the images.
    models.batches.AugmentError
        When `augment` returns something else than such images; what it raises is passed on.
    TrainingError
        When the loss is no longer finite, or nothing is left to train on.
    """
    config = config.resolved(data)
    backend.make_deterministic(config.seed)
    model = architectures.build(config.architecture, data.image_shape, data.classes, config.seed)
    begin = time.perf_counter()
    reports = fit(model, config, data, augment, on_epoch)
    return Trained(
        model=model,
        config=config,
        history=tuple(report.as_floats() for report in reports),
        seconds=time.perf_counter() - begin,
        digest=model_digest(model),
        data_name=data.name,
        data_digest=data.digest,
        class_names=data.class_names,
        augmentation=_described(augment),
        provenance=backend.provenance(),
    )


def _described(augment: Augment | None) -> str:
    """Return the augmentation in words."""
    if augment is None:
        return ""
    return str(getattr(augment, "__qualname__", augment))
