"""Geometric corruptions that are not affine: perspective, lens distortion, elastic deformation."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from noiselib.corruption import Corruption
from noiselib.fields import parameter, strength
from noiselib.images import Images, UInt8Images
from noiselib.operations.bilinear import warp_to
from noiselib.operations.exact import drop_last_bits
from noiselib.operations.projection import SQUARE, per_image, project
from noiselib.operations.smooth import smooth_noise
from noiselib.operations.warp import BORDERS, Bilinear, bilinear_operator, warp_all, warp_all_uint8
from noiselib.streams import Shape, Streams
from noiselib.traits import Trait

_Signed = NDArray[np.float64]

_OUTSIDE = "values outside the image: fill, the nearest pixel, or the image reflected"
_FILL = "value outside the image, if the border is constant"


class _Warp(Corruption):
    """Common base: the values outside the image."""

    traits = Trait.EXACT | Trait.CHANNELWISE
    border: str = parameter(_OUTSIDE, default="constant", choices=BORDERS)
    fill: float = parameter(_FILL, default=0, low=0, high=1)


class _SharedWarp(_Warp):
    """Common base: one map for all images."""

    chunk_values = 1 << 18  # uint8 is converted to floats

    def operator(self, h: int, w: int) -> Bilinear:
        """Return the operator of the map on images of h * w pixels."""
        raise TypeError(f"{type(self).__name__} must define operator(h, w)")

    def apply(self, images: Images, draws: None) -> Images:
        return warp_all(images, self.operator(*images.shape[1:3]), self.fill)

    def apply_uint8(self, images: UInt8Images, draws: None) -> UInt8Images:
        return warp_all_uint8(images, self.operator(*images.shape[1:3]), self.fill)


class Perspective(_SharedWarp):
    """Tilt every image back: its upper edge shrinks to ``1 - narrowing`` of the lower one.

    ``y(p) = x(H^-1 p)``, where the projective map H moves the corners of the image to those of a
    trapezium of the same height; below 0 the lower edge shrinks. Deterministic.

    Source: own design; the textbook view of a picture that is tilted back.
    """

    narrowing: float = strength(
        "fraction by which the upper edge shrinks", identity=0, worst=0.6, low=-0.9, high=0.9
    )

    def operator(self, h: int, w: int) -> Bilinear:
        return _trapezium_operator(h, w, self.narrowing, self.border)


class RandomPerspective(_Warp):
    """View each image from a random direction: ``y(p) = x(H^-1 p)``.

    The projective map H moves each corner inwards by up to half of each side times distortion:
    ``u w distortion / 2`` and ``v h distortion / 2``, ``u, v ~ U(0, 1)``. Random draws: u and v of
    four corners for each image. The strength scales distortion.

    Source: the random perspective of torchvision (distortion .5), with subpixel corners.
    """

    distortion: float = strength(
        "maximum move of a corner, in half sides", identity=0, worst=0.6, high=0.6
    )

    def draw(self, streams: Streams, shape: Shape) -> _Signed:
        return streams.uniform((4, 2))

    def apply(self, images: Images, draws: _Signed) -> Images:
        h, w = images.shape[1:3]
        inwards = np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)])
        corners = SQUARE + 0.5 * self.distortion * inwards * draws
        return warp_to(images, *project(h, w, corners, np.float32), self.border, self.fill)


class BarrelDistortion(_SharedWarp):
    """Distort every image as a lens does: ``y(p) = x(p (1 + bend |p|**2))``.

    p is the vector from the centre, of length 1 in the corners. Above 0 the picture shrinks towards
    its edges (barrel), below 0 it grows (pincushion). Deterministic.

    Source: own design; the first term of the radial lens model (Brown 1966).
    """

    bend: float = strength(
        "relative radial shift of the corners", identity=0, worst=0.6, low=-0.33, high=10
    )

    def operator(self, h: int, w: int) -> Bilinear:
        return _lens_operator(h, w, self.bend, self.border)


class ElasticTransform(Corruption):
    """Deform each image elastically: ``y(p) = x(p + displacement * side * s(p) + J p)``.

    s is white noise smoothed by a Gaussian of `sigma` sides, of variance 1 along each axis; J is
    the affine map that moves three points a third of a side from the centre by
    ``jitter * side * U(-1, 1)`` along each axis. The side is the shorter one of the image. Random
    draws: s, and six numbers, for each image. The strength scales displacement and jitter.

    The published codes displace by ``alpha`` times the smoothed noise, in pixels, so that the same
    numbers mean less in larger images; `displacement` is the result of their alpha and sigma on the
    images that they were made for. They resample twice, affinely and elastically, and this class
    once; their J is that of the inverse map, which is equal to first order but occasionally folds
    the image at jitter .2.

    Source: ImageNet-C, CIFAR-10-C, MNIST-C; the elastic deformations of Simard et al. 2003.
    """

    traits = Trait.EXACT | Trait.CHANNELWISE
    displacement: float = strength(
        "root mean square displacement along each axis, in sides",
        identity=0,
        worst=0.06,
        high=1,
    )
    sigma: float = parameter(
        "smoothness: standard deviation of the Gaussian, in sides", default=0.1, low=0, high=1
    )
    jitter: float = parameter(
        "maximum move of the three points, in sides", default=0, identity=0, low=0, high=1
    )
    border: str = parameter(_OUTSIDE, default="reflect", choices=BORDERS)
    fill: float = parameter(_FILL, default=0, low=0, high=1)

    def draw(self, streams: Streams, shape: Shape) -> tuple[_Signed, NDArray[np.float32]]:
        moves = streams.signed((3, 2))
        h, w = shape[:2]
        return moves, smooth_noise(streams, 2, (h, w), self.sigma * min(h, w))

    def apply(self, images: Images, draws: tuple[_Signed, NDArray[np.float32]]) -> Images:
        h, w = images.shape[1:3]
        moves, field = draws
        side = min(h, w)
        y: Any = np.arange(h, dtype=np.float32)[:, None]
        x: Any = np.arange(w, dtype=np.float32)
        if self.jitter:
            y, x = _jitter_positions(h, w, self.jitter * side * moves, side / 3)
        reach = np.float32(self.displacement * side)
        y, x = reach * field[:, 0] + y, reach * field[:, 1] + x
        return warp_to(images, y, x, self.border, self.fill)


@lru_cache(maxsize=64)
def _trapezium_operator(h: int, w: int, narrowing: float, border: str) -> Bilinear:
    """Return the operator of the map that narrows the upper edge, or the lower one below 0."""
    inset = 0.5 * np.array([(1, 0), (-1, 0), (0, 0), (0, 0)]) * narrowing
    if narrowing < 0:
        inset = -inset[[3, 2, 1, 0]]
    y, x = project(h, w, (SQUARE + inset)[None], np.float64)
    return bilinear_operator(y[0], x[0], border)


@lru_cache(maxsize=64)
def _lens_operator(h: int, w: int, bend: float, border: str) -> Bilinear:
    """Return the operator of a radial map about the centre."""
    y, x = (np.arange(side) - (side - 1) / 2 for side in (h, w))
    corner = max(((h - 1) ** 2 + (w - 1) ** 2) / 4, 1)
    factor = drop_last_bits(1 + bend * (y[:, None] ** 2 + x**2) / corner)
    return bilinear_operator(y[:, None] * factor + (h - 1) / 2, x * factor + (w - 1) / 2, border)


def _jitter_positions(h: int, w: int, moves: _Signed, distance: float) -> tuple[Any, Any]:
    """Return the source positions when three points about the centre are moved.

    Parameters
    ----------
    h, w : int
        The sides of the images.
    moves : ndarray of float64, shape (n, 3, 2)
        The moves (y, x) of the points (1, 1), (1, -1) and (-1, -1) times `distance`.
    distance : float
        In pixels.

    Returns
    -------
    y : ndarray of float32, shape (n, h, w)
        In input pixels.
    x : ndarray of float32, shape (n, h, w)
        In input pixels.
    """
    first, second, third = np.moveaxis(moves, 1, 0)
    by_x, by_y = (first - second) / (2 * distance), (second - third) / (2 * distance)
    shift = (first + third) / 2
    rows = (np.arange(h) - (h - 1) / 2).astype(np.float32)[:, None]
    columns = (np.arange(w) - (w - 1) / 2).astype(np.float32)
    y, x = (
        per_image(by_y[:, k] + (k == 0), np.float32) * rows
        + per_image(shift[:, k] + (centre - 1) / 2, np.float32)
        + per_image(by_x[:, k] + (k == 1), np.float32) * columns
        for k, centre in enumerate((h, w))
    )
    return y, x
