"""Cells in a database: the outcomes of each model, one array for each quantity, with checksums."""

import json
import zlib
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from studies.core.errors import StudyError
from studies.plan import Condition
from studies.stats.predictions import Outcomes
from studies.store.database import Database


class PackedArray(NamedTuple):
    """An array as it is stored in the database."""

    dtype: str  # little-endian, such as "<f2"
    shape: str  # JSON list
    checksum: int  # CRC-32 of the content
    content: bytes  # elements in C order

    @property
    def is_intact(self) -> bool:
        """Whether the content is what was packed."""
        return zlib.crc32(self.content) == self.checksum


def pack(array: npt.NDArray[Any]) -> PackedArray:
    """Return an array as bytes with a checksum."""
    little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    content = little.tobytes()
    return PackedArray(little.dtype.str, json.dumps(little.shape), zlib.crc32(content), content)


def unpack(packed: PackedArray) -> npt.NDArray[Any]:
    """Return the array of packed bytes, read-only."""
    return np.frombuffer(packed.content, packed.dtype).reshape(json.loads(packed.shape))


class CellDatabase(Database):
    """The part of the results database that stores cells."""

    def finished_keys(self) -> set[str]:
        """Return the keys of all stored cells."""
        return {key for (key,) in self.rows("SELECT key FROM cells")}

    def runs_of_cells(self) -> dict[str, int]:
        """Return cell key -> number of the run that computed it, for all stored cells."""
        return dict(self.rows("SELECT key, run FROM cells"))

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
        """Store a cell in one transaction, and delete an older failure of it."""
        with self.transaction() as connection:
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
                [(key, name, *pack(getattr(outcomes, name))) for name in Outcomes.__slots__],
            )
            connection.execute("DELETE FROM failures WHERE key = ?", (key,))

    def quantity(self, key: str, name: str) -> npt.NDArray[Any]:
        """Return one field of the `Outcomes` in a stored cell, read-only.

        Raises
        ------
        StudyError
            When it is not stored; or when its bytes are not what was written: all damaged cells
            are then deleted, see `drop_damaged`.
        """
        (array,) = self._arrays(key, (name,))
        return array

    def outcomes(self, key: str, *, of_all_classes: bool = True) -> Outcomes:
        """Return the outcomes in a stored cell.

        Without those of all classes, which are most of the bytes, `log_probabilities` is
        ``(n, 0)``. Errors are those of `quantity`.
        """
        names = Outcomes.__slots__
        arrays = self._arrays(key, names if of_all_classes else names[:-1])
        if not of_all_classes:
            arrays.append(np.zeros((len(arrays[0]), 0), np.float16))
        return Outcomes(*arrays)

    def _arrays(self, key: str, names: Sequence[str]) -> list[npt.NDArray[Any]]:
        rows = self.rows(
            "SELECT quantity, dtype, shape, checksum, bytes FROM outcomes WHERE cell = ? "
            "AND quantity IN (SELECT value FROM json_each(?))",
            (key, json.dumps(names)),
        )
        found = {name: PackedArray(*packed) for name, *packed in rows}
        if not rows and key not in self.finished_keys():
            raise StudyError(f"{self.path} holds no cell {key}")
        if not all(name in found and found[name].is_intact for name in names):
            dropped = self.drop_damaged()
            raise StudyError(
                f"{self.path} has damaged cells ({key} for one); {dropped} are deleted, and the "
                "same sweep computes them again"
            )
        return [unpack(found[name]) for name in names]

    def drop_damaged(self) -> int:
        """Delete every cell of which an array is missing or damaged, and return their number."""
        with self.transaction() as connection:
            intact: Counter[str] = Counter()
            for cell, *packed in connection.execute(
                "SELECT cell, dtype, shape, checksum, bytes FROM outcomes"
            ):
                intact[cell] += PackedArray(*packed).is_intact
            damaged = [
                (key,)
                for (key,) in connection.execute("SELECT key FROM cells").fetchall()
                if intact[key] < len(Outcomes.__slots__)
            ]
            connection.executemany("DELETE FROM outcomes WHERE cell = ?", damaged)
            connection.executemany("DELETE FROM cells WHERE key = ?", damaged)
            return len(damaged)
