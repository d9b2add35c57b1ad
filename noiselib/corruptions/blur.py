"""Blur: every pixel becomes a weighted mean, or the median, of its neighbourhood."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from noiselib.corruption import Corruption
from noiselib.fields import parameter, strength
from noiselib.images import Images, UInt8Images
from noiselib.operations.box_means import WINDOWS, window_means, window_means_uint8
from noiselib.operations.displacement import displace, displacements
from noiselib.operations.kernels import box_matrix, disk_blur
from noiselib.operations.linear import (
    as_planes,
    from_planes,
    from_sixteenths,
    gaussian_matrix,
    separable,
    separable_product,
    separable_uint8,
    sixteenths_to_uint8,
    to_sixteenths,
    uint8_to_sixteenths,
)
from noiselib.operations.median_network import median
from noiselib.operations.motion import apply_by_angle, motion_blur, motion_blur_uint8
from noiselib.operations.zooming import zoom_blur, zoom_blur_uint8
from noiselib.streams import Shape, Streams
from noiselib.traits import Trait

_AVERAGING_TRAITS = (
    Trait.EXACT
    | Trait.CHANNELWISE
    | Trait.LINEAR
    | Trait.CONSTANT_PRESERVING
    | Trait.RANGE_PRESERVING
)
_SYMMETRY_TRAITS = Trait.FLIP_EQUIVARIANT | Trait.TRANSPOSE_EQUIVARIANT


class GaussianBlur(Corruption):
    """Convolve with a Gaussian: ``y = x * g``, ``g(d) ~ exp(-d**2 / (2 sigma**2))``.

    The kernel ends at 4 sigma and sums to 1; the border is ``reflect``. Deterministic. Weights are
    rounded to 1/4096 and values to sixteenths of a grey level. Below sigma = 0.125, the kernel is a
    single pixel.

    Source: ImageNet-C (sigma 1 to 6) on any image size; kernel and border as in scipy.ndimage.
    """

    traits = _AVERAGING_TRAITS | _SYMMETRY_TRAITS | Trait.MEAN_PRESERVING
    chunk_values = 1 << 18  # uint8 is converted to floats
    sigma: float = strength(
        "standard deviation of the kernel", unit="pixels", identity=0, worst=3, high=1000
    )

    def apply(self, images: Images, draws: None) -> Images:
        h, w = images.shape[1:3]
        return separable(images, gaussian_matrix(h, self.sigma), gaussian_matrix(w, self.sigma))

    def apply_uint8(self, images: UInt8Images, draws: None) -> UInt8Images:
        h, w = images.shape[1:3]
        return separable_uint8(
            images, gaussian_matrix(h, self.sigma), gaussian_matrix(w, self.sigma)
        )


class BoxBlur(Corruption):
    """Average over a square window: ``y(p) = mean of x(p + d)``, ``|d_y|, |d_x| <= width / 2``.

    A pixel that the window covers in part is weighted by that part, so that any width is valid: 3
    is the mean of 3 x 3 pixels. The border is ``reflect``. Deterministic. Values are rounded to
    sixteenths of a grey level; odd widths up to 15 have equal weights, others weights rounded to
    1/4096.

    Source: the mean filter of textbooks on digital image processing.
    """

    traits = _AVERAGING_TRAITS | _SYMMETRY_TRAITS | Trait.MEAN_PRESERVING
    revision = 2
    width: float = strength("side of the window", unit="pixels", identity=1, worst=9, high=1000)

    def apply(self, images: Images, draws: None) -> Images:
        if self.width in WINDOWS:
            return window_means(images, int(self.width))
        h, w = images.shape[1:3]
        return separable(images, box_matrix(h, self.width), box_matrix(w, self.width))

    def apply_uint8(self, images: UInt8Images, draws: None) -> UInt8Images:
        if self.width in WINDOWS:
            return window_means_uint8(images, int(self.width))
        h, w = images.shape[1:3]
        return separable_uint8(images, box_matrix(h, self.width), box_matrix(w, self.width))


class DefocusBlur(Corruption):
    """Average over a disk, softened: ``y = x * disk(radius) * g(edge)``.

    The disk has equal weights at every integer offset with ``d_y**2 + d_x**2 <= radius**2``; ``g``
    is a Gaussian of 3 x 3 pixels, 5 x 5 for radii above 8, with sum 1. The border is ``mirror``.
    Deterministic; edge moves with radius. The weights of ``g`` are rounded to 1/4096. The disk
    grows pixel by pixel, wherever radius**2 reaches a sum of two squares.

    In the published code, the softening reflects at the edge of its kernel, so that the kernels of
    radius 8 and 10 sum to 1.01 and pictures become brighter. Here it always sums to 1.

    Source: ImageNet-C and CIFAR-10-C (radius, edge: .3, .4 to 10, .5) on any image size.
    """

    traits = _AVERAGING_TRAITS | _SYMMETRY_TRAITS
    radius: float = strength("radius of the disk", unit="pixels", identity=0, worst=5, high=100)
    edge: float = parameter(
        "standard deviation of the softening",
        unit="pixels",
        default=0.5,
        identity=0,
        low=0,
        high=100,
    )

    def apply(self, images: Images, draws: None) -> Images:
        return disk_blur(images, self.radius, self.edge)


class _Motion(Corruption):
    """The fields of motion blur, for one angle or many."""

    traits = _AVERAGING_TRAITS
    chunk_values = 1 << 18  # uint8 is converted to floats
    revision = 2
    sigma: float = strength(
        "standard deviation of the weights along the line",
        unit="pixels",
        identity=0,
        worst=6,
        high=1000,
    )
    radius: int = parameter(
        "the line has 2 radius + 1 pixels", unit="pixels", default=15, low=1, high=1000
    )


class MotionBlur(_Motion):
    """Average along a line: ``y(p) = sum of w(i) x(p + i (sin a, cos a))``, ``i = 0 .. 2 radius``.

    ``w(i) ~ exp(-i**2 / (2 sigma**2))``, on one side only; positions are rounded to pixels, ties
    down, and the border is ``nearest``. Deterministic; radius does not move with the strength.
    Weights are rounded to 1/4096.

    Source: MNIST-C and ImageNet-C (radius, sigma: 10, 3 to 20, 15) from the description of the
    motion blur of ImageMagick, whose 16-bit arithmetic differs by less than half a grey level.
    """

    degrees: float = parameter(
        "direction of the line, clockwise from the right",
        unit="degrees",
        default=0,
        low=-360,
        high=360,
    )

    def apply(self, images: Images, draws: None) -> Images:
        return motion_blur(images, self.degrees, radius=self.radius, sigma=self.sigma)

    def apply_uint8(self, images: UInt8Images, draws: None) -> UInt8Images:
        return motion_blur_uint8(images, self.degrees, radius=self.radius, sigma=self.sigma)


_ANGLES = 32  # directions of random motion: steps of 2.8 degrees in the published range


class RandomMotionBlur(_Motion):
    """Average each image along its own line: `motion_blur` at ``u degrees``, ``u ~ U(-1, 1)``.

    Random draws: one u for each image, in 32 steps; the published code draws any angle. The
    strength scales sigma. Weights, positions and border are those of `motion_blur`.

    Source: MNIST-C and ImageNet-C (radius, sigma: 10, 3 to 20, 15; degrees 45).
    """

    chunk_values = 1 << 20  # images are processed in groups of one angle
    degrees: float = parameter(
        "maximum angle to the horizontal", unit="degrees", default=45, low=0, high=180
    )

    def draw(self, streams: Streams, shape: Shape) -> NDArray[np.intp]:
        return (streams.words(()) >> np.uint32(27)).astype(np.intp)

    def apply(self, images: Images, draws: NDArray[np.intp]) -> Images:
        blur = partial(motion_blur, radius=self.radius, sigma=self.sigma)
        return apply_by_angle(images, self.angles(draws), blur)

    def apply_uint8(self, images: UInt8Images, draws: NDArray[np.intp]) -> UInt8Images:
        blur = partial(motion_blur_uint8, radius=self.radius, sigma=self.sigma)
        return apply_by_angle(images, self.angles(draws), blur)

    def angles(self, draws: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the direction for each image."""
        degrees: NDArray[np.float64] = self.degrees * ((2 * draws + 1) / _ANGLES - 1)
        return degrees


