"""Atomic writes, and names of files."""

from pathlib import Path

from models.files import atomic_write


def write_atomically(path: Path, content: bytes) -> Path:
    """Write a file atomically, in a folder that is created if it is missing, and return its path.

    Raises
    ------
    OSError
        When the file cannot be written; an older file of that name is left unchanged.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as partial:
        partial.write_bytes(content)
    return path


def slug(corruption: str) -> str:
    """Return the names of the corruptions in a spec, as part of a file name."""
    names = (stage.partition("(")[0].strip() for stage in corruption.split("|"))
    joined = "-".join(names)
    return "".join(letter if letter.isalnum() or letter in "_-" else "_" for letter in joined)[:60]
