"""Photometric corruptions of colour, as HSV has it: hue, saturation, and value = max(r, g, b).

None goes to HSV and back. Where hue stays, the distances of the channels from the value keep
their proportions; so they are scaled.
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

Plane = NDArray[np.float32]  # (n, h, w, 1)
Planes = tuple[Plane, Plane, Plane]  # red, green, blue

TINY = np.float32(1e-30)  # below every difference of values that matters; avoids 0 / 0


def quadratic(start: float, end: float, t: float) -> float:
    """Go slowly at first: ``start + t**2 * (end - start)``."""
    return start + t * t * (end - start)


class _Colour(Corruption):
    """What this family shares: grey images by themselves, RGB images plane by plane."""

    traits = Trait.EXACT | Trait.BROADCAST | Trait.FLIP_EQUIVARIANT | Trait.TRANSPOSE_EQUIVARIANT

    def grey(self, images: Images) -> Images:
        """Corrupt images of one channel, which have no colour."""
        return images

    def recoloured(self, planes: Planes, value: Plane, chroma: Plane) -> Planes:
        """Corrupt red, green and blue, given their maximum and how far their minimum is below."""
        raise TypeError(f"{type(self).__name__} must define recoloured(planes, value, chroma)")

    def apply(self, images: Images, draws: None) -> Images:
        channels = images.shape[3]
        if channels == 1:
            return self.grey(images)
        if channels != 3:
            raise ValueError(f"{self.name}: images must have 1 or 3 channels, got {channels}")
        # numpy is several times slower on every third value than on values that are neighbours.
        red, green, blue = np.ascontiguousarray(np.moveaxis(images, -1, 0))[..., None]
        value = np.maximum(np.maximum(red, green), blue)
        chroma = value - np.minimum(np.minimum(red, green), blue)
        return np.concatenate(self.recoloured((red, green, blue), value, chroma), axis=-1)


class HsvBrightness(_Colour):
    """Shift the value of HSV: ``V' = clip(V + shift)``, hue and saturation kept.

    So a channel becomes ``x * V' / V``: dark colours stay as vivid as they were, and light ones
    are clipped together. On grey images, and grey pixels, this is `Brightness`. Nothing is drawn.

    Source: ImageNet-C (shift .1 to .5), CIFAR-10-C (.05 to .3).
    """

    traits = _Colour.traits | Trait.MONOTONE
    shift: float = strength(
        "what is added to the value, as a fraction of full scale",
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
        look_up(images, grey_table(self), result)
        return result

    def recoloured(self, planes: Planes, value: Plane, chroma: Plane) -> Planes:
        shifted = np.clip(value + np.float32(self.shift), 0, 1)
        return scale_chroma(planes, value, shifted, shifted / np.maximum(value, TINY))


class Saturate(_Colour):
    """Scale the saturation of HSV: ``S' = clip(scale * S + offset)``, hue and value kept.

    Below scale 1 colours fade, above they glare. A grey pixel of an RGB image has hue 0 and takes
    the offset as red, as in the original; an image of one channel stays. Nothing is drawn. Scales:
    scale and offset together, with t**2, as the first steps change the most.

    Source: ImageNet-C (scale and offset .3, 0; .1, 0; 2, 0; 5, .1; 20, .2), CIFAR-10-C.
    """

    traits = _Colour.traits | Trait.MONOTONE
    scale: float = strength(
        "factor of the saturation; 0 leaves grey",
        identity=1,
        worst=20,
        low=0,
        high=100,
        path=quadratic,
    )
    offset: float = parameter(
        "what is added to the saturation",
        default=0,
        low=-1,
        high=1,
        identity=0,
        path=quadratic,
    )

    def recoloured(self, planes: Planes, value: Plane, chroma: Plane) -> Planes:
        saturation = chroma / np.maximum(value, TINY)
        saturated = np.clip(np.float32(self.scale) * saturation + np.float32(self.offset), 0, 1)
        colourless = chroma == 0
        factor = saturated * value / np.maximum(chroma, TINY) * ~colourless
        red, green, blue = scale_chroma(planes, value, value, factor)
        tint = saturated * value * colourless
        return red, green - tint, blue - tint


class Hue(_Colour):
    """Turn the hue of HSV: ``H' = H + degrees``, saturation and value kept.

    120 degrees make red green, green blue and blue red. Grey images, and grey pixels, stay.
    Nothing is drawn.

    Source: hue shifts as in image editors and in AutoAugment's successors; definition of HSV by
    Smith 1978.
    """

    degrees: float = strength(
        "angle, from red towards green",
        unit="degrees",
        identity=0,
        worst=180,
        low=-360,
        high=360,
    )

    def recoloured(self, planes: Planes, value: Plane, chroma: Plane) -> Planes:
        sixth = hue(planes, value, chroma) + np.float32(self.degrees) * np.float32(1 / 60)
        sixth = sixth - 6 * np.floor(sixth * np.float32(1 / 6))
        # A channel is full within 60 degrees of its own hue and empty from 120 on; this distance,
        # from its complement, has no jump at 360 degrees.
        red, green, blue = (np.abs(np.abs(sixth - own) - 3) for own in (0, 2, 4))
        return (
            value - chroma * np.clip(2 - red, 0, 1),
            value - chroma * np.clip(2 - green, 0, 1),
            value - chroma * np.clip(2 - blue, 0, 1),
        )


@lru_cache(maxsize=64)
def grey_table(corruption: _Colour) -> LookupTable:
    """Tabulate what becomes of images of one channel."""
    return tabulate(corruption.grey)


def scale_chroma(planes: Planes, value: Plane, new_value: Plane, factor: Plane) -> Planes:
    """Move the value, and scale the channels' distances from it."""
    red, green, blue = (new_value - (value - plane) * factor for plane in planes)
    return red, green, blue


def hue(planes: Planes, value: Plane, chroma: Plane) -> Plane:
    """Give the hue in sixths of the circle, red 0, green 2, blue 4; 0 where there is none.

    In [-1, 5]: the circle is closed by who uses it.
    """
    red, green, blue = planes
    is_red = red == value
    is_green = (green == value) & ~is_red
    is_blue = ~(is_red | is_green)
    # The two channels beside the greatest, the later less the earlier on the circle.
    difference = (green - blue) * is_red + (blue - red) * is_green + (red - green) * is_blue
    sixth: Plane = difference / np.maximum(chroma, TINY) + (
        np.float32(2) * is_green + np.float32(4) * is_blue
    )
    return sixth
