"""``python -m benchmarks.share DIR``: how much of a sweep's time its models took.

It reads what a finished sweep has stored: when its last run with new cells began and ended, and the
seconds that each cell of it spent predicting and judging.
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

__all__ = ["Share", "main", "read_share"]


@dataclass(frozen=True)
class Share:
    """One run: its cells, the images in each, its seconds by the clock, and those of its models."""

    cells: int
    images: int
    wall: float
    predicting: float

    @property
    def share(self) -> float:
        """Part of the run that pure inference took; above 1 where workers share the work."""
        return self.predicting / self.wall


def read_share(store: Store) -> Share:
    """Return the share of the last finished run that computed anything.

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
        raise StudyError(f"no sweep that computed cells has come to its end in {store.path.parent}")
    started, finished, cells, seconds = rows[0]
    wall = (datetime.fromisoformat(finished) - datetime.fromisoformat(started)).total_seconds()
    return Share(cells, store.evaluation_set().images.count, max(wall, 1.0), seconds)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; 0 for success, 2 for a mistake, said in one sentence."""
    from studies.core.errors import StudyError
    from studies.store.store import Store

    top = argparse.ArgumentParser(
        prog="python -m benchmarks.share", description="How much of a sweep its models took."
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
