"""scikit-image: noise and what depends on the value alone.

What takes arrays of any number of axes gets all images at once, in batches of 256, and image by
image; the fastest counts. Where it gives float64 in [0, 1], that is rounded to uint8, as everyone
gives. Salt and pepper strikes every channel by itself. Its Poisson noise has no strength: it counts
as many photons as the images have levels, so it changes less.
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
    """Import scikit-image and give what it has."""
    for part in (
        "exposure",
        "feature",
        "filters",
        "filters.rank",
        "morphology",
        "transform",
        "util",
    ):
        import_module(f"skimage.{part}")  # loaded on first use, which is not to be timed
    return Peer(
        name="scikit-image",
        version=version("scikit-image"),
        remark="rounded to uint8 where it gives float64; in batches where it can, "
        "maps image by image",
        makers={
            **dict.fromkeys(MODES, noise),
            "gamma": gamma,
            "inversion": inversion,
            **FILTERS,
            **MAPPINGS,
        },
    )


def noise(corruption: Any, images: Batch) -> Mapping[str, Run]:
    """Add noise of the same deviation, or strike as many values."""
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
    """Raise to the same power."""
    from skimage.exposure import adjust_gamma

    return both(partial(adjust_gamma, gamma=corruption.gamma), images)


def inversion(corruption: Any, images: Batch) -> Mapping[str, Run]:
    """Invert; it has no halves."""
    from skimage.util import invert

    del corruption
    return both(invert, images)
