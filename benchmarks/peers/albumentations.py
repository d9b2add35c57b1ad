"""albumentations 2.0.8, with OpenCV on one thread.

It takes and gives uint8. What treats all images alike is measured image by image and through
``images=``, its batch form, which repeats one draw for all; the faster counts. What draws for
each image goes image by image. Transforms are called bare, without ``Compose``, which is faster.
Its ``ColorJitter`` has one mean for all channels. Its blur's kernel ends at 3.5 deviations, ours
at 4, and its random factors are uniform, ours uniform in the logarithm.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from benchmarks.peers.limits import limits
from benchmarks.peers.peer import Batch, Maker, Peer, as_unit, image_by_image
from benchmarks.timing import Run

__all__ = ["load"]

MAPS = ("affine", "rotation", "shear", "translation", "zoom")

Transforms = Callable[[Any], list[Any]]


def load() -> Peer:
    """Import albumentations and give what it has."""
    import albumentations
    import cv2

    cv2.setNumThreads(1)
    transforms: dict[str, Transforms] = {
        "gaussian_noise": gaussian_noise,
        "salt_and_pepper": salt_and_pepper,
        "gaussian_blur": gaussian_blur,
        "brightness": brightness,
        "random_brightness": brightness,
        "contrast": contrast,
        "random_contrast": contrast,
        **dict.fromkeys([f"{prefix}{name}" for prefix in ("", "random_") for name in MAPS], mapped),
    }
    return Peer(
        name="albumentations",
        version=albumentations.__version__,
        remark="uint8; images= where all images are treated alike, else image by image",
        makers={name: maker(make) for name, make in transforms.items()},
        unit=as_unit,
    )


def maker(make: Transforms) -> Maker:
    """Give what prepares a corruption."""
    return partial(forms, make)


def forms(make: Transforms, corruption: Any, images: Batch) -> Mapping[str, Run]:
    """Give each transform image by image and, where it draws nothing, as a batch."""
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
    """Corrupt a batch of images alike."""
    return transform(images=images[:count])["images"]


def gaussian_noise(corruption: Any) -> list[Any]:
    """Add noise of the same deviation."""
    from albumentations import GaussNoise

    return [GaussNoise(std_range=(corruption.sigma, corruption.sigma), per_channel=True, p=1)]


def salt_and_pepper(corruption: Any) -> list[Any]:
    """Strike as many pixels."""
    from albumentations import SaltAndPepper

    amount = (corruption.amount, corruption.amount)
    return [SaltAndPepper(amount=amount, salt_vs_pepper=(0.5, 0.5), p=1)]


def gaussian_blur(corruption: Any) -> list[Any]:
    """Blur with the same deviation."""
    from albumentations import GaussianBlur

    return [GaussianBlur(blur_limit=0, sigma_limit=(corruption.sigma, corruption.sigma), p=1)]


def brightness(corruption: Any) -> list[Any]:
    """Add the same, or up to the same."""
    from albumentations import RandomBrightnessContrast

    shift = (-corruption.shift if corruption.is_random else corruption.shift, corruption.shift)
    return [RandomBrightnessContrast(brightness_limit=shift, contrast_limit=(0, 0), p=1)]


def contrast(corruption: Any) -> list[Any]:
    """Scale the distances from the mean by the same, or by up to the same."""
    from albumentations import ColorJitter

    factor = corruption.factor
    factors = tuple(sorted((factor, 1 / factor if corruption.is_random else factor)))
    neutral = {"brightness": (1, 1), "saturation": (1, 1), "hue": (0, 0)}
    return [ColorJitter(contrast=factors, p=1, **neutral)]


def mapped(corruption: Any) -> list[Any]:
    """Warp within the same limits; a rotation with its own transform as well."""
    import cv2
    from albumentations import Affine, Rotate

    ranges = limits(corruption)
    turn = ranges["degrees"]
    low, high = (math.degrees(math.atan(value)) for value in ranges["shear"])
    height = tuple(np.multiply(ranges["factor"], ranges["stretch"]))
    affine = Affine(
        rotate=turn,
        translate_px={axis: tuple(round(value) for value in ranges[axis]) for axis in ("x", "y")},
        scale={"x": ranges["factor"], "y": height},
        shear={"x": (-high, -low), "y": (0.0, 0.0)},  # the other way there
        interpolation=cv2.INTER_LINEAR,
        border_mode=cv2.BORDER_CONSTANT,
        p=1,
    )
    if not corruption.name.endswith("rotation"):
        return [affine]
    constant = {"interpolation": cv2.INTER_LINEAR, "border_mode": cv2.BORDER_CONSTANT}
    return [affine, Rotate(limit=turn, p=1, **constant)]
