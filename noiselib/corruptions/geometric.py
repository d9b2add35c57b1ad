"""Geometric corruptions: affine maps about the centre of the image, with bilinear resampling."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from noiselib.corruption import Corruption
from noiselib.fields import parameter, strength
from noiselib.images import Images, UInt8Images
from noiselib.operations.bilinear import warp_grid
from noiselib.operations.exact import drop_last_bits
from noiselib.operations.shifting import shift_rows, shift_rows_uint8
from noiselib.operations.warp import (
    BORDERS,
    Bilinear,
    Matrices,
    affine_matrices,
    affine_operator,
    warp_all,
    warp_all_uint8,
    warp_each,
)
from noiselib.streams import Shape, Streams
from noiselib.traits import Trait

_Signed = NDArray[np.float64]  # (n, k), in (-1, 1)

_FACTOR = "magnification; the picture shrinks below 1"
_STRETCH = "further magnification of the height"
_SHEAR = "pixels to the right for each pixel down"


class _Geometric(Corruption):
    """Common base: the values outside the image."""

    traits = Trait.EXACT
    border: str = parameter(
        "values outside the image: fill, the nearest pixel, or the image reflected",
        default="constant",
        choices=BORDERS,
    )
    fill: float = parameter(
        "value outside the image, if the border is constant", default=0, low=0, high=1
    )


class _Affine(_Geometric):
    """Common base: one map for all images."""

    chunk_values = 1 << 18  # uint8 is converted to floats

    def matrix(self) -> Matrices:
        """Return the inverse map, shape (1, 2, 3)."""
        raise TypeError(f"{type(self).__name__} must define matrix()")

    def apply(self, images: Images, draws: None) -> Images:
        return warp_all(images, _operator_of(self, *images.shape[1:3]), self.fill)

    def apply_uint8(self, images: UInt8Images, draws: None) -> UInt8Images:
        return warp_all_uint8(images, _operator_of(self, *images.shape[1:3]), self.fill)


@lru_cache(maxsize=64)
def _operator_of(corruption: _Affine, h: int, w: int) -> Bilinear:
    """Return the operator of a corruption on images of h * w pixels."""
    return affine_operator(h, w, corruption.matrix(), corruption.border)


class _RandomAffine(_Geometric):
    """Common base: a map for each image, from six random numbers."""

    def matrices(self, signed: _Signed) -> Matrices:
        """Return the inverse maps, shape (n, 2, 3), from draws of U(-1, 1), shape (n, 6)."""
        raise TypeError(f"{type(self).__name__} must define matrices(signed)")

    def draw(self, streams: Streams, shape: Shape) -> _Signed:
        return streams.signed((6,))

    def apply(self, images: Images, draws: _Signed) -> Images:
        return warp_each(images, self.matrices(draws), self.border, self.fill)


class _RandomShift(_RandomAffine):
    """Common base: a map for each image that moves rows as a whole."""

    chunk_values = 1 << 18  # uint8 is converted to floats

    def rows(self, shape: tuple[int, ...], draws: _Signed) -> tuple[_Signed, _Signed]:
        """Return the source of each row of images of this shape, (n, h): y, and x of its start."""
        raise TypeError(f"{type(self).__name__} must define rows(shape, draws)")

    def apply(self, images: Images, draws: _Signed) -> Images:
        return shift_rows(images, *self.rows(images.shape, draws), self.border, self.fill)

    def apply_uint8(self, images: UInt8Images, draws: _Signed) -> UInt8Images | None:
        return shift_rows_uint8(images, *self.rows(images.shape, draws), self.border, self.fill)


class Rotation(_Affine):
    """Rotate every image by one angle: ``y(p) = x(R(-degrees) p)``.

    Positive angles rotate counter-clockwise; 90 is `numpy.rot90` on square images. Deterministic.

    Source: the rotation of MNIST-C, with a sign.
    """

    degrees: float = strength(
        "angle, counter-clockwise", unit="degrees", identity=0, worst=90, low=-360, high=360
    )

    def matrix(self) -> Matrices:
        return affine_matrices(degrees=self.degrees)


class RandomRotation(_RandomAffine):
    """Rotate each image by its own angle: ``y(p) = x(R(-u degrees) p)``, ``u ~ U(-1, 1)``.

    Random draws: one u for each image. The strength scales degrees.

    Source: own design; with degrees 72, the first step of the noisy-MNIST course data.
    """

    degrees: float = strength("maximum angle", unit="degrees", identity=0, worst=90, high=180)

    def matrices(self, signed: _Signed) -> Matrices:
        return affine_matrices(degrees=self.degrees * signed[:, 0])


class Translation(_Affine):
    """Shift every image: ``y(p) = x(p - (x, y))``.

    Integer shifts are exact, others are interpolated. Deterministic; y moves with x.

    Source: the translation of MNIST-C (1 to 5 pixels along each axis), with signs.
    """

    x: float = strength(
        "shift to the right", unit="pixels", identity=0, worst=8, low=-10000, high=10000
    )
    y: float = parameter(
        "shift downwards", unit="pixels", default=0, identity=0, low=-10000, high=10000
    )

    def matrix(self) -> Matrices:
        return affine_matrices(x=self.x, y=self.y)


class RandomTranslation(_RandomShift):
    """Shift each image by its own amount: ``y(p) = x(p - (u x, v y))``, ``u, v ~ U(-1, 1)``.

    Random draws: u and v for each image. The strength scales x and y.

    Source: own design; with 5.6 pixels along each axis, a step of the noisy-MNIST course data.
    """

    revision = 2
    x: float = strength("maximum horizontal shift", unit="pixels", identity=0, worst=8, high=10000)
    y: float = parameter(
        "maximum vertical shift", unit="pixels", default=8, identity=0, low=0, high=10000
    )

    def rows(self, shape: tuple[int, ...], draws: _Signed) -> tuple[_Signed, _Signed]:
        right, down = self.x * draws[:, :1], self.y * draws[:, 1:2]
        return np.arange(shape[1]) - down, np.repeat(-right, shape[1], axis=1)


class Zoom(_Affine):
    """Magnify every image about its centre: ``y(p) = x(p / factor)``.

    Deterministic.

    Source: the scale of MNIST-C (factor .9 to .5).
    """

    factor: float = strength(_FACTOR, identity=1, worst=0.4, low=0.01, high=100)

    def matrix(self) -> Matrices:
        return affine_matrices(factor=self.factor)


class RandomZoom(_RandomAffine):
    """Magnify each image by its own factor: ``y(p) = x(p / factor**u)``, ``u ~ U(-1, 1)``.

    Images shrink or grow, by at most the factor. Random draws: one u for each image. The strength
    scales factor.

    Source: own design.
    """

    revision = 2
    factor: float = strength("maximum magnification, 1 / minimum", identity=1, worst=2, high=100)

    def apply(self, images: Images, draws: _Signed) -> Images:
        factors = drop_last_bits(self.factor ** draws[:, :1])
        y, x = (
            (np.arange(side) - (side - 1) / 2) / factors + (side - 1) / 2
            for side in images.shape[1:3]
        )
        return warp_grid(images, y, x, self.border, self.fill)


class Shear(_Affine):
    """Shear every image: ``y(p) = x(p - (factor * p_y, 0))``.

    Rows move sideways in proportion to their distance from the centre. Deterministic.

    Source: the shear of MNIST-C with the matrix [[1, -tan c], [0, 1]] is factor = tan c.
    """

    factor: float = strength(_SHEAR, identity=0, worst=1, low=-100, high=100)

    def matrix(self) -> Matrices:
        return affine_matrices(shear=self.factor)


class RandomShear(_RandomShift):
    """Shear each image by its own amount: ``y(p) = x(p - (u factor * p_y, 0))``, ``u ~ U(-1, 1)``.

    Random draws: one u for each image. The strength scales factor.

    Source: own design.
    """

    revision = 2
    factor: float = strength(f"maximum shear: {_SHEAR}", identity=0, worst=1, high=100)

    def rows(self, shape: tuple[int, ...], draws: _Signed) -> tuple[_Signed, _Signed]:
        n, h = shape[:2]
        right = self.factor * draws[:, :1] * (np.arange(h) - (h - 1) / 2)
        return np.broadcast_to(np.arange(h, dtype=np.float64), (n, h)), -right


class Affine(_Affine):
    """Shear, stretch, magnify, rotate and shift at once: ``y(p) = x(A^-1 (p - (x, y)))``.

    ``A = R(degrees) diag(factor, factor * stretch) [[1, shear], [0, 1]]``: every affine map without
    reflection, in one resampling. Deterministic; all parameters move with the angle.

    Source: own design; the parameters are those of the affine group.
    """

    degrees: float = strength(
        "angle, counter-clockwise", unit="degrees", identity=0, worst=45, low=-360, high=360
    )
    factor: float = parameter(_FACTOR, default=1, identity=1, low=0.01, high=100)
    stretch: float = parameter(_STRETCH, default=1, identity=1, low=0.01, high=100)
    shear: float = parameter(_SHEAR, default=0, identity=0, low=-100, high=100)
    x: float = parameter(
        "shift to the right", unit="pixels", default=0, identity=0, low=-10000, high=10000
    )
    y: float = parameter(
        "shift downwards", unit="pixels", default=0, identity=0, low=-10000, high=10000
    )

    def matrix(self) -> Matrices:
        return affine_matrices(
            degrees=self.degrees,
            factor=self.factor,
            stretch=self.stretch,
            shear=self.shear,
            x=self.x,
            y=self.y,
        )


class RandomAffine(_RandomAffine):
    """Shear, stretch, magnify, rotate and shift each image by its own amounts, in one resampling.

    ``y(p) = x(A^-1 (p - (u5 x, u6 y)))`` with
    ``A = R(u1 degrees) diag(f, f * stretch**u3) [[1, u4 shear], [0, 1]]``, ``f = factor**u2``,
    ``u ~ U(-1, 1)``. Random draws: six u for each image. All parameters move with the angle.

    Source: own design.
    """

    degrees: float = strength("maximum angle", unit="degrees", identity=0, worst=45, high=180)
    factor: float = parameter(
        "maximum magnification, 1 / minimum", default=1.25, identity=1, low=1, high=100
    )
    stretch: float = parameter(
        "maximum further magnification of the height, 1 / minimum",
        default=1,
        identity=1,
        low=1,
        high=100,
    )
    shear: float = parameter(f"maximum shear: {_SHEAR}", default=0.25, identity=0, low=0, high=100)
    x: float = parameter(
        "maximum horizontal shift", unit="pixels", default=4, identity=0, low=0, high=10000
    )
    y: float = parameter(
        "maximum vertical shift", unit="pixels", default=4, identity=0, low=0, high=10000
    )

    def matrices(self, signed: _Signed) -> Matrices:
        u = signed.T
        return affine_matrices(
            degrees=self.degrees * u[0],
            factor=drop_last_bits(self.factor ** u[1]),
            stretch=drop_last_bits(self.stretch ** u[2]),
            shear=self.shear * u[3],
            x=self.x * u[4],
            y=self.y * u[5],
        )
