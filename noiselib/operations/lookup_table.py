"""Lookup tables of 256 levels, which define a pointwise corruption of uint8 images."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from noiselib.images import Images, UInt8Images, from_unit, to_unit

__all__ = ["BitOperations", "LookupTable", "look_up", "tabulate"]


class BitOperations(NamedTuple):
    """A table that is a few bit operations: ``(level & kept) ^ flipped``.

    From the level `start` on, the bits `turned` are flipped, too.

    Attributes
    ----------
    kept, flipped, turned : uint8
        Masks of bits.
    start : uint8
        A level.
    """

    kept: np.uint8
    flipped: np.uint8
    start: np.uint8
    turned: np.uint8


class LookupTable:
    """The result for each of the 256 levels.

    Parameters
    ----------
    results : ndarray of uint8, shape (256,)
        The results, in order.

    Attributes
    ----------
    levels : bytes
        The results, in order.
    shift : int or None
        The s for which every result is ``clip(level + s, 0, 255)``, if there is one.
    bits : BitOperations or None
        The bit operations that give every result, if there are such.
    """

    def __init__(self, results: UInt8Images) -> None:
        self.levels = results.tobytes()
        first, last = int(results[0]), int(results[255])
        shift = first if first > 0 else last - 255
        shifted = np.clip(np.arange(256) + shift, 0, 255)
        self.shift = shift if np.array_equal(results, shifted) else None
        self.bits = find_bit_operations(results)


def find_bit_operations(results: UInt8Images) -> BitOperations | None:
    """Return the bit operations that give 256 results; None if there are none.

    Each bit of the result, or its XOR with that bit of the level, may change at one level at most,
    and all bits that change must do so at the same level.
    """
    plain_and_xor = np.stack([results, results ^ np.arange(256, dtype=np.uint8)])
    planes = np.unpackbits(plain_and_xor[..., None], axis=2)  # (2, 256, 8)
    changes = planes[:, 1:] != planes[:, :-1]
    kept = changes[1].sum(axis=0) <= changes[0].sum(axis=0)
    places = np.flatnonzero(np.where(kept, changes[1], changes[0]).any(axis=1))
    if len(places) > 1:
        return None
    start = np.uint8(places[0] + 1 if len(places) else 0)
    ends = np.where(kept, planes[1], planes[0])[[0, 255]]
    packed = np.packbits([kept, ends[0], ends[0] ^ ends[1]], axis=1)[:, 0]
    return BitOperations(packed[0], packed[1], start, packed[2])


def tabulate(apply: Callable[[Images], Images]) -> LookupTable:
    """Return the lookup table of a function of float32 images that acts on each value by itself."""
    levels = to_unit(np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1))
    results = np.empty(levels.shape, np.uint8)
    from_unit(np.clip(apply(levels), 0, 1), results)
    return LookupTable(results.ravel())


def look_up(images: UInt8Images, table: LookupTable, out: UInt8Images) -> None:
    """Write the results of a table for images to `out`.

    A saturating shift takes two integer operations, and bit operations take one to four; they are
    up to ten times as fast as looking values up, for which `bytearray.translate` is the fastest
    way.
    """
    if table.bits is not None:
        apply_bit_operations(images, table.bits, out)
    elif table.shift is None:
        looked_up = np.frombuffer(bytearray(images).translate(table.levels), np.uint8)
        out[...] = looked_up.reshape(images.shape)
    elif table.shift >= 0:
        np.minimum(images, constant_array(images.shape, 255 - table.shift), out=out)
        out += np.uint8(table.shift)
    else:
        np.maximum(images, constant_array(images.shape, -table.shift), out=out)
        out -= np.uint8(-table.shift)


def apply_bit_operations(images: UInt8Images, bits: BitOperations, out: UInt8Images) -> None:
    """Write the results of bit operations on images to `out`."""
    kept = images if bits.kept == 255 else images & bits.kept
    np.bitwise_xor(kept, bits.flipped, out=out)
    if bits.turned:
        out ^= (images >= bits.start).view(np.uint8) * bits.turned


@lru_cache(maxsize=8)
def constant_array(shape: tuple[int, ...], level: int) -> UInt8Images:
    """Return an array of one level; numpy is twenty times slower with a scalar instead."""
    array = np.full(shape, level, np.uint8)
    array.flags.writeable = False
    return array
