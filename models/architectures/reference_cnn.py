"""The convolutional networks of the five reference systems, layer by layer as published.

Unless noted otherwise, convolutions are 3x3 with ReLU and without padding, pooling is 2x2, and the
initial weights are Keras' default (Glorot, uniform). Each recipe has the batch size of its system
and, where it is known, the length of its training.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from models.architectures.registry import Recipe, architecture
from models.architectures.stack import Stack

if TYPE_CHECKING:
    from keras import KerasTensor

ESSMAW_1 = Recipe(images=720_000, max_epochs=40, batch_size=64, learning_rate=1e-3)
ESSMAW_2 = Recipe(images=720_000, max_epochs=40, batch_size=32, learning_rate=1e-3)
THEO = Recipe(images=720_000, max_epochs=40, batch_size=100, learning_rate=1e-3)
JHANSI = Recipe(images=270_000, max_epochs=40, batch_size=32, learning_rate=1e-3)
RITANJIT = Recipe(images=810_000, max_epochs=40, batch_size=64, learning_rate=1e-3)

KERAS_MOMENTUM = 0.99
"""Keras' default of the momentum of batch norm."""


@architecture(ESSMAW_1, parameters=46_186)
def essmaw_cnn1(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """Convolutions 128, 32; dropout .3."""
    return _pooled(pixels, seeds, (128, 32)).dropout(0.3).flatten().features


@architecture(ESSMAW_2, parameters=282_058)
def essmaw_cnn2(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """Convolutions 128, 64, batch norm; 128."""
    stack = Stack(pixels, seeds, "glorot_uniform")
    for channels in (128, 64):
        stack.convolution(channels, padding="valid").relu().batch_norm(KERAS_MOMENTUM).max_pool()
    return stack.dropout(0.3).flatten().dense(128).relu().dropout(0.3).features


@architecture(THEO, parameters=159_882)
def theo_cnn1(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """Convolutions 32, 64, 128; 256, 128."""
    return _head(_pooled(pixels, seeds, (32, 64, 128)).features, seeds, 256, 128)


@architecture(THEO, parameters=61_706)
def theo_lenet(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """LeNet-5: convolutions 6, 16; 120, 84."""
    stack = Stack(pixels, seeds, "glorot_uniform")
    stack.convolution(6, 5).relu().max_pool()
    stack.convolution(16, 5, padding="valid").relu().max_pool()
    return stack.flatten().dense(120).relu().dense(84).relu().features


@architecture(THEO, parameters=2_935_242)
def theo_cnn2(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """Convolution 32; 512, 256, 128."""
    stack = _pooled(pixels, seeds, (32,)).flatten()
    return stack.dense(512).relu().dense(256).relu().dense(128).relu().features


@architecture(THEO, parameters=487_818)
def theo_cnn3(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """Convolutions 32 to 256, padded; 256, 128."""
    return _head(_padded(pixels, seeds), seeds, 256, 128)


@architecture(THEO, parameters=653_322)
def theo_cnn4(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """Convolutions 32 to 256, padded; 512, 256."""
    return _head(_padded(pixels, seeds), seeds, 512, 256)


@architecture(JHANSI, parameters=34_826)
def jhansi_cnn(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """Convolutions 32, 64."""
    return _pooled(pixels, seeds, (32, 64)).flatten().features


@architecture(RITANJIT, parameters=225_034)
def ritanjit_cnn(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """Convolutions 32, 64; 128, dropout .5."""
    return _pooled(pixels, seeds, (32, 64)).flatten().dense(128).relu().dropout(0.5).features


def _pooled(pixels: "KerasTensor", seeds: Iterator[int], channels: tuple[int, ...]) -> Stack:
    """Return a stack of convolutions without padding, each with pooling."""
    stack = Stack(pixels, seeds, "glorot_uniform")
    for count in channels:
        stack.convolution(count, padding="valid").relu().max_pool()
    return stack


def _padded(pixels: "KerasTensor", seeds: Iterator[int]) -> "KerasTensor":
    """Return the features of four padded convolutions with He uniform weights and pooling."""
    stack = Stack(pixels, seeds, "he_uniform")
    for count in (32, 64, 128, 256):
        stack.convolution(count, padding="same").relu().max_pool()
    return stack.features


def _head(features: "KerasTensor", seeds: Iterator[int], first: int, second: int) -> "KerasTensor":
    """Return the features of two dense layers with dropout .3 between them."""
    stack = Stack(features, seeds, "glorot_uniform").flatten()
    return stack.dense(first).relu().dropout(0.3).dense(second).relu().features
