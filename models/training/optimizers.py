"""How weights are moved: optimizer, learning rate schedule and loss."""

from typing import TYPE_CHECKING, TypeVar

from models.training.config import TrainConfig, TrainingError

if TYPE_CHECKING:
    import keras

Number = TypeVar("Number", int, float)


def compile_trainer(model: "keras.Model", config: TrainConfig, steps: int) -> "keras.Model":
    """Wrap `model` in a compiled one with the same layers; `model` itself gets no optimizer.

    Parameters
    ----------
    model
        What to train.
    config
        Resolved: what is None in it is an error.
    steps
        Gradient steps of the whole training, over which a cosine falls.
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
    """Return a value that `TrainConfig.resolved` has filled in."""
    if value is None:
        raise TrainingError("the configuration must be resolved before it is used")
    return value


def _optimizer(config: TrainConfig, steps: int) -> "keras.optimizers.Optimizer":
    """Return the optimizer, with its schedule where that is known beforehand."""
    from keras import optimizers

    rate = require_resolved(config.learning_rate)
    if config.schedule == "cosine":
        rate = optimizers.schedules.CosineDecay(rate, decay_steps=steps)
    if config.optimizer == "sgd":
        return optimizers.SGD(rate, momentum=0.9, nesterov=True)
    return {"adam": optimizers.Adam, "rmsprop": optimizers.RMSprop}[config.optimizer](rate)
