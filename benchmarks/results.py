"""What a benchmark finds: rows, floors, losses and geometric means."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from benchmarks.timing import Failure, Timing

__all__ = ["FLOORS", "Best", "Results", "Row", "geometric_mean", "load_floors"]

FLOORS = Path(__file__).with_name("floors.toml")

Outcome = Timing | Failure


class Best(NamedTuple):
    """The fastest peer."""

    name: str
    images_per_second: float


@dataclass(frozen=True)
class Row:
    """One corruption at one size.

    Parameters
    ----------
    corruption, spec, size : str
        Its name, its text with all parameters, and the images' size.
    floor : float or None
        Images per second that are promised.
    ours : Timing or Failure
        noiselib.
    peers : mapping of str to Timing or Failure
        Those that have such a corruption.
    changes : mapping of str to float
        Mean change of a value, in grey levels, by contestant: alike where all do the same work.
    """

    corruption: str
    spec: str
    size: str
    floor: float | None
    ours: Outcome
    peers: Mapping[str, Outcome]
    changes: Mapping[str, float] = field(default_factory=dict)

    @property
    def speed(self) -> float:
        """Images per second of noiselib; not a number where it failed."""
        return self.ours.images_per_second if isinstance(self.ours, Timing) else math.nan

    @property
    def best(self) -> Best | None:
        """The fastest peer, if any did it."""
        speeds = [
            Best(name, outcome.images_per_second)
            for name, outcome in self.peers.items()
            if isinstance(outcome, Timing)
        ]
        return max(speeds, key=lambda one: one.images_per_second, default=None)

    @property
    def ratio(self) -> float | None:
        """How many times faster than the fastest peer noiselib is."""
        return None if self.best is None else self.speed / self.best.images_per_second

    @property
    def is_behind(self) -> bool:
        """Whether a peer is faster."""
        return self.ratio is not None and self.ratio < 1

    @property
    def is_below_floor(self) -> bool:
        """Whether the promise is broken."""
        return self.floor is not None and not self.speed >= self.floor

    @property
    def verdict(self) -> str:
        """How it stands, in two words."""
        if isinstance(self.ours, Failure):
            return "failed"
        words = ["below floor"] if self.is_below_floor else []
        if self.best is not None and self.is_behind:
            words.append(f"behind {self.best.name}")
        return ", ".join(words) or ("ahead" if self.best else "no peer")

    def unlike(self, tolerance: float = 0.25) -> dict[str, float]:
        """Give the peers whose mean change is not noiselib's, and their part of it."""
        own = self.changes.get("noiselib", 0)
        parts = {name: change / own for name, change in self.changes.items() if own > 0}
        return {name: part for name, part in parts.items() if abs(part - 1) > tolerance}


@dataclass
class Results:
    """All that was found.

    Parameters
    ----------
    environment : mapping
        Versions, processor and settings.
    sources : mapping of str to str
        By size, what images were used.
    remarks : mapping of str to str
        By contestant, how it was run.
    missing : mapping of str to str
        By peer that could not be imported, why.
    rows : list of Row
        In the order measured.
    """

    environment: Mapping[str, object]
    sources: dict[str, str] = field(default_factory=dict)
    remarks: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)

    def of_size(self, size: str) -> list[Row]:
        """Give the rows of one size."""
        return [row for row in self.rows if row.size == size]

    def mean_ratio(self, size: str) -> float | None:
        """Give the geometric mean of noiselib against the fastest peer, where there is one."""
        return geometric_mean(row.ratio for row in self.of_size(size))


def geometric_mean(values: Iterable[float | None]) -> float | None:
    """Give the geometric mean of those values that there are; None of nothing."""
    there = [value for value in values if value is not None and not math.isnan(value)]
    return math.exp(sum(map(math.log, there)) / len(there)) if there else None


def load_floors(path: Path = FLOORS) -> dict[str, dict[str, float]]:
    """Read the floors: by corruption and size, images per second."""
    return tomllib.loads(path.read_text(encoding="utf-8"))
