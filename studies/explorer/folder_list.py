"""Which results folders there are, and where new ones go."""

import sqlite3
from contextlib import closing
from pathlib import Path

from studies.store.store import FILE_NAME


def root_of(folder: Path) -> Path:
    """Return where results folders lie and new ones go: in a folder of such, else beside it."""
    folder = folder.absolute()
    return folder if any(folder.glob(f"*/{FILE_NAME}")) else folder.parent


def list_folders(folder: Path) -> dict[str, Path]:
    """Return the results folders beside and in a folder by their names, the latest sweep first.

    Those that were never swept are left out; damaged ones come last, so that opening them tells.
    """
    root = root_of(folder)
    files = {file for pattern in ("", "*/", "*/*/") for file in root.glob(f"{pattern}{FILE_NAME}")}
    begun = [(when, file) for file in sorted(files) if (when := _last_begun(file)) is not None]
    latest = sorted(begun, key=lambda item: item[0], reverse=True)
    return {_name(file.parent, root): file.parent for _, file in latest}


def _last_begun(file: Path) -> str | None:
    """Return when the last sweep began: None if there was none, "" if the file cannot say."""
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
            rows = connection.execute("SELECT started FROM runs ORDER BY id DESC").fetchone()
    except sqlite3.Error:
        return ""
    return None if rows is None else str(rows[0])


def _name(path: Path, root: Path) -> str:
    return root.name if path == root else path.relative_to(root).as_posix()
