"""The representation of images: types, and conversion from and to the dtypes of callers.

Internally, images are float32, shape (n, h, w, c), in [0, 1]. Callers pass and receive uint8 in
0..255 or float16/32/64 in [0, 1].
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Images", "UInt8Images", "from_unit", "repeat_channels", "to_unit"]

Images = NDArray[np.float32]  # (n, h, w, c), in [0, 1]
UInt8Images = NDArray[np.uint8]  # (n, h, w, c), in 0..255
# Added before truncation: one half, and slightly more than the error of float32, so that values
# midway between two levels are rounded up at every level, whatever their last bit.
TIES_UP = np.float32(0.5 + 2.0**-13)


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
