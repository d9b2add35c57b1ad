"""Digital corruptions: artefacts of storing, sending and processing pictures."""

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

_RESAMPLING_TRAITS = (
    Trait.EXACT
    | Trait.STEPPED
    | Trait.CHANNELWISE
    | Trait.LINEAR
    | Trait.CONSTANT_PRESERVING
    | Trait.RANGE_PRESERVING
    | Trait.TRANSPOSE_EQUIVARIANT
)


class Pixelate(Corruption):
    """Enlarge pixels: ``y = up(down(x))``, to ``int(fraction * side)`` pixels and back.

    Down is the mean of the pixels whose centres lie in the large one, up repeats it, as the BOX
    filter of Pillow; each side keeps at least one large pixel. Deterministic. Weights are rounded
    to 1/4096 and values to sixteenths of a grey level.

    Source: ImageNet-C (fraction .6 to .25) and CIFAR-10-C (.95 to .65) on any image size.
    """

    traits = _RESAMPLING_TRAITS
    revision = 2
    fraction: float = strength(
        "fraction of the pixels kept along each side", identity=1, worst=0.25, low=0.001
    )

    def apply(self, images: Images, draws: None) -> Images:
        return from_sixteenths(pixelate(to_sixteenths(images), self.fraction))

    def apply_uint8(self, images: UInt8Images, draws: None) -> UInt8Images:
        sides = [side / coarse_side(side, self.fraction) for side in images.shape[1:3]]
        if all(side in BLOCKS for side in sides):
            return block_means(images, int(sides[0]), int(sides[1]))
        return sixteenths_to_uint8(pixelate(uint8_to_sixteenths(images), self.fraction))


class Downscale(Corruption):
    """Reduce the resolution: ``y = up(down(x))``, to ``int(fraction * side)`` pixels and back.

    Both directions are bilinear with antialiasing, as the BILINEAR filter of Pillow; each side
    keeps at least one pixel. Deterministic. Weights are rounded to 1/4096 and values to sixteenths
    of a grey level.

    Source: own design, after the low-resolution pictures that classifiers receive in practice.
    """

    traits = _RESAMPLING_TRAITS
    chunk_values = 1 << 18  # uint8 is converted to floats
    fraction: float = strength(
        "fraction of the pixels kept along each side", identity=1, worst=0.25, low=0.001
    )

    def apply(self, images: Images, draws: None) -> Images:
        h, w = images.shape[1:3]
        rows, columns = (down_up_matrix(side, self.fraction) for side in (h, w))
        return separable(images, rows, columns)

    def apply_uint8(self, images: UInt8Images, draws: None) -> UInt8Images:
        h, w = images.shape[1:3]
        rows, columns = (down_up_matrix(side, self.fraction) for side in (h, w))
        return separable_uint8(images, rows, columns)


def _linear_in_quantization(start: float, end: float, t: float) -> float:
    """Move to a JPEG quality in equal steps of the scale of its quantization table."""
    first, last = quantization_scale(start), quantization_scale(end)
    scale = first + t * (last - first)
    return 5000 / scale if scale > 100 else (200 - scale) / 2


class JpegCompression(Corruption):
    """Encode and decode as JPEG: ``y = idct(q round(dct(x) / q))`` in blocks of 8 x 8 pixels.

    ``q`` is the table of the JPEG standard times ``5000 / quality`` per cent below 50,
    ``200 - 2 quality`` above. Values are rounded to integer grey levels first. Grey images, and the
    planes of images with two or more than three channels, are computed here, bit by bit as libjpeg
    does; three channels are taken as RGB, which needs Pillow, with its default colour subsampling
    (4:2:0). Deterministic. Quality 100 is the identity here: the strength is linear in the scale of
    the quantization table, which is 0 there. Quality is an integer.

    Source: ImageNet-C (quality 25 to 7) and CIFAR-10-C (80 to 40).
    """

    traits = Trait.STEPPED
    chunk_values = 1 << 18  # uint8 is converted to floats
    quality: int = strength(
        "quality setting of JPEG encoders",
        identity=100,
        worst=7,
        low=1,
        high=100,
        path=_linear_in_quantization,
    )

    def apply(self, images: Images, draws: None) -> Images:
        if images.shape[3] != 3:
            return jpeg_planes(images, self.quality)
        levels = np.rint(images * np.float32(255)).astype(np.uint8)
        return _colour_jpegs(levels, self.quality).astype(np.float32) / np.float32(255)

    def apply_uint8(self, images: UInt8Images, draws: None) -> UInt8Images | None:
        return _colour_jpegs(images, self.quality) if images.shape[3] == 3 else None


def _colour_jpegs(images: UInt8Images, quality: int) -> UInt8Images:
    """Encode and decode RGB images with Pillow."""
    return np.stack([_colour_jpeg(one, quality) for one in images])


def _colour_jpeg(image: NDArray[np.uint8], quality: int) -> NDArray[Any]:
    """Encode and decode one RGB image with Pillow.

    Raises
    ------
    ValueError
        If Pillow is not installed.
    """
    try:
        from PIL import Image
    except ImportError:
        raise ValueError(
            "jpeg_compression: RGB images need Pillow, which the extra `images` installs; "
            "grey images do not"
        ) from None
    with io.BytesIO() as file:
        Image.fromarray(image).save(file, "JPEG", quality=quality)
        with Image.open(file) as read:
            return np.asarray(read)


class CannyEdges(Corruption):
    """Blend into a drawing of the edges: ``y = (1 - amount) x + amount canny(x)``.

    ``canny`` is 1 at an edge and 0 elsewhere: a Gaussian of 1 pixel, the Sobel gradient,
    non-maximum suppression, and hysteresis thresholds .1 and .2. Each channel has its own edges.
    Deterministic. The weights of the Gaussian are rounded to 2**-20, so that ties are the same on
    every processor; in the published code, they depend on the last bits of its sums.

    Source: MNIST-C (amount 1), as the canny of scikit-image with its defaults.
    """

    traits = Trait.EXACT | Trait.CHANNELWISE | Trait.MONOTONE
    amount: float = strength("weight of the edges in the blend", identity=0, worst=1, high=1)

    def apply(self, images: Images, draws: None) -> Images:
        amount = np.float32(self.amount)
        return (1 - amount) * images + amount * canny(images)
