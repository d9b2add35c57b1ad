"""A SQLite file, opened safely: whole, ours, and each mishap said in one sentence."""

import json
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from studies.core.errors import StudyError

VERSION = 1
"""Raised whenever the tables change; stored as SQLite's ``user_version``."""

APPLICATION = 0x53545544
"""Says "STUD"; stored as SQLite's ``application_id``: this database is one of ours."""

TABLES = """
CREATE TABLE study (                -- one row: what every cell here is about
    name TEXT NOT NULL,
    data_name TEXT NOT NULL,
    data_digest TEXT NOT NULL,
    first INTEGER NOT NULL,         -- number of the first image
    count INTEGER NOT NULL,         -- how many images
    class_names TEXT NOT NULL,      -- JSON list
    labels BLOB NOT NULL,           -- true classes, little-endian int32
    example BLOB NOT NULL,          -- the first image, uint8, to be shown
    example_shape TEXT NOT NULL     -- JSON list: height, width, channels
) STRICT;
CREATE TABLE runs (                 -- one row a sweep that was started
    id INTEGER PRIMARY KEY,
    started TEXT NOT NULL,
    finished TEXT,                  -- empty while it runs, or when it was cut
    command TEXT NOT NULL,          -- what to type to repeat it
    study TEXT NOT NULL,            -- JSON: every setting
    provenance TEXT NOT NULL        -- JSON: versions, commit, threads
) STRICT;
CREATE TABLE models (               -- the models last seen under their names
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
    seed INTEGER,                   -- NULL where nothing is drawn
    model_digest TEXT NOT NULL,
    run INTEGER NOT NULL REFERENCES runs,
    seconds REAL NOT NULL           -- spent predicting
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
CREATE TABLE failures (             -- cells that failed at the last try
    key TEXT PRIMARY KEY,
    pipeline TEXT NOT NULL,
    seed INTEGER,
    model TEXT NOT NULL,
    error TEXT NOT NULL,
    run INTEGER NOT NULL REFERENCES runs
) STRICT;
"""


class PackedArray(NamedTuple):
    """An array as it lies in the database.

    Attributes
    ----------
    dtype
        NumPy's name of the type, little-endian: ``<f2``.
    shape
        JSON list.
    checksum
        CRC-32 of the bytes.
    content
        The elements in C order.
    """

    dtype: str
    shape: str
    checksum: int
    content: bytes

    @property
    def is_whole(self) -> bool:
        """Whether the bytes are those that were packed."""
        return zlib.crc32(self.content) == self.checksum


def pack(array: npt.NDArray[Any]) -> PackedArray:
    """Return an array of numbers as bytes."""
    little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    content = little.tobytes()
    return PackedArray(little.dtype.str, json.dumps(little.shape), zlib.crc32(content), content)


def unpack(packed: PackedArray) -> npt.NDArray[Any]:
    """Return the array, read-only."""
    return np.frombuffer(packed.content, packed.dtype).reshape(json.loads(packed.shape))


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
    if application != APPLICATION:
        raise StudyError(f"{path} is a database of another program, not the results of a study")
    if version > VERSION:
        raise StudyError(
            f"{path} was written by a newer version of this toolkit (tables {version}, this one "
            f"knows {VERSION}); update it to go on"
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
    # One transaction: a process killed here leaves an empty database, which is made again.
    connection.executescript(
        f"BEGIN IMMEDIATE; {TABLES} PRAGMA application_id = {APPLICATION}; "
        f"PRAGMA user_version = {VERSION}; COMMIT;"
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
