"""Keyed, counter-based random numbers: the same for each image in every batch and process.

Each image has two 32-bit keys made from (seed, stream, image id); the words of one draw are a hash
of (position in the image, both keys). No state is carried from image to image, so a batch may be
split, shuffled or distributed over threads and machines.
"""

from __future__ import annotations

import math
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Shape", "Streams"]

GOLDEN = 0x9E3779B9
FIRST_MULTIPLIER = 0x7FEB352D
SECOND_MULTIPLIER = 0x846CA68B
LATTICE_OFFSET = 0x85EBCA6B
MASK = 0xFFFFFFFF
SHORT_ROW = 32  # below this many words for each image, the transposed layout is faster

UInt32 = NDArray[np.uint32]
Shape = tuple[int, int, int]  # (h, w, c) of one image


class Streams:
    """The random numbers of one corruption for the images of one batch.

    Every call draws new numbers, keyed by the number of the call (first, second, ...): so make the
    calls in a fixed order that does not depend on the strength of the corruption.

    Parameters
    ----------
    name : str
        The name of the corruption.
    occurrence : int
        Which occurrence of that name in the spec this is, from 0.
    seed : int
        0 <= seed < 2**64.
    ids : ndarray of uint64, shape (n,)
        The ids of the images.
    """

    def __init__(self, name: str, occurrence: int, seed: int, ids: NDArray[np.uint64]) -> None:
        self._name = name
        self._occurrence = occurrence
        self._seed = seed
        self._ids = ids
        self._draws = 0
        self._rows: slice | NDArray[np.intp] = slice(None)
        self._keys: dict[int, UInt32] = {}  # of all images, by call; shared with every selection

    def select(self, rows: slice | NDArray[np.intp]) -> Streams:
        """Return the streams of some images of the batch, starting again at the first call.

        The keys are computed once for the batch, not for each chunk of it.

        Parameters
        ----------
        rows : slice or ndarray of intp
            Which images.

        Returns
        -------
        Streams
            For these images.
        """
        selection = type(self)(self._name, self._occurrence, self._seed, self._ids)
        selection._rows, selection._keys = rows, self._keys  # noqa: SLF001 - same class
        return selection

    def words(self, shape: tuple[int, ...]) -> UInt32:
        """Draw uniform 32-bit words.

        Parameters
        ----------
        shape : tuple of int
            The shape for each image.

        Returns
        -------
        ndarray of uint32, shape (n, *shape)
        """
        return self._words(math.prod(shape)).reshape(-1, *shape)

    def uniform(self, shape: tuple[int, ...]) -> NDArray[np.float64]:
        """Draw from the open interval (0, 1), as ``(word + 0.5) / 2**32``.

        For fine steps (angles, quantiles); `uniform16` is twice as fast.

        Parameters
        ----------
        shape : tuple of int
            The shape for each image.

        Returns
        -------
        ndarray of float64, shape (n, *shape)
        """
        return (self.words(shape).astype(np.float64) + 0.5) * 2.0**-32

    def signed(self, shape: tuple[int, ...]) -> NDArray[np.float64]:
        """Draw from the open interval (-1, 1), in steps of 2**-31.

        Parameters
        ----------
        shape : tuple of int
            The shape for each image.

        Returns
        -------
        ndarray of float64, shape (n, *shape)
        """
        return 2 * self.uniform(shape) - 1

    def uniform16(self, shape: tuple[int, ...]) -> NDArray[np.uint16]:
        """Draw integers uniform in 0..65535, to be compared with ``p * 65536``.

        Parameters
        ----------
        shape : tuple of int
            The shape for each image.

        Returns
        -------
        ndarray of uint16, shape (n, *shape)
        """
        return self._halves(shape, np.uint16)

    def normal(self, shape: tuple[int, ...]) -> NDArray[np.float32]:
        """Draw from the standard normal, in 65,536 equally likely steps.

        ``z = ndtri((i + 0.5) / 65536)`` for ``i`` uniform in 0..65535. The values end at 4.32
        standard deviations; the variance is 0.99997.

        Parameters
        ----------
        shape : tuple of int
            The shape for each image.

        Returns
        -------
        ndarray of float32, shape (n, *shape)
        """
        # take is fastest with intp indices; every index is in range, and "clip" skips the check.
        return normal_table().take(self._halves(shape, np.intp), mode="clip")

    def _halves(self, shape: tuple[int, ...], dtype: type[Any]) -> NDArray[Any]:
        """Split each word into two values: first all low halves, then all high halves."""
        count = math.prod(shape)
        low = (count + 1) // 2
        words = self._words(low)
        values = np.empty((len(words), count), dtype)
        np.bitwise_and(words, np.uint32(0xFFFF), out=values[:, :low])
        high = words[:, : count - low]
        np.right_shift(high, np.uint32(16), out=values[:, low:])
        return values.reshape(-1, *shape)

    def _words(self, count: int) -> UInt32:
        if self._draws not in self._keys:
            stream = stream_number(self._name, self._occurrence, self._draws)
            self._keys[self._draws] = image_keys(self._seed, stream, self._ids)
        first, second = self._keys[self._draws][:, self._rows]
        self._draws += 1
        if count < SHORT_ROW:
            return np.ascontiguousarray(hashed(lattice(count)[:, None] + first, second).T)
        return hashed(lattice(count) + first[:, None], second[:, None])


