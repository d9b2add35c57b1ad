"""imagecorruptions 1.1.2: the ImageNet-C code as a package.

It was written for older packages, so this adapter mends what stops it, and nothing else:

- it imports pkg_resources, which setuptools 81 and newer lack: the environment holds an older one;
- it calls skimage's ``gaussian(multichannel=True)``, which is now ``channel_axis=-1``;
- it names ``numpy.float_``, which is now ``numpy.float64``.

Its front door ``corrupt`` refuses images below 32 pixels and triples grey ones. Here its
functions are called directly, as ``corrupt`` does, image by image on Pillow images, the result cut
to uint8; grey images stay grey, which is faster, except for motion blur, which cannot. It has five
levels; taken is the one nearest to the corruption's strength. ``brightness`` of colour images goes
by HSV value there; salt and pepper is its ``impulse_noise``, which strikes every channel by itself.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from functools import partial
from importlib.metadata import version
from types import ModuleType
from typing import Any

import numpy as np

from benchmarks.peers.peer import Batch, Maker, Peer, colour_only, image_by_image
from benchmarks.timing import Run

__all__ = ["load"]

SEVERITIES = {  # nearest to our strength; of the others the fifth is
    "defocus_blur": 2,
    "gaussian_blur": 3,
    "glass_blur": 3,
    "motion_blur": 2,
    "random_motion_blur": 2,
    "spatter": 4,
}
TRIPLED = ("motion_blur",)
COLOUR = ("saturate",)
SYNONYMS = {
    "salt_and_pepper": "impulse_noise",
    "hsv_brightness": "brightness",
    "random_motion_blur": "motion_blur",
}


def load() -> Peer:
    """Import the package, mend it, and give what it has."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what it imports
        import imagecorruptions
        from imagecorruptions import corruptions
    mend(corruptions)
    functions = dict(imagecorruptions.corruption_dict)
    functions |= {ours: functions[theirs] for ours, theirs in SYNONYMS.items()}
    makers = {name: maker(name, function) for name, function in functions.items()}
    return Peer(
        name="imagecorruptions",
        version=version("imagecorruptions"),
        remark="image by image from Pillow images, at the severity nearest to our strength",
        makers=makers | {name: colour_only(makers[name]) for name in COLOUR},
    )


def mend(corruptions: ModuleType) -> None:
    """Give the package the names that newer numpy and scikit-image no longer have."""
    from skimage.filters import gaussian

    def with_old_keyword(
        image: Any,
        sigma: float,
        *,
        multichannel: bool = False,
        mode: str = "nearest",
        truncate: float = 4.0,
    ) -> Any:
        axis = -1 if multichannel and image.ndim == 3 else None
        return gaussian(image, sigma=sigma, mode=mode, truncate=truncate, channel_axis=axis)

    corruptions.gaussian = with_old_keyword  # type: ignore[attr-defined]  # replaces an import of it
    if not hasattr(np, "float_"):
        np.float_ = np.float64  # type: ignore[attr-defined]  # noqa: NPY201 - the alias that numpy 2 dropped


def maker(name: str, function: Any) -> Maker:
    """Give what prepares a corruption."""
    return partial(forms, function, SEVERITIES.get(name, 5))


def forms(function: Any, severity: int, corruption: Any, images: Batch) -> Mapping[str, Run]:
    """Run a function on Pillow images, as the package's ``corrupt`` does."""
    from PIL import Image

    del corruption  # it has levels, not parameters
    pictures = [Image.fromarray(image) for image in images]
    if images.ndim == 4 or function.__name__ not in TRIPLED:
        return {"image by image": image_by_image(partial(cut, function, severity), pictures)}
    tripled = [picture.convert("RGB") for picture in pictures]
    return {"image by image": image_by_image(partial(cut_to_grey, function, severity), tripled)}


def cut(function: Any, severity: int, picture: Any) -> Any:
    """Corrupt one image, to uint8."""
    return np.asarray(function(picture, severity), np.float64).astype(np.uint8)


def cut_to_grey(function: Any, severity: int, picture: Any) -> Any:
    """Corrupt a grey image that was tripled, and give one channel of it."""
    return cut(function, severity, picture)[..., 0]
