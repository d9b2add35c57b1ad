"""Train into a file: stopped at any moment, the same call goes on from the last whole epoch."""

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
    """Return where the state of an unfinished training is kept: ``mlp.checkpoint.npz``."""
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
    config, data, augment, on_epoch
        See `models.training.train`.
    path
        Where the model goes, ending in ``.keras``; folders are made.

    Raises
    ------
    models.store.ModelError
        When nothing can be written there.
    models.training.config.TrainingError, models.architectures.ArchitectureError
        As `models.training.train` does; among them a checkpoint of another training.
    """
    path = store.writable(path)
    checkpoint = checkpoint_path(path)
    trained = train(config, data, augment, on_epoch, checkpoint)
    store.save(trained, path)
    discard(checkpoint)
    return trained