class GlassBlur(Corruption):
    """Look through rough glass: ``y = g * z``, ``z(p) = (g * x)(p + round(reach v(p)))``.

    ``g`` is a Gaussian (sigma, border ``reflect``), ``v`` has two triangular components on (-1, 1),
    and a fraction `share` of the pixels is displaced; positions are clipped to the image. Random
    draws: v, and a number that decides which pixels are displaced, for each pixel. The strength
    scales reach and sigma; share does not move.

    The published code swaps neighbours one after the other: ``it`` times, each pixel once with one
    at ``U{-d .. d - 1}`` in both directions, except for a border. A swap moves contents both ways
    and some of them far, so that the mean square displacement is that of
    ``reach = 2 sqrt(it (d**2 + 1))`` here (measured: within 15 %). Here the content of a pixel may
    appear twice, or not at all.

    Source: ImageNet-C and MNIST-C (sigma .7 to 1.5, reach 4 to 11.7), as an approximation.
    """

    traits = Trait.EXACT | Trait.CONSTANT_PRESERVING | Trait.RANGE_PRESERVING
    chunk_values = 1 << 17  # floats and displacements of the same size fit the cache
    reach: float = strength(
        "maximum displacement along each axis", unit="pixels", identity=0, worst=8, high=1000
    )
    sigma: float = parameter(
        "standard deviation of both blurs", unit="pixels", default=1, identity=0, low=0, high=1000
    )
    share: float = parameter("fraction of the pixels that move", default=1, low=0, high=1)

    def draw(self, streams: Streams, shape: Shape) -> NDArray[np.uint32]:
        return streams.words(shape[:2])

    def apply(self, images: Images, draws: NDArray[np.uint32]) -> Images:
        result = self.blur_planes(to_sixteenths(as_planes(images)), draws)
        return from_planes(from_sixteenths(result), images)

    def apply_uint8(self, images: UInt8Images, draws: NDArray[np.uint32]) -> UInt8Images:
        return from_planes(
            sixteenths_to_uint8(self.blur_planes(uint8_to_sixteenths(as_planes(images)), draws)),
            images,
        )

    def blur_planes(self, planes: Images, draws: NDArray[np.uint32]) -> Images:
        """Return blurred planes, (n * c, h, w) in sixteenths of a grey level."""
        n, h, w = draws.shape
        rows, columns = gaussian_matrix(h, self.sigma), gaussian_matrix(w, self.sigma)
        smooth = np.rint(separable_product(planes, rows, columns)).reshape(n, -1, h, w)
        moved = displace(smooth, *displacements(draws, self.reach, self.share))
        return separable_product(moved.reshape(planes.shape), rows, columns)


