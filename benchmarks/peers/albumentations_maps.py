"""albumentations' geometric maps.

``Perspective`` maps points inside the image to its corners, the inverse direction of ours; their
distances are normal, with the mean of our uniform ones. ``OpticalDistortion`` has terms of the
second and the fourth power.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from benchmarks.peers.limits import limits

__all__ = ["MAPPINGS", "elastic_transform"]

MAPS = ("affine", "rotation", "shear", "translation", "zoom")


def mapped(corruption: Any) -> list[Any]:
    """Warp within the same limits; measure a rotation with its own transform as well."""
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
        shear={"x": (-high, -low), "y": (0.0, 0.0)},  # opposite sign in albumentations
        interpolation=cv2.INTER_LINEAR,
        border_mode=cv2.BORDER_CONSTANT,
        p=1,
    )
    if not corruption.name.endswith("rotation"):
        return [affine]
    constant = {"interpolation": cv2.INTER_LINEAR, "border_mode": cv2.BORDER_CONSTANT}
    return [affine, Rotate(limit=turn, p=1, **constant)]


def random_perspective(corruption: Any) -> list[Any]:
    """Move the corners by the same mean distance."""
    from albumentations import Perspective

    deviation = corruption.distortion / 4 / math.sqrt(2 / math.pi)
    return [Perspective(scale=(deviation, deviation), p=1)]


def barrel_distortion(corruption: Any) -> list[Any]:
    """Bend the corners as much: here r**2 is 1/2 there, and the factor ``1 + k r**2 + k r**4``."""
    from albumentations import OpticalDistortion

    bend = corruption.bend / (0.5 + 0.25)
    return [OpticalDistortion(distort_limit=(bend, bend), mode="camera", p=1)]


def elastic_transform(corruption: Any, side: int) -> list[Any]:
    """Deform by uniform noise with the same smoothness and, after smoothing, strength."""
    import cv2
    from albumentations import ElasticTransform

    sigma = corruption.sigma * side
    # Smoothing leaves 1 / (2 sqrt(pi) sigma) of the deviation 1 / sqrt(3).
    alpha = corruption.displacement * side * 2 * math.sqrt(math.pi) * sigma * math.sqrt(3)
    return [
        ElasticTransform(
            alpha=alpha,
            sigma=sigma,
            noise_distribution="uniform",
            border_mode=cv2.BORDER_REFLECT,
            p=1,
        )
    ]


MAPPINGS = {
    **dict.fromkeys([f"{prefix}{name}" for prefix in ("", "random_") for name in MAPS], mapped),
    "random_perspective": random_perspective,
    "barrel_distortion": barrel_distortion,
}
