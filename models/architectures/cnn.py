"""Plain convolutional networks: 3x3 convolutions, each followed by pooling."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from models.architectures.registry import Recipe, architecture
from models.architectures.stack import Stack

if TYPE_CHECKING:
    from keras import KerasTensor

RECIPE = Recipe(images=270_000, max_epochs=12, batch_size=64, learning_rate=2e-3)
PLAIN = Recipe(images=270_000, max_epochs=12, batch_size=64, learning_rate=1e-3)


@architecture(RECIPE, parameters=104_874)
def cnn(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """Convolutions 32, 64, 128 with batch norm."""
    return _with_batch_norm(pixels, seeds, (32, 64, 128), dropout=0.4)


@architecture(RECIPE, parameters=29_402)
def cnn_small(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """Convolutions 16, 32, 64 with batch norm."""
    return _with_batch_norm(pixels, seeds, (16, 32, 64), dropout=0.2)


@architecture(RECIPE, parameters=394_058)
def cnn_wide(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """Convolutions 64, 128, 256 with batch norm."""
    return _with_batch_norm(pixels, seeds, (64, 128, 256), dropout=0.5)


@architecture(PLAIN, parameters=104_202)
def cnn_plain(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """Convolutions 32, 64, 128, no batch norm."""
    stack = Stack(pixels, seeds)
    for channels in (32, 64, 128):
        stack.convolution(channels).max_pool().relu()
    return stack.flatten().dropout(0.4).features


def _with_batch_norm(
    pixels: "KerasTensor", seeds: Iterator[int], channels: tuple[int, ...], dropout: float
) -> "KerasTensor":
    """Return the features of convolutions without bias, each with pooling, batch norm and ReLU.

    Pooling comes first because it leaves a quarter of the values to normalize; ReLU and a positive
    scale commute with the maximum, so little else changes.
    """
    stack = Stack(pixels, seeds)
    for count in channels:
        stack.convolution(count, bias=False).max_pool().batch_norm().relu()
    return stack.flatten().dropout(dropout).features
