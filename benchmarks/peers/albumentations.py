"""albumentations 2.0.8, with OpenCV on one thread: noise and photometric transforms.

It takes and returns uint8. Corruptions that treat all images alike are measured image by image and
through ``images=``, its batch form, which repeats one draw for all; the faster one counts. Random
ones are measured image by image. Transforms are called directly, without ``Compose``, which is
faster. Differences: its impulse noise changes all channels of a pixel together;
``MultiplicativeNoise`` is uniform, with the same standard deviation as ours; ``ShotNoise`` counts
photons of the values to the power of 2.2; ``ColorJitter`` uses one mean for all channels; random
factors are uniform, ours are uniform in the logarithm.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from benchmarks.peers.albumentations_filters import FILTERS
from benchmarks.peers.albumentations_maps import MAPPINGS, elastic_transform
from benchmarks.peers.albumentations_scenes import SCENES
from benchmarks.peers.peer import Batch, Maker, Peer, colour_only, image_by_image
from benchmarks.timing import Run

__all__ = ["load"]

COLOUR = ("fog", "hue", "rain", "snow", "spatter")

Transforms = Callable[[Any], list[Any]]


def load() -> Peer:
    """Import albumentations and return its adapter."""
    import albumentations
    import cv2

    cv2.setNumThreads(1)
    transforms = TRANSFORMS | FILTERS | MAPPINGS | SCENES
    makers = {name: maker(make) for name, make in transforms.items()}
    return Peer(
        name="albumentations",
        version=albumentations.__version__,
        remark="images= where all images are treated alike, else image by image",
        makers={
            **makers,
            **{name: colour_only(makers[name]) for name in COLOUR},
            "elastic_transform": elastic,
        },
    )


def maker(make: Transforms) -> Maker:
    """Return the function that prepares a corruption."""
    return partial(forms, make)


def elastic(corruption: Any, images: Batch) -> Mapping[str, Run]:
    """Prepare the deformation, whose parameters are in pixels in albumentations."""
    return forms(partial(elastic_transform, side=min(images.shape[1:3])), corruption, images)


def forms(make: Transforms, corruption: Any, images: Batch) -> Mapping[str, Run]:
    """Return each transform image by image and, where it is not random, as a batch."""
    result: dict[str, Run] = {}
    for transform in make(corruption):
        name = type(transform).__name__
        result[f"{name}, image by image"] = image_by_image(partial(one, transform), images)
        if not corruption.is_random:
            result[f"{name}, images="] = partial(batch, transform, images)
    return result


def one(transform: Any, image: Any) -> Any:
    """Corrupt one image."""
    return transform(image=image)["image"]


def batch(transform: Any, images: Batch, count: int) -> Any:
    """Corrupt a batch of images, all with the same draw."""
    return transform(images=images[:count])["images"]


def gaussian_noise(corruption: Any) -> list[Any]:
    """Add noise with the same standard deviation."""
    from albumentations import GaussNoise

    return [GaussNoise(std_range=(corruption.sigma, corruption.sigma), per_channel=True, p=1)]


def uniform_noise(corruption: Any) -> list[Any]:
    """Add noise from the same range."""
    from albumentations import AdditiveNoise

    ranges = {"ranges": [(-corruption.width, corruption.width)]}
    return [AdditiveNoise(noise_type="uniform", spatial_mode="per_pixel", noise_params=ranges, p=1)]


def speckle_noise(corruption: Any) -> list[Any]:
    """Multiply by noise with the same standard deviation."""
    from albumentations import MultiplicativeNoise

    most = math.sqrt(3) * corruption.sigma
    factors = (max(0.0, 1 - most), 1 + most)
    return [MultiplicativeNoise(multiplier=factors, elementwise=True, per_channel=True, p=1)]


def shot_noise(corruption: Any) -> list[Any]:
    """Add shot noise with the same number of photons."""
    from albumentations import ShotNoise

    scale = 1 / corruption.photons
    return [ShotNoise(scale_range=(scale, scale), p=1)]


def impulse_noise(corruption: Any) -> list[Any]:
    """Set the same share of pixels to white, black or both."""
    from albumentations import PixelDropout, SaltAndPepper

    amount = (corruption.amount, corruption.amount)
    white = {"salt": 1.0, "pepper": 0.0}.get(corruption.name, 0.5)
    both = SaltAndPepper(amount=amount, salt_vs_pepper=(white, white), p=1)
    if white == 0.5:
        return [both]
    return [both, PixelDropout(dropout_prob=corruption.amount, drop_value=255 * white, p=1)]


def brightness(corruption: Any) -> list[Any]:
    """Add the same shift, or a random one up to it."""
    from albumentations import RandomBrightnessContrast

    shift = (-corruption.shift if corruption.is_random else corruption.shift, corruption.shift)
    return [RandomBrightnessContrast(brightness_limit=shift, contrast_limit=(0, 0), p=1)]


def contrast(corruption: Any) -> list[Any]:
    """Scale the distances from the mean by the same factor, or by a random one up to it."""
    from albumentations import ColorJitter

    factor = corruption.factor
    factors = tuple(sorted((factor, 1 / factor if corruption.is_random else factor)))
    neutral = {"brightness": (1, 1), "saturation": (1, 1), "hue": (0, 0)}
    return [ColorJitter(contrast=factors, p=1, **neutral)]


def gamma(corruption: Any) -> list[Any]:
    """Raise the values to the same power."""
    from albumentations import RandomGamma

    return [RandomGamma(gamma_limit=(100 * corruption.gamma, 100 * corruption.gamma), p=1)]


def inversion(corruption: Any) -> list[Any]:
    """Invert; there is no partial inversion."""
    from albumentations import InvertImg

    del corruption
    return [InvertImg(p=1)]


def solarize(corruption: Any) -> list[Any]:
    """Invert the values above the same threshold."""
    from albumentations import Solarize

    return [Solarize(threshold_range=(corruption.threshold, corruption.threshold), p=1)]


def posterize(corruption: Any) -> list[Any]:
    """Use the same number of bits."""
    from albumentations import Posterize

    return [Posterize(num_bits=(corruption.bits, corruption.bits), p=1)]


def hue(corruption: Any) -> list[Any]:
    """Rotate the hue by the same angle, in steps of two degrees."""
    return [shifted("hue_shift_limit", corruption.degrees / 2)]


def hsv_brightness(corruption: Any) -> list[Any]:
    """Add the same shift to the value channel."""
    return [shifted("val_shift_limit", 255 * corruption.shift)]


def shifted(limit: str, value: float) -> Any:
    """Shift one of hue, saturation and value."""
    from albumentations import HueSaturationValue

    none = dict.fromkeys(("hue_shift_limit", "sat_shift_limit", "val_shift_limit"), (0, 0))
    return HueSaturationValue(p=1, **(none | {limit: (value, value)}))


TRANSFORMS: dict[str, Transforms] = {
    "gaussian_noise": gaussian_noise,
    "uniform_noise": uniform_noise,
    "speckle_noise": speckle_noise,
    "shot_noise": shot_noise,
    **dict.fromkeys(("salt_and_pepper", "impulse_noise", "salt", "pepper"), impulse_noise),
    **dict.fromkeys(("brightness", "random_brightness"), brightness),
    **dict.fromkeys(("contrast", "random_contrast"), contrast),
    "gamma": gamma,
    "inversion": inversion,
    "solarize": solarize,
    "posterize": posterize,
    "hue": hue,
    "hsv_brightness": hsv_brightness,
}
