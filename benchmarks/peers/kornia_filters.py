"""kornia's blurs, edges, resampling and JPEG.

Its blurs reflect about the edge pixel. Its motion blur is an even line, whose length is chosen so
that its standard deviation equals that of ours. Its resampling is that of ``interpolate``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from benchmarks.peers.kornia_maps import uniform
from benchmarks.peers.limits import motion_length

__all__ = ["FILTERS"]


def gaussian_blur(corruption: Any) -> Callable[[Any], Any]:
    """Blur with the same standard deviation and end of the kernel."""
    from kornia.filters import gaussian_blur2d

    sigma = float(corruption.sigma)
    side = 2 * round(4 * sigma) + 1
    return lambda tensor: gaussian_blur2d(tensor, (side, side), (sigma, sigma))


def box_blur(corruption: Any) -> Callable[[Any], Any]:
    """Average over the same window."""
    from kornia.filters import box_blur as average

    side = round(corruption.width)
    return partial(average, kernel_size=(side, side))


def median_blur(corruption: Any) -> Callable[[Any], Any]:
    """Take the median of the same window."""
    from kornia.filters import median_blur as median

    side = 2 * corruption.radius + 1
    return partial(median, kernel_size=(side, side))


def motion_blur(corruption: Any) -> Callable[[Any], Any]:
    """Average along a line: the same for all images, or a random one for each."""
    import torch
    from kornia.filters import motion_blur as along

    length, degrees = motion_length(corruption), float(corruption.degrees)
    if not corruption.is_random:
        return lambda tensor: along(tensor, length, degrees, 1.0)
    return lambda tensor: along(
        tensor, length, uniform(tensor, (-degrees, degrees)), torch.ones(len(tensor))
    )


def canny_edges(corruption: Any) -> Callable[[Any], Any]:
    """Find the edges of each channel; there is no mixing with the image."""
    from kornia.filters import canny

    del corruption
    return lambda tensor: canny(tensor.flatten(0, 1)[:, None])[1].view_as(tensor)


def resampled(down: dict[str, Any], up: dict[str, Any]) -> Callable[[Any], Callable[[Any], Any]]:
    """Return the function that scales images down and up again."""

    def make(corruption: Any) -> Callable[[Any], Any]:
        from kornia.geometry.transform import resize

        def apply(tensor: Any) -> Any:
            h, w = tensor.shape[2:]
            small = (int(corruption.fraction * h), int(corruption.fraction * w))
            return resize(resize(tensor, small, **down), (h, w), **up)

        return apply

    return make


def jpeg_compression(corruption: Any) -> Callable[[Any], Any]:
    """Apply the differentiable JPEG codec with the same quality."""
    import torch
    from kornia.enhance import jpeg_codec_differentiable

    quality = torch.tensor([float(corruption.quality)])
    return lambda tensor: jpeg_codec_differentiable(tensor, quality.expand(len(tensor)))


FILTERS = {
    "gaussian_blur": gaussian_blur,
    "box_blur": box_blur,
    "median_blur": median_blur,
    "motion_blur": motion_blur,
    "random_motion_blur": motion_blur,
    "canny_edges": canny_edges,
    "pixelate": resampled({"interpolation": "area"}, {"interpolation": "nearest"}),
    "downscale": resampled({"antialias": True}, {}),
    "jpeg_compression": jpeg_compression,
}