class ZoomBlur(Corruption):
    """Average an image and zooms of it: ``y = (x + sum of zoom(x, z)) / (count + 1)``.

    ``z`` goes from 1 to `factor` in equal steps; a zoom stretches the middle ``ceil(side / z)``
    pixels, bilinearly, over z times as many, and keeps the middle of these, for each side
    separately. Deterministic; count does not move with the strength. Values are rounded to
    sixteenths of a grey level and weights to 1/4096, above 64 x 64 pixels to 1/256 (count up to 15)
    or 1/128.

    Source: ImageNet-C and CIFAR-10-C (factor, count: 1.06, 7 to 1.3, 11) on any image size and
    shape; the count is that of their rounded steps.
    """

    traits = _AVERAGING_TRAITS | Trait.TRANSPOSE_EQUIVARIANT
    chunk_values = 1 << 18  # uint8 is converted to floats
    revision = 2
    factor: float = strength("maximum magnification", identity=1, worst=1.3, high=10)
    count: int = parameter("number of zooms", default=11, low=2, high=31)

    def apply(self, images: Images, draws: None) -> Images:
        return zoom_blur(images, self.factor, self.count)

    def apply_uint8(self, images: UInt8Images, draws: None) -> UInt8Images:
        return zoom_blur_uint8(images, self.factor, self.count)


class MedianBlur(Corruption):
    """Take the median of a square window: ``y(p) = median of x(p + d)``, ``|d| <= radius``.

    The window has ``2 radius + 1`` pixels each way; the border is ``reflect``. Deterministic.
    Values are rounded to sixteenths of a grey level.

    Source: the median filter of textbooks on digital image processing, as in scipy.ndimage.
    """

    traits = (
        Trait.EXACT
        | Trait.STEPPED
        | Trait.CHANNELWISE
        | Trait.CONSTANT_PRESERVING
        | Trait.RANGE_PRESERVING
        | _SYMMETRY_TRAITS
    )
    radius: int = strength(
        "the window is 2 radius + 1 wide", unit="pixels", identity=0, worst=2, high=5
    )

    def apply(self, images: Images, draws: None) -> Images:
        sixteenths = to_sixteenths(images).astype(np.uint16)
        return from_sixteenths(median(sixteenths, self.radius).astype(np.float32))

    def apply_uint8(self, images: UInt8Images, draws: None) -> UInt8Images:
        return median(images, self.radius)
