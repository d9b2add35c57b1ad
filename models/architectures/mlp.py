"""Multilayer perceptrons: every pixel to every unit."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from models.architectures.registry import BATCH_NORM_MOMENTUM, Recipe, architecture

if TYPE_CHECKING:
    from keras import KerasTensor


@architecture(Recipe(images=750_000, most_epochs=40, batch_size=128, learning_rate=2e-3))
def mlp(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """Two dense layers of 512 units with batch norm and dropout."""
    from keras import layers

    features = layers.Flatten()(pixels)
    for width in (512, 512):
        features = _dense(features, width, dropout=0.3, seeds=seeds)
    return features


def _dense(
    features: "KerasTensor", width: int, dropout: float, seeds: Iterator[int]
) -> "KerasTensor":
    """Dense without bias (batch norm has one), batch norm, ReLU, dropout."""
    from keras import initializers, layers

    features = layers.Dense(
        width, use_bias=False, kernel_initializer=initializers.HeNormal(next(seeds))
    )(features)
    features = layers.BatchNormalization(momentum=BATCH_NORM_MOMENTUM)(features)
    features = layers.Activation("relu")(features)
    return layers.Dropout(dropout, seed=next(seeds))(features)
