"""Digital corruptions: what storing, sending and processing do to pictures."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from noiselib.corruption import Corruption
from noiselib.fields import strength
from noiselib.images import Images, UInt8Images
from noiselib.operations.box_means import BLOCKS, block_means
from noiselib.operations.edges import canny
from noiselib.operations.jpeg import jpeg_planes, quantization_scale
from noiselib.operations.linear import (
    from_sixteenths,
    separable,
    separable_uint8,
    sixteenths_to_uint8,
    to_sixteenths,
    uint8_to_sixteenths,
)
from noiselib.operations.resampling import coarse_side, down_up_matrix, pixelate
from noiselib.traits import Trait

RESAMPLING_TRAITS = (
    Trait.EXACT
    | Trait.STEPPED
    | Trait.CHANNELWISE
    | Trait.LINEAR
    | Trait.CONSTANT_PRESERVING
    | Trait.RANGE_PRESERVING
    | Trait.TRANSPOSE_EQUIVARIANT
)


class Pixelate(Corruption):
    """Make pixels large: ``y = up(down(x))``, to ``int(fraction * side)`` pixels and back.

    Down is the mean of the pixels whose centres lie within the large one, up repeats it, as
    Pillow's BOX filter does; one large pixel a side at least. Nothing is drawn. The weights come
    in steps of 1/4096 and the values in sixteenths of a grey level.

    Source: ImageNet-C (fraction .6 to .25) and CIFAR-10-C (.95 to .65) on any image size.
    """

    traits = RESAMPLING_TRAITS
    revision = 2
    fraction: float = strength("what is left of each side", identity=1, worst=0.25, low=0.001)

    def apply(self, images: Images, draws: None) -> Images:
        return from_sixteenths(pixelate(to_sixteenths(images), self.fraction))

    def apply_uint8(self, images: UInt8Images, draws: None) -> UInt8Images:
        sides = [side / coarse_side(side, self.fraction) for side in images.shape[1:3]]
        if all(side in BLOCKS for side in sides):
            return block_means(images, int(sides[0]), int(sides[1]))
        return sixteenths_to_uint8(pixelate(uint8_to_sixteenths(images), self.fraction))


class Downscale(Corruption):
    """Lose resolution: ``y = up(down(x))``, to ``int(fraction * side)`` pixels and back, smoothly.

    Both ways are bilinear with antialiasing, as Pillow's BILINEAR filter; one pixel a side at
    least. Nothing is drawn. The weights come in steps of 1/4096 and the values in sixteenths of a
    grey level.

    Source: own design, after the low-resolution pictures that classifiers meet in practice.
    """

    traits = RESAMPLING_TRAITS
    chunk_values = 1 << 18  # levels become floats on the way
    fraction: float = strength("what is left of each side", identity=1, worst=0.25, low=0.001)

    def apply(self, images: Images, draws: None) -> Images:
        h, w = images.shape[1:3]
        rows, columns = (down_up_matrix(side, self.fraction) for side in (h, w))
        return separable(images, rows, columns)

    def apply_uint8(self, images: UInt8Images, draws: None) -> UInt8Images:
        h, w = images.shape[1:3]
        rows, columns = (down_up_matrix(side, self.fraction) for side in (h, w))
        return separable_uint8(images, rows, columns)


def linear_in_quantization(start: float, end: float, t: float) -> float:
    """Go to a JPEG quality in equal steps of the scale of its quantiser."""
    first, last = quantization_scale(start), quantization_scale(end)
    scale = first + t * (last - first)
    return 5000 / scale if scale > 100 else (200 - scale) / 2


class JpegCompression(Corruption):
    """Store as JPEG and read again: ``y = idct(q round(dct(x) / q))`` in blocks of 8 x 8 pixels.

    ``q`` is the standard's table times ``5000 / quality`` per cent below 50, ``200 - 2 quality``
    above. Values are rounded to whole grey levels first. Grey images, and those of two or of more
    than three channels plane by plane, are computed here, bit by bit as libjpeg does; three
    channels are taken as RGB, which needs Pillow, at its own colour subsampling (4:2:0). Nothing is
    drawn. Quality 100 is the identity here: the path is linear in the scale of the quantiser,
    which is 0 there. Quality comes in whole numbers.

    Source: ImageNet-C (quality 25 to 7) and CIFAR-10-C (80 to 40).
    """

    traits = Trait.STEPPED
    chunk_values = 1 << 18  # levels become floats on the way
    quality: int = strength(
        "quality, as JPEG programs count it",
        identity=100,
        worst=7,
        low=1,
        high=100,
        path=linear_in_quantization,
    )

    def apply(self, images: Images, draws: None) -> Images:
        if images.shape[3] != 3:
            return jpeg_planes(images, self.quality)
        levels = np.rint(images * np.float32(255)).astype(np.uint8)
        return colour_jpegs(levels, self.quality).astype(np.float32) / np.float32(255)

    def apply_uint8(self, images: UInt8Images, draws: None) -> UInt8Images | None:
        return colour_jpegs(images, self.quality) if images.shape[3] == 3 else None


def colour_jpegs(images: UInt8Images, quality: int) -> UInt8Images:
    """Encode and decode RGB images by Pillow."""
    return np.stack([colour_jpeg(one, quality) for one in images])


def colour_jpeg(image: NDArray[np.uint8], quality: int) -> NDArray[Any]:
    """Encode and decode one RGB image by Pillow.

    Raises
    ------
    ValueError
        Where Pillow is not installed.
    """
    try:
        from PIL import Image
    except ImportError:
        raise ValueError(
            "jpeg_compression: RGB images need Pillow, which the extra `images` installs; "
            "grey images do without"
        ) from None
    with io.BytesIO() as file:
        Image.fromarray(image).save(file, "JPEG", quality=quality)
        with Image.open(file) as read:
            return np.asarray(read)


class CannyEdges(Corruption):
    """Fade into a drawing of the edges: ``y = (1 - amount) x + amount canny(x)``.

    ``canny`` is 1 at an edge and 0 elsewhere: a Gaussian of 1 pixel, Sobel's gradient, thinned to
    its ridges, thresholds .1 and .2 with hysteresis. Each channel has its own edges. Nothing is
    drawn. The smoothing's weights come in steps of 2**-20, so that ties are ties on every
    processor; the original breaks them by the last bits of its sums.

    Source: MNIST-C (amount 1), as scikit-image's canny by default.
    """

    traits = Trait.EXACT | Trait.CHANNELWISE | Trait.MONOTONE
    amount: float = strength("part of the edges in the mixture", identity=0, worst=1, high=1)

    def apply(self, images: Images, draws: None) -> Images:
        amount = np.float32(self.amount)
        return (1 - amount) * images + amount * canny(images)
