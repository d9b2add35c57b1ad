"""Arrays as bytes with a declared type; never pickled."""

import json
import zlib
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt


class PackedArray(NamedTuple):
    """An array as it lies in the database.

    Attributes
    ----------
    dtype
        NumPy's name of the type, little-endian: ``<f2``.
    shape
        JSON list.
    checksum
        CRC-32 of the bytes.
    content
        The elements in C order.
    """

    dtype: str
    shape: str
    checksum: int
    content: bytes

    @property
    def is_whole(self) -> bool:
        """Whether the bytes are those that were packed."""
        return zlib.crc32(self.content) == self.checksum


def pack(array: npt.NDArray[Any]) -> PackedArray:
    """Return an array of numbers as bytes."""
    little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    content = little.tobytes()
    return PackedArray(little.dtype.str, json.dumps(little.shape), zlib.crc32(content), content)


def unpack(packed: PackedArray) -> npt.NDArray[Any]:
    """Return the array, read-only."""
    return np.frombuffer(packed.content, packed.dtype).reshape(json.loads(packed.shape))
