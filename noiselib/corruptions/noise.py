"""Noise: values that differ from pixel to pixel by chance."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from noiselib.corruption import Corruption
from noiselib.fields import inverse_square, strength
from noiselib.images import Images, UInt8Images, repeat_channels
from noiselib.operations.normal import (
    Uniform16,
    add_saturated,
    integer_noise_table,
    look_up_numbers,
    scale_noise,
)
from noiselib.operations.poisson import EXACT_UP_TO, approximate_noise, poisson_noise
from noiselib.streams import Shape, Streams, normal_table
from noiselib.traits import Trait

IMPULSE_TRAITS = Trait.EXACT | Trait.FLIP_EQUIVARIANT | Trait.TRANSPOSE_EQUIVARIANT | Trait.MONOTONE


class GaussianNoise(Corruption):
    """Add independent normal noise: ``y = clip(x + sigma * z)``, ``z ~ N(0, 1)``.

    Drawn: one z for every value. Scales: sigma. The normal comes in 65,536 equally likely steps
    and ends at 4.32 standard deviations; sigma * z comes in steps of 1/4096 grey level.

    Source: ImageNet-C and MNIST-C (sigma .08 to .38).
    """

    traits = (
        Trait.EXACT
        | Trait.BROADCAST
        | Trait.FLIP_EQUIVARIANT
        | Trait.TRANSPOSE_EQUIVARIANT
        | Trait.MONOTONE
    )
    chunk_values = 1 << 18  # numbers become indices on the way
    sigma: float = strength(
        "standard deviation, as a fraction of full scale", identity=0, worst=0.5, high=10
    )

    revision = 2

    def draw(self, streams: Streams, shape: Shape) -> Uniform16:
        return streams.uniform16(shape)

    def apply(self, images: Images, draws: Uniform16) -> Images:
        return images + scale_noise(
            look_up_numbers(normal_table(), draws), self.sigma
        ) / np.float32(255)

    def apply_uint8(self, images: UInt8Images, draws: Uniform16) -> UInt8Images:
        return add_saturated(images, look_up_numbers(integer_noise_table(self.sigma), draws))


class SaltAndPepper(Corruption):
    """Make pixels white or black by chance: ``y = 1`` or ``0`` with probability amount / 2 each.

    All channels of a pixel go together. Drawn: one number for every pixel. Scales: the part of
    the numbers that strike; pixels struck at one strength stay struck at every greater one.
    The probability comes in steps of 1/32768.

    Source: salt-and-pepper noise as in digital image processing textbooks.
    """

    traits = IMPULSE_TRAITS
    amount: float = strength("part of the pixels that are struck", identity=0, worst=0.5, high=1)

    def draw(self, streams: Streams, shape: Shape) -> Uniform16:
        return repeat_channels(streams.uniform16(shape[:2]), shape[2])

    def apply(self, images: Images, draws: Uniform16) -> Images:
        return add_salt_and_pepper(images, draws, self.amount)

    def apply_uint8(self, images: UInt8Images, draws: Uniform16) -> UInt8Images:
        struck = round(self.amount * 2**15)
        return whiten(images, draws >= 2**16 - struck) * (draws >= struck).view(np.uint8)


class ImpulseNoise(Corruption):
    """Make values white or black by chance: ``y = 1`` or ``0`` with probability amount / 2 each.

    Every channel is struck by itself; on grey images this is salt and pepper. Drawn: one number
    for every value. Scales: the part of the numbers that strike; values struck at one strength
    stay struck at every greater one. The probability comes in steps of 1/32768.

    Source: ImageNet-C and MNIST-C (amount .03 to .27), where it is scikit-image's s&p noise.
    """

    traits = IMPULSE_TRAITS
    amount: float = strength("part of the values that are struck", identity=0, worst=0.5, high=1)

    def draw(self, streams: Streams, shape: Shape) -> Uniform16:
        return streams.uniform16(shape)

    def apply(self, images: Images, draws: Uniform16) -> Images:
        return add_salt_and_pepper(images, draws, self.amount)

    def apply_uint8(self, images: UInt8Images, draws: Uniform16) -> UInt8Images:
        struck = round(self.amount * 2**15)
        return whiten(images, draws >= 2**16 - struck) * (draws >= struck).view(np.uint8)


class Salt(Corruption):
    """Make pixels white by chance: ``y = 1`` with probability amount, else ``y = x``.

    All channels of a pixel go together. Drawn: one number for every pixel. Scales: the part of
    the numbers that strike; pixels struck at one strength stay struck at every greater one.
    The probability comes in steps of 1/65536.

    Source: salt noise as in digital image processing textbooks.
    """

    traits = IMPULSE_TRAITS
    amount: float = strength("part of the pixels made white", identity=0, worst=0.5, high=1)

    def draw(self, streams: Streams, shape: Shape) -> Uniform16:
        return repeat_channels(streams.uniform16(shape[:2]), shape[2])

    def apply(self, images: Images, draws: Uniform16) -> Images:
        return images + (draws < round(self.amount * 2**16))

    def apply_uint8(self, images: UInt8Images, draws: Uniform16) -> UInt8Images:
        return whiten(images, draws < round(self.amount * 2**16))


class Pepper(Corruption):
    """Make pixels black by chance: ``y = 0`` with probability amount, else ``y = x``.

    All channels of a pixel go together. Drawn: one number for every pixel. Scales: the part of
    the numbers that strike; pixels struck at one strength stay struck at every greater one.
    The probability comes in steps of 1/65536.

    Source: pepper noise as in digital image processing textbooks.
    """

    traits = IMPULSE_TRAITS
    amount: float = strength("part of the pixels made black", identity=0, worst=0.5, high=1)

    def draw(self, streams: Streams, shape: Shape) -> Uniform16:
        return repeat_channels(streams.uniform16(shape[:2]), shape[2])

    def apply(self, images: Images, draws: Uniform16) -> Images:
        return images * (draws >= round(self.amount * 2**16))

    def apply_uint8(self, images: UInt8Images, draws: Uniform16) -> UInt8Images:
        return images * (draws >= round(self.amount * 2**16)).view(np.uint8)


class ShotNoise(Corruption):
    """Count photons: ``y = clip(N / photons)``, ``N ~ Poisson(x * photons)``.

    Mean x, variance x / photons; black stays black. N is the Poisson quantile of a number that
    stays: with less light a value moves along its own quantile, where the originals draw anew.
    Drawn: one number for every value. Scales: photons, as ``photons / t**2``, so that the noise
    itself grows in proportion to t. Above 1,000 photons the quantile is the expansion of Cornish
    and Fisher, without rounding to whole photons.

    Source: ImageNet-C and MNIST-C (photons 60 to 3), CIFAR-10-C (500 to 50).
    """

    traits = Trait.EXACT | Trait.FLIP_EQUIVARIANT | Trait.TRANSPOSE_EQUIVARIANT
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
        noise = poisson_noise if self.photons <= EXACT_UP_TO else approximate_noise
        return noise(images, draws, self.photons)


class SpeckleNoise(Corruption):
    """Add normal noise in proportion to the value: ``y = clip(x * (1 + sigma * z))``.

    ``z ~ N(0, 1)``. Drawn: one z for every value, in steps as for `GaussianNoise`. Scales: sigma.
    Black stays black.

    Source: ImageNet-C (sigma .15 to .6), CIFAR-10-C (.06 to .2).
    """

    traits = (
        Trait.EXACT
        | Trait.BROADCAST
        | Trait.FLIP_EQUIVARIANT
        | Trait.TRANSPOSE_EQUIVARIANT
        | Trait.MONOTONE
    )
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

    traits = (
        Trait.EXACT
        | Trait.BROADCAST
        | Trait.FLIP_EQUIVARIANT
        | Trait.TRANSPOSE_EQUIVARIANT
        | Trait.MONOTONE
    )
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


def add_salt_and_pepper(images: Images, numbers: Uniform16, amount: float) -> Images:
    """Lift by 1 where a number is among the highest, lower by 1 among the lowest: clipped later."""
    struck = round(amount * 2**15)
    salt, pepper = numbers >= 2**16 - struck, numbers < struck
    return images + (salt.view(np.int8) - pepper.view(np.int8))


def whiten(images: UInt8Images, salt: NDArray[np.bool_]) -> UInt8Images:
    """Make uint8 values white where salt falls: all their bits are set."""
    return images | np.negative(salt.view(np.uint8))
