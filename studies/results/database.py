"""A SQLite file, opened safely: whole, ours, and each mishap said in one sentence."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from studies.core.errors import StudyError
from studies.results import schema


class Database:
    """A connection whose every error is a `StudyError`.

    Parameters
    ----------
    path
        The file.
    create
        Whether to make it when it is missing.
    """

    def __init__(self, path: Path, *, create: bool) -> None:
        self.path = path
        self._connection = connect(path, create=create)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Write all that happens inside, or nothing."""
        with self._said_plainly():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _said_plainly(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise damaged(self.path, error) from None

    def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows that a query finds."""
        with self._said_plainly():
            return self._connection.execute(query, values).fetchall()


def connect(path: Path, *, create: bool) -> sqlite3.Connection:
    """Open a results database and make sure that it is whole and ours.

    Parameters
    ----------
    path
        The file.
    create
        Whether to make it when it is missing.

    Returns
    -------
    sqlite3.Connection
        Write-ahead log, no open transaction; transactions are begun by hand.

    Raises
    ------
    StudyError
        When the file is missing, damaged, of another application or from a newer version. The
        file is left as it is.
    """
    if not create and not path.is_file():
        raise StudyError(f"there are no results in {path.parent}: {path.name} is missing")
    connection = sqlite3.connect(path, isolation_level=None, timeout=60)
    try:
        _check(connection, path)
        connection.execute("PRAGMA journal_mode = WAL")
        # Enough against a killed process; a power cut may cost the last cells, never the file.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
    except sqlite3.DatabaseError as error:
        connection.close()
        raise damaged(path, error) from None
    except StudyError:
        connection.close()
        raise
    return connection


def _check(connection: sqlite3.Connection, path: Path) -> None:
    application = _pragma(connection, "application_id")
    version = _pragma(connection, "user_version")
    if (
        application == 0
        and version == 0
        and not connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    ):
        _create(connection)
        return
    if application != schema.APPLICATION:
        raise StudyError(f"{path} is a database of another program, not the results of a study")
    if version > schema.VERSION:
        raise StudyError(
            f"{path} was written by a newer version of this toolkit (tables {version}, this one "
            f"knows {schema.VERSION}); update it to go on"
        )
    if version < schema.VERSION:
        raise StudyError(
            f"{path} was written by an older version of this toolkit (tables {version}, this one "
            f"needs {schema.VERSION}); choose another folder with --out"
        )
    state = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if state != "ok":
        raise sqlite3.DatabaseError(state)


def _create(connection: sqlite3.Connection) -> None:
    # One transaction: a process killed here leaves an empty database, which is made again.
    connection.executescript(
        f"BEGIN IMMEDIATE; {schema.TABLES} PRAGMA application_id = {schema.APPLICATION}; "
        f"PRAGMA user_version = {schema.VERSION}; COMMIT;"
    )


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def damaged(path: Path, error: sqlite3.Error) -> StudyError:
    """Return what SQLite found wrong, in one sentence: not always is it the database."""
    code = getattr(error, "sqlite_errorcode", None)
    primary = None if code is None else code & 0xFF
    if primary == sqlite3.SQLITE_FULL:
        return StudyError(
            f"the disk is full, so {path} could not grow; every cell stored so far is safe, and "
            "the same command goes on once there is room"
        )
    if primary == sqlite3.SQLITE_IOERR:  # a quota, or a journal that needs room to be opened
        return StudyError(
            f"{path} cannot be read or written ({error}): the disk may be full, over its quota or "
            "failing; what is stored stays, and the same command goes on once that is mended"
        )
    if primary in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}:
        return StudyError(f"{path} cannot be written: {error}")
    if primary in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return StudyError(f"{path} is in use by another program: {error}")
    reason = " ".join(str(error).split())
    return StudyError(
        f"{path} is damaged ({reason}); move it away to start afresh, or put back a copy"
    )
