"""Residual networks (He, Zhang, Ren, Sun 2015) as their authors built them for CIFAR-10.

A convolution, three stages of 16, 32 and 64 channels, each stage at half the resolution of the one
before, and the mean of each channel. The numbers in the names count layers with weights, without
those of the shortcuts: 6 n + 2 for n blocks in each stage.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from models.architectures.registry import Recipe, architecture
from models.architectures.stack import Stack

if TYPE_CHECKING:
    from keras import KerasTensor

RECIPE = Recipe(images=270_000, max_epochs=12, batch_size=64, learning_rate=2e-3)


@architecture(RECIPE, parameters=78_426)
def resnet_8(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """ResNet-8: three stages of one block."""
    return _residual_network(pixels, seeds, blocks=1)


@architecture(RECIPE, parameters=176_090)
def resnet(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """ResNet-14: three stages of two blocks."""
    return _residual_network(pixels, seeds, blocks=2)


@architecture(RECIPE, parameters=273_754)
def resnet_20(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """ResNet-20: three stages of three blocks."""
    return _residual_network(pixels, seeds, blocks=3)


def _residual_network(pixels: "KerasTensor", seeds: Iterator[int], blocks: int) -> "KerasTensor":
    """Return the features of a convolution and three stages of residual blocks."""
    features = Stack(pixels, seeds).convolution(16, bias=False).batch_norm().relu().features
    for channels in (16, 32, 64):
        for block in range(blocks):
            stride = 2 if block == 0 and channels > 16 else 1
            features = _residual_block(features, channels, stride, seeds)
    return Stack(features, seeds).global_average_pool().features


def _residual_block(
    features: "KerasTensor", channels: int, stride: int, seeds: Iterator[int]
) -> "KerasTensor":
    """Add the output of two convolutions to the input: ``relu(x + f(x))``.

    Where the shape changes, a 1x1 convolution projects the input.
    """
    from keras import layers

    residual = Stack(features, seeds).convolution(channels, stride=stride, bias=False)
    residual.batch_norm().relu().convolution(channels, bias=False).batch_norm()
    shortcut = features
    if features.shape[-1] != channels:
        projection = Stack(features, seeds).convolution(channels, 1, stride=stride, bias=False)
        shortcut = projection.batch_norm().features
    return Stack(layers.Add()([residual.features, shortcut]), seeds).relu().features
