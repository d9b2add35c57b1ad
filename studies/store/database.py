"""A results database: opened only when it is intact and ours; every error is one sentence."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from studies.core.errors import StudyError

VERSION = 1
"""Raised whenever the tables change; stored as SQLite's ``user_version``."""

APPLICATION = 0x53545544
"""The letters "STUD"; stored as SQLite's ``application_id``, which marks results databases."""

TABLES = """
CREATE TABLE study (                -- one row: the images of every cell
    name TEXT NOT NULL,
    data_name TEXT NOT NULL,
    data_digest TEXT NOT NULL,
    first INTEGER NOT NULL,         -- number of the first image
    count INTEGER NOT NULL,         -- how many images
    class_names TEXT NOT NULL,      -- JSON list
    labels BLOB NOT NULL,           -- true classes, little-endian int32
    example BLOB NOT NULL,          -- the first image, uint8, for reports
    example_shape TEXT NOT NULL     -- JSON list: height, width, channels
) STRICT;
CREATE TABLE runs (                 -- one row for each sweep that was started
    id INTEGER PRIMARY KEY,
    started TEXT NOT NULL,
    finished TEXT,                  -- NULL while it runs, or when it was interrupted
    command TEXT NOT NULL,          -- the command that repeats it
    study TEXT NOT NULL,            -- JSON: every setting
    provenance TEXT NOT NULL        -- JSON: versions, commit, threads
) STRICT;
CREATE TABLE models (               -- the models last used under their names
    name TEXT PRIMARY KEY,
    digest TEXT NOT NULL,
    path TEXT NOT NULL,
    stamp TEXT NOT NULL,            -- JSON: size and time of change of the file
    provenance TEXT NOT NULL        -- JSON: how it was trained
) STRICT;
CREATE TABLE cells (
    key TEXT PRIMARY KEY,
    pipeline TEXT NOT NULL,
    revisions TEXT NOT NULL,        -- JSON: [name, revision] of every corruption
    seed INTEGER,                   -- NULL where nothing is random
    model_digest TEXT NOT NULL,
    run INTEGER NOT NULL REFERENCES runs,
    seconds REAL NOT NULL           -- spent on predictions
) STRICT;
CREATE TABLE outcomes (             -- one row for each array of a cell
    cell TEXT NOT NULL REFERENCES cells,
    quantity TEXT NOT NULL,
    dtype TEXT NOT NULL,            -- numpy's name, with the byte order
    shape TEXT NOT NULL,            -- JSON list
    checksum INTEGER NOT NULL,      -- CRC-32 of the bytes
    bytes BLOB NOT NULL,
    PRIMARY KEY (cell, quantity)
) STRICT;
CREATE TABLE failures (             -- cells that failed when last computed
    key TEXT PRIMARY KEY,
    pipeline TEXT NOT NULL,
    seed INTEGER,
    model TEXT NOT NULL,
    error TEXT NOT NULL,
    run INTEGER NOT NULL REFERENCES runs
) STRICT;
"""


class Database:
    """A connection to a results database; every error of SQLite becomes a `StudyError`."""

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
        """Write everything that happens inside, or nothing."""
        with self._errors_explained():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _errors_explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise explained(self.path, error) from None

    def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with self._errors_explained():
            return self._connection.execute(query, values).fetchall()


def connect(path: Path, *, create: bool) -> sqlite3.Connection:
    """Open a results database and make sure that it is intact and ours.

    Parameters
    ----------
    path : Path
        The file.
    create : bool
        Whether to create it when it is missing.

    Returns
    -------
    sqlite3.Connection
        With a write-ahead log; transactions are begun explicitly.

    Raises
    ------
    StudyError
        When the file is missing, damaged, or of another program or version. It is left unchanged.
    """
    if not create and not path.is_file():
        raise StudyError(f"there are no results in {path.parent}: {path.name} is missing")
    connection = sqlite3.connect(path, isolation_level=None, timeout=60)
    try:
        _check(connection, path)
        connection.execute("PRAGMA journal_mode = WAL")
        # Enough for a killed process; a power failure may cost the last cells, never the file.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
    except sqlite3.DatabaseError as error:
        connection.close()
        raise explained(path, error) from None
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
    if application != APPLICATION:
        raise StudyError(f"{path} is a database of another program, not the results of a study")
    if version > VERSION:
        raise StudyError(
            f"{path} was written by a newer version of this toolkit (tables {version}, this one "
            f"knows {VERSION}); update this one to read it"
        )
    if version < VERSION:
        raise StudyError(
            f"{path} was written by an older version of this toolkit (tables {version}, this one "
            f"needs {VERSION}); choose another folder with --out"
        )
    state = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if state != "ok":
        raise sqlite3.DatabaseError(state)


def _create(connection: sqlite3.Connection) -> None:
    # One transaction: a process killed here leaves an empty database, which is created later.
    connection.executescript(
        f"BEGIN IMMEDIATE; {TABLES} PRAGMA application_id = {APPLICATION}; "
        f"PRAGMA user_version = {VERSION}; COMMIT;"
    )


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])


def explained(path: Path, error: sqlite3.Error) -> StudyError:
    """Return an error of SQLite in one sentence; the database is not always the cause."""
    code = getattr(error, "sqlite_errorcode", None)
    primary = None if code is None else code & 0xFF
    if primary == sqlite3.SQLITE_FULL:
        return StudyError(
            f"the disk is full, so {path} could not grow; every cell stored so far is safe, and "
            "the same command resumes once there is room"
        )
    if primary == sqlite3.SQLITE_IOERR:  # a quota, or a journal that needs room to be opened
        return StudyError(
            f"{path} cannot be read or written ({error}): the disk may be full, over its quota or "
            "failing; stored cells stay, and the same command resumes once that is repaired"
        )
    if primary in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}:
        return StudyError(f"{path} cannot be written: {error}")
    if primary in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return StudyError(f"{path} is in use by another program: {error}")
    reason = " ".join(str(error).split())
    return StudyError(
        f"{path} is damaged ({reason}); move it away to start again, or restore a copy"
    )
