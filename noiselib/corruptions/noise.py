"""Noise: values that differ from pixel to pixel by chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from noiselib.corruption import Corruption, Trait, strength
from noiselib.images import Images, across_channels
from noiselib.streams import Shape, Streams


class GaussianNoise(Corruption):
    """Add independent normal noise: ``y = clip(x + sigma * z)``, ``z ~ N(0, 1)``.

    Drawn: one z for every value. Scales: sigma. The normal comes in 65,536 equally likely steps
    and ends at 4.32 standard deviations.

    Source: ImageNet-C and MNIST-C (sigma .08 to .38).
    """

    traits = Trait.EXACT | Trait.BROADCAST | Trait.FLIPPABLE | Trait.TRANSPOSABLE | Trait.MONOTONE
    sigma: float = strength(
        "standard deviation, as a fraction of full scale", identity=0, worst=0.5, high=10
    )

    def draw(self, streams: Streams, shape: Shape) -> Images:
        return streams.normal(shape)

    def apply(self, images: Images, draws: Images) -> Images:
        return images + self.sigma * draws


class SaltAndPepper(Corruption):
    """Make pixels white or black by chance: ``y = 1`` or ``0`` with probability amount / 2 each.

    All channels of a pixel go together. Drawn: one number for every pixel. Scales: the part of
    the numbers that strike; pixels struck at one strength stay struck at every greater one.
    The probability comes in steps of 1/32768.

    Source: salt-and-pepper noise as in digital image processing textbooks.
    """

    traits = Trait.EXACT | Trait.FLIPPABLE | Trait.TRANSPOSABLE | Trait.MONOTONE
    amount: float = strength("part of the pixels that are struck", identity=0, worst=0.5, high=1)

    def draw(self, streams: Streams, shape: Shape) -> NDArray[np.uint16]:
        return across_channels(streams.uniform16(shape[:2]), shape[2])

    def apply(self, images: Images, draws: NDArray[np.uint16]) -> Images:
        struck = round(self.amount * 2**15)
        salt = draws >= 2**16 - struck
        kept = (draws >= struck) ^ salt  # neither pepper, below, nor salt, above
        return images * kept + salt
