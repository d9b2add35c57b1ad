"""scikit-image: noise, Gaussian filter and warps.

It takes uint8 and gives float64 in [0, 1], which is left so. Noise and filter take arrays of any
number of axes, so a whole batch goes at once as well as image by image; the faster counts. Warps
go image by image. It has no random maps: each image's is drawn and made in the loop, as one would.
Salt and pepper strikes every channel by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from importlib.metadata import version
from typing import Any

import numpy as np

from benchmarks.peers.limits import draw, forward_matrix, limits
from benchmarks.peers.peer import Batch, Peer, as_unit, image_by_image
from benchmarks.timing import Run

__all__ = ["load"]

MAPS = ("affine", "rotation", "shear", "translation", "zoom")


def load() -> Peer:
    """Import scikit-image and give what it has."""
    for part in ("filters", "transform", "util"):  # loaded on first use, which is not to be timed
        import_module(f"skimage.{part}")
    return Peer(
        name="scikit-image",
        version=version("scikit-image"),
        remark="from uint8 to float64 in [0, 1]; noise and blur as a batch, maps image by image",
        makers={
            "gaussian_noise": gaussian_noise,
            "salt_and_pepper": salt_and_pepper,
            "gaussian_blur": gaussian_blur,
            "rotation": rotation,
            **dict.fromkeys([name for name in MAPS if name != "rotation"], warped),
            **dict.fromkeys([f"random_{name}" for name in MAPS], warped),
        },
        unit=as_unit,
    )


def both(function: Callable[[Any], Any], images: Batch) -> Mapping[str, Run]:
    """Give a function as a batch and image by image."""
    return {
        "one batch": lambda count: function(images[:count]),
        "image by image": image_by_image(function, images),
    }


def gaussian_noise(corruption: Any, images: Batch) -> Mapping[str, Run]:
    """Add noise of the same deviation."""
    from skimage.util import random_noise

    generator = np.random.default_rng(1)
    variance = corruption.sigma**2
    return both(partial(random_noise, mode="gaussian", var=variance, rng=generator), images)


def salt_and_pepper(corruption: Any, images: Batch) -> Mapping[str, Run]:
    """Strike as many pixels."""
    from skimage.util import random_noise

    generator = np.random.default_rng(1)
    return both(partial(random_noise, mode="s&p", amount=corruption.amount, rng=generator), images)


def gaussian_blur(corruption: Any, images: Batch) -> Mapping[str, Run]:
    """Filter with the same deviation, border and end of the kernel."""
    from skimage.filters import gaussian

    def blur(sigma: tuple[float, ...], some: Any) -> Any:
        return gaussian(some, sigma=sigma, mode="reflect", truncate=4.0)

    sides = (corruption.sigma, corruption.sigma) + (0.0,) * (images.ndim - 3)
    return {
        "one batch": lambda count: blur((0.0, *sides), images[:count]),
        "image by image": image_by_image(partial(blur, sides), images),
    }


def rotation(corruption: Any, images: Batch) -> Mapping[str, Run]:
    """Turn with its own function for that."""
    from skimage.transform import rotate

    turn = partial(rotate, angle=corruption.degrees, order=1, mode="constant")
    return {"image by image": image_by_image(turn, images)}


def warped(corruption: Any, images: Batch) -> Mapping[str, Run]:
    """Warp by a matrix: one for all, or drawn for each image."""
    from skimage.transform import warp

    shape = images.shape[1:3]
    ranges = limits(corruption)
    generator = np.random.default_rng(1)

    def inverse() -> Any:
        return np.linalg.inv(forward_matrix(shape, **draw(ranges, generator)))

    if corruption.is_random:
        each: Callable[[Any], Any] = lambda image: warp(image, inverse(), order=1)  # noqa: E731
    else:
        each = partial(warp, inverse_map=inverse(), order=1)
    return {"image by image": image_by_image(each, images)}
