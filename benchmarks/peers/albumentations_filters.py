"""albumentations' blurs, resampling and JPEG.

Its Gaussian ends at 3.5 deviations, ours at 4. Its motion blur weighs a line evenly: one as long as
has the deviation of ours along it. ``GlassBlur`` swaps neighbours, twice each; ours displaces as
far.
"""

from __future__ import annotations

import math
from typing import Any

from benchmarks.peers.limits import motion_length

__all__ = ["FILTERS"]


def gaussian_blur(corruption: Any) -> list[Any]:
    """Blur with the same deviation."""
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
    """Average over the same disk, softened alike."""
    from albumentations import Defocus

    radius, edge = round(corruption.radius), corruption.edge
    return [Defocus(radius=(radius, radius), alias_blur=(edge, edge), p=1)]


def motion_blur(corruption: Any) -> list[Any]:
    """Average along a line, the same for all or one for each."""
    from albumentations import MotionBlur

    length, degrees = motion_length(corruption), corruption.degrees
    angles = (-degrees if corruption.is_random else degrees, degrees)
    return [
        MotionBlur(
            blur_limit=(length, length),
            allow_shifted=False,
            angle_range=tuple(180 + angle for angle in angles),  # from 0 to 360 there
            direction_range=(-1, -1),  # so that half a turn is taken back
            p=1,
        )
    ]


def glass_blur(corruption: Any) -> list[Any]:
    """Swap neighbours as far as ours are displaced, between the same blurs."""
    from albumentations import GlassBlur

    iterations = 2
    swap = round(math.sqrt(max(1.0, corruption.reach**2 / (4 * iterations) - 1)))
    return [GlassBlur(sigma=corruption.sigma, max_delta=swap, iterations=iterations, p=1)]


def zoom_blur(corruption: Any) -> list[Any]:
    """Average as many zooms to the same magnification."""
    from albumentations import ZoomBlur

    most = corruption.factor
    step = (most - 1) / (corruption.count - 1)
    end = most + step / 2  # itself left out
    return [ZoomBlur(max_factor=(end, end), step_factor=(step, step), p=1)]


def pixelate(corruption: Any) -> list[Any]:
    """Take the mean of as many pixels, and repeat it."""
    import cv2

    return [resampled(corruption, cv2.INTER_AREA, cv2.INTER_NEAREST)]


def downscale(corruption: Any) -> list[Any]:
    """Go down to as many pixels and back, smoothly."""
    import cv2

    return [resampled(corruption, cv2.INTER_AREA, cv2.INTER_LINEAR)]


def resampled(corruption: Any, down: int, up: int) -> Any:
    """Give the transform that makes images small and large again."""
    from albumentations import Downscale

    part = (corruption.fraction, corruption.fraction)
    return Downscale(scale_range=part, interpolation_pair={"downscale": down, "upscale": up}, p=1)


def jpeg_compression(corruption: Any) -> list[Any]:
    """Store at the same quality."""
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
