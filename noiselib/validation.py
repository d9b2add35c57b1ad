"""Input validation: the arguments of a call are checked and converted here and nowhere else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from hashlib import blake2b
from operator import index
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["as_batch", "as_ids", "as_seed", "as_workers"]

SLACK = 1e-6  # how far float images may lie outside [0, 1], to allow for rounding
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


def as_seed(seed: object) -> int:
    """Check a seed.

    Parameters
    ----------
    seed : object
        An integer, 0 <= seed < 2**64.

    Returns
    -------
    int
        The seed.

    Raises
    ------
    TypeError, ValueError
        If it is not an integer, or out of range.
    """
    try:
        number = index(seed)  # type: ignore[arg-type]  # the except below is the check
    except TypeError:
        raise TypeError(f"seed must be an integer, got {seed!r}") from None
    if not 0 <= number < 2**64:
        raise ValueError(f"seed must lie in [0, 2**64), got {number}")
    return number


def as_ids(ids: object, count: int) -> NDArray[np.uint64]:
    """Convert the ids of images to uint64, shape (count,).

    Parameters
    ----------
    ids : int, array of int, or sequence of str
        The id of the first image, or one id for each; a str counts as 64 bits of its blake2b hash.
    count : int
        The number of images.

    Returns
    -------
    ndarray of uint64, shape (count,)
        One id for each image.

    Raises
    ------
    TypeError, ValueError
        If the ids are not integers or strings, are negative, or are not one for each image.
    """
    if isinstance(ids, str):
        raise TypeError(
            f"ids must be an integer, or one integer or string for each image, got {ids!r}"
        )
    if isinstance(ids, Sequence) and ids and all(isinstance(one, str) for one in ids):
        digests = [blake2b(one.encode(), digest_size=8).digest() for one in ids]
        array = np.array([int.from_bytes(digest, "little") for digest in digests], np.uint64)
    else:
        array = np.asarray(ids)
        if array.size == 0 and array.ndim == 1:
            array = array.astype(np.uint64)
        if array.dtype.kind == "U":
            return as_ids(array.tolist(), count)
        if array.dtype.kind not in "iu" or array.ndim > 1:
            raise TypeError(
                "ids must be an integer, or one integer or string for each image, "
                f"got an array of {array.dtype} of shape {array.shape}"
            )
        if array.size and array.min() < 0:
            raise ValueError(f"ids must not be negative, got {array.min()}")
        if array.ndim == 0:
            first = int(array)
            if first + count > 2**64:
                raise ValueError(f"ids must lie in [0, 2**64), got {first} + {count}")
            array = np.arange(count, dtype=np.uint64) + np.uint64(first)
    if len(array) != count:
        raise ValueError(f"ids must have one entry for each of {count} images, got {len(array)}")
    return array.astype(np.uint64)


def as_workers(workers: object) -> int:
    """Check a number of threads.

    Parameters
    ----------
    workers : object
        An integer, 1 or more.

    Returns
    -------
    int
        The number.

    Raises
    ------
    TypeError, ValueError
        If it is not an integer, or less than 1.
    """
    try:
        count = index(workers)  # type: ignore[arg-type]  # the except below is the check
    except TypeError:
        raise TypeError(f"workers must be an integer, got {workers!r}") from None
    if count < 1:
        raise ValueError(f"workers must be 1 or more, got {count}")
    return count