def hashed(words: UInt32, second: UInt32) -> UInt32:
    """Hash, in place, positions to which the first keys have been added."""
    words ^= words >> np.uint32(16)
    words *= np.uint32(FIRST_MULTIPLIER)
    words ^= words >> np.uint32(15)
    words ^= second
    words *= np.uint32(SECOND_MULTIPLIER)
    words ^= words >> np.uint32(16)
    return words


def image_keys(seed: int, stream: int, ids: NDArray[np.uint64]) -> UInt32:
    """Return the two keys of each image, shape (2, n), by folding seed, stream and id."""
    high = ids >> np.uint64(32)
    if high.size and (high == high[0]).all():  # almost always: then it is shared, too
        keys = stream_keys(seed, stream, int(high[0]))
    else:
        keys = fold(stream_keys(seed, stream), high)
    # The low half of the id comes last, so that k1 does not repeat in 2**32 consecutive images.
    return fold(keys, ids & np.uint64(MASK))


def fold(keys: UInt32, words: NDArray[np.uint64]) -> UInt32:
    """Fold one word for each image into its keys."""
    return mix_array((keys ^ words.astype(np.uint32)) + np.uint32(GOLDEN))


@lru_cache(maxsize=1024)
def stream_keys(seed: int, stream: int, *shared: int) -> UInt32:
    """Fold seed, stream and further words that all images share; shape (2, 1)."""
    keys = []
    for key in (0, 1):
        state = GOLDEN
        for word in (seed & MASK, seed >> 32, 2 * stream + key, *shared):
            state = mix(((state ^ word) + GOLDEN) & MASK)
        keys.append([state])
    return np.array(keys, np.uint32)


def mix(word: int) -> int:
    """Mix the bits of one 32-bit word, held in a Python int."""
    word ^= word >> 16
    word = word * FIRST_MULTIPLIER & MASK
    word ^= word >> 15
    word = word * SECOND_MULTIPLIER & MASK
    return word ^ word >> 16


def mix_array(words: UInt32) -> UInt32:
    """Mix the bits of each 32-bit word of an array, as `mix` does."""
    words = words ^ words >> np.uint32(16)
    words *= np.uint32(FIRST_MULTIPLIER)
    words ^= words >> np.uint32(15)
    words *= np.uint32(SECOND_MULTIPLIER)
    words ^= words >> np.uint32(16)
    return words


@lru_cache(maxsize=1024)
def stream_number(name: str, occurrence: int, draw: int) -> int:
    """Return the 31-bit number of one call of one occurrence of a corruption."""
    text = f"{name}/{occurrence}/{draw}".encode()
    return int.from_bytes(blake2b(text, digest_size=4).digest(), "little") >> 1


@lru_cache(maxsize=32)
def lattice(count: int) -> UInt32:
    """Return the mixed positions 0..count-1 within an image."""
    positions: UInt32 = mix_array(
        np.arange(count, dtype=np.uint32) * np.uint32(GOLDEN) + np.uint32(LATTICE_OFFSET)
    )
    positions.flags.writeable = False
    return positions


@lru_cache(maxsize=1)
def normal_table() -> NDArray[np.float32]:
    """Return the 65,536 equally likely values of the standard normal."""
    from scipy.special import ndtri

    table: NDArray[np.float32] = ndtri((np.arange(65536) + 0.5) / 65536).astype(np.float32)
    table.flags.writeable = False
    return table
