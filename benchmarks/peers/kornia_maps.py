"""kornia's affine maps: one drawn number for each image of a batch, also where all are the same."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from benchmarks.peers.limits import limits

__all__ = ["MAPPINGS", "geometric", "uniform"]


def uniform(tensor: Any, ends: tuple[float, float]) -> Any:
    """Draw one number for each image."""
    import torch

    return torch.empty(len(tensor)).uniform_(*ends)


def geometric(tensor: Any, ends: tuple[float, float]) -> Any:
    """Draw one number for each image, uniformly in its logarithm."""
    low, high = ends
    return uniform(tensor, (math.log(low), math.log(high))).exp_()


def pairs(tensor: Any, first: tuple[float, float], second: tuple[float, float]) -> Any:
    """Draw two numbers for each image."""
    import torch

    return torch.stack([uniform(tensor, first), uniform(tensor, second)], dim=-1)


def rotation(corruption: Any) -> Callable[[Any], Any]:
    """Turn by the same, or by up to the same."""
    from kornia.geometry.transform import rotate

    turn = limits(corruption)["degrees"]
    return lambda tensor: rotate(tensor, uniform(tensor, turn))


def translation(corruption: Any) -> Callable[[Any], Any]:
    """Shift by the same, or by up to the same."""
    from kornia.geometry.transform import translate

    ranges = limits(corruption)
    return lambda tensor: translate(tensor, pairs(tensor, ranges["x"], ranges["y"]))


def zoom(corruption: Any) -> Callable[[Any], Any]:
    """Magnify by the same, or by up to the same."""
    from kornia.geometry.transform import scale

    factor = limits(corruption)["factor"]
    return lambda tensor: scale(tensor, geometric(tensor, factor)[:, None].expand(-1, 2))


def affine(corruption: Any) -> Callable[[Any], Any]:
    """Do all of it in one resampling."""
    import torch
    from kornia.geometry.transform import get_affine_matrix2d, warp_affine

    ranges = limits(corruption)

    def apply(tensor: Any) -> Any:
        size = tensor.shape[-2:]
        factor = geometric(tensor, ranges["factor"])
        stretched = factor * geometric(tensor, ranges["stretch"])
        matrix = get_affine_matrix2d(
            translations=pairs(tensor, ranges["x"], ranges["y"]),
            center=torch.tensor([[(size[1] - 1) / 2, (size[0] - 1) / 2]]).expand(len(tensor), 2),
            scale=torch.stack([factor, stretched], dim=-1),
            angle=-uniform(tensor, ranges["degrees"]),  # clockwise there
            sx=-uniform(tensor, ranges["shear"]).atan(),  # the other way there
            sy=torch.zeros(len(tensor)),
        )
        return warp_affine(tensor, matrix[:, :2], tuple(size))

    return apply


MAPPINGS = {
    "affine": affine,
    "rotation": rotation,
    "shear": affine,  # its own shear goes about the corner
    "translation": translation,
    "zoom": zoom,
}
