"""The results as JSON, with the environment in which they were measured."""

from __future__ import annotations

import json
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.cores import processor
from benchmarks.peers import Peer
from benchmarks.results import BenchmarkResults, BenchmarkRow
from benchmarks.timing import Failure, Timing

__all__ = ["as_json", "environment", "write_json"]

OTHERS = ("numpy", "scipy", "opencv-python-headless", "Pillow")


def environment(packages: list[Peer], repeats: int) -> dict[str, object]:
    """Return the versions, the processor and the settings of the measurements."""
    versions = {peer.name: peer.version for peer in packages}
    for name in OTHERS:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "processor": processor(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "versions": versions,
        "threads": 1,
        "repeats": repeats,
    }


def write_json(results: BenchmarkResults, path: Path) -> None:
    """Write the results as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(as_json(results), indent=2) + "\n", encoding="utf-8")


def as_json(results: BenchmarkResults) -> dict[str, object]:
    """Return the results as plain values."""
    return {
        "environment": results.environment,
        "images": results.sources,
        "remarks": results.remarks,
        "missing": results.missing,
        "geometric_means": {size: results.mean_ratio(size) for size in results.sources},
        "rows": [row_json(row) for row in results.rows],
    }


def row_json(row: BenchmarkRow) -> dict[str, object]:
    """Return a row as plain values."""
    return {
        "corruption": row.corruption,
        "spec": row.spec,
        "size": row.size,
        "floor": row.floor,
        "best_peer": row.best.name if row.best else None,
        "ratio": row.ratio,
        "verdict": row.verdict,
        "noiselib": outcome_json(row.ours),
        "peers": {name: outcome_json(outcome) for name, outcome in row.peers.items()},
        "mean_change_in_grey_levels": row.changes,
    }


def outcome_json(outcome: Timing | Failure) -> dict[str, object]:
    """Return a timing, or the reason why there is none, as plain values."""
    if isinstance(outcome, Failure):
        return {"failure": outcome.reason}
    return {
        "images_per_second": outcome.images_per_second,
        "form": outcome.form,
        "images": outcome.images,
        "seconds": outcome.seconds,
        "images_per_second_in_trials": outcome.tried,
    }
