"""Write files so that a reader sees either the whole file or none."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def atomic_write(path: Path) -> Iterator[Path]:
    """Yield a temporary path to write to, and move it to `path` when the block ends.

    A reader, or a crash, never sees half of the file. If the block raises, an older file at `path`
    stays as it was.

    Parameters
    ----------
    path : Path
        Where the file is to be; its folder exists.

    Yields
    ------
    Path
        A hidden file in the same folder and with the same ending.

    Raises
    ------
    OSError
        When the file cannot be moved to `path`.
    """
    partial = path.with_name(f".{path.stem}.{os.getpid()}.partial{path.suffix}")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
