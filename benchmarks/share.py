"""``python -m benchmarks.share DIR``: the share of prediction in the time of a sweep.

It reads what a finished sweep has stored: when its last run with new cells began and ended, and the
seconds that each of its cells spent on predictions and outcomes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studies.store.store import Store

__all__ = ["PredictionShare", "main", "read_share"]


@dataclass(frozen=True)
class PredictionShare:
    """The time of one run.

    Attributes
    ----------
    cells, images : int
        Number of cells, and of images in each.
    wall : float
        Seconds of wall time.
    predicting : float
        Seconds of prediction.
    """

    cells: int
    images: int
    wall: float
    predicting: float

    @property
    def share(self) -> float:
        """Share of prediction in the run; above 1 where workers predict in parallel."""
        return self.predicting / self.wall


def read_share(store: Store) -> PredictionShare:
    """Return the times of the last finished run that computed cells.

    Parameters
    ----------
    store : Store
        The store of a results folder.

    Returns
    -------
    PredictionShare
        Its times.

    Raises
    ------
    StudyError
        When there is no such run.
    """
    from studies.core.errors import StudyError

    rows = store.rows(
        "SELECT started, finished, count(*), sum(seconds) FROM cells JOIN runs ON runs.id = run "
        "WHERE finished IS NOT NULL GROUP BY run ORDER BY run DESC LIMIT 1"
    )
    if not rows:
        raise StudyError(f"no sweep that computed cells has finished in {store.path.parent}")
    started, finished, cells, seconds = rows[0]
    wall = (datetime.fromisoformat(finished) - datetime.fromisoformat(started)).total_seconds()
    return PredictionShare(cells, store.evaluation_set().images.count, max(wall, 1.0), seconds)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return 0 for success, and 2 after an error message for bad input."""
    from studies.core.errors import StudyError
    from studies.store.store import Store

    top = argparse.ArgumentParser(
        prog="python -m benchmarks.share",
        description="Print the share of prediction in the time of a sweep.",
    )
    top.add_argument("folder", type=Path, metavar="DIR", help="results folder of a sweep")
    try:
        with Store(top.parse_args(arguments).folder) as store:
            found = read_share(store)
    except StudyError as error:
        print(f"benchmarks.share: {error}", file=sys.stderr)
        return 2
    print(
        f"{found.cells:,} cells of {found.images:,} images in {found.wall:,.0f} s, "
        f"{found.predicting:,.0f} s of them predicting: {100 * found.share:.0f} %"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
