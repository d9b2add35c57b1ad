"""Train into a file; the same call resumes a training that was stopped."""

from collections.abc import Callable
from pathlib import Path

from models import store
from models.dataset import Dataset
from models.training import Trained, train
from models.training.batches import Augment
from models.training.checkpoints import discard
from models.training.config import TrainConfig
from models.training.reports import EpochReport


def checkpoint_path(path: Path) -> Path:
    """Return the path of the checkpoint for a model: ``mlp.checkpoint.npz`` for ``mlp.keras``."""
    return path.with_name(f"{path.stem}.checkpoint.npz")


def train_to_file(
    config: TrainConfig,
    data: Dataset,
    path: str | Path,
    augment: Augment | None = None,
    on_epoch: Callable[[EpochReport], None] | None = None,
) -> Trained:
    """Train a model and save it, with a checkpoint beside it until it is saved.

    Parameters
    ----------
    config : TrainConfig
        See `models.training.train`.
    data : Dataset
        See `models.training.train`.
    path : str or Path
        Path of the model, ending in ``.keras``; missing folders are created.
    augment : callable, optional
        See `models.training.train`.
    on_epoch : callable, optional
        See `models.training.train`.

    Returns
    -------
    Trained
        The model with its provenance.

    Raises
    ------
    ModelError
        When nothing can be written there.
    models.training.config.TrainingError
        As `models.training.train` does; for example for a checkpoint of another training.
    models.architectures.ArchitectureError
        As `models.training.train` does.
    """
    path = store.writable(path)
    checkpoint = checkpoint_path(path)
    trained = train(config, data, augment, on_epoch, checkpoint)
    store.save(trained, path)
    discard(checkpoint)
    return trained
