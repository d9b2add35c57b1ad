"""Cells in a database: what each model answered, an array a quantity, checked when it is read."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from studies.core.errors import StudyError
from studies.plan import Condition
from studies.stats.predictions import Outcomes
from studies.store.database import Database, PackedArray, pack, unpack


class CellDatabase(Database):
    """A database of ours, as far as its cells go."""

    def finished_keys(self) -> set[str]:
        """Return the keys of all cells that are stored."""
        return {key for (key,) in self.rows("SELECT key FROM cells")}

    def runs_of_cells(self) -> dict[str, int]:
        """Return the number of the run that computed each stored cell, by the cell's key."""
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
        """Store a cell whole, in one transaction; an older failure of it is forgotten."""
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
        """Return one array of a stored cell, read-only.

        Parameters
        ----------
        key
            Key of the cell.
        name
            A field of `studies.stats.predictions.Outcomes`.

        Raises
        ------
        StudyError
            When it is not stored; or when its bytes are not what was written: it is then forgotten,
            and so are all others like it, see `drop_damaged`.
        """
        (array,) = self._arrays(key, (name,))
        return array

    def outcomes(self, key: str, *, of_all_classes: bool = True) -> Outcomes:
        """Return what is stored of a cell's images.

        Parameters
        ----------
        key
            Key of the cell.
        of_all_classes
            Whether to read the log-probabilities of all classes, which are most of the bytes;
            otherwise they are ``(n, 0)``.

        Raises
        ------
        StudyError
            As for `quantity`.
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
        if not all(name in found and found[name].is_whole for name in names):
            dropped = self.drop_damaged()
            raise StudyError(
                f"{self.path} has damaged cells ({key} for one); {dropped} are dropped, and the "
                "same sweep computes them again"
            )
        return [unpack(found[name]) for name in names]

    def drop_damaged(self) -> int:
        """Forget every cell of which an array is missing or is not what was written.

        Returns
        -------
        int
            How many there were.
        """
        with self.transaction() as connection:
            whole: Counter[str] = Counter()
            for cell, *packed in connection.execute(
                "SELECT cell, dtype, shape, checksum, bytes FROM outcomes"
            ):
                whole[cell] += PackedArray(*packed).is_whole
            damaged = [
                (key,)
                for (key,) in connection.execute("SELECT key FROM cells").fetchall()
                if whole[key] < len(Outcomes.__slots__)
            ]
            connection.executemany("DELETE FROM outcomes WHERE cell = ?", damaged)
            connection.executemany("DELETE FROM cells WHERE key = ?", damaged)
            return len(damaged)
