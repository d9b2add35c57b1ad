"""scikit-image's warps, image by image.

It has no random maps: the map of each image is drawn in the loop, as a user would do it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from benchmarks.peers.limits import corner_moves, corners, draw, forward_matrix, limits
from benchmarks.peers.peer import Batch, image_by_image
from benchmarks.peers.skimage_forms import as_levels
from benchmarks.timing import Run

__all__ = ["MAPPINGS"]

AFFINE = ("affine", "shear", "translation", "zoom")


def rotation(corruption: Any, images: Batch) -> Mapping[str, Run]:
    """Rotate with its function for rotations."""
    from skimage.transform import rotate

    turn = partial(rotate, angle=corruption.degrees, order=1, mode="constant")
    return {"image by image": image_by_image(lambda image: as_levels(turn(image)), images)}


def affine(corruption: Any, images: Batch) -> Mapping[str, Run]:
    """Warp by a matrix: the same for all images, or a random one for each."""
    shape, ranges = images.shape[1:3], limits(corruption)
    generator = np.random.default_rng(1)
    return warped(corruption, images, lambda: forward_matrix(shape, **draw(ranges, generator)))


def perspective(corruption: Any, images: Batch) -> Mapping[str, Run]:
    """Warp by the map that moves the corners to the same places."""
    from skimage.transform import ProjectiveTransform

    shape = images.shape[1:3]
    start, moves = corners(shape), corner_moves(corruption, shape)
    generator = np.random.default_rng(1)

    def forward() -> Any:
        part = generator.random((4, 2)) if corruption.is_random else 1
        return ProjectiveTransform.from_estimate(start, start + moves * part).params

    return warped(corruption, images, forward)


def warped(corruption: Any, images: Batch, forward: Callable[[], Any]) -> Mapping[str, Run]:
    """Warp all images by one matrix, or each by a random one."""
    from skimage.transform import warp

    fixed = np.linalg.inv(forward())

    def one(image: Any) -> Any:
        inverse = np.linalg.inv(forward()) if corruption.is_random else fixed
        return as_levels(warp(image, inverse, order=1))

    return {"image by image": image_by_image(one, images)}


MAPPINGS = {
    "rotation": rotation,
    "random_rotation": affine,
    **dict.fromkeys(AFFINE, affine),
    **dict.fromkeys([f"random_{name}" for name in AFFINE], affine),
    "perspective": perspective,
    "random_perspective": perspective,
}
