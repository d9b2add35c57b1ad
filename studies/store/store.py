"""Results on disk: one SQLite file that survives a crash at any moment, written by one sweep."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from studies.core.errors import StudyError
from studies.plan import Condition, ImageRange
from studies.store.cell_database import CellDatabase


@dataclass(frozen=True, slots=True)
class EvaluationSet:
    """The images on which all models of a results folder are evaluated.

    Attributes
    ----------
    study, data : str
        Names of the study and of its data.
    images : ImageRange
        Which images of the data.
    class_names : tuple of str
        One name for each class.
    labels : ndarray of int64
        ``(n,)`` true classes.
    example : ndarray of uint8
        ``(h, w, c)``, the first of the images.
    """

    study: str
    data: str
    images: ImageRange
    class_names: tuple[str, ...]
    labels: npt.NDArray[np.int64]
    example: npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A model: its name, digest, file, the size and time of that file, and how it was trained."""

    name: str
    digest: str
    path: str
    stamp: str
    provenance: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Failure:
    """A cell that failed when it was last computed, and why."""

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


FILE_NAME = "results.sqlite"


class Store(CellDatabase):
    """The database of one results folder.

    Parameters
    ----------
    folder : Path
        The results folder.
    create : bool
        Whether to create the database when it is missing.

    Raises
    ------
    StudyError
        From any method, in one sentence, when the file is missing, damaged, of another program
        or version, or when it cannot be written.
    """

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        super().__init__(folder / FILE_NAME, create=create)

    # --- the evaluation set -------------------------------------------------------------------

    def evaluation_set(self) -> EvaluationSet:
        """Return the study and the images of the folder."""
        rows = self.rows(
            "SELECT name, data_name, data_digest, first, count, class_names, labels, example, "
            "example_shape FROM study"
        )
        if not rows:
            raise StudyError(f"there are no results in {self.path.parent} yet")
        name, data, digest, first, count, class_names, labels, example, shape = rows[0]
        return EvaluationSet(
            study=name,
            data=data,
            images=ImageRange(digest, first, count),
            class_names=tuple(json.loads(class_names)),
            labels=np.frombuffer(labels, "<i4").astype(np.int64),
            example=np.frombuffer(example, np.uint8).reshape(json.loads(shape)),
        )

    def bind(self, evaluation_set: EvaluationSet) -> None:
        """Bind a new folder to a study and its images, or make sure that it is bound to them.

        Raises
        ------
        StudyError
            When it holds the results of another study or of other images.
        """
        if not self.rows("SELECT 1 FROM study"):
            with self.transaction() as connection:
                connection.execute(
                    "INSERT INTO study VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        evaluation_set.study,
                        evaluation_set.data,
                        evaluation_set.images.digest,
                        evaluation_set.images.first,
                        evaluation_set.images.count,
                        json.dumps(evaluation_set.class_names),
                        evaluation_set.labels.astype("<i4").tobytes(),
                        evaluation_set.example.tobytes(),
                        json.dumps(evaluation_set.example.shape),
                    ),
                )
        held = self.evaluation_set()
        if (held.study, held.images) != (evaluation_set.study, evaluation_set.images):
            raise StudyError(
                f"{self.path.parent} holds the results of {_describe(held)}, and this is "
                f"{_describe(evaluation_set)}; choose another folder with --out"
            )

    # --- runs and models ----------------------------------------------------------------------

    def begin_run(
        self, *, started: str, command: str, study: Mapping[str, Any], provenance: Mapping[str, Any]
    ) -> int:
        """Record that a sweep starts, and return the number of its run."""
        with self.transaction() as connection:
            cursor = connection.execute(
                "INSERT INTO runs (started, command, study, provenance) VALUES (?, ?, ?, ?)",
                (started, command, json.dumps(study), json.dumps(provenance)),
            )
            if cursor.lastrowid is None:  # cannot be after an INSERT; for the type checker
                raise AssertionError
            return cursor.lastrowid

    def finish_run(self, run: int, finished: str) -> None:
        """Record the end of a sweep."""
        with self.transaction() as connection:
            connection.execute("UPDATE runs SET finished = ? WHERE id = ?", (finished, run))

    def runs(self) -> list[Run]:
        """Return all runs, oldest first."""
        rows = self.rows(
            "SELECT id, started, finished, command, study, provenance FROM runs ORDER BY id"
        )
        return [
            Run(number, started, finished, command, json.loads(study), json.loads(provenance))
            for number, started, finished, command, study, provenance in rows
        ]

    def remember_model(self, model: StoredModel) -> None:
        """Record a model under its name, and replace an older one."""
        with self.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO models VALUES (?, ?, ?, ?, ?)",
                (model.name, model.digest, model.path, model.stamp, json.dumps(model.provenance)),
            )

    def model(self, name: str) -> StoredModel | None:
        """Return the model that was last recorded under a name."""
        rows = self.rows(
            "SELECT name, digest, path, stamp, provenance FROM models WHERE name = ?", (name,)
        )
        if not rows:
            return None
        name, digest, path, stamp, provenance = rows[0]
        return StoredModel(name, digest, path, stamp, json.loads(provenance))

    # --- failures -----------------------------------------------------------------------------

    def add_failure(self, failure: Failure, *, run: int) -> None:
        """Record why a cell failed, and replace an older reason."""
        with self.transaction() as connection:
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
        """Return the cells that failed when they were last computed, in a fixed order."""
        rows = self.rows(
            "SELECT key, pipeline, seed, model, error FROM failures ORDER BY pipeline, seed, model"
        )
        return [
            Failure(key, Condition(pipeline, (), seed), model, error)
            for key, pipeline, seed, model, error in rows
        ]


def _describe(evaluation_set: EvaluationSet) -> str:
    images = evaluation_set.images
    return (
        f"study {evaluation_set.study!r} on {images.count} images of {evaluation_set.data} "
        f"(digest {images.digest[:8]})"
    )


@contextmanager
def exclusive_lock(folder: Path) -> Iterator[None]:
    """Lock a results folder, so that only one sweep at a time writes to it.

    The lock is an exclusive transaction on an empty database: on every system the operating
    system itself releases it when the process ends, however it ends, so no stale lock is left.

    Parameters
    ----------
    folder : Path
        The results folder; it is created when it is missing.

    Raises
    ------
    StudyError
        When another sweep has locked it, or the folder cannot be written.
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
                f"another sweep is running in {folder}; wait for it, or choose another folder "
                "with --out"
            ) from None
        yield
