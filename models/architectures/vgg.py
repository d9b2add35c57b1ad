"""VGG (Simonyan, Zisserman 2014) for small images: pairs of 3x3 convolutions, then pooling.

With batch norm, as usual today. The numbers in the names count layers with weights, including the
classification layer.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from models.architectures.registry import Recipe, architecture
from models.architectures.stack import Stack

if TYPE_CHECKING:
    from keras import KerasTensor

RECIPE = Recipe(images=270_000, max_epochs=12, batch_size=64, learning_rate=2e-3)


@architecture(RECIPE, parameters=468_778)
def vgg_6(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """VGG-6: 2 x 32, 2 x 64; dense 128."""
    return _pairs(pixels, seeds, (32, 64), width=128)


@architecture(RECIPE, parameters=586_282)
def vgg(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """VGG-8: 2 x 32, 2 x 64, 2 x 128; dense 256."""
    return _pairs(pixels, seeds, (32, 64, 128), width=256)


@architecture(RECIPE, parameters=1_243_690)
def vgg_10(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """VGG-10: 2 x 32, 64, 128, 256; dense 256."""
    return _pairs(pixels, seeds, (32, 64, 128, 256), width=256)


def _pairs(
    pixels: "KerasTensor", seeds: Iterator[int], channels: tuple[int, ...], width: int
) -> "KerasTensor":
    """Return the features of pairs of convolutions, and of a dense layer between two dropouts."""
    stack = Stack(pixels, seeds)
    for count in channels:
        stack.convolution(count, bias=False).batch_norm().relu()
        stack.convolution(count, bias=False).max_pool().batch_norm().relu()
    stack.flatten().dropout(0.3).dense(width, bias=False).batch_norm().relu()
    return stack.dropout(0.3).features
