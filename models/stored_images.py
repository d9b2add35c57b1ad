"""Images that stay in their files; only those that are asked for are read."""

import copy
import math
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar, Self, overload

import numpy as np
from numpy.typing import DTypeLike, NDArray

from models.errors import DataError

Stamp = tuple[int, int]
"""Size in bytes and modification time in nanoseconds of a file."""


class StoredImages(ABC):
    """uint8 images (n, h, w, c) that stay in their files.

    They can be indexed like an array along its first axis: a number reads one image; a slice, a
    mask or an array of numbers reads just those images into a new array. `numpy.asarray` reads all
    images. The object can be sent to another process that sees the same files (by `pickle`, a few
    bytes for each file), and can be read in several threads at the same time.

    Parameters
    ----------
    shape : tuple of int
        Number of images, height, width and channels.

    Raises
    ------
    DataError
        By whatever reads images, when a file is missing or has changed since it was opened.
    """

    ndim: ClassVar[int] = 4
    dtype: ClassVar[np.dtype[np.uint8]] = np.dtype(np.uint8)

    def __init__(self, shape: tuple[int, int, int, int]) -> None:
        self.shape = shape

    @abstractmethod
    def _read(self, numbers: NDArray[np.intp]) -> NDArray[np.uint8]:
        """Return the images of some numbers (m,), each in 0..n-1, as a new array (m, h, w, c)."""

    @property
    def nbytes(self) -> int:
        """Bytes that the images would take in memory."""
        return math.prod(self.shape)

    @property
    def size(self) -> int:
        """Number of values."""
        return math.prod(self.shape)

    def first(self, count: int | None) -> Self:
        """Return at most the first `count` images, or all for None, without reading them."""
        few = copy.copy(self)
        few.shape = (len(range(len(self))[:count]), *self.shape[1:])
        return few

    def __len__(self) -> int:
        return self.shape[0]

    @overload
    def __getitem__(self, key: int) -> NDArray[np.uint8]: ...

    @overload
    def __getitem__(self, key: slice | NDArray[Any] | list[int]) -> NDArray[np.uint8]: ...

    def __getitem__(self, key: Any) -> NDArray[np.uint8]:
        """Read one image (h, w, c), or several (m, h, w, c), indexed as a one-axis array."""
        numbers = np.arange(len(self))[key]
        if np.ndim(numbers) > 1:
            raise IndexError(f"stored images are indexed along their first axis, not by {key!r}")
        images = self._read(np.atleast_1d(numbers))
        return images if np.ndim(numbers) else images[0]

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """Read all images."""
        if copy is False:
            raise ValueError("stored images cannot become an array without being read")
        return self[:] if dtype is None else self[:].astype(dtype, copy=False)


Images = NDArray[np.uint8] | StoredImages
"""uint8 images (n, h, w, c), in memory or in files."""


def first_images(images: Images, count: int | None) -> Images:
    """Return at most the first `count` images, or all for None; stored images are not read."""
    return images.first(count) if isinstance(images, StoredImages) else images[:count]


def stamp_of(path: Path) -> Stamp:
    """Return the size and the modification time of a file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    tuple of int
        Bytes and nanoseconds; they differ after the file is written again.

    Raises
    ------
    DataError
        When the file is missing or cannot be accessed.
    """
    try:
        state = path.stat()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from error
    return state.st_size, state.st_mtime_ns


def check_unchanged(path: Path, stamp: Stamp) -> None:
    """Raise an error if a file has changed.

    Parameters
    ----------
    path : Path
        The file.
    stamp : tuple of int
        What `stamp_of` returned when the file was opened.

    Raises
    ------
    DataError
        When the size or the modification time differs, or the file is missing.
    """
    if stamp_of(path) != stamp:
        raise DataError(f"{path} was changed after it was first read; start the same command again")
