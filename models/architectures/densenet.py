"""Densely connected networks (Huang, Liu, van der Maaten, Weinberger 2016) for small images.

Three dense blocks, in which each layer gets the outputs of all layers before it, with a lower
resolution in each block. The numbers in the names count layers with weights, as in the paper:
3 n + 4 for n layers in each block.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from models.architectures.registry import Recipe, architecture
from models.architectures.stack import Stack

if TYPE_CHECKING:
    from keras import KerasTensor

GROWTH = 12
"""Channels that each layer adds; the smallest value in the paper."""

RECIPE = Recipe(images=270_000, max_epochs=12, batch_size=64, learning_rate=2e-3)


@architecture(RECIPE, parameters=45_826)
def densenet_10(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """DenseNet-10: three blocks of two layers."""
    return _dense_network(pixels, seeds, depth=2)


@architecture(RECIPE, parameters=88_090)
def densenet(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """DenseNet-13: three blocks of three layers."""
    return _dense_network(pixels, seeds, depth=3)


@architecture(RECIPE, parameters=143_890)
def densenet_16(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """DenseNet-16: three blocks of four layers."""
    return _dense_network(pixels, seeds, depth=4)


def _dense_network(pixels: "KerasTensor", seeds: Iterator[int], depth: int) -> "KerasTensor":
    """Return the features of a convolution and three dense blocks with transitions between them."""
    features = Stack(pixels, seeds).convolution(2 * GROWTH, bias=False).features
    features = _dense_block(features, depth, seeds)
    for _ in range(2):
        transition = Stack(features, seeds).batch_norm().relu()
        transition.convolution(features.shape[-1], 1, bias=False).average_pool()
        features = _dense_block(transition.features, depth, seeds)
    return Stack(features, seeds).batch_norm().relu().global_average_pool().features


def _dense_block(features: "KerasTensor", depth: int, seeds: Iterator[int]) -> "KerasTensor":
    """Concatenate the outputs of `depth` layers to the input: ``x = [x, f(x)]`` for each layer."""
    from keras import layers

    for _ in range(depth):
        new = Stack(features, seeds).batch_norm().relu().convolution(GROWTH, bias=False)
        features = layers.Concatenate()([features, new.features])
    return features
