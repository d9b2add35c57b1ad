"""albumentations' weather and occlusions.

Its fog, rain and snow look different from ours and take colour images only; mud is smoothed with a
standard deviation of 1 at most. Its holes lie within the image: squares of the mean size that ours
hide.
"""

from __future__ import annotations

from typing import Any

from benchmarks.peers.limits import visible_side

__all__ = ["SCENES"]


def fog(corruption: Any) -> list[Any]:
    """Add the densest fog that it has."""
    from albumentations import RandomFog

    del corruption
    return [RandomFog(fog_coef_range=(1.0, 1.0), alpha_coef=0.08, p=1)]


def rain(corruption: Any) -> list[Any]:
    """Add rain with its default settings."""
    from albumentations import RandomRain

    return [RandomRain(slant_range=(-corruption.slant, corruption.slant), p=1)]


def snow(corruption: Any) -> list[Any]:
    """Add snow with flakes."""
    from albumentations import RandomSnow

    del corruption
    return [RandomSnow(method="texture", p=1)]


def spatter(corruption: Any) -> list[Any]:
    """Add spatter of the same liquid with the same distribution."""
    from albumentations import Spatter

    names = {"mean": "mean", "std": "deviation", "gauss_sigma": "sigma"}
    values = {theirs: (getattr(corruption, ours),) * 2 for theirs, ours in names.items()}
    return [
        Spatter(
            mode={"mud": "mud", "water": "rain"}[corruption.liquid],
            cutout_threshold=(corruption.threshold, corruption.threshold),
            intensity=(1.0, 1.0),
            p=1,
            **values,
        )
    ]


def cutout(corruption: Any) -> list[Any]:
    """Hide one square."""
    from albumentations import CoarseDropout

    side = (visible_side(corruption), visible_side(corruption))
    return [
        CoarseDropout(
            num_holes_range=(1, 1),
            hole_height_range=side,
            hole_width_range=side,
            fill=255 * corruption.fill,
            p=1,
        )
    ]


def grid_mask(corruption: Any) -> list[Any]:
    """Hide squares on the same grid."""
    from albumentations import GridDropout

    count = round(1 / corruption.period)
    return [
        GridDropout(
            ratio=corruption.part,
            holes_number_xy=(count, count),
            random_offset=True,
            fill=255 * corruption.fill,
            p=1,
        )
    ]


SCENES = {
    "fog": fog,
    "rain": rain,
    "snow": snow,
    "spatter": spatter,
    "cutout": cutout,
    "grid_mask": grid_mask,
}
