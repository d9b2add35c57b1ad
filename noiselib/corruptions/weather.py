"""Weather: fog, frost, snow, rain, and spatter on the lens."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from noiselib.corruption import Corruption
from noiselib.fields import parameter, strength
from noiselib.images import Images, repeat_channels
from noiselib.operations.frost_texture import PANE_SIDES, frost_pane
from noiselib.operations.plasma import clouds, noise_count
from noiselib.operations.precipitation import (
    blobs,
    lattice_sides,
    liquid_field,
    mud_mask,
    streak,
    water_relief,
)
from noiselib.operations.rain import rain_streaks
from noiselib.streams import Shape, Streams
from noiselib.traits import Trait

_Field = NDArray[np.float32]  # (n, h, w)

_AMOUNT = "fraction of the full effect"
_LUMA = (0.299, 0.587, 0.114)
_FROST = (0.87, 0.95, 1.0)  # the bluish white of ice
_MUD, _WATER = (63 / 255, 42 / 255, 20 / 255), (175 / 255, 238 / 255, 238 / 255)
_GREY_MUD = 63 / 255  # the value of MNIST-C


class Fog(Corruption):
    """Add fog in front of the image: ``y = (x + density P) m / (m + density)``, ``m = max(x)``.

    P, in [0, 1], is plasma by the diamond-square algorithm: clouds on a torus whose details are
    weaker by ``decay**2`` from level to level. The longer side of the image spans `view` of the
    torus, so that fog looks alike at every size; the published code cuts its image out of a map of
    256 points at every image size, which is view .875 at 224 pixels and .109375 at 28. Random
    draws: the noise of P. The strength scales density.

    Source: ImageNet-C, CIFAR-10-C, MNIST-C.
    """

    traits = Trait.EXACT | Trait.BROADCAST | Trait.MONOTONE
    revision = 2
    density: float = strength(
        "light that the fog adds, in multiples of full scale", identity=0, worst=3, high=100
    )
    decay: float = parameter(
        "smoothness: square root of the attenuation from level to level",
        default=1.75,
        low=1,
        high=10,
    )
    view: float = parameter(
        "longer side of the image, as a fraction of the side of the clouds",
        default=0.875,
        low=0.01,
        high=1,
    )

    def draw(self, streams: Streams, shape: Shape) -> _Field:
        h, w = shape[:2]
        numbers = streams.uniform16((noise_count(h, w, self.view),))
        return clouds(numbers, h, w, self.view, self.decay)

    def apply(self, images: Images, draws: _Field) -> Images:
        peak = images.max(axis=(1, 2, 3), keepdims=True)
        density = np.asarray(self.density, np.float32)
        share = density / np.maximum(peak + density, np.float32(1e-30))  # no 0 / 0 if all is black
        change = repeat_channels(draws * peak[..., 0], images.shape[3])
        change -= images
        change *= share
        change += images
        return change


class Frost(Corruption):
    """Look through a frosted pane: ``y = clip(light * x + ice * F)``.

    F is a piece of a pane with ice crystals, cut out at a random position and randomly mirrored;
    the pane is three image sides wide, of mean brightness .4, and bluish white on colour images.
    The published code cuts its pieces out of five photographs; this pane is computed, and the same
    at every size. Random draws: position and mirroring for each image. The strength scales ice and
    light.

    Source: ImageNet-C, CIFAR-10-C, with another texture.
    """

    traits = Trait.EXACT | Trait.BROADCAST | Trait.MONOTONE
    ice: float = strength("brightness of the ice", identity=0, worst=0.75, high=4)
    light: float = parameter(
        "fraction of the light of the image that passes", default=0.6, identity=1, low=0, high=1
    )

    def draw(self, streams: Streams, shape: Shape) -> _Field:
        h, w = shape[:2]
        words = streams.words((3,))
        size = PANE_SIDES * max(h, w)
        top, left = (((words[:, k] >> np.uint32(8)) * np.uint64(size)) >> 24 for k in (0, 1))
        windows = np.lib.stride_tricks.sliding_window_view(frost_pane(max(h, w)), (h, w))
        pieces: _Field = windows[top, left]
        for bit, axis in ((1, 1), (2, 2)):
            mirrored = np.flatnonzero(words[:, 2] & np.uint32(bit))
            pieces[mirrored] = np.flip(pieces[mirrored], axis)
        return pieces

    def apply(self, images: Images, draws: _Field) -> Images:
        ice = _colourize(draws, _FROST, 1.0, images.shape[3])
        result: Images = self.light * images + self.ice * ice
        return result


class Snow(Corruption):
    """Add falling snow: ``y = x + amount * ((1 - keep) max(0, 1.5 g + .5 - x) + s)``.

    g is the brightness of the image, so that the picture fades to white. s are flakes: normal noise
    of `mean` and `deviation` at points `flake` pixels apart, set to 0 below `threshold`, blurred by
    motion of `radius` and `sigma` pixels in a direction of U(-135, -45) degrees, plus the same
    layer rotated by 180 degrees. Random draws: the noise, and one of 16 directions, for each image.
    The strength scales amount.

    Source: ImageNet-C, CIFAR-10-C (amount 1); intermediate flakes are not rounded to grey levels.
    """

    traits = Trait.EXACT | Trait.BROADCAST | Trait.MONOTONE
    revision = 2
    amount: float = strength(_AMOUNT, identity=0, worst=1, high=1)
    mean: float = parameter("mean of the noise", default=0.4, low=-8, high=8)
    deviation: float = parameter("standard deviation of the noise", default=0.3, low=0, high=8)
    flake: float = parameter(
        "distance between points of noise", unit="pixels", default=2, low=1, high=1000
    )
    threshold: float = parameter("minimum noise that is a flake", default=0.65, low=0, high=1)
    radius: int = parameter("radius of the motion", unit="pixels", default=8, low=0, high=1000)
    sigma: float = parameter(
        "standard deviation of the motion", unit="pixels", default=4, low=0, high=1000
    )
    keep: float = parameter(
        "fraction of the picture that does not fade", default=0.7, low=0, high=1
    )

    def draw(self, streams: Streams, shape: Shape) -> _Field:
        h, w = shape[:2]
        normal = streams.normal(lattice_sides(h, w, self.flake))
        which = (streams.words(()) >> np.uint32(28)).astype(np.intp)
        layer = np.float32(self.mean) + np.float32(self.deviation) * blobs(normal, h, w, self.flake)
        flakes = np.clip(layer * (layer >= np.float32(self.threshold)), 0, 1)
        fallen = streak(flakes, which, self.radius, self.sigma, (-135, -45))
        both: _Field = fallen + fallen[:, ::-1, ::-1]
        return both

    def apply(self, images: Images, draws: _Field) -> Images:
        c = images.shape[3]
        fading = repeat_channels(1.5 * _luminance(images) + np.float32(0.5), c) - images
        snow = repeat_channels(draws, c) + np.float32(1 - self.keep) * np.maximum(fading, 0)
        result: Images = images + self.amount * snow
        return result


class Rain(Corruption):
    """Add falling rain: ``y = x + amount * (.1 - .25 x + .6 r)``.

    The picture becomes duller, and streaks r of falling drops cross it: drops are a fraction of the
    points that are 1/112 of the shorter side apart, at least a pixel; a streak has the length
    `length`, an angle of at most `slant` to the vertical, and fades to both sides within the
    distance of the points. Random draws: the drops, and one of 16 directions, for each image. The
    strength scales amount.

    Source: own design.
    """

    traits = Trait.EXACT | Trait.BROADCAST | Trait.MONOTONE
    revision = 2
    amount: float = strength(_AMOUNT, identity=0, worst=1, high=1)
    drops: float = parameter("fraction of the points that are drops", default=0.012, low=0, high=1)
    length: float = parameter("length of a streak, in shorter sides", default=0.25, low=0, high=1)
    slant: float = parameter(
        "maximum angle to the vertical", unit="degrees", default=20, low=0, high=45
    )

    def draw(self, streams: Streams, shape: Shape) -> _Field:
        h, w = shape[:2]
        radius, size = round(self.length * min(h, w) / 2), max(1.0, min(h, w) / 112)
        # the lattice extends above and on both sides, from where drops fall into the image
        numbers = streams.uniform16(lattice_sides(h + 2 * radius, w + 4 * radius, size))
        which = (streams.words(()) >> np.uint32(28)).astype(np.intp)
        slants = (-90 - self.slant, -90 + self.slant)
        return rain_streaks(numbers, self.drops, which, radius, slants, size, (h, w))

    def apply(self, images: Images, draws: _Field) -> Images:
        result = images * (1 - np.float32(0.25) * self.amount)
        veil = np.float32(0.1) + np.float32(0.6) * draws
        result += self.amount * repeat_channels(veil, images.shape[3])
        return result


class Spatter(Corruption):
    """Spatter mud or water: ``y = x + amount m (mud - x)``, or ``y = clip(x + amount m water)``.

    Noise of `mean` and `deviation`, smoothed by a Gaussian of `sigma` pixels, is liquid where it
    exceeds `threshold`. Mud, brown (dark grey on grey images), covers m: the mask of the liquid,
    smoothed by `softness` pixels and set to 0 below .8. Water, pale turquoise, adds light m: the
    noise inside the mask, in relief. Random draws: the noise. The strength scales amount.

    Source: ImageNet-C, CIFAR-10-C, MNIST-C (mud alone). Their water has its relief from Canny
    edges, a distance transform and an equalised histogram; this one from the smoothed edges of the
    drops.
    """

    traits = Trait.EXACT | Trait.BROADCAST | Trait.MONOTONE
    amount: float = strength(_AMOUNT, identity=0, worst=1, high=1)
    liquid: str = parameter("kind of liquid", default="mud", choices=("mud", "water"))
    mean: float = parameter("mean of the noise", default=0.65, low=-8, high=8)
    deviation: float = parameter("standard deviation of the noise", default=0.3, low=0, high=8)
    sigma: float = parameter(
        "smoothness: standard deviation of the Gaussian",
        unit="pixels",
        default=1,
        low=0,
        high=1000,
    )
    threshold: float = parameter("noise above which it is liquid", default=0.65, low=-8, high=8)
    softness: float = parameter(
        "smoothness of mud: standard deviation of the Gaussian",
        unit="pixels",
        default=1.5,
        low=0,
        high=1000,
    )

    def draw(self, streams: Streams, shape: Shape) -> _Field:
        field = liquid_field(streams.normal(shape[:2]), self.mean, self.deviation, self.sigma)
        if self.liquid == "water":
            return water_relief(field, self.threshold)
        return mud_mask(field, self.threshold, self.softness)

    def apply(self, images: Images, draws: _Field) -> Images:
        c = images.shape[3]
        if self.liquid == "water":
            wet: Images = images + self.amount * _colourize(draws, _WATER, _luma(_WATER), c)
            return wet
        covered = self.amount * repeat_channels(draws, c)
        pane = np.ones((1, 1, images.shape[2]), np.float32)  # numpy is slow along 3 channels alone
        brown = _colourize(pane, _MUD, _GREY_MUD, c) if c == 3 else np.float32(_GREY_MUD)
        change: Images = brown - images
        change *= covered
        change += images
        return change


def _luma(colour: tuple[float, float, float]) -> float:
    """Return the brightness of a colour."""
    return sum(weight * part for weight, part in zip(_LUMA, colour, strict=True))


def _luminance(images: Images) -> _Field:
    """Return the brightness of each pixel, (n, h, w): the luma of RGB, otherwise the mean."""
    c = images.shape[3]
    weights = _LUMA if c == 3 else (1 / c,) * c
    planes = [images[..., k] * np.float32(weight) for k, weight in enumerate(weights)]
    return sum(planes[1:], start=planes[0])


def _colourize(
    layer: _Field, colour: tuple[float, float, float], grey: float, channels: int
) -> Images:
    """Tint a layer: (n, h, w) becomes (n, h, w, channels)."""
    if channels != 3:
        return repeat_channels(layer * np.float32(grey), channels)
    return np.stack([layer * np.float32(part) for part in colour], axis=-1)
