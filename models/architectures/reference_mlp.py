"""The perceptrons of the five reference systems, layer by layer as published.

They are dense layers with ReLU and Keras' default initial weights (Glorot, uniform). Each recipe
has the batch size of its system and, where it is known, the length of its training.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from models.architectures.registry import Recipe, architecture
from models.architectures.stack import Stack

if TYPE_CHECKING:
    from keras import KerasTensor

ESSMAW = Recipe(images=720_000, max_epochs=40, batch_size=128, learning_rate=1e-3)
THEO = Recipe(images=1_440_000, max_epochs=60, batch_size=100, learning_rate=1e-3)
ENSI = Recipe(images=300_000, max_epochs=40, batch_size=32, learning_rate=1e-3)
RITANJIT = Recipe(images=810_000, max_epochs=40, batch_size=64, learning_rate=1e-3)


@architecture(ESSMAW, parameters=235_146)
def essmaw_mlp(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """256, dropout .3, 128, dropout .3."""
    stack = _flat(pixels, seeds).dense(256).relu().dropout(0.3)
    return stack.dense(128).relu().dropout(0.3).features


@architecture(THEO, parameters=235_146)
def theo_mlp1(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """256, dropout .3, 128."""
    return _flat(pixels, seeds).dense(256).relu().dropout(0.3).dense(128).relu().features


@architecture(THEO, parameters=242_762)
def theo_mlp2(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """256, dropout .3, 128, 64."""
    stack = _flat(pixels, seeds).dense(256).relu().dropout(0.3)
    return stack.dense(128).relu().dense(64).relu().features


@architecture(THEO, parameters=567_434)
def theo_mlp3(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """512, dropout .3, 256, 128."""
    stack = _flat(pixels, seeds).dense(512).relu().dropout(0.3)
    return stack.dense(256).relu().dense(128).relu().features


@architecture(ENSI, parameters=101_770)
def ensi_mlp(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """128."""
    return _flat(pixels, seeds).dense(128).relu().features


@architecture(RITANJIT, parameters=235_146)
def ritanjit_mlp(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """256, dropout .3, 128."""
    return _flat(pixels, seeds).dense(256).relu().dropout(0.3).dense(128).relu().features


def _flat(pixels: "KerasTensor", seeds: Iterator[int]) -> Stack:
    """Return a stack that begins with all pixels on one axis."""
    return Stack(pixels, seeds, "glorot_uniform").flatten()
