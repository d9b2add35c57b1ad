"""Files that are either whole or not there."""

import os
from pathlib import Path


def write_whole(path: Path, content: bytes) -> Path:
    """Write a file so that a reader, or a crash, never sees half of it.

    Parameters
    ----------
    path
        Where to write; missing folders are made.
    content
        The bytes of the file.

    Returns
    -------
    Path
        The path written.

    Raises
    ------
    OSError
        When the file cannot be written; an older file of that name then stays as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path
