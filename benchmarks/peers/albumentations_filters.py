"""albumentations' blurs, resampling and JPEG.

Its Gaussian kernel ends at 3.5 standard deviations, ours at 4. Its motion blur is an even line,
whose length is chosen so that its standard deviation equals that of ours. ``GlassBlur`` swaps
neighbours, twice each, with the same displacement as ours.
"""

from __future__ import annotations

import math
from typing import Any

from benchmarks.peers.limits import motion_length

__all__ = ["FILTERS"]


def gaussian_blur(corruption: Any) -> list[Any]:
    """Blur with the same standard deviation."""
    from albumentations import GaussianBlur

    return [GaussianBlur(blur_limit=0, sigma_limit=(corruption.sigma, corruption.sigma), p=1)]


def box_blur(corruption: Any) -> list[Any]:
    """Average over the same window."""
    from albumentations import Blur

    side = round(corruption.width)
    return [Blur(blur_limit=(side, side), p=1)]


def median_blur(corruption: Any) -> list[Any]:
    """Take the median of the same window."""
    from albumentations import MedianBlur

    side = 2 * corruption.radius + 1
    return [MedianBlur(blur_limit=(side, side), p=1)]


def defocus_blur(corruption: Any) -> list[Any]:
    """Average over the same disk with the same soft edge."""
    from albumentations import Defocus

    radius, edge = round(corruption.radius), corruption.edge
    return [Defocus(radius=(radius, radius), alias_blur=(edge, edge), p=1)]


def motion_blur(corruption: Any) -> list[Any]:
    """Average along a line: the same for all images, or a random one for each."""
    from albumentations import MotionBlur

    length, degrees = motion_length(corruption), corruption.degrees
    angles = (-degrees if corruption.is_random else degrees, degrees)
    return [
        MotionBlur(
            blur_limit=(length, length),
            allow_shifted=False,
            angle_range=tuple(180 + angle for angle in angles),  # albumentations takes 0 to 360
            direction_range=(-1, -1),  # which undoes the half turn
            p=1,
        )
    ]


def glass_blur(corruption: Any) -> list[Any]:
    """Swap neighbours with the same displacement, between the same blurs."""
    from albumentations import GlassBlur

    iterations = 2
    swap = round(math.sqrt(max(1.0, corruption.reach**2 / (4 * iterations) - 1)))
    return [GlassBlur(sigma=corruption.sigma, max_delta=swap, iterations=iterations, p=1)]


def zoom_blur(corruption: Any) -> list[Any]:
    """Average the same number of zooms up to the same magnification."""
    from albumentations import ZoomBlur

    most = corruption.factor
    step = (most - 1) / (corruption.count - 1)
    end = most + step / 2  # the end is excluded
    return [ZoomBlur(max_factor=(end, end), step_factor=(step, step), p=1)]


def pixelate(corruption: Any) -> list[Any]:
    """Average blocks of the same size, and repeat the means."""
    import cv2

    return [resampled(corruption, cv2.INTER_AREA, cv2.INTER_NEAREST)]


def downscale(corruption: Any) -> list[Any]:
    """Downscale to the same number of pixels and back, smoothly."""
    import cv2

    return [resampled(corruption, cv2.INTER_AREA, cv2.INTER_LINEAR)]


def resampled(corruption: Any, down: int, up: int) -> Any:
    """Return the transform that scales images down and up again."""
    from albumentations import Downscale

    part = (corruption.fraction, corruption.fraction)
    return Downscale(scale_range=part, interpolation_pair={"downscale": down, "upscale": up}, p=1)


def jpeg_compression(corruption: Any) -> list[Any]:
    """Compress with the same quality."""
    from albumentations import ImageCompression

    return [ImageCompression(quality_range=(corruption.quality, corruption.quality), p=1)]


FILTERS = {
    "gaussian_blur": gaussian_blur,
    "box_blur": box_blur,
    "median_blur": median_blur,
    "defocus_blur": defocus_blur,
    "motion_blur": motion_blur,
    "random_motion_blur": motion_blur,
    "glass_blur": glass_blur,
    "zoom_blur": zoom_blur,
    "pixelate": pixelate,
    "downscale": downscale,
    "jpeg_compression": jpeg_compression,
}
