"""One sweep at a time in a results folder."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from studies.core.errors import StudyError


@contextmanager
def exclusive_lock(folder: Path) -> Iterator[None]:
    """Hold a results folder for one sweep.

    The lock is an exclusive transaction on an empty database: on every system the operating
    system itself drops it when the process ends, however it ends, so none is ever left behind.

    Parameters
    ----------
    folder
        The results folder; it is made when it is missing.

    Raises
    ------
    StudyError
        When another sweep holds it, or the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(folder / ".lock", timeout=0, isolation_level=None)
    except (OSError, sqlite3.OperationalError) as error:
        raise StudyError(f"the results folder {folder} cannot be written: {error}") from None
    with closing(connection):
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise StudyError(f"the results folder {folder} cannot be locked: {error}") from None
            raise StudyError(
                f"another sweep is at work in {folder}; wait for it, or choose another folder "
                "with --out"
            ) from None
        yield
