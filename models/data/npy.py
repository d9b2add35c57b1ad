"""Images in .npy files and .npz archives that are read in place.

An .npz archive is a zip file of .npy files. Where an array is stored in it without compression, as
`numpy.savez` stores it, it can be read in place as from an .npy file.
"""

import math
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from numpy.lib import format as npy_format
from numpy.typing import NDArray

from models.errors import DataError
from models.stored_images import Images, StoredImages, check_unchanged, stamp_of

MAX_IN_MEMORY = 2**28
"""Bytes up to which the training or the test images are read into memory."""

_LOCAL_HEADER = 30
"""Bytes of the header of a zip member, without the name and the extra field that follow it."""


class NpyImages(StoredImages):
    """Images in an .npy file, or in an uncompressed member of an .npz archive.

    The file is not memory-mapped: a process that maps a file is killed when the file is cut short,
    and mapped pages count as its memory.

    Parameters
    ----------
    path : Path
        The file.
    offset : int
        Position of the first byte of the first image.
    shape : tuple of int
        Number of images, height, width and channels; the images are in C order.
    """

    def __init__(self, path: Path, offset: int, shape: tuple[int, int, int, int]) -> None:
        super().__init__(shape)
        self._path = path.resolve()
        self._offset = offset
        self._stamp = stamp_of(self._path)

    def _read(self, numbers: NDArray[np.intp]) -> NDArray[np.uint8]:
        check_unchanged(self._path, self._stamp)
        result = np.empty((len(numbers), *self.shape[1:]), np.uint8)
        length = math.prod(self.shape[1:])
        try:
            with self._path.open("rb", buffering=0) as file:
                for start, stop in _runs(numbers):
                    file.seek(self._offset + int(numbers[start]) * length)
                    _fill(file, result[start:stop].data.cast("B"))
        except (OSError, EOFError) as error:
            raise DataError(f"{self._path} cannot be read: {error}") from error
        return result


def _runs(numbers: NDArray[np.intp]) -> Iterator[tuple[int, int]]:
    """Yield where runs of consecutive numbers begin and end."""
    cuts = np.flatnonzero(np.diff(numbers) != 1) + 1
    edges = [0, *cuts.tolist(), len(numbers)]
    yield from (pair for pair in pairwise(edges) if pair[0] < pair[1])


def _fill(file: BinaryIO, buffer: memoryview) -> None:
    """Read until the buffer is full."""
    done = 0
    while done < len(buffer):
        count = file.readinto(buffer[done:])  # type: ignore[attr-defined]  # raw files have it
        if not count:
            raise EOFError("it is shorter than its header says")
        done += count


class NpyHeader(NamedTuple):
    """The header of an .npy file.

    Attributes
    ----------
    shape : tuple of int
        Shape of the array.
    fortran : bool
        Whether the array is in Fortran order.
    dtype : numpy.dtype
        Type of the values.
    length : int
        Bytes of the header itself.
    """

    shape: tuple[int, ...]
    fortran: bool
    dtype: np.dtype[np.generic]
    length: int

    @property
    def nbytes(self) -> int:
        """Bytes of the array."""
        return math.prod(self.shape) * self.dtype.itemsize


def read_header(file: BinaryIO) -> NpyHeader:
    """Read the header of an .npy file from the current position of `file`.

    Parameters
    ----------
    file : binary file
        Open for reading.

    Returns
    -------
    NpyHeader
        What the header says, and its length.

    Raises
    ------
    ValueError
        When there is no such header.
    """
    begin = file.tell()
    version = npy_format.read_magic(file)
    if version == (1, 0):
        shape, fortran, dtype = npy_format.read_array_header_1_0(file)
    elif version == (2, 0):
        shape, fortran, dtype = npy_format.read_array_header_2_0(file)
    else:
        raise ValueError(f"version {version} of the format is for named fields")
    return NpyHeader(shape, fortran, dtype, file.tell() - begin)


def open_large_images(path: Path, begin: int, end: int, where: str) -> Images | None:
    """Return images that can be read in place; None where the array must be read whole.

    Parameters
    ----------
    path : Path
        A file.
    begin : int
        Position in it of the first byte of an .npy file.
    end : int
        Position after the last byte of the .npy file.
    where : str
        What error messages begin with.

    Returns
    -------
    StoredImages or None
        None for at most `MAX_IN_MEMORY` bytes, and for images in Fortran order.

    Raises
    ------
    DataError
        When there is no such file, or it cannot hold images.
    """
    try:
        with path.open("rb") as file:
            file.seek(begin)
            header = read_header(file)
    except (OSError, ValueError) as error:
        raise DataError(f"{where} is not an .npy file, or is damaged: {error}") from error
    if header.dtype != np.uint8 or len(header.shape) not in {3, 4}:
        raise DataError(
            f"{where} must hold uint8 images (n, h, w) or (n, h, w, c), got {header.dtype} of "
            f"shape {header.shape}"
        )
    offset = begin + header.length
    if end - offset < header.nbytes:
        raise DataError(
            f"{where} is damaged or cut short: {header.nbytes:,} bytes of images are announced, "
            f"{max(end - offset, 0):,} are there"
        )
    if header.nbytes <= MAX_IN_MEMORY or header.fortran:
        return None
    count, height, width, channels = (*header.shape, 1)[:4]
    return NpyImages(path, offset, (count, height, width, channels))


def member_offsets(path: Path, member: zipfile.ZipInfo) -> tuple[int, int]:
    """Return where the bytes of an uncompressed member of a zip file begin and end."""
    with path.open("rb") as file:
        file.seek(member.header_offset)
        header = file.read(_LOCAL_HEADER)
    name, extra = (int.from_bytes(header[at : at + 2], "little") for at in (26, 28))
    begin = member.header_offset + _LOCAL_HEADER + name + extra
    return begin, begin + member.file_size


def verify_checksum(path: Path, name: str) -> None:
    """Read a member of a zip file and compare its checksum.

    Parameters
    ----------
    path : Path
        The zip file.
    name : str
        The member.

    Raises
    ------
    zipfile.BadZipFile
        When the bytes are not those that were written.
    """
    with zipfile.ZipFile(path) as archive, archive.open(name) as stream:
        while stream.read(1 << 24):
            pass
