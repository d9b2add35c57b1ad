"""The fit itself: batches into Keras, from the first epoch or from a checkpoint."""

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
    """Train `model` in place, by a resolved configuration.

    Returns
    -------
    TrainingCallback
        With the history, one entry an epoch, and the epoch whose weights `model` has now.

    Raises
    ------
    TrainingError
        When the loss is no longer finite, nothing is left to train on, or the checkpoint cannot
        be used.
    models.training.batches.AugmentError
        When `augment` returns something else than such images; what it raises is passed on.
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
    course = TrainingCallback(model, trainer, config, on_epoch, checkpoint)
    held_out = None
    if len(validation_ids):
        shown = augment if config.augment_validation else None
        images = apply_augmentation(shown, data.train_images[validation_ids], validation_ids, 0)
        held_out = (images, targets[validation_ids])
    if not course.has_ended:
        with _errors_as_they_were(stream):
            trainer.fit(
                stream.batches(first_epoch=len(course.history)),
                steps_per_epoch=stream.batches_per_epoch,
                initial_epoch=len(course.history),
                epochs=epochs,
                validation_data=held_out,
                validation_batch_size=VALIDATION_BATCH,
                callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=course.epoch_ended)],
                shuffle=False,  # the stream does
                verbose=0,
            )
    course.keep_best()
    return course


@contextmanager
def _errors_as_they_were(stream: BatchStream) -> Iterator[None]:
    """Leave the stream at the end; raise what went wrong in it, not what Keras makes of that."""
    try:
        with stream:
            yield
    except Exception:
        if stream.error is not None:
            raise stream.error from None
        raise
