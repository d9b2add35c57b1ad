"""Noise: random values at each pixel."""

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

_IMPULSE_TRAITS = (
    Trait.EXACT | Trait.FLIP_EQUIVARIANT | Trait.TRANSPOSE_EQUIVARIANT | Trait.MONOTONE
)


class GaussianNoise(Corruption):
    """Add independent normal noise: ``y = clip(x + sigma * z)``, ``z ~ N(0, 1)``.

    Random draws: one z for each value. The strength scales sigma. The normal has 65,536 equally
    likely values up to 4.32 standard deviations; sigma * z is rounded to 1/4096 grey level.

    Source: ImageNet-C and MNIST-C (sigma .08 to .38).
    """

    traits = (
        Trait.EXACT
        | Trait.BROADCAST
        | Trait.FLIP_EQUIVARIANT
        | Trait.TRANSPOSE_EQUIVARIANT
        | Trait.MONOTONE
    )
    chunk_values = 1 << 18  # the uniform numbers are converted to indices
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
    """Set random pixels to white or black: ``y = 1`` or ``0`` with probability amount / 2 each.

    All channels of a pixel change together. Random draws: one number for each pixel. The strength
    scales the amount: pixels that change at one strength change at every greater one. The
    probability is rounded to 1/32768.

    Source: salt-and-pepper noise as in textbooks on digital image processing.
    """

    traits = _IMPULSE_TRAITS
    amount: float = strength(
        "fraction of the pixels set to white or black", identity=0, worst=0.5, high=1
    )

    def draw(self, streams: Streams, shape: Shape) -> Uniform16:
        return repeat_channels(streams.uniform16(shape[:2]), shape[2])

    def apply(self, images: Images, draws: Uniform16) -> Images:
        return _add_salt_and_pepper(images, draws, self.amount)

    def apply_uint8(self, images: UInt8Images, draws: Uniform16) -> UInt8Images:
        struck = round(self.amount * 2**15)
        return _whiten(images, draws >= 2**16 - struck) * (draws >= struck).view(np.uint8)


class ImpulseNoise(Corruption):
    """Set random values to white or black: ``y = 1`` or ``0`` with probability amount / 2 each.

    The channels of a pixel change independently; on grey images this is salt and pepper. Random
    draws: one number for each value. The strength scales the amount: values that change at one
    strength change at every greater one. The probability is rounded to 1/32768.

    Source: ImageNet-C and MNIST-C (amount .03 to .27), where it is the s&p noise of scikit-image.
    """

    traits = _IMPULSE_TRAITS
    amount: float = strength(
        "fraction of the values set to white or black", identity=0, worst=0.5, high=1
    )

    def draw(self, streams: Streams, shape: Shape) -> Uniform16:
        return streams.uniform16(shape)

    def apply(self, images: Images, draws: Uniform16) -> Images:
        return _add_salt_and_pepper(images, draws, self.amount)

    def apply_uint8(self, images: UInt8Images, draws: Uniform16) -> UInt8Images:
        struck = round(self.amount * 2**15)
        return _whiten(images, draws >= 2**16 - struck) * (draws >= struck).view(np.uint8)


class Salt(Corruption):
    """Set random pixels to white: ``y = 1`` with probability amount, else ``y = x``.

    All channels of a pixel change together. Random draws: one number for each pixel. The strength
    scales the amount: pixels that change at one strength change at every greater one. The
    probability is rounded to 1/65536.

    Source: salt noise as in textbooks on digital image processing.
    """

    traits = _IMPULSE_TRAITS
    amount: float = strength("fraction of the pixels set to white", identity=0, worst=0.5, high=1)

    def draw(self, streams: Streams, shape: Shape) -> Uniform16:
        return repeat_channels(streams.uniform16(shape[:2]), shape[2])

    def apply(self, images: Images, draws: Uniform16) -> Images:
        return images + (draws < round(self.amount * 2**16))

    def apply_uint8(self, images: UInt8Images, draws: Uniform16) -> UInt8Images:
        return _whiten(images, draws < round(self.amount * 2**16))


class Pepper(Corruption):
    """Set random pixels to black: ``y = 0`` with probability amount, else ``y = x``.

    All channels of a pixel change together. Random draws: one number for each pixel. The strength
    scales the amount: pixels that change at one strength change at every greater one. The
    probability is rounded to 1/65536.

    Source: pepper noise as in textbooks on digital image processing.
    """

    traits = _IMPULSE_TRAITS
    amount: float = strength("fraction of the pixels set to black", identity=0, worst=0.5, high=1)

    def draw(self, streams: Streams, shape: Shape) -> Uniform16:
        return repeat_channels(streams.uniform16(shape[:2]), shape[2])

    def apply(self, images: Images, draws: Uniform16) -> Images:
        return images * (draws >= round(self.amount * 2**16))

    def apply_uint8(self, images: UInt8Images, draws: Uniform16) -> UInt8Images:
        return images * (draws >= round(self.amount * 2**16)).view(np.uint8)


class ShotNoise(Corruption):
    """Count photons: ``y = clip(N / photons)``, ``N ~ Poisson(x * photons)``.

    The mean is x, the variance x / photons; black is preserved. N is the Poisson quantile of a
    fixed uniform number: at another strength, each value moves along its own quantile, where the
    published code draws new noise. Random draws: one number for each value. The strength scales
    photons as ``photons / t**2``, so that the noise is proportional to t. Above 1,000 photons, the
    quantile is its Cornish-Fisher expansion, not rounded to integer counts.

    Source: ImageNet-C and MNIST-C (photons 60 to 3), CIFAR-10-C (500 to 50).
    """

    traits = Trait.EXACT | Trait.FLIP_EQUIVARIANT | Trait.TRANSPOSE_EQUIVARIANT
    photons: float = strength(
        "mean count of a white value",
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
    """Add normal noise proportional to the value: ``y = clip(x * (1 + sigma * z))``.

    ``z ~ N(0, 1)``; black is preserved. Random draws: one z for each value, with the steps of
    `GaussianNoise`. The strength scales sigma.

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

    Random draws: one u for each value, in 65,536 equally likely steps. The strength scales width.

    Source: the uniform noise of Geirhos et al. 2018, who apply it to images of reduced contrast.
    """

    traits = (
        Trait.EXACT
        | Trait.BROADCAST
        | Trait.FLIP_EQUIVARIANT
        | Trait.TRANSPOSE_EQUIVARIANT
        | Trait.MONOTONE
    )
    width: float = strength(
        "maximum deviation, as a fraction of full scale", identity=0, worst=0.8, high=10
    )

    def draw(self, streams: Streams, shape: Shape) -> Images:
        # The middle of each step; multiples of 1/2 below 2**16 are exact in float32.
        steps = streams.uniform16(shape).astype(np.float32) - np.float32(2**15 - 0.5)
        uniform: Images = steps * np.float32(2**-15)
        return uniform

    def apply(self, images: Images, draws: Images) -> Images:
        return images + self.width * draws


def _add_salt_and_pepper(images: Images, numbers: Uniform16, amount: float) -> Images:
    """Add 1 where a number is among the largest, subtract 1 among the smallest; clipped later."""
    struck = round(amount * 2**15)
    salt, pepper = numbers >= 2**16 - struck, numbers < struck
    return images + (salt.view(np.int8) - pepper.view(np.int8))


def _whiten(images: UInt8Images, salt: NDArray[np.bool_]) -> UInt8Images:
    """Set uint8 values to white, by setting all their bits."""
    return images | np.negative(salt.view(np.uint8))
