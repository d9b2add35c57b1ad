"""kornia, with torch on one thread and no gradients.

It works on float32 tensors (n, c, h, w) in [0, 1]. A pipeline that uses it holds its images so:
they are made before the clock starts, and the result is not turned back. What turning from uint8
and back would cost is measured beside. Batches of 16 and of 256 are tried; the faster counts.
Functions are called bare, without the augmentation classes, where there is a function; random
maps take one drawn number for each image. Its contrast has one mean for all channels, and its blur
reflects about the edge pixel.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from benchmarks.peers.kornia_maps import MAPPINGS, geometric, uniform
from benchmarks.peers.peer import Batch, Maker, Peer
from benchmarks.timing import Run

__all__ = ["load"]

BATCHES = (16, 256)
PREFIXES = ("", "random_")


def load() -> Peer:
    """Import kornia and give what it has."""
    import kornia
    import torch

    torch.set_num_threads(1)
    torch.set_grad_enabled(False)
    torch.manual_seed(1)
    functions: dict[str, Callable[[Any], Callable[[Any], Any]]] = {
        "gaussian_noise": gaussian_noise,
        "salt_and_pepper": salt_and_pepper,
        "gaussian_blur": gaussian_blur,
        "brightness": brightness,
        "random_brightness": brightness,
        "contrast": contrast,
        "random_contrast": contrast,
        **{f"{prefix}{name}": mapping for name, mapping in MAPPINGS.items() for prefix in PREFIXES},
    }
    return Peer(
        name="kornia",
        version=f"{kornia.__version__}, torch {torch.__version__}",
        remark="float32 tensors held in memory, in batches; converting is not counted",
        makers={name: maker(function) for name, function in functions.items()},
        unit=unit,
        conversion=conversion,
    )


def maker(make: Callable[[Any], Callable[[Any], Any]]) -> Maker:
    """Give what prepares a corruption."""
    return partial(forms, make)


def forms(
    make: Callable[[Any], Callable[[Any], Any]], corruption: Any, images: Batch
) -> Mapping[str, Run]:
    """Run a function over batches of tensors."""
    function, tensor = make(corruption), as_tensor(images)

    def run(size: int, count: int) -> list[Any]:
        starts = range(0, count, size)
        return [function(tensor[start : min(start + size, count)]) for start in starts]

    return {f"batches of {size}": partial(run, size) for size in BATCHES}


def as_tensor(images: Batch) -> Any:
    """Turn uint8 (n, h, w) or (n, h, w, c) into float32 (n, c, h, w)."""
    import torch

    tensor = torch.from_numpy(images.reshape(*images.shape[:3], -1)).permute(0, 3, 1, 2)
    return tensor.contiguous().to(torch.float32).div_(255)


def as_images(tensor: Any) -> Batch:
    """Turn float32 (n, c, h, w) into uint8 (n, h, w, c)."""
    import torch

    levels = tensor.mul(255).round_().to(torch.uint8)
    images: Batch = levels.permute(0, 2, 3, 1).contiguous().numpy()
    return images


def conversion(images: Batch) -> Run:
    """Give the run from uint8 to tensors and back, in batches."""

    def run(count: int) -> list[Batch]:
        starts = range(0, count, BATCHES[0])
        return [as_images(as_tensor(images[start : start + BATCHES[0]])) for start in starts]

    return run


def unit(result: Any) -> Any:
    """Give batches of tensors as one array, channels last."""
    array = np.concatenate([tensor.numpy() for tensor in result])
    return array[:, 0] if array.shape[1] == 1 else array.transpose(0, 2, 3, 1)


def gaussian_noise(corruption: Any) -> Callable[[Any], Any]:
    """Add noise of the same deviation, and clip, which its class leaves to the user."""
    from kornia.augmentation import RandomGaussianNoise

    noise = RandomGaussianNoise(mean=0.0, std=corruption.sigma, p=1.0)
    return lambda tensor: noise(tensor).clamp_(0, 1)


def salt_and_pepper(corruption: Any) -> Callable[[Any], Any]:
    """Strike as many pixels."""
    from kornia.augmentation import RandomSaltAndPepperNoise

    noise: Callable[[Any], Any] = RandomSaltAndPepperNoise(
        amount=float(corruption.amount), salt_vs_pepper=0.5, p=1.0
    )
    return noise


def gaussian_blur(corruption: Any) -> Callable[[Any], Any]:
    """Blur with the same deviation and end of the kernel."""
    from kornia.filters import gaussian_blur2d

    sigma = float(corruption.sigma)
    side = 2 * round(4 * sigma) + 1
    return lambda tensor: gaussian_blur2d(tensor, (side, side), (sigma, sigma))


def brightness(corruption: Any) -> Callable[[Any], Any]:
    """Add the same, or up to the same."""
    from kornia.enhance import adjust_brightness

    shift = corruption.shift
    if not corruption.is_random:
        return lambda tensor: adjust_brightness(tensor, shift)
    return lambda tensor: adjust_brightness(tensor, uniform(tensor, (-shift, shift)))


def contrast(corruption: Any) -> Callable[[Any], Any]:
    """Scale the distances from the mean by the same, or by up to the same."""
    from kornia.enhance import adjust_contrast_with_mean_subtraction

    factor = corruption.factor
    if not corruption.is_random:
        return lambda tensor: adjust_contrast_with_mean_subtraction(tensor, factor)
    factors = (factor, 1 / factor)
    return lambda tensor: adjust_contrast_with_mean_subtraction(tensor, geometric(tensor, factors))
