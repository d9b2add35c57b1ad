"""Plain convolutional networks: 3x3 convolutions and pooling, one after the other."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from models.architectures.registry import BATCH_NORM_MOMENTUM, Recipe, architecture

if TYPE_CHECKING:
    from keras import KerasTensor


@architecture(Recipe(images=270_000, most_epochs=12, batch_size=64, learning_rate=2e-3))
def cnn(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """Convolutions of 32, 64 and 128 channels, each pooled, with batch norm; dropout at the end."""
    from keras import layers

    features = pixels
    for channels in (32, 64, 128):
        features = _convolution(features, channels, seeds)
    features = layers.Flatten()(features)
    return layers.Dropout(0.4, seed=next(seeds))(features)


def _convolution(features: "KerasTensor", channels: int, seeds: Iterator[int]) -> "KerasTensor":
    """3x3 convolution without bias (batch norm has one), 2x2 max pooling, batch norm, ReLU.

    Pooling comes first because it leaves a quarter of the values to normalise; as ReLU and a
    positive scale commute with the maximum, little else changes.
    """
    from keras import initializers, layers

    features = layers.Conv2D(
        channels,
        3,
        padding="same",
        use_bias=False,
        kernel_initializer=initializers.HeNormal(next(seeds)),
    )(features)
    features = layers.MaxPooling2D()(features)
    features = layers.BatchNormalization(momentum=BATCH_NORM_MOMENTUM)(features)
    return layers.Activation("relu")(features)
