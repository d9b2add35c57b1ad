"""Digests of large data sets, remembered by path, size and time of change of their files.

One small file a data set, in the user's cache folder. A cache that cannot be read or written costs
the time of computing the digest again, nothing else.
"""

import contextlib
import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from models.files import atomic_write
from models.stored_images import StoredImages

LARGE = 2**28
"""Bytes of images from which a digest is worth remembering: it then takes a fifth of a second."""

_DIGEST = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class SourceFiles:
    """The files that a data set was read from.

    Parameters
    ----------
    files
        All that decide its content.
    reading
        What else decides it, such as the version of the library that decodes pictures.
    """

    files: tuple[Path, ...]
    reading: str

    def cached_digest(self, arrays: Sequence[NDArray[Any] | StoredImages]) -> str:
        """Return the digest remembered of these files, empty if there is none or they are small."""
        if not _large(arrays):
            return ""
        try:
            text = self._place().read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError):
            return ""
        return text if _DIGEST.fullmatch(text) else ""

    def cache_digest(self, arrays: Sequence[NDArray[Any] | StoredImages], digest: str) -> None:
        """Remember the digest of these files, if they are large."""
        if not _large(arrays):
            return
        with contextlib.suppress(OSError):
            place = self._place()
            place.parent.mkdir(parents=True, exist_ok=True)
            with atomic_write(place) as partial:
                partial.write_text(digest, encoding="ascii")

    def _place(self) -> Path:
        """Return the file of the cache that stands for these files as they are now."""
        hasher = hashlib.sha256(self.reading.encode())
        for file in self.files:
            state = file.stat()
            hasher.update(f"\0{file.resolve()}\0{state.st_size}\0{state.st_mtime_ns}".encode())
        return cache_folder() / "digests" / hasher.hexdigest()


def cache_folder() -> Path:
    """Return where this toolkit may keep what it can compute again."""
    base = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    return Path(base) / "image-robustness-studies"


def _large(arrays: Sequence[NDArray[Any] | StoredImages]) -> bool:
    return sum(array.nbytes for array in arrays) >= LARGE
