"""The fit itself: optimizer, schedule, loss, and a report after each epoch."""

import dataclasses
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from models.batches import Augment, BatchStream
from models.config import TrainConfig, TrainingError
from models.dataset import Dataset

if TYPE_CHECKING:
    import keras

VALIDATION_BATCH = 1000
Number = TypeVar("Number", int, float)


@dataclass(frozen=True)
class EpochReport:
    """How far a training has come; sent after each epoch.

    Parameters
    ----------
    epoch, epochs
        The epoch that just ended, counted from 1, and how many there will be.
    loss, accuracy
        Cross-entropy (nats) and share of right answers on the training batches, as they were met.
    validation_loss, validation_accuracy
        The same on the images set aside; None without any.
    seconds
        Wall-clock time since training began.
    """

    epoch: int
    epochs: int
    loss: float
    accuracy: float
    validation_loss: float | None
    validation_accuracy: float | None
    seconds: float

    def as_floats(self) -> dict[str, float]:
        """Return the numbers for the history, without those that there are not."""
        values = dataclasses.asdict(self)
        return {
            key: float(value)
            for key, value in values.items()
            if key != "epochs" and value is not None
        }


def fit(
    model: "keras.Model",
    config: TrainConfig,
    data: Dataset,
    augment: Augment | None,
    on_epoch: Callable[[EpochReport], None] | None,
) -> tuple[EpochReport, ...]:
    """Train `model` in place, by a resolved configuration, and return one report an epoch.

    Raises
    ------
    TrainingError
        When the loss is no longer finite, or nothing is left to train on.
    models.batches.AugmentError
        When `augment` returns something else than such images; what it raises is passed on.
    """
    import keras

    epochs, batch_size = _given(config.epochs), _given(config.batch_size)
    train_ids, validation_ids = config.split(data)
    targets = np.eye(data.classes, dtype=np.float32)[data.train_labels]
    stream = BatchStream(
        data.train_images,
        targets,
        train_ids,
        batch_size=batch_size,
        epochs=epochs,
        seed=config.seed,
        augment=augment,
    )
    reporter = _Reporter(epochs, on_epoch)
    trainer = _compiled(model, config, steps=epochs * stream.batches_per_epoch)
    held_out = (data.train_images[validation_ids], targets[validation_ids])
    try:
        with stream:
            trainer.fit(
                stream.batches(),
                steps_per_epoch=stream.batches_per_epoch,
                epochs=epochs,
                validation_data=held_out if len(validation_ids) else None,
                validation_batch_size=VALIDATION_BATCH,
                callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=reporter.epoch_ended)],
                shuffle=False,  # the stream does
                verbose=0,
            )
    except Exception:
        if stream.error is not None:
            raise stream.error from None
        raise
    return tuple(reporter.reports)


class _Reporter:
    """Turn Keras' logs into reports, and stop a training whose loss is lost."""

    def __init__(self, epochs: int, on_epoch: Callable[[EpochReport], None] | None) -> None:
        self.reports: list[EpochReport] = []
        self._epochs = epochs
        self._on_epoch = on_epoch
        self._begin = time.perf_counter()

    def epoch_ended(self, epoch: int, logs: dict[str, float]) -> None:
        report = EpochReport(
            epoch=epoch + 1,
            epochs=self._epochs,
            loss=float(logs["loss"]),
            accuracy=float(logs["accuracy"]),
            validation_loss=_optional(logs.get("val_loss")),
            validation_accuracy=_optional(logs.get("val_accuracy")),
            seconds=time.perf_counter() - self._begin,
        )
        if not math.isfinite(report.loss):
            raise TrainingError(
                f"the loss became {report.loss} in epoch {report.epoch}; lower the learning rate"
            )
        self.reports.append(report)
        if self._on_epoch is not None:
            self._on_epoch(report)


def _compiled(model: "keras.Model", config: TrainConfig, steps: int) -> "keras.Model":
    """Wrap `model` in a compiled one with the same layers; `model` itself gets no optimizer."""
    import keras

    trainer = keras.Model(model.input, model.output)
    trainer.compile(
        optimizer=_optimizer(config, steps),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=config.label_smoothing),
        metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
    )
    return trainer


def _optimizer(config: TrainConfig, steps: int) -> "keras.optimizers.Optimizer":
    """Return the optimizer with its schedule over all gradient steps."""
    from keras import optimizers

    rate = _given(config.learning_rate)
    if config.schedule == "cosine":
        rate = optimizers.schedules.CosineDecay(rate, decay_steps=steps)
    if config.optimizer == "sgd":
        return optimizers.SGD(rate, momentum=0.9, nesterov=True)
    return {"adam": optimizers.Adam, "rmsprop": optimizers.RMSprop}[config.optimizer](rate)


def _given(value: Number | None) -> Number:
    """Return a value that `TrainConfig.resolved` has filled in."""
    if value is None:
        raise TrainingError("the configuration must be resolved before it is used")
    return value


def _optional(value: float | None) -> float | None:
    """Return a Python float of a log entry that may be absent."""
    return None if value is None else float(value)
