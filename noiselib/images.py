"""Input validation and output of images: every batch is checked, converted and rounded here.

Internally, images are float32, shape (n, h, w, c), in [0, 1]. Callers pass and receive uint8 in
0..255 or float16/32/64 in [0, 1], shape (n, h, w) or (n, h, w, c).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Images", "UInt8Images", "as_batch", "from_unit", "repeat_channels", "to_unit"]

Images = NDArray[np.float32]  # (n, h, w, c), in [0, 1]
UInt8Images = NDArray[np.uint8]  # (n, h, w, c), in 0..255
SLACK = 1e-6  # how far float images may lie outside [0, 1], to allow for rounding
# Added before truncation: one half, and slightly more than the error of float32, so that values
# midway between two levels are rounded up at every level, whatever their last bit.
TIES_UP = np.float32(0.5 + 2.0**-13)
FLOATS = (np.dtype(np.float16), np.dtype(np.float32), np.dtype(np.float64))


def as_batch(images: object) -> NDArray[Any]:
    """Check a batch and view it as (n, h, w, c).

    Parameters
    ----------
    images : ndarray
        uint8 in 0..255, or float16, float32 or float64 in [0, 1]; shape (n, h, w) or (n, h, w, c).
        An empty batch (n = 0) is valid.

    Returns
    -------
    ndarray, shape (n, h, w, c)
        A view of the same memory.

    Raises
    ------
    TypeError
        If `images` is not an array of one of these dtypes.
    ValueError
        For another number of axes, a side or channel count of 0, NaN, floats outside [0, 1], and
        three axes of which the last is 1, 3 or 4, which may mean one image or many.
    """
    if not isinstance(images, np.ndarray):
        raise TypeError(f"images must be a numpy array, got {type(images).__name__}")
    if images.dtype != np.uint8 and images.dtype not in FLOATS:
        raise TypeError(
            f"images must be uint8 in 0..255 or float16/32/64 in [0, 1], got {images.dtype}"
        )
    batch = add_channel_axis(images)
    if 0 in batch.shape[1:]:
        raise ValueError(f"images must have sides and channels of 1 or more, got {images.shape}")
    if images.dtype != np.uint8 and images.size:
        check_range(images)
    return batch


def add_channel_axis(images: NDArray[Any]) -> NDArray[Any]:
    """View (n, h, w) as (n, h, w, 1), and reject shapes that can be read in two ways."""
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
    """Raise ValueError for NaN and for values outside [0, 1] by more than `SLACK`."""
    low, high = float(images.min()), float(images.max())
    if not (low >= -SLACK and high <= 1 + SLACK):  # written so that NaN fails, too
        given = "NaN" if math.isnan(low) else f"values from {low:.6g} to {high:.6g}"
        raise ValueError(f"float images must lie in [0, 1], got {given}")


def to_unit(batch: NDArray[Any]) -> Images:
    """Copy a checked batch to contiguous float32 in [0, 1]."""
    unit: Images = np.array(batch, np.float32, order="C")
    if batch.dtype == np.uint8:
        unit /= np.float32(255)  # so that uint8 images and images / 255 have the same bits
    else:
        np.clip(unit, 0, 1, out=unit)
    return unit


def round_to_uint8(unit: Images) -> UInt8Images:
    """Round float32 in [0, 1] to uint8, to nearest, ties up; overwrite the input."""
    unit *= np.float32(255)
    unit += TIES_UP
    return unit.astype(np.uint8)


def from_unit(unit: Images, out: NDArray[Any]) -> None:
    """Write float32 images in [0, 1] to `out`, rounded to nearest, ties up, if it is uint8."""
    if out.dtype == np.uint8:
        levels = unit * np.float32(255)
        levels += TIES_UP
        out[...] = levels.reshape(out.shape)
    else:
        out[...] = unit.reshape(out.shape)


def repeat_channels(pixels: NDArray[Any], channels: int) -> NDArray[Any]:
    """Repeat the value of each pixel, (n, h, w), for every channel: (n, h, w, channels)."""
    if channels == 1:
        return pixels[..., None]
    return np.stack([pixels] * channels, axis=-1)  # several times faster than broadcasting to 3
