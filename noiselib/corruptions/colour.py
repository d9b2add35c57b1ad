"""Photometric corruptions of colour in HSV: hue, saturation, and value = max(r, g, b).

None converts to HSV and back. Where the hue is preserved, the distances of the channels from the
value keep their proportions, so it is enough to scale them.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from noiselib.corruption import Corruption
from noiselib.fields import parameter, strength
from noiselib.images import Images, UInt8Images
from noiselib.operations.lookup_table import LookupTable, look_up, tabulate
from noiselib.traits import Trait

_Plane = NDArray[np.float32]  # (n, h, w, 1)
_Planes = tuple[_Plane, _Plane, _Plane]  # red, green, blue

_TINY = np.float32(1e-30)  # below every difference of values that matters; avoids 0 / 0


def _quadratic(start: float, end: float, t: float) -> float:
    """Move slowly at first: ``start + t**2 * (end - start)``."""
    return start + t * t * (end - start)


class _Colour(Corruption):
    """Common base: grey images are handled by `grey`, RGB images plane by plane."""

    traits = Trait.EXACT | Trait.BROADCAST | Trait.FLIP_EQUIVARIANT | Trait.TRANSPOSE_EQUIVARIANT

    def grey(self, images: Images) -> Images:
        """Corrupt images of one channel, which have no colour."""
        return images

    def recolour(self, planes: _Planes, value: _Plane, chroma: _Plane) -> _Planes:
        """Corrupt red, green and blue, given their maximum and its distance from their minimum."""
        raise TypeError(f"{type(self).__name__} must define recolour(planes, value, chroma)")

    def apply(self, images: Images, draws: None) -> Images:
        channels = images.shape[3]
        if channels == 1:
            return self.grey(images)
        if channels != 3:
            raise ValueError(f"{self.name}: images must have 1 or 3 channels, got {channels}")
        # numpy is several times slower on every third value than on contiguous values.
        red, green, blue = np.ascontiguousarray(np.moveaxis(images, -1, 0))[..., None]
        value = np.maximum(np.maximum(red, green), blue)
        chroma = value - np.minimum(np.minimum(red, green), blue)
        return np.concatenate(self.recolour((red, green, blue), value, chroma), axis=-1)


class HsvBrightness(_Colour):
    """Shift the value of HSV: ``V' = clip(V + shift)``, preserving hue and saturation.

    A channel becomes ``x * V' / V``: dark colours stay saturated, and light ones are clipped
    together. On grey images and grey pixels, this is `Brightness`. Deterministic.

    Source: ImageNet-C (shift .1 to .5), CIFAR-10-C (.05 to .3).
    """

    traits = _Colour.traits | Trait.MONOTONE
    shift: float = strength(
        "shift of the value, as a fraction of full scale",
        identity=0,
        worst=0.5,
        low=-1,
        high=1,
    )

    def grey(self, images: Images) -> Images:
        return images + np.float32(self.shift)

    def apply_uint8(self, images: UInt8Images, draws: None) -> UInt8Images | None:
        if images.shape[3] != 1:
            return None
        result = np.empty_like(images)
        look_up(images, _grey_table(self), result)
        return result

    def recolour(self, planes: _Planes, value: _Plane, chroma: _Plane) -> _Planes:
        shifted = np.clip(value + np.float32(self.shift), 0, 1)
        return _scale_chroma(planes, value, shifted, shifted / np.maximum(value, _TINY))


class Saturate(_Colour):
    """Scale the saturation of HSV: ``S' = clip(scale * S + offset)``, preserving hue and value.

    Scales below 1 reduce saturation. A grey pixel of an RGB image has hue 0 and becomes red by the
    offset, as in the published code; an image of one channel is unchanged. Deterministic. Scale and
    offset move together, with t**2, as the first steps change the most.

    Source: ImageNet-C (scale and offset .3, 0; .1, 0; 2, 0; 5, .1; 20, .2), CIFAR-10-C.
    """

    traits = _Colour.traits | Trait.MONOTONE
    scale: float = strength(
        "factor of the saturation; grey at 0",
        identity=1,
        worst=20,
        low=0,
        high=100,
        path=_quadratic,
    )
    offset: float = parameter(
        "shift of the saturation",
        default=0,
        low=-1,
        high=1,
        identity=0,
        path=_quadratic,
    )

    def recolour(self, planes: _Planes, value: _Plane, chroma: _Plane) -> _Planes:
        saturation = chroma / np.maximum(value, _TINY)
        saturated = np.clip(np.float32(self.scale) * saturation + np.float32(self.offset), 0, 1)
        colourless = chroma == 0
        factor = saturated * value / np.maximum(chroma, _TINY) * ~colourless
        red, green, blue = _scale_chroma(planes, value, value, factor)
        tint = saturated * value * colourless
        return red, green - tint, blue - tint


class Hue(_Colour):
    """Rotate the hue of HSV: ``H' = H + degrees``, preserving saturation and value.

    120 degrees turn red into green, green into blue and blue into red. Grey images and grey pixels
    are unchanged. Deterministic.

    Source: hue shifts as in image editors and in the successors of AutoAugment; definition of HSV
    by Smith 1978.
    """

    degrees: float = strength(
        "angle, from red towards green",
        unit="degrees",
        identity=0,
        worst=180,
        low=-360,
        high=360,
    )

    def recolour(self, planes: _Planes, value: _Plane, chroma: _Plane) -> _Planes:
        sixth = _hue(planes, value, chroma) + np.float32(self.degrees) * np.float32(1 / 60)
        sixth = sixth - 6 * np.floor(sixth * np.float32(1 / 6))
        # A channel is full within 60 degrees of its own hue and empty from 120 on; this distance is
        # from the complement of its hue, which has no jump at 360 degrees.
        red, green, blue = (np.abs(np.abs(sixth - own) - 3) for own in (0, 2, 4))
        return (
            value - chroma * np.clip(2 - red, 0, 1),
            value - chroma * np.clip(2 - green, 0, 1),
            value - chroma * np.clip(2 - blue, 0, 1),
        )


@lru_cache(maxsize=64)
def _grey_table(corruption: _Colour) -> LookupTable:
    """Return the lookup table for images of one channel."""
    return tabulate(corruption.grey)


def _scale_chroma(planes: _Planes, value: _Plane, new_value: _Plane, factor: _Plane) -> _Planes:
    """Change the value, and scale the distances of the channels from it."""
    red, green, blue = (new_value - (value - plane) * factor for plane in planes)
    return red, green, blue


def _hue(planes: _Planes, value: _Plane, chroma: _Plane) -> _Plane:
    """Return the hue in sixths of the circle: red 0, green 2, blue 4; 0 if it is undefined.

    In [-1, 5]; the caller takes it modulo 6.
    """
    red, green, blue = planes
    is_red = red == value
    is_green = (green == value) & ~is_red
    is_blue = ~(is_red | is_green)
    # The difference of the two channels next to the largest one on the circle.
    difference = (green - blue) * is_red + (blue - red) * is_green + (red - green) * is_blue
    sixth: _Plane = difference / np.maximum(chroma, _TINY) + (
        np.float32(2) * is_green + np.float32(4) * is_blue
    )
    return sixth
