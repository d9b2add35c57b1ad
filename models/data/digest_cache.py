"""Digests of large data sets, cached by path, size and modification time of their files.

There is one small file for each data set, in the user's cache folder. Where the cache cannot be
read or written, the digest is computed again.
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
"""Bytes of images from which a digest is cached: computing it then takes 0.2 seconds."""

_DIGEST = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class SourceFiles:
    """The files that a data set was read from.

    Attributes
    ----------
    files : tuple of Path
        All files that decide the content.
    reading : str
        What else decides the content, such as the version of the library that decodes images.
    """

    files: tuple[Path, ...]
    reading: str

    def cached_digest(self, arrays: Sequence[NDArray[Any] | StoredImages]) -> str:
        """Return the cached digest of these files; empty without one or for small arrays."""
        if not _large(arrays):
            return ""
        try:
            text = self._cache_file().read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError):
            return ""
        return text if _DIGEST.fullmatch(text) else ""

    def cache_digest(self, arrays: Sequence[NDArray[Any] | StoredImages], digest: str) -> None:
        """Cache the digest of these files, if the arrays are large."""
        if not _large(arrays):
            return
        with contextlib.suppress(OSError):
            file = self._cache_file()
            file.parent.mkdir(parents=True, exist_ok=True)
            with atomic_write(file) as partial:
                partial.write_text(digest, encoding="ascii")

    def _cache_file(self) -> Path:
        """Return the cache file for these files in their present state."""
        hasher = hashlib.sha256(self.reading.encode())
        for file in self.files:
            state = file.stat()
            hasher.update(f"\0{file.resolve()}\0{state.st_size}\0{state.st_mtime_ns}".encode())
        return cache_folder() / "digests" / hasher.hexdigest()


def cache_folder() -> Path:
    """Return the folder for what can be computed again."""
    base = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    return Path(base) / "image-robustness-studies"


def _large(arrays: Sequence[NDArray[Any] | StoredImages]) -> bool:
    return sum(array.nbytes for array in arrays) >= LARGE
