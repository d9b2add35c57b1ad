"""kornia, with torch on one thread and no gradients: noise, photometric and what hides parts.

It works on float32 tensors (n, c, h, w) in [0, 1]; turning uint8 images into them and back is part
of the time. Batches of 16 and of 256 are tried; the faster counts. Functions are called bare,
without the augmentation classes, where there is a function. Its salt and pepper strikes all
channels of a pixel together, its contrast has one mean for all channels, and what it erases lies
within the image: a square of the size that ours hides on the average.
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
    """Import kornia and give what it has."""
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
        remark="uint8 images in and out, as everyone; "
        "on tensors that are already held in memory it is faster by the conversion",
        makers=makers | {name: colour_only(makers[name]) for name in COLOUR},
    )


def maker(make: Callable[[Any], Function]) -> Maker:
    """Give what prepares a corruption."""
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
    """Turn uint8 (n, h, w) or (n, h, w, c) into float32 (n, c, h, w)."""
    import torch

    tensor = torch.from_numpy(images.reshape(*images.shape[:3], -1)).permute(0, 3, 1, 2)
    return tensor.contiguous().to(torch.float32).div_(255)


def as_images(tensor: Any, like: Batch) -> Batch:
    """Turn float32 (n, c, h, w) into uint8 of the shape that the images had."""
    import torch

    levels = tensor.mul(255).round_().clamp_(0, 255).to(torch.uint8)
    images: Batch = levels.permute(0, 2, 3, 1).contiguous().numpy().reshape(like.shape)
    return images


def gaussian_noise(corruption: Any) -> Function:
    """Add noise of the same deviation."""
    from kornia.augmentation import RandomGaussianNoise

    noise: Function = RandomGaussianNoise(mean=0.0, std=corruption.sigma, p=1.0)
    return noise


def struck(corruption: Any) -> Function:
    """Strike as many pixels, white, black or both."""
    from kornia.augmentation import RandomSaltAndPepperNoise

    white = {"salt": 1.0, "pepper": 0.0}.get(corruption.name, 0.5)
    noise: Function = RandomSaltAndPepperNoise(
        amount=float(corruption.amount), salt_vs_pepper=(white, white), p=1.0
    )
    return noise


def brightness(corruption: Any) -> Function:
    """Add the same, or up to the same."""
    from kornia.enhance import adjust_brightness

    shift = corruption.shift
    if not corruption.is_random:
        return lambda tensor: adjust_brightness(tensor, shift)
    return lambda tensor: adjust_brightness(tensor, uniform(tensor, (-shift, shift)))


def contrast(corruption: Any) -> Function:
    """Scale the distances from the mean by the same, or by up to the same."""
    from kornia.enhance import adjust_contrast_with_mean_subtraction

    factor = corruption.factor
    if not corruption.is_random:
        return lambda tensor: adjust_contrast_with_mean_subtraction(tensor, factor)
    factors = (factor, 1 / factor)
    return lambda tensor: adjust_contrast_with_mean_subtraction(tensor, geometric(tensor, factors))


def gamma(corruption: Any) -> Function:
    """Raise to the same power."""
    from kornia.enhance import adjust_gamma

    return partial(adjust_gamma, gamma=float(corruption.gamma))


def inversion(corruption: Any) -> Function:
    """Invert; it has no halves."""
    from kornia.enhance import invert

    del corruption
    function: Function = invert
    return function


def solarize(corruption: Any) -> Function:
    """Invert what is as light."""
    from kornia.enhance import solarize as invert_light

    return partial(invert_light, thresholds=float(corruption.threshold))


def posterize(corruption: Any) -> Function:
    """Keep as many bits."""
    from kornia.enhance import posterize as keep_bits

    return partial(keep_bits, bits=corruption.bits)


def hue(corruption: Any) -> Function:
    """Turn by the same angle."""
    from kornia.enhance import adjust_hue

    return partial(adjust_hue, factor=math.radians(corruption.degrees))


def saturate(corruption: Any) -> Function:
    """Scale by the same factor."""
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
    **dict.fromkeys(("salt_and_pepper", "impulse_noise", "salt", "pepper"), struck),
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
