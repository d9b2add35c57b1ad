"""Photometric corruptions: what a value becomes depends on it, and at most on its whole image."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from noiselib.corruption import Corruption, Trait, strength
from noiselib.exact import image_means, steady
from noiselib.images import Images
from noiselib.streams import Shape, Streams

PerImage = NDArray[np.float64]  # (n, 1, 1, 1)


class Brightness(Corruption):
    """Shift all values: ``y = clip(x + shift)``.

    Nothing is drawn.

    Source: MNIST-C (shift .1 to .5 on grey images).
    """

    traits = (
        Trait.EXACT
        | Trait.POINTWISE
        | Trait.BROADCAST
        | Trait.CHANNELWISE
        | Trait.FLIPPABLE
        | Trait.TRANSPOSABLE
        | Trait.MONOTONE
    )
    shift: float = strength(
        "what is added, as a fraction of full scale", identity=0, worst=0.5, low=-1, high=1
    )

    def apply(self, images: Images, draws: None) -> Images:
        return images + np.float32(self.shift)


class RandomBrightness(Corruption):
    """Shift each image by its own amount: ``y = clip(x + u * shift)``, ``u ~ U(-1, 1)``.

    Drawn: one u for every image. Scales: shift.

    Source: own design; with shift .2, the last step of the noisy-MNIST course data.
    """

    traits = Trait.EXACT | Trait.FLIPPABLE | Trait.TRANSPOSABLE | Trait.MONOTONE
    shift: float = strength(
        "greatest shift, as a fraction of full scale", identity=0, worst=0.5, high=1
    )

    def draw(self, streams: Streams, shape: Shape) -> PerImage:
        return streams.signed((1, 1, 1))

    def apply(self, images: Images, draws: PerImage) -> Images:
        return images + (self.shift * draws).astype(np.float32)


class Contrast(Corruption):
    """Scale the distance from the mean: ``y = clip(mean + factor * (x - mean))``.

    The mean is that of each channel of each image. Nothing is drawn.

    Source: ImageNet-C (factor .4 to .05).
    """

    traits = (
        Trait.EXACT
        | Trait.BROADCAST
        | Trait.CHANNELWISE
        | Trait.LINEAR
        | Trait.CONSTANT_KEEPING
        | Trait.FLIPPABLE
        | Trait.TRANSPOSABLE
        | Trait.MONOTONE
    )
    factor: float = strength("what contrast is left", identity=1, worst=0.05, low=0, high=100)

    def apply(self, images: Images, draws: None) -> Images:
        means = image_means(images)
        return means + self.factor * (images - means)


class RandomContrast(Corruption):
    """Scale each image's distances from its mean: ``y = clip(mean + factor**u * (x - mean))``.

    ``u ~ U(-1, 1)``: images lose or gain contrast, by at most the factor. The mean is that of
    each channel of each image. Drawn: one u for every image. Scales: factor.

    Source: own design.
    """

    traits = (
        Trait.EXACT | Trait.CONSTANT_KEEPING | Trait.FLIPPABLE | Trait.TRANSPOSABLE | Trait.MONOTONE
    )
    factor: float = strength(
        "least contrast left, and one over the most", identity=1, worst=0.25, low=0.01, high=1
    )

    def draw(self, streams: Streams, shape: Shape) -> PerImage:
        return streams.signed((1, 1, 1))

    def apply(self, images: Images, draws: PerImage) -> Images:
        means = image_means(images)
        return means + steady(self.factor**draws).astype(np.float32) * (images - means)
