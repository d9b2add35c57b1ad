"""Optimizer, learning rate schedule and loss of a training."""

from typing import TYPE_CHECKING, TypeVar

from models.training.config import TrainConfig, TrainingError

if TYPE_CHECKING:
    import keras

Number = TypeVar("Number", int, float)


def compile_trainer(model: "keras.Model", config: TrainConfig, steps: int) -> "keras.Model":
    """Return a compiled model that shares the layers of `model`, which itself gets no optimizer.

    Parameters
    ----------
    model : keras.Model
        What to train.
    config : TrainConfig
        A resolved configuration.
    steps : int
        Gradient steps of the whole training, the length of a cosine schedule.

    Returns
    -------
    keras.Model
        The compiled model.
    """
    import keras

    trainer = keras.Model(model.input, model.output)
    trainer.compile(
        optimizer=_optimizer(config, steps),
        loss=keras.losses.CategoricalCrossentropy(label_smoothing=config.label_smoothing),
        metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
    )
    trainer.optimizer.build(trainer.trainable_variables)
    return trainer


def require_resolved(value: Number | None) -> Number:
    """Return a setting that `TrainConfig.resolved` fills in.

    Parameters
    ----------
    value : int, float or None
        The setting.

    Returns
    -------
    int or float
        The same.

    Raises
    ------
    TrainingError
        When the setting is None, because the configuration was not resolved.
    """
    if value is None:
        raise TrainingError("the configuration must be resolved before it is used")
    return value


def _optimizer(config: TrainConfig, steps: int) -> "keras.optimizers.Optimizer":
    """Return the optimizer, with a schedule that does not depend on validation metrics."""
    from keras import optimizers

    rate = require_resolved(config.learning_rate)
    if config.schedule == "cosine":
        rate = optimizers.schedules.CosineDecay(rate, decay_steps=steps)
    if config.optimizer == "sgd":
        return optimizers.SGD(rate, momentum=0.9, nesterov=True)
    return {"adam": optimizers.Adam, "rmsprop": optimizers.RMSprop}[config.optimizer](rate)
