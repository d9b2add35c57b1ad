"""Tables of 256 levels: the whole of a pointwise corruption of uint8 images."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["Table", "look_up"]

Levels = NDArray[np.uint8]


class Table:
    """What each of the 256 levels becomes.

    Attributes
    ----------
    levels : bytes
        The results, in order.
    inverts : bool
        Whether every result is ``255 - level``.
    shift : int or None
        The s for which every result is ``clip(level + s, 0, 255)``, where there is one.
    """

    def __init__(self, results: Levels) -> None:
        self.levels = results.tobytes()
        self.inverts = np.array_equal(results, 255 - np.arange(256))
        first, last = int(results[0]), int(results[255])
        shift = first if first > 0 else last - 255
        shifted = np.clip(np.arange(256) + shift, 0, 255)
        self.shift = shift if np.array_equal(results, shifted) else None


def look_up(images: Levels, table: Table, out: Levels) -> None:
    """Write what a table makes of images into `out`.

    Inverting is one whole-number operation and a saturating shift two, ten times as fast as
    looking values up; else bytes.translate is the fastest lookup there is here.
    """
    if table.inverts:
        np.invert(images, out=out)
    elif table.shift is None:
        looked_up = np.frombuffer(images.tobytes().translate(table.levels), np.uint8)
        out[...] = looked_up.reshape(images.shape)
    elif table.shift >= 0:
        np.minimum(images, constant(images.shape, 255 - table.shift), out=out)
        out += np.uint8(table.shift)
    else:
        np.maximum(images, constant(images.shape, -table.shift), out=out)
        out -= np.uint8(-table.shift)


@lru_cache(maxsize=8)
def constant(shape: tuple[int, ...], level: int) -> Levels:
    """Give an array of one level: numpy is twenty times slower beside a lone number."""
    array = np.full(shape, level, np.uint8)
    array.flags.writeable = False
    return array
