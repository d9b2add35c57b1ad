"""kornia's geometric maps, with one random number for each image, even where all are equal."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from benchmarks.peers.limits import corner_moves, corners, limits

__all__ = ["MAPPINGS", "geometric", "uniform"]


def uniform(tensor: Any, ends: tuple[float, float]) -> Any:
    """Draw one number for each image."""
    import torch

    return torch.empty(len(tensor)).uniform_(*ends)


def geometric(tensor: Any, ends: tuple[float, float]) -> Any:
    """Draw one number for each image, uniform in the logarithm."""
    low, high = ends
    return uniform(tensor, (math.log(low), math.log(high))).exp_()


def pairs(tensor: Any, first: tuple[float, float], second: tuple[float, float]) -> Any:
    """Draw two numbers for each image."""
    import torch

    return torch.stack([uniform(tensor, first), uniform(tensor, second)], dim=-1)


def rotation(corruption: Any) -> Callable[[Any], Any]:
    """Rotate by the same angle, or by a random one up to it."""
    from kornia.geometry.transform import rotate

    turn = limits(corruption)["degrees"]
    return lambda tensor: rotate(tensor, uniform(tensor, turn))


def translation(corruption: Any) -> Callable[[Any], Any]:
    """Translate by the same distance, or by a random one up to it."""
    from kornia.geometry.transform import translate

    ranges = limits(corruption)
    return lambda tensor: translate(tensor, pairs(tensor, ranges["x"], ranges["y"]))


def zoom(corruption: Any) -> Callable[[Any], Any]:
    """Zoom by the same factor, or by a random one up to it."""
    from kornia.geometry.transform import scale

    factor = limits(corruption)["factor"]
    return lambda tensor: scale(tensor, geometric(tensor, factor)[:, None].expand(-1, 2))


def affine(corruption: Any) -> Callable[[Any], Any]:
    """Apply the whole affine map in one resampling."""
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
            angle=-uniform(tensor, ranges["degrees"]),  # clockwise in kornia
            sx=-uniform(tensor, ranges["shear"]).atan(),  # opposite sign in kornia
            sy=torch.zeros(len(tensor)),
        )
        return warp_affine(tensor, matrix[:, :2], tuple(size))

    return apply


def perspective(corruption: Any) -> Callable[[Any], Any]:
    """Move the corners to the same places, or by random distances up to them."""
    import torch
    from kornia.geometry.transform import get_perspective_transform, warp_perspective

    def apply(tensor: Any) -> Any:
        size = tuple(tensor.shape[-2:])
        start, moves = (
            torch.from_numpy(array).float().expand(len(tensor), 4, 2)
            for array in (corners(size), corner_moves(corruption, size))
        )
        part = torch.rand(len(tensor), 4, 2) if corruption.is_random else 1
        matrix = get_perspective_transform(start, start + moves * part)
        return warp_perspective(tensor, matrix, size)

    return apply


def barrel_distortion(corruption: Any) -> Callable[[Any], Any]:
    """Apply the same lens distortion, through the function that removes one."""
    import torch
    from kornia.geometry.calibration import undistort_image

    def apply(tensor: Any) -> Any:
        h, w = tensor.shape[-2:]
        corner = math.hypot(h - 1, w - 1) / 2
        camera = torch.tensor([[corner, 0, (w - 1) / 2], [0, corner, (h - 1) / 2], [0, 0, 1]])
        lens = torch.tensor([float(corruption.bend), 0, 0, 0])
        count = len(tensor)
        return undistort_image(tensor, camera.expand(count, 3, 3), lens.expand(count, 4))

    return apply


def elastic_transform(corruption: Any) -> Callable[[Any], Any]:
    """Deform each image by equally smooth and strong noise; the kernel ends at 3 sigma."""
    import torch
    from kornia.geometry.transform import elastic_transform2d

    def apply(tensor: Any) -> Any:
        h, w = tensor.shape[-2:]
        sigma = corruption.sigma * min(h, w)
        side = 2 * round(3 * sigma) + 1
        # kornia counts in half sides
        alpha = 2 * corruption.displacement * (2 * math.sqrt(math.pi) * sigma)
        return elastic_transform2d(
            tensor,
            torch.randn(len(tensor), 2, h, w),
            kernel_size=(side, side),
            sigma=(sigma, sigma),
            alpha=(alpha, alpha),
            padding_mode="reflection",
        )

    return apply


MAPS = {
    "affine": affine,
    "perspective": perspective,
    "rotation": rotation,
    "shear": affine,  # its own shear is about a corner
    "translation": translation,
    "zoom": zoom,
}
MAPPINGS = {
    **{f"{prefix}{name}": mapping for name, mapping in MAPS.items() for prefix in ("", "random_")},
    "barrel_distortion": barrel_distortion,
    "elastic_transform": elastic_transform,
}
