"""kornia, with torch on one thread and no gradients: noise, photometric changes and occlusions.

It works on float32 tensors (n, c, h, w) in [0, 1]; the conversion from uint8 and back is part of
the time. Batches of 16 and of 256 are tried; the faster one counts. Where there is a function, it
is called directly, without the augmentation classes. Differences: its salt and pepper changes all
channels of a pixel together, its contrast uses one mean for all channels, and what it erases lies
within the image: a square of the mean size that ours hides.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from benchmarks.peers.kornia_filters import FILTERS
from benchmarks.peers.kornia_maps import MAPPINGS, geometric, uniform
from benchmarks.peers.limits import visible_side
from benchmarks.peers.peer import Batch, Maker, Peer, colour_only
from benchmarks.timing import Run

__all__ = ["load"]

BATCHES = (16, 256)
COLOUR = ("hue", "jpeg_compression", "saturate")

Function = Callable[[Any], Any]  # from a tensor to a tensor


def load() -> Peer:
    """Import kornia and return its adapter."""
    import kornia
    import torch

    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    torch.manual_seed(1)
    functions = FUNCTIONS | FILTERS | MAPPINGS
    makers = {name: maker(function) for name, function in functions.items()}
    return Peer(
        name="kornia",
        version=f"{kornia.__version__}, torch {torch.__version__}",
        remark="uint8 images in and out, like all packages; "
        "without the conversion it is faster on tensors that are already in memory",
        makers=makers | {name: colour_only(makers[name]) for name in COLOUR},
    )


def maker(make: Callable[[Any], Function]) -> Maker:
    """Return the function that prepares a corruption."""
    return partial(forms, make)


def forms(make: Callable[[Any], Function], corruption: Any, images: Batch) -> Mapping[str, Run]:
    """Run a function over batches, from images to images."""
    function = make(corruption)

    def run(size: int, count: int) -> Batch:
        starts = range(0, count, size)
        parts = (images[start : min(start + size, count)] for start in starts)
        return np.concatenate([as_images(function(as_tensor(part)), part) for part in parts])

    return {f"batches of {size}": partial(run, size) for size in BATCHES}


def as_tensor(images: Batch) -> Any:
    """Convert uint8 (n, h, w) or (n, h, w, c) to float32 (n, c, h, w)."""
    import torch

    tensor = torch.from_numpy(images.reshape(*images.shape[:3], -1)).permute(0, 3, 1, 2)
    return tensor.contiguous().to(torch.float32).div_(255)


def as_images(tensor: Any, like: Batch) -> Batch:
    """Convert float32 (n, c, h, w) to uint8 in the shape that the images had."""
    import torch

    levels = tensor.mul(255).round_().clamp_(0, 255).to(torch.uint8)
    images: Batch = levels.permute(0, 2, 3, 1).contiguous().numpy().reshape(like.shape)
    return images


def gaussian_noise(corruption: Any) -> Function:
    """Add noise with the same standard deviation."""
    from kornia.augmentation import RandomGaussianNoise

    noise: Function = RandomGaussianNoise(mean=0.0, std=corruption.sigma, p=1.0)
    return noise


def impulse_noise(corruption: Any) -> Function:
    """Set the same share of pixels to white, black or both."""
    from kornia.augmentation import RandomSaltAndPepperNoise

    white = {"salt": 1.0, "pepper": 0.0}.get(corruption.name, 0.5)
    noise: Function = RandomSaltAndPepperNoise(
        amount=float(corruption.amount), salt_vs_pepper=(white, white), p=1.0
    )
    return noise


def brightness(corruption: Any) -> Function:
    """Add the same shift, or a random one up to it."""
    from kornia.enhance import adjust_brightness

    shift = corruption.shift
    if not corruption.is_random:
        return lambda tensor: adjust_brightness(tensor, shift)
    return lambda tensor: adjust_brightness(tensor, uniform(tensor, (-shift, shift)))


def contrast(corruption: Any) -> Function:
    """Scale the distances from the mean by the same factor, or by a random one up to it."""
    from kornia.enhance import adjust_contrast_with_mean_subtraction

    factor = corruption.factor
    if not corruption.is_random:
        return lambda tensor: adjust_contrast_with_mean_subtraction(tensor, factor)
    factors = (factor, 1 / factor)
    return lambda tensor: adjust_contrast_with_mean_subtraction(tensor, geometric(tensor, factors))


def gamma(corruption: Any) -> Function:
    """Raise the values to the same power."""
    from kornia.enhance import adjust_gamma

    return partial(adjust_gamma, gamma=float(corruption.gamma))


def inversion(corruption: Any) -> Function:
    """Invert; there is no partial inversion."""
    from kornia.enhance import invert

    del corruption
    function: Function = invert
    return function


def solarize(corruption: Any) -> Function:
    """Invert the values above the same threshold."""
    from kornia.enhance import solarize as invert_light

    return partial(invert_light, thresholds=float(corruption.threshold))


def posterize(corruption: Any) -> Function:
    """Use the same number of bits."""
    from kornia.enhance import posterize as keep_bits

    return partial(keep_bits, bits=corruption.bits)


def hue(corruption: Any) -> Function:
    """Rotate the hue by the same angle."""
    from kornia.enhance import adjust_hue

    return partial(adjust_hue, factor=math.radians(corruption.degrees))


def saturate(corruption: Any) -> Function:
    """Scale the saturation by the same factor."""
    from kornia.enhance import adjust_saturation

    return partial(adjust_saturation, factor=float(corruption.scale))


def cutout(corruption: Any) -> Function:
    """Erase a square."""
    from kornia.augmentation import RandomErasing

    part = visible_side(corruption) ** 2
    erase: Function = RandomErasing(
        scale=(part, part), ratio=(1.0, 1.0), value=corruption.fill, p=1.0
    )
    return erase


FUNCTIONS: dict[str, Callable[[Any], Function]] = {
    "gaussian_noise": gaussian_noise,
    **dict.fromkeys(("salt_and_pepper", "impulse_noise", "salt", "pepper"), impulse_noise),
    **dict.fromkeys(("brightness", "random_brightness"), brightness),
    **dict.fromkeys(("contrast", "random_contrast"), contrast),
    "gamma": gamma,
    "inversion": inversion,
    "solarize": solarize,
    "posterize": posterize,
    "hue": hue,
    "saturate": saturate,
    "cutout": cutout,
}
