"""Noise: values that differ from pixel to pixel by chance."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from noiselib.corruption import Corruption
from noiselib.fields import inverse_square, strength
from noiselib.images import Images, Levels, across_channels
from noiselib.operations.normal import (
    Numbers,
    noise_levels,
    saturated_sum,
    taken,
    whole_noise,
)
from noiselib.operations.poisson import MOST_COUNTED, approximate_noise, poisson_noise
from noiselib.streams import Shape, Streams, normal_table
from noiselib.traits import Trait

STRIKES = Trait.EXACT | Trait.FLIPPABLE | Trait.TRANSPOSABLE | Trait.MONOTONE


class GaussianNoise(Corruption):
    """Add independent normal noise: ``y = clip(x + sigma * z)``, ``z ~ N(0, 1)``.

    Drawn: one z for every value. Scales: sigma. The normal comes in 65,536 equally likely steps
    and ends at 4.32 standard deviations; sigma * z comes in steps of 1/4096 grey level.

    Source: ImageNet-C and MNIST-C (sigma .08 to .38).
    """

    traits = Trait.EXACT | Trait.BROADCAST | Trait.FLIPPABLE | Trait.TRANSPOSABLE | Trait.MONOTONE
    chunk_values = 1 << 18  # numbers become indices on the way
    sigma: float = strength(
        "standard deviation, as a fraction of full scale", identity=0, worst=0.5, high=10
    )

    revision = 2

    def draw(self, streams: Streams, shape: Shape) -> Numbers:
        return streams.uniform16(shape)

    def apply(self, images: Images, draws: Numbers) -> Images:
        return images + noise_levels(taken(normal_table(), draws), self.sigma) / np.float32(255)

    def apply_to_levels(self, levels: Levels, draws: Numbers) -> Levels:
        return saturated_sum(levels, taken(whole_noise(self.sigma), draws))


class SaltAndPepper(Corruption):
    """Make pixels white or black by chance: ``y = 1`` or ``0`` with probability amount / 2 each.

    All channels of a pixel go together. Drawn: one number for every pixel. Scales: the part of
    the numbers that strike; pixels struck at one strength stay struck at every greater one.
    The probability comes in steps of 1/32768.

    Source: salt-and-pepper noise as in digital image processing textbooks.
    """

    traits = STRIKES
    amount: float = strength("part of the pixels that are struck", identity=0, worst=0.5, high=1)

    def draw(self, streams: Streams, shape: Shape) -> Numbers:
        return across_channels(streams.uniform16(shape[:2]), shape[2])

    def apply(self, images: Images, draws: Numbers) -> Images:
        return struck_both_ways(images, draws, self.amount)

    def apply_to_levels(self, levels: Levels, draws: Numbers) -> Levels:
        struck = round(self.amount * 2**15)
        return whitened(levels, draws >= 2**16 - struck) * (draws >= struck).view(np.uint8)


class ImpulseNoise(Corruption):
    """Make values white or black by chance: ``y = 1`` or ``0`` with probability amount / 2 each.

    Every channel is struck by itself; on grey images this is salt and pepper. Drawn: one number
    for every value. Scales: the part of the numbers that strike; values struck at one strength
    stay struck at every greater one. The probability comes in steps of 1/32768.

    Source: ImageNet-C and MNIST-C (amount .03 to .27), where it is scikit-image's s&p noise.
    """

    traits = STRIKES
    amount: float = strength("part of the values that are struck", identity=0, worst=0.5, high=1)

    def draw(self, streams: Streams, shape: Shape) -> Numbers:
        return streams.uniform16(shape)

    def apply(self, images: Images, draws: Numbers) -> Images:
        return struck_both_ways(images, draws, self.amount)

    def apply_to_levels(self, levels: Levels, draws: Numbers) -> Levels:
        struck = round(self.amount * 2**15)
        return whitened(levels, draws >= 2**16 - struck) * (draws >= struck).view(np.uint8)


class Salt(Corruption):
    """Make pixels white by chance: ``y = 1`` with probability amount, else ``y = x``.

    All channels of a pixel go together. Drawn: one number for every pixel. Scales: the part of
    the numbers that strike; pixels struck at one strength stay struck at every greater one.
    The probability comes in steps of 1/65536.

    Source: salt noise as in digital image processing textbooks.
    """

    traits = STRIKES
    amount: float = strength("part of the pixels made white", identity=0, worst=0.5, high=1)

    def draw(self, streams: Streams, shape: Shape) -> Numbers:
        return across_channels(streams.uniform16(shape[:2]), shape[2])

    def apply(self, images: Images, draws: Numbers) -> Images:
        return images + (draws < round(self.amount * 2**16))

    def apply_to_levels(self, levels: Levels, draws: Numbers) -> Levels:
        return whitened(levels, draws < round(self.amount * 2**16))


class Pepper(Corruption):
    """Make pixels black by chance: ``y = 0`` with probability amount, else ``y = x``.

    All channels of a pixel go together. Drawn: one number for every pixel. Scales: the part of
    the numbers that strike; pixels struck at one strength stay struck at every greater one.
    The probability comes in steps of 1/65536.

    Source: pepper noise as in digital image processing textbooks.
    """

    traits = STRIKES
    amount: float = strength("part of the pixels made black", identity=0, worst=0.5, high=1)

    def draw(self, streams: Streams, shape: Shape) -> Numbers:
        return across_channels(streams.uniform16(shape[:2]), shape[2])

    def apply(self, images: Images, draws: Numbers) -> Images:
        return images * (draws >= round(self.amount * 2**16))

    def apply_to_levels(self, levels: Levels, draws: Numbers) -> Levels:
        return levels * (draws >= round(self.amount * 2**16)).view(np.uint8)


class ShotNoise(Corruption):
    """Count photons: ``y = clip(N / photons)``, ``N ~ Poisson(x * photons)``.

    Mean x, variance x / photons; black stays black. N is the Poisson quantile of a number that
    stays: with less light a value moves along its own quantile, where the originals draw anew.
    Drawn: one number for every value. Scales: photons, as ``photons / t**2``, so that the noise
    itself grows in proportion to t. Above 1,000 photons the quantile is the expansion of Cornish
    and Fisher, without rounding to whole photons.

    Source: ImageNet-C and MNIST-C (photons 60 to 3), CIFAR-10-C (500 to 50).
    """

    traits = Trait.EXACT | Trait.FLIPPABLE | Trait.TRANSPOSABLE
    photons: float = strength(
        "mean count where the image is white",
        unit="photons",
        identity=math.inf,
        worst=3,
        low=0.1,
        path=inverse_square,
    )

    def draw(self, streams: Streams, shape: Shape) -> NDArray[np.uint32]:
        return streams.words(shape)

    def apply(self, images: Images, draws: NDArray[np.uint32]) -> Images:
        noise = poisson_noise if self.photons <= MOST_COUNTED else approximate_noise
        return noise(images, draws, self.photons)


class SpeckleNoise(Corruption):
    """Add normal noise in proportion to the value: ``y = clip(x * (1 + sigma * z))``.

    ``z ~ N(0, 1)``. Drawn: one z for every value, in steps as for `GaussianNoise`. Scales: sigma.
    Black stays black.

    Source: ImageNet-C (sigma .15 to .6), CIFAR-10-C (.06 to .2).
    """

    traits = Trait.EXACT | Trait.BROADCAST | Trait.FLIPPABLE | Trait.TRANSPOSABLE | Trait.MONOTONE
    sigma: float = strength(
        "standard deviation, as a fraction of the value", identity=0, worst=0.6, high=10
    )

    def draw(self, streams: Streams, shape: Shape) -> Images:
        return streams.normal(shape)

    def apply(self, images: Images, draws: Images) -> Images:
        return images + images * (self.sigma * draws)


class UniformNoise(Corruption):
    """Add independent uniform noise: ``y = clip(x + width * u)``, ``u ~ U(-1, 1)``.

    Drawn: one u for every value, in 65,536 equally likely steps. Scales: width.

    Source: the uniform noise of Geirhos et al. 2018, there on images of lowered contrast.
    """

    traits = Trait.EXACT | Trait.BROADCAST | Trait.FLIPPABLE | Trait.TRANSPOSABLE | Trait.MONOTONE
    width: float = strength(
        "greatest deviation, as a fraction of full scale", identity=0, worst=0.8, high=10
    )

    def draw(self, streams: Streams, shape: Shape) -> Images:
        # In the middle of each step; whole and half numbers below 2**16 are exact in float32.
        steps = streams.uniform16(shape).astype(np.float32) - np.float32(2**15 - 0.5)
        uniform: Images = steps * np.float32(2**-15)
        return uniform

    def apply(self, images: Images, draws: Images) -> Images:
        return images + self.width * draws


def struck_both_ways(images: Images, numbers: Numbers, amount: float) -> Images:
    """Lift by 1 where a number is among the highest, lower by 1 among the lowest: clipped later."""
    struck = round(amount * 2**15)
    salt, pepper = numbers >= 2**16 - struck, numbers < struck
    return images + (salt.view(np.int8) - pepper.view(np.int8))


def whitened(levels: Levels, salt: NDArray[np.bool_]) -> Levels:
    """Make uint8 values white where salt falls: all their bits are set."""
    return levels | np.negative(salt.view(np.uint8))
