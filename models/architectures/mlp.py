"""Multilayer perceptrons."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from models.architectures.registry import Recipe, architecture
from models.architectures.stack import Stack

if TYPE_CHECKING:
    from keras import KerasTensor

RECIPE = Recipe(images=750_000, max_epochs=40, batch_size=128, learning_rate=2e-3)
PLAIN = Recipe(images=750_000, max_epochs=40, batch_size=128, learning_rate=1e-3)


@architecture(RECIPE, parameters=672_778)
def mlp(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """512, 512 with batch norm and dropout."""
    return _perceptron(pixels, seeds, widths=(512, 512), dropout=0.3)


@architecture(RECIPE, parameters=119_050)
def mlp_small(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """128, 128 with batch norm and dropout."""
    return _perceptron(pixels, seeds, widths=(128, 128), dropout=0.1)


@architecture(RECIPE, parameters=1_869_834)
def mlp_wide(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """1024, 1024 with batch norm and dropout."""
    return _perceptron(pixels, seeds, widths=(1024, 1024), dropout=0.4)


@architecture(RECIPE, parameters=1_869_834)
def mlp_noise(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """1024, 1024 with batch norm, no dropout."""
    return _perceptron(pixels, seeds, widths=(1024, 1024), dropout=0)


@architecture(RECIPE, parameters=537_098)
def mlp_deep(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """Six of 256 with batch norm and dropout."""
    return _perceptron(pixels, seeds, widths=(256,) * 6, dropout=0.1)


@architecture(PLAIN, parameters=669_706)
def mlp_plain(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """512, 512 without batch norm and dropout."""
    stack = Stack(pixels, seeds).flatten()
    return stack.dense(512).relu().dense(512).relu().features


def _perceptron(
    pixels: "KerasTensor", seeds: Iterator[int], widths: tuple[int, ...], dropout: float
) -> "KerasTensor":
    """Return the features of dense layers without bias, with batch norm, ReLU and dropout."""
    stack = Stack(pixels, seeds).flatten()
    for width in widths:
        stack.dense(width, bias=False).batch_norm().relu().dropout(dropout)
    return stack.features
