"""Train a network from scratch, bit for bit reproducible on a CPU."""

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
    """A trained model with its provenance.

    Attributes
    ----------
    model : keras.Model
        The network, without an optimizer.
    config : TrainConfig
        The settings of the training, without defaults left open.
    history : tuple of dict
        One dict of floats for each epoch: `EpochReport` without the number of epochs.
    kept_epoch : int
        The epoch whose weights the model has, counted from 1: the best epoch with early stopping,
        otherwise the last.
    seconds : float
        Wall-clock time of the training, without interruptions.
    digest : str
        `models.digests.model_digest` of the model.
    data_name : str
        Name of the data set that the model was trained on.
    data_digest : str
        Digest of that data set.
    class_names : tuple of str
        One name for each class.
    augmentation : str
        How the training images were augmented: the qualified name of a function, or ``str`` of
        another callable; empty for none.
    provenance : dict of str
        Versions and backend, see `models.backend.provenance`.
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
    """Train a network from scratch, or resume a training that was stopped.

    The same configuration, data and augmentation give the same weights, bit for bit, on the CPU of
    one machine with one number of threads, whether or not the training was stopped and resumed.

    Parameters
    ----------
    config : TrainConfig
        What to train and how; see `TrainConfig.resolved` for settings that are None.
    data : Dataset
        Only its training images are used.
    augment : callable, optional
        ``augment(images, ids, epoch) -> images`` on uint8 images, called for blocks of the training
        images in a background thread, so that each epoch can see other images. `ids` are positions
        in ``data.train_images``, and epochs count from 0.
    on_epoch : callable, optional
        Called with an `EpochReport` after each epoch, in the calling thread.
    checkpoint : Path, optional
        An ``.npz`` file in an existing folder, written after each epoch; if it exists already,
        the training resumes after the epoch in it. It is not deleted: delete it once the result is
        stored (`models.resumable.train_to_file` does).

    Returns
    -------
    Trained
        The model with its provenance.

    Raises
    ------
    models.architectures.ArchitectureError
        When the architecture is unknown or does not fit the images.
    models.training.batches.AugmentError
        When `augment` does not return such images; what it raises itself is passed on.
    TrainingError
        When the loss is no longer finite, no images are left to train on, or the checkpoint is
        damaged, cannot be written, or belongs to another training.
    """
    config = _with_precision(config.resolved(data))
    backend.make_deterministic(config.seed)
    with backend.precision(config.precision):
        model = _built(config, data)
        state = None
        if checkpoint is not None:
            state = _checkpoint(checkpoint, config, data, augment, model)
        callback = fit(model, config, data, augment, on_epoch, state)
    if config.precision != "float32":
        model, mixed = _built(config, data), model
        model.set_weights(mixed.get_weights())
    return Trained(
        model=model,
        config=config,
        history=tuple(callback.history),
        kept_epoch=callback.kept_epoch,
        seconds=callback.history[-1]["seconds"],
        digest=model_digest(model),
        data_name=data.name,
        data_digest=data.digest,
        class_names=data.class_names,
        augmentation=describe_augment(augment),
        provenance=backend.provenance(),
    )


def describe_augment(augment: Augment | None) -> str:
    """Return the qualified name of an augmentation function, or ``str`` of another callable."""
    if augment is None:
        return ""
    return str(getattr(augment, "__qualname__", augment))


def _with_precision(config: TrainConfig) -> TrainConfig:
    """Return the configuration with the precision that ``auto`` selects on this device."""
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
    """Return a checkpoint that is identified by what decides this training."""
    identity = {
        "config": config.model_dump(mode="json"),
        "data_digest": data.digest,
        "augmentation": describe_augment(augment) or "none",
        "backend": backend.name(),
        "network_digest": model_digest(model),  # structure and initial weights
    }
    return Checkpoint(path, identity)
