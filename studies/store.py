"""Results on disk: one SQLite file that survives a crash at any moment."""

import json
import sqlite3
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from studies import schema
from studies.cells import Condition, ImageRange
from studies.errors import StudyError
from studies.outcomes import Outcomes

FILE_NAME = "results.sqlite"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a results folder is about: a study's name, its images and their true classes."""

    study: str
    data: str
    images: ImageRange
    class_names: tuple[str, ...]
    labels: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A model as it was last seen: its file, the file's stamp, its digest and its history."""

    name: str
    digest: str
    path: str
    stamp: str
    provenance: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Failure:
    """A cell that failed at the last try, and why."""

    key: str
    condition: Condition
    model: str
    error: str


@dataclass(frozen=True, slots=True)
class Run:
    """One sweep: when, with which command and settings, on which machine and versions."""

    number: int
    started: str
    finished: str | None
    command: str
    study: Mapping[str, Any]
    provenance: Mapping[str, Any]


class Store:
    """The database of one results folder.

    Parameters
    ----------
    folder
        The results folder.
    create
        Whether to make the database when it is missing.

    Raises
    ------
    StudyError
        From any method, in one sentence, when the file is missing, damaged, of another program
        or version, or when it cannot be written.
    """

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        self.path = folder / FILE_NAME
        self._connection = schema.connect(self.path, create=create)

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
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Write all or nothing."""
        with self._sentences():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _sentences(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise schema.damaged(self.path, error) from None

    def _rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._sentences():
            return self._connection.execute(query, values).fetchall()

    # --- what the folder is about -------------------------------------------------------------

    def subject(self) -> Subject:
        """Return what the folder is about."""
        rows = self._rows(
            "SELECT name, data_name, data_digest, first, count, class_names, labels FROM study"
        )
        if not rows:
            raise StudyError(f"there are no results in {self.path.parent} yet")
        name, data, digest, first, count, class_names, labels = rows[0]
        return Subject(
            study=name,
            data=data,
            images=ImageRange(digest, first, count),
            class_names=tuple(json.loads(class_names)),
            labels=np.frombuffer(labels, "<i4").astype(np.int64),
        )

    def claim(self, subject: Subject) -> None:
        """Make the folder one of this study on these images, or make sure that it is.

        Raises
        ------
        StudyError
            When it holds the results of another study or of other images.
        """
        if not self._rows("SELECT 1 FROM study"):
            with self._transaction() as connection:
                connection.execute(
                    "INSERT INTO study VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (
                        subject.study,
                        subject.data,
                        subject.images.digest,
                        subject.images.first,
                        subject.images.count,
                        json.dumps(subject.class_names),
                        subject.labels.astype("<i4").tobytes(),
                    ),
                )
        held = self.subject()
        if (held.study, held.images) != (subject.study, subject.images):
            raise StudyError(
                f"{self.path.parent} holds the results of {_describe(held)}, and this is "
                f"{_describe(subject)}; choose another folder with --out"
            )

    # --- runs and models ----------------------------------------------------------------------

    def begin_run(
        self, *, started: str, command: str, study: Mapping[str, Any], provenance: Mapping[str, Any]
    ) -> int:
        """Record that a sweep starts, and return the number of its run."""
        with self._transaction() as connection:
            cursor = connection.execute(
                "INSERT INTO runs (started, command, study, provenance) VALUES (?, ?, ?, ?)",
                (started, command, json.dumps(study), json.dumps(provenance)),
            )
            if cursor.lastrowid is None:  # cannot be after an INSERT; tells the type checker so
                raise AssertionError
            return cursor.lastrowid

    def finish_run(self, run: int, finished: str) -> None:
        """Record that a sweep came to its end."""
        with self._transaction() as connection:
            connection.execute("UPDATE runs SET finished = ? WHERE id = ?", (finished, run))

    def runs(self) -> list[Run]:
        """Return all runs, oldest first."""
        rows = self._rows(
            "SELECT id, started, finished, command, study, provenance FROM runs ORDER BY id"
        )
        return [
            Run(number, started, finished, command, json.loads(study), json.loads(provenance))
            for number, started, finished, command, study, provenance in rows
        ]

    def remember_model(self, model: StoredModel) -> None:
        """Record a model under its name, in place of an older one."""
        with self._transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO models VALUES (?, ?, ?, ?, ?)",
                (model.name, model.digest, model.path, model.stamp, json.dumps(model.provenance)),
            )

    def model(self, name: str) -> StoredModel | None:
        """Return the model last seen under a name."""
        rows = self._rows(
            "SELECT name, digest, path, stamp, provenance FROM models WHERE name = ?", (name,)
        )
        if not rows:
            return None
        name, digest, path, stamp, provenance = rows[0]
        return StoredModel(name, digest, path, stamp, json.loads(provenance))

    # --- cells --------------------------------------------------------------------------------

    def finished_keys(self) -> set[str]:
        """Return the keys of all cells that are stored."""
        return {key for (key,) in self._rows("SELECT key FROM cells")}

    def add_cell(
        self,
        key: str,
        condition: Condition,
        model_digest: str,
        *,
        run: int,
        seconds: float,
        outcomes: Outcomes,
    ) -> None:
        """Store a cell whole, in one transaction; an older failure of it is forgotten."""
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO cells VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    key,
                    condition.pipeline,
                    json.dumps(condition.revisions),
                    condition.seed,
                    model_digest,
                    run,
                    seconds,
                ),
            )
            connection.executemany(
                "INSERT INTO outcomes VALUES (?, ?, ?, ?, ?, ?)",
                [(key, name, *_packed(getattr(outcomes, name))) for name in Outcomes.__slots__],
            )
            connection.execute("DELETE FROM failures WHERE key = ?", (key,))

    def quantity(self, key: str, name: str) -> npt.NDArray[Any]:
        """Return one array of a stored cell, read-only.

        Parameters
        ----------
        key
            Key of the cell.
        name
            A field of `studies.outcomes.Outcomes`.

        Raises
        ------
        StudyError
            When it is not stored, or its bytes are not what was written.
        """
        rows = self._rows(
            "SELECT dtype, shape, checksum, bytes FROM outcomes WHERE cell = ? AND quantity = ?",
            (key, name),
        )
        if not rows:
            raise StudyError(f"{self.path} holds no {name} of cell {key}")
        dtype, shape, checksum, content = rows[0]
        if zlib.crc32(content) != checksum:
            raise StudyError(
                f"{self.path} is damaged (cell {key}, {name}: the bytes have changed); move it "
                "away to start afresh, or put back a copy"
            )
        return np.frombuffer(content, dtype).reshape(json.loads(shape))

    def outcomes(self, key: str) -> Outcomes:
        """Return everything that is stored of a cell's images."""
        return Outcomes(*(self.quantity(key, name) for name in Outcomes.__slots__))

    def add_failure(self, failure: Failure, *, run: int) -> None:
        """Record why a cell failed, in place of an older reason."""
        with self._transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?, ?, ?)",
                (
                    failure.key,
                    failure.condition.pipeline,
                    failure.condition.seed,
                    failure.model,
                    failure.error,
                    run,
                ),
            )

    def failures(self) -> list[Failure]:
        """Return the cells that failed at their last try, in a fixed order."""
        rows = self._rows(
            "SELECT key, pipeline, seed, model, error FROM failures ORDER BY pipeline, seed, model"
        )
        return [
            Failure(key, Condition(pipeline, (), seed), model, error)
            for key, pipeline, seed, model, error in rows
        ]


def _packed(array: npt.NDArray[Any]) -> tuple[str, str, int, bytes]:
    """Return dtype, shape, checksum and bytes of an array, in little-endian order."""
    little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    content = little.tobytes()
    return little.dtype.str, json.dumps(little.shape), zlib.crc32(content), content


def _describe(subject: Subject) -> str:
    images = subject.images
    return (
        f"study {subject.study!r} on {images.count} images of {subject.data} "
        f"(digest {images.digest[:8]})"
    )
