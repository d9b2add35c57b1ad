"""scikit-image: noise and pointwise functions.

Functions that take arrays with any number of axes are measured on all images at once, in batches of
256, and image by image; the fastest form counts. Results in float64 are rounded to uint8, like
those of all packages. Salt and pepper changes each channel separately. Its Poisson noise has no
strength: the number of photons is the number of levels in the images, so it changes less.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from importlib import import_module
from importlib.metadata import version
from typing import Any

import numpy as np

from benchmarks.peers.peer import Batch, Peer
from benchmarks.peers.skimage_filters import FILTERS
from benchmarks.peers.skimage_forms import as_levels, both
from benchmarks.peers.skimage_maps import MAPPINGS
from benchmarks.timing import Run

__all__ = ["load"]

MODES = {
    "gaussian_noise": "gaussian",
    "speckle_noise": "speckle",
    "shot_noise": "poisson",
    "impulse_noise": "s&p",
    "salt_and_pepper": "s&p",
    "salt": "salt",
    "pepper": "pepper",
}


def load() -> Peer:
    """Import scikit-image and return its adapter."""
    for part in (
        "exposure",
        "feature",
        "filters",
        "filters.rank",
        "morphology",
        "transform",
        "util",
    ):
        import_module(f"skimage.{part}")  # loaded on first use otherwise, which must not be timed
    return Peer(
        name="scikit-image",
        version=version("scikit-image"),
        remark="rounded to uint8 where the result is float64; in batches where possible, "
        "geometric maps image by image",
        makers={
            **dict.fromkeys(MODES, noise),
            "gamma": gamma,
            "inversion": inversion,
            **FILTERS,
            **MAPPINGS,
        },
    )


def noise(corruption: Any, images: Batch) -> Mapping[str, Run]:
    """Add noise with the same standard deviation or share of changed values."""
    from skimage.util import random_noise

    settings: dict[str, Any] = {}
    if hasattr(corruption, "sigma"):
        settings["var"] = corruption.sigma**2
    elif hasattr(corruption, "amount"):
        settings["amount"] = corruption.amount
    mode, generator = MODES[corruption.name], np.random.default_rng(1)
    made = partial(random_noise, mode=mode, rng=generator, **settings)
    return both(lambda some: as_levels(made(some)), images)


def gamma(corruption: Any, images: Batch) -> Mapping[str, Run]:
    """Raise the values to the same power."""
    from skimage.exposure import adjust_gamma

    return both(partial(adjust_gamma, gamma=corruption.gamma), images)


def inversion(corruption: Any, images: Batch) -> Mapping[str, Run]:
    """Invert; there is no partial inversion."""
    from skimage.util import invert

    del corruption
    return both(invert, images)
