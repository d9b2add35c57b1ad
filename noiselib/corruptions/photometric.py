"""Photometric corruptions: each value depends on itself, or at most on its whole image."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from noiselib.corruption import Corruption
from noiselib.fields import geometric, parameter, strength
from noiselib.images import Images, UInt8Images, repeat_channels
from noiselib.operations.exact import drop_last_bits, image_means, round_to_4096ths
from noiselib.operations.scaling import scale_about_means, scale_about_means_uint8, shift_uint8
from noiselib.streams import Shape, Streams
from noiselib.traits import Trait

_PerImage = NDArray[np.float64]  # (n, 1, 1, 1)

_POINTWISE_TRAITS = (
    Trait.EXACT
    | Trait.POINTWISE
    | Trait.CHANNELWISE
    | Trait.FLIP_EQUIVARIANT
    | Trait.TRANSPOSE_EQUIVARIANT
)


class Brightness(Corruption):
    """Shift all values: ``y = clip(x + shift)``.

    Deterministic. For RGB images, the published brightness is `HsvBrightness`, which preserves the
    saturation; on grey images the two are the same.

    Source: MNIST-C (shift .1 to .5 on grey images).
    """

    traits = _POINTWISE_TRAITS | Trait.BROADCAST | Trait.MONOTONE
    shift: float = strength(
        "shift, as a fraction of full scale", identity=0, worst=0.5, low=-1, high=1
    )

    def apply(self, images: Images, draws: None) -> Images:
        return images + np.float32(self.shift)


class RandomBrightness(Corruption):
    """Shift each image by its own amount: ``y = clip(x + u * shift)``, ``u ~ U(-1, 1)``.

    Random draws: one u for each image. The strength scales shift. The shifts are rounded to 1/4096
    grey level.

    Source: own design; with shift .2, the last step of the noisy-MNIST course data.
    """

    traits = Trait.EXACT | Trait.FLIP_EQUIVARIANT | Trait.TRANSPOSE_EQUIVARIANT | Trait.MONOTONE
    shift: float = strength(
        "maximum shift, as a fraction of full scale", identity=0, worst=0.5, high=1
    )

    revision = 2

    def draw(self, streams: Streams, shape: Shape) -> _PerImage:
        return streams.signed((1, 1, 1))

    def shifts(self, draws: _PerImage) -> _PerImage:
        """Return the shifts in grey levels."""
        return round_to_4096ths(255 * self.shift * draws)

    def apply(self, images: Images, draws: _PerImage) -> Images:
        return images + (self.shifts(draws) / 255).astype(np.float32)

    def apply_uint8(self, images: UInt8Images, draws: _PerImage) -> UInt8Images:
        return shift_uint8(images, np.floor(self.shifts(draws) + 0.5).astype(np.int16))


class Contrast(Corruption):
    """Scale the distance from the mean: ``y = clip(mean + factor * (x - mean))``.

    The mean is that of each channel of each image. Deterministic. The terms of the mean and of x
    are rounded to 1/4096 grey level.

    Source: ImageNet-C (factor .4 to .05).
    """

    traits = (
        Trait.EXACT
        | Trait.BROADCAST
        | Trait.CHANNELWISE
        | Trait.LINEAR
        | Trait.CONSTANT_PRESERVING
        | Trait.FLIP_EQUIVARIANT
        | Trait.TRANSPOSE_EQUIVARIANT
        | Trait.MONOTONE
    )
    revision = 2
    factor: float = strength("factor of the contrast", identity=1, worst=0.05, low=0, high=100)

    def apply(self, images: Images, draws: None) -> Images:
        levels = images * np.float32(255)
        factors = np.asarray(self.factor, np.float32)
        return scale_about_means(levels, image_means(levels), factors) / np.float32(255)

    def apply_uint8(self, images: UInt8Images, draws: None) -> UInt8Images | None:
        return scale_about_means_uint8(images, np.asarray(self.factor, np.float32))


class RandomContrast(Corruption):
    """Scale each image about its mean: ``y = clip(mean + factor**u * (x - mean))``.

    ``u ~ U(-1, 1)``: the contrast decreases or increases, by at most the factor. The mean is that
    of each channel of each image. Random draws: one u for each image. The strength scales factor.
    Rounding is as for `contrast`.

    Source: own design.
    """

    traits = (
        Trait.EXACT
        | Trait.CONSTANT_PRESERVING
        | Trait.FLIP_EQUIVARIANT
        | Trait.TRANSPOSE_EQUIVARIANT
        | Trait.MONOTONE
    )
    revision = 2
    factor: float = strength(
        "minimum factor of the contrast, 1 / maximum", identity=1, worst=0.25, low=0.01, high=1
    )

    def draw(self, streams: Streams, shape: Shape) -> _PerImage:
        return streams.signed((1, 1, 1))

    def factors(self, draws: _PerImage) -> Images:
        """Return the factor for each image."""
        return drop_last_bits(self.factor**draws).astype(np.float32)

    def apply(self, images: Images, draws: _PerImage) -> Images:
        levels = images * np.float32(255)
        return scale_about_means(levels, image_means(levels), self.factors(draws)) / np.float32(255)

    def apply_uint8(self, images: UInt8Images, draws: _PerImage) -> UInt8Images | None:
        return scale_about_means_uint8(images, self.factors(draws))


class Gamma(Corruption):
    """Raise to a power: ``y = x ** gamma``.

    Above 1 mid-greys become darker, below 1 lighter; black and white are preserved. Deterministic.

    Source: gamma correction as in textbooks on digital image processing.
    """

    traits = _POINTWISE_TRAITS | Trait.BROADCAST | Trait.MONOTONE
    gamma: float = strength("exponent", identity=1, worst=4, low=0.05, high=20, path=geometric)

    def apply(self, images: Images, draws: None) -> Images:
        exponent = np.float32(self.gamma)
        # Compute the power in float64 and drop its last bits, which differ between processors.
        return drop_last_bits(np.power(images, exponent, dtype=np.float64)).astype(np.float32)


class Inversion(Corruption):
    """Invert the values: ``y = (1 - amount) * x + amount * (1 - x)``.

    At amount 0.5 all values are mid-grey. Deterministic.

    Source: the inverse of MNIST-C (amount 1).
    """

    traits = _POINTWISE_TRAITS | Trait.BROADCAST | Trait.MONOTONE
    amount: float = strength("weight of the inverted image", identity=0, worst=1, high=1)

    def apply(self, images: Images, draws: None) -> Images:
        return images + np.float32(self.amount) * (1 - 2 * images)


class Solarize(Corruption):
    """Invert light values: ``y = (1 - amount) * x + amount * s``, ``s = 1 - x`` from threshold on.

    Below the threshold ``s = x``. Deterministic. The strength scales amount, as a threshold that
    decreases from white would change all white values at once.

    Source: AutoAugment and Pillow (threshold on 0..256 there, amount 1).
    """

    traits = _POINTWISE_TRAITS | Trait.BROADCAST | Trait.MONOTONE
    amount: float = strength("weight of the solarized image", identity=0, worst=1, high=1)
    threshold: float = parameter("minimum value that is inverted", default=0.5, low=0, high=1)

    def apply(self, images: Images, draws: None) -> Images:
        light = images >= np.float32(self.threshold)
        return images + np.float32(self.amount) * ((1 - 2 * images) * light)


class Quantize(Corruption):
    """Round to few levels, among them black and white: ``y = round(x * k) / k``.

    ``k = 2**bits - 1``. Deterministic.

    Source: the quantize of MNIST-C (bits 5 to 1).
    """

    traits = _POINTWISE_TRAITS | Trait.STEPPED | Trait.IDEMPOTENT
    bits: int = strength("bits of a value", unit="bits", identity=8, worst=1, low=1)

    def apply(self, images: Images, draws: None) -> Images:
        steps = np.float32(2**self.bits - 1)
        quantized: Images = np.rint(images * steps) / steps
        return quantized


class Posterize(Corruption):
    """Keep the leading bits of a grey level: ``y = step * floor(x / step)``.

    The step is ``2**(8 - bits)`` grey levels. Unlike `Quantize`, it only darkens, and white is not
    preserved. Deterministic.

    Source: AutoAugment and Pillow (bits 8 to 4).
    """

    traits = _POINTWISE_TRAITS | Trait.STEPPED | Trait.IDEMPOTENT | Trait.MONOTONE
    bits: int = strength("bits of a value", unit="bits", identity=8, worst=1, low=1)

    def apply(self, images: Images, draws: None) -> Images:
        step = np.float32(2 ** (8 - self.bits))
        # 255 * x is the integer level again for every level; a division by 2**k is exact.
        kept: Images = np.floor(images * np.float32(255) / step) * step / np.float32(255)
        return kept


class Threshold(Corruption):
    """Blend into black and white: ``y = (1 - amount) * x + amount * [x >= level]``.

    Deterministic.

    Source: thresholding as in textbooks on digital image processing.
    """

    traits = _POINTWISE_TRAITS | Trait.BROADCAST | Trait.MONOTONE
    amount: float = strength("weight of the black and white image", identity=0, worst=1, high=1)
    level: float = parameter("minimum value that becomes white", default=0.5, low=0, high=1)

    def apply(self, images: Images, draws: None) -> Images:
        white = images >= np.float32(self.level)
        return images + np.float32(self.amount) * (white - images)


class Vignette(Corruption):
    """Darken towards the corners: ``y = x * (1 - loss * r**2)``.

    r is the distance from the centre, 1 at the corners. Deterministic.

    Source: own design; the first term of every smooth radial falloff of light.
    """

    traits = (
        Trait.EXACT
        | Trait.BROADCAST
        | Trait.CHANNELWISE
        | Trait.LINEAR
        | Trait.FLIP_EQUIVARIANT
        | Trait.TRANSPOSE_EQUIVARIANT
        | Trait.MONOTONE
    )
    loss: float = strength(
        "fraction of the light that is lost in the corners", identity=0, worst=1, high=1
    )

    def apply(self, images: Images, draws: None) -> Images:
        return images * (1 - np.float32(self.loss) * _squared_radii(images.shape[1:]))


@lru_cache(maxsize=32)
def _squared_radii(shape: Shape) -> Images:
    """Return the squared distance from the centre, 1 at the corners, shape (1, h, w, c)."""
    h, w, c = shape
    across = np.square(2 * np.arange(w) - (w - 1)) + np.square(2 * np.arange(h) - (h - 1))[:, None]
    radii = across / max(1, (h - 1) ** 2 + (w - 1) ** 2)  # one division of integers: portable
    squared: Images = repeat_channels(radii[None].astype(np.float32), c)
    squared.flags.writeable = False
    return squared
