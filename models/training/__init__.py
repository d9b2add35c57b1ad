"""Train a network from scratch, reproducibly to the bit on a CPU."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from models import architectures, backend
from models.dataset import Dataset
from models.digests import model_digest
from models.training.batches import Augment
from models.training.checkpoints import Checkpoint
from models.training.config import TrainConfig, TrainingError
from models.training.fitting import fit
from models.training.reports import EpochReport

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
    kept_epoch
        The epoch whose weights these are, counted from 1: the best one with early stopping, else
        the last.
    seconds
        Wall-clock time of the training, without interruptions.
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
    kept_epoch: int
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
    checkpoint: Path | None = None,
) -> Trained:
    """Train a network from scratch, or go on with a training that was stopped.

    The same configuration, data and augmentation give the same weights, bit for bit, on one
    machine's CPU with one number of threads, whether or not the training was stopped on the way.

    Parameters
    ----------
    config
        What to train and how; see `TrainConfig.resolved` for what None means.
    data
        Its training images are used, its test images are not looked at.
    augment
        ``augment(images, ids, epoch) -> images`` on uint8 images, called for blocks of the training
        images in a background thread, so each epoch can see other versions. `ids` are the positions
        in ``data.train_images``, epochs count from 0.
    on_epoch
        Called after each epoch, in the calling thread.
    checkpoint
        An ``.npz`` file in a folder that exists, written after each epoch; when it is there
        already, training goes on after the epoch in it. It stays: delete it once the result is
        safe (`models.resumable.train_to_file` does).

    Raises
    ------
    models.architectures.ArchitectureError
        When the architecture is unknown or does not fit the images.
    models.training.batches.AugmentError
        When `augment` returns something else than such images; what it raises is passed on.
    TrainingError
        When the loss is no longer finite, nothing is left to train on, or the checkpoint is
        damaged, unwritable or of another training.
    """
    config = _with_precision(config.resolved(data))
    backend.make_deterministic(config.seed)
    with backend.precision(config.precision):
        model = _built(config, data)
        kept = None if checkpoint is None else _checkpoint(checkpoint, config, data, augment, model)
        course = fit(model, config, data, augment, on_epoch, kept)
    if config.precision != "float32":
        model, mixed = _built(config, data), model
        model.set_weights(mixed.get_weights())
    return Trained(
        model=model,
        config=config,
        history=tuple(course.history),
        kept_epoch=course.kept_epoch,
        seconds=course.history[-1]["seconds"],
        digest=model_digest(model),
        data_name=data.name,
        data_digest=data.digest,
        class_names=data.class_names,
        augmentation=describe_augment(augment),
        provenance=backend.provenance(),
    )


def describe_augment(augment: Augment | None) -> str:
    """Return an augmentation in words: a function's qualified name, ``str`` of another callable."""
    if augment is None:
        return ""
    return str(getattr(augment, "__qualname__", augment))


def _with_precision(config: TrainConfig) -> TrainConfig:
    """Return the configuration with what ``auto`` means here."""
    if config.precision != "auto":
        return config
    return config.model_copy(
        update={"precision": "float32" if backend.gpu() is None else "mixed_float16"}
    )


def _built(config: TrainConfig, data: Dataset) -> "keras.Model":
    return architectures.build(config.architecture, data.image_shape, data.classes, config.seed)


def _checkpoint(
    path: Path, config: TrainConfig, data: Dataset, augment: Augment | None, model: "keras.Model"
) -> Checkpoint:
    """Return a checkpoint that knows what decides this training."""
    identity = {
        "config": config.model_dump(mode="json"),
        "data_digest": data.digest,
        "augmentation": describe_augment(augment) or "none",
        "backend": backend.name(),
        "network_digest": model_digest(model),  # structure and initial weights
    }
    return Checkpoint(path, identity)
