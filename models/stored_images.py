"""Images that stay in their files: only those that are asked for are read."""

import copy
import math
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar, Self, overload

import numpy as np
from numpy.typing import DTypeLike, NDArray

from models.errors import DataError

Stamp = tuple[int, int]
"""Size in bytes and time of change in nanoseconds of a file."""


class StoredImages(ABC):
    """uint8 images (n, h, w, c) that stay in their files.

    They stand where an array would, as far as its first axis goes: a number gives an image, and a
    slice, a mask or an array of numbers gives an array in memory of just those images.
    `numpy.asarray` reads them all. They can be sent to another process that sees the same files
    (by `pickle`, a few bytes a file), and read in several threads at once.

    Parameters
    ----------
    shape
        Number of images, height, width and channels.

    Raises
    ------
    DataError
        By whatever reads, when a file is gone, or was changed since it was first looked at.
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
        """How many bytes they would take in memory."""
        return math.prod(self.shape)

    @property
    def size(self) -> int:
        """How many values they have."""
        return math.prod(self.shape)

    def first(self, count: int | None) -> Self:
        """Return so many of the first images at most, None for all, without reading them."""
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
        """Read one image (h, w, c), or some (m, h, w, c), chosen as from an array of numbers."""
        numbers = np.arange(len(self))[key]
        if np.ndim(numbers) > 1:
            raise IndexError(f"stored images are chosen along their first axis, not by {key!r}")
        found = self._read(np.atleast_1d(numbers))
        return found if np.ndim(numbers) else found[0]

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """Read all images."""
        if copy is False:
            raise ValueError("stored images cannot become an array without being read")
        return self[:] if dtype is None else self[:].astype(dtype, copy=False)


Images = NDArray[np.uint8] | StoredImages
"""uint8 images (n, h, w, c), in memory or in files."""


def first_images(images: Images, count: int | None) -> Images:
    """Return so many of the first images at most, None for all; stored ones are not read."""
    return images.first(count) if isinstance(images, StoredImages) else images[:count]


def stamp_of(path: Path) -> Stamp:
    """Return what changes when a file is written again.

    Raises
    ------
    DataError
        When it cannot be looked at.
    """
    try:
        state = path.stat()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from error
    return state.st_size, state.st_mtime_ns


def check_unchanged(path: Path, stamp: Stamp) -> None:
    """Refuse a file that is not as it was.

    Raises
    ------
    DataError
        When its size or time of change is another one, or it is gone.
    """
    if stamp_of(path) != stamp:
        raise DataError(f"{path} was changed after it was first read; start the same command again")
