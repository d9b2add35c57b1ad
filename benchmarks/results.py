"""The results of a benchmark: rows, floors, losses and geometric means."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from benchmarks.timing import Failure, Timing

__all__ = ["FLOORS", "BenchmarkResults", "BenchmarkRow", "Best", "geometric_mean", "load_floors"]

FLOORS = Path(__file__).with_name("floors.toml")

Outcome = Timing | Failure


class Best(NamedTuple):
    """The fastest peer."""

    name: str
    images_per_second: float


@dataclass(frozen=True)
class BenchmarkRow:
    """The speed of one corruption at one size.

    Attributes
    ----------
    corruption, spec, size : str
        Name of the corruption, its spec, and the size of the images.
    floor : float or None
        Minimum speed of noiselib, in images per second.
    ours : Timing or Failure
        The result of noiselib.
    peers : mapping of str to Timing or Failure
        The results of the packages that have such a corruption.
    changes : mapping of str to float
        Mean change of a value in grey levels, by package: equal where all do the same work.
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
        """Images per second of noiselib; NaN where it failed."""
        return self.ours.images_per_second if isinstance(self.ours, Timing) else math.nan

    @property
    def best(self) -> Best | None:
        """The fastest peer, if any succeeded."""
        speeds = [
            Best(name, outcome.images_per_second)
            for name, outcome in self.peers.items()
            if isinstance(outcome, Timing)
        ]
        return max(speeds, key=lambda one: one.images_per_second, default=None)

    @property
    def ratio(self) -> float | None:
        """Speed of noiselib divided by that of the fastest peer."""
        return None if self.best is None else self.speed / self.best.images_per_second

    @property
    def is_behind(self) -> bool:
        """Whether a peer is faster."""
        return self.ratio is not None and self.ratio < 1

    @property
    def is_below_floor(self) -> bool:
        """Whether noiselib is slower than its floor."""
        return self.floor is not None and not self.speed >= self.floor

    @property
    def verdict(self) -> str:
        """A summary in a few words."""
        if isinstance(self.ours, Failure):
            return "failed"
        words = ["below floor"] if self.is_below_floor else []
        if self.best is not None and self.is_behind:
            words.append(f"behind {self.best.name}")
        return ", ".join(words) or ("ahead" if self.best else "no peer")

    def different_work(self, tolerance: float = 0.25) -> dict[str, float]:
        """Return the peers whose mean change differs from noiselib's, as ratios to it."""
        own = self.changes.get("noiselib", 0)
        ratios = {name: change / own for name, change in self.changes.items() if own > 0}
        return {name: ratio for name, ratio in ratios.items() if abs(ratio - 1) > tolerance}


@dataclass
class BenchmarkResults:
    """All results.

    Attributes
    ----------
    environment : mapping
        Versions, processor and settings.
    sources : mapping of str to str
        The source of the images of each size.
    remarks : mapping of str to str
        How each package was run.
    missing : mapping of str to str
        The reason for each peer that could not be imported.
    rows : list of BenchmarkRow
        In the order of measurement.
    """

    environment: Mapping[str, object]
    sources: dict[str, str] = field(default_factory=dict)
    remarks: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    rows: list[BenchmarkRow] = field(default_factory=list)

    def of_size(self, size: str) -> list[BenchmarkRow]:
        """Return the rows of one size."""
        return [row for row in self.rows if row.size == size]

    def mean_ratio(self, size: str) -> float | None:
        """Return the geometric mean of the ratios to the fastest peer, over rows that have one."""
        return geometric_mean(row.ratio for row in self.of_size(size))


def geometric_mean(values: Iterable[float | None]) -> float | None:
    """Return the geometric mean of the values that are numbers; None if there are none."""
    numbers = [value for value in values if value is not None and not math.isnan(value)]
    return math.exp(sum(map(math.log, numbers)) / len(numbers)) if numbers else None


def load_floors(path: Path = FLOORS) -> dict[str, dict[str, float]]:
    """Read the floors, in images per second by corruption and size."""
    return tomllib.loads(path.read_text(encoding="utf-8"))
