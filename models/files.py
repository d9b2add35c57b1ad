"""Files that are either whole or not there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Give a file beside `path` to write to, and put it in place when all of it is written.

    A reader, or a crash, never sees half of the file; where writing fails, an older file of that
    name stays as it was.

    Parameters
    ----------
    path
        Where the file shall be; its folder exists.

    Yields
    ------
    Path
        A hidden file in the same folder and with the same ending.

    Raises
    ------
    OSError
        When the file cannot be put in place.
    """
    partial = path.with_name(f".{path.stem}.{os.getpid()}.partial{path.suffix}")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
