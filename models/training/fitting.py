"""Fit a network with Keras, from the first epoch or from a checkpoint."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from models.dataset import Dataset
from models.training.batches import Augment, BatchStream, apply_augmentation
from models.training.callback import TrainingCallback
from models.training.checkpoints import Checkpoint
from models.training.config import TrainConfig
from models.training.optimizers import compile_trainer, require_resolved
from models.training.reports import EpochReport

if TYPE_CHECKING:
    import keras

VALIDATION_BATCH = 1000


def fit(
    model: "keras.Model",
    config: TrainConfig,
    data: Dataset,
    augment: Augment | None,
    on_epoch: Callable[[EpochReport], None] | None,
    checkpoint: Checkpoint | None = None,
) -> TrainingCallback:
    """Train a network in place.

    Parameters
    ----------
    model : keras.Model
        The network.
    config : TrainConfig
        A resolved configuration.
    data : Dataset
        Its training images are used.
    augment : callable or None
        See `models.training.train`.
    on_epoch : callable or None
        See `models.training.train`.
    checkpoint : Checkpoint, optional
        Where the state is stored after each epoch, and resumed from.

    Returns
    -------
    TrainingCallback
        With the history of the training, and the epoch whose weights the network has now.

    Raises
    ------
    TrainingError
        When the loss is no longer finite, no images are left to train on, or the checkpoint cannot
        be used.
    models.training.batches.AugmentError
        When `augment` does not return such images; what it raises itself is passed on.
    """
    import keras

    train_ids, validation_ids = config.split(data)
    targets = np.eye(data.classes, dtype=np.float32)[data.train_labels]
    epochs = require_resolved(config.epochs)
    stream = BatchStream(
        data.train_images,
        targets,
        train_ids,
        batch_size=require_resolved(config.batch_size),
        epochs=epochs,
        seed=config.seed,
        augment=augment,
    )
    trainer = compile_trainer(model, config, steps=epochs * stream.batches_per_epoch)
    callback = TrainingCallback(model, trainer, config, on_epoch, checkpoint)
    held_out = None
    if len(validation_ids):
        validation_augment = augment if config.augment_validation else None
        images = apply_augmentation(
            validation_augment, data.train_images[validation_ids], validation_ids, 0
        )
        held_out = (images, targets[validation_ids])
    if not callback.has_ended:
        with _original_errors(stream):
            trainer.fit(
                stream.batches(first_epoch=len(callback.history)),
                steps_per_epoch=stream.batches_per_epoch,
                initial_epoch=len(callback.history),
                epochs=epochs,
                validation_data=held_out,
                validation_batch_size=VALIDATION_BATCH,
                callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=callback.epoch_ended)],
                shuffle=False,  # the stream shuffles
                verbose=0,
            )
    callback.keep_best()
    return callback


@contextmanager
def _original_errors(stream: BatchStream) -> Iterator[None]:
    """Close the stream at the end, and raise its own errors instead of what Keras makes of them."""
    try:
        with stream:
            yield
    except Exception:
        if stream.error is not None:
            raise stream.error from None
        raise
