"""The one door for images: every batch is checked, widened and rounded here and nowhere else.

Inside, images are float32, shape (n, h, w, c), in [0, 1]. Outside they are uint8 in 0..255 or
float16/32/64 in [0, 1], shape (n, h, w) or (n, h, w, c).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Images", "Levels", "across_channels", "as_batch", "from_unit", "to_unit"]

Images = NDArray[np.float32]  # (n, h, w, c), in [0, 1]
Levels = NDArray[np.uint8]  # (n, h, w, c), in 0..255
SLACK = 1e-6  # how far beyond [0, 1] a float image may stray by rounding
# Added before the fraction is cut off: a half, and a little more than float32 errs by, so that what
# lies midway between two levels goes up at every level and not as the last bit has it.
TIES_UP = np.float32(0.5 + 2.0**-13)
FLOATS = (np.dtype(np.float16), np.dtype(np.float32), np.dtype(np.float64))


def as_batch(images: object) -> NDArray[Any]:
    """Check a batch and view it as (n, h, w, c).

    Parameters
    ----------
    images : ndarray
        uint8 in 0..255, or float16, float32 or float64 in [0, 1]; shape (n, h, w) or (n, h, w, c).
        No images (n = 0) are fine.

    Returns
    -------
    ndarray, shape (n, h, w, c)
        A view of the same memory.

    Raises
    ------
    TypeError
        For anything but an array of these dtypes.
    ValueError
        For another number of axes, a side or channel count of 0, NaN, floats outside [0, 1], and
        for three axes of which the last is 1, 3 or 4, which may be one image or many.
    """
    if not isinstance(images, np.ndarray):
        raise TypeError(f"images must be a numpy array, got {type(images).__name__}")
    if images.dtype != np.uint8 and images.dtype not in FLOATS:
        raise TypeError(
            f"images must be uint8 in 0..255 or float16/32/64 in [0, 1], got {images.dtype}"
        )
    batch = with_channels(images)
    if 0 in batch.shape[1:]:
        raise ValueError(f"images must have sides and channels of 1 or more, got {images.shape}")
    if images.dtype != np.uint8 and images.size:
        check_range(images)
    return batch


def with_channels(images: NDArray[Any]) -> NDArray[Any]:
    """View (n, h, w) as (n, h, w, 1), and refuse shapes that can be read in two ways."""
    shape = images.shape
    if images.ndim == 4:
        return images
    if images.ndim != 3:
        raise ValueError(f"images must have shape (n, h, w) or (n, h, w, c), got {shape}")
    if shape[-1] in (1, 3, 4):
        raise ValueError(
            f"images of shape {shape} can be read in two ways: for one image of {shape[-1]} "
            f"channels pass images[None], for {shape[0]} grey images of {shape[1]} x {shape[2]} "
            "pass images[..., None]"
        )
    return images[..., None]


def check_range(images: NDArray[Any]) -> None:
    """Refuse NaN and values outside [0, 1] by more than rounding can explain."""
    low, high = float(images.min()), float(images.max())
    if not (low >= -SLACK and high <= 1 + SLACK):  # written so that NaN is refused too
        found = "NaN" if math.isnan(low) else f"values from {low:.6g} to {high:.6g}"
        raise ValueError(f"float images must lie in [0, 1], got {found}")


def to_unit(batch: NDArray[Any]) -> Images:
    """Copy images that passed the door to contiguous float32 in [0, 1]."""
    unit: Images = np.array(batch, np.float32, order="C")
    if batch.dtype == np.uint8:
        unit /= np.float32(255)  # so that uint8 images and images / 255 give the same bits
    else:
        np.clip(unit, 0, 1, out=unit)
    return unit


def rounded(unit: Images) -> Levels:
    """Give float32 in [0, 1], which it overwrites, as levels: to nearest, ties up."""
    unit *= np.float32(255)
    unit += TIES_UP
    return unit.astype(np.uint8)


def from_unit(unit: Images, out: NDArray[Any]) -> None:
    """Write float32 images in [0, 1] into `out`; where it is uint8, round to nearest, ties up."""
    if out.dtype == np.uint8:
        levels = unit * np.float32(255)
        levels += TIES_UP
        out[...] = levels.reshape(out.shape)
    else:
        out[...] = unit.reshape(out.shape)


def across_channels(pixels: NDArray[Any], channels: int) -> NDArray[Any]:
    """Repeat what is drawn for each pixel, (n, h, w), for its channels: (n, h, w, channels)."""
    if channels == 1:
        return pixels[..., None]
    return np.stack([pixels] * channels, axis=-1)  # several times faster than broadcasting to 3
