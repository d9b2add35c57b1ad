"""Files that are either whole or not there, and names for them."""

from pathlib import Path

from models.files import atomic_write


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
    with atomic_write(path) as partial:
        partial.write_bytes(content)
    return path


def slug(corruption: str) -> str:
    """Return the names in a spec, fit for a file."""
    names = (stage.partition("(")[0].strip() for stage in corruption.split("|"))
    joined = "-".join(names)
    return "".join(letter if letter.isalnum() or letter in "_-" else "_" for letter in joined)[:60]
