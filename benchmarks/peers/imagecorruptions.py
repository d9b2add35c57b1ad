"""imagecorruptions 1.1.2: the ImageNet-C code as a package.

It was written for older packages, so this adapter patches what would stop it, and nothing else:

- it imports pkg_resources, which setuptools 81 and newer lack: the environment has an older one;
- it calls skimage's ``gaussian(multichannel=True)``, which is now ``channel_axis=-1``;
- it uses ``numpy.float_``, which is now ``numpy.float64``.

Its public function ``corrupt`` refuses images below 32 pixels and converts grey images to RGB. Here
its functions are called directly, as ``corrupt`` does, image by image on Pillow images, and the
result is converted to uint8; grey images stay grey, which is faster, except for motion blur, which
needs RGB. It has five severity levels, of which the nearest to the strength of the corruption is
used. Its ``brightness`` of colour images changes the HSV value; salt and pepper is its
``impulse_noise``, which changes each channel separately.
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

SEVERITIES = {  # nearest to our strength; 5 for those not listed
    "defocus_blur": 2,
    "gaussian_blur": 3,
    "glass_blur": 3,
    "motion_blur": 2,
    "random_motion_blur": 2,
    "spatter": 4,
}
RGB_ONLY = ("motion_blur",)
COLOUR = ("saturate",)
SYNONYMS = {
    "salt_and_pepper": "impulse_noise",
    "hsv_brightness": "brightness",
    "random_motion_blur": "motion_blur",
}


def load() -> Peer:
    """Import the package, patch it, and return its adapter."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # caused by its own imports
        import imagecorruptions
        from imagecorruptions import corruptions
    patch(corruptions)
    functions = dict(imagecorruptions.corruption_dict)
    functions |= {ours: functions[theirs] for ours, theirs in SYNONYMS.items()}
    makers = {name: maker(name, function) for name, function in functions.items()}
    return Peer(
        name="imagecorruptions",
        version=version("imagecorruptions"),
        remark="image by image from Pillow images, at the severity nearest to our strength",
        makers=makers | {name: colour_only(makers[name]) for name in COLOUR},
    )


def patch(corruptions: ModuleType) -> None:
    """Restore names that newer numpy and scikit-image no longer have."""
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

    corruptions.gaussian = with_old_keyword  # type: ignore[attr-defined]  # replaces a name that it imports
    if not hasattr(np, "float_"):
        np.float_ = np.float64  # type: ignore[attr-defined]  # noqa: NPY201 - the alias that numpy 2 dropped


def maker(name: str, function: Any) -> Maker:
    """Return the function that prepares a corruption."""
    return partial(forms, function, SEVERITIES.get(name, 5))


def forms(function: Any, severity: int, corruption: Any, images: Batch) -> Mapping[str, Run]:
    """Run a function on Pillow images, as the package's ``corrupt`` does."""
    from PIL import Image

    del corruption  # it has levels, not parameters
    pictures = [Image.fromarray(image) for image in images]
    if images.ndim == 4 or function.__name__ not in RGB_ONLY:
        return {"image by image": image_by_image(partial(corrupt, function, severity), pictures)}
    as_rgb = [picture.convert("RGB") for picture in pictures]
    return {"image by image": image_by_image(partial(corrupt_grey, function, severity), as_rgb)}


def corrupt(function: Any, severity: int, picture: Any) -> Any:
    """Corrupt one image and convert the result to uint8."""
    return np.asarray(function(picture, severity), np.float64).astype(np.uint8)


def corrupt_grey(function: Any, severity: int, picture: Any) -> Any:
    """Corrupt a grey image that was converted to RGB, and return one channel."""
    return corrupt(function, severity, picture)[..., 0]
