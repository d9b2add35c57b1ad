"""The results as JSON, with what is needed to understand them later."""

from __future__ import annotations

import json
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.cores import processor
from benchmarks.peers import Peer
from benchmarks.results import Results, Row
from benchmarks.timing import Failure, Timing

__all__ = ["as_json", "environment", "write_json"]

OTHERS = ("numpy", "scipy", "opencv-python-headless", "Pillow")


def environment(contestants: list[Peer], repeats: int) -> dict[str, object]:
    """Describe what the measurements were made with."""
    versions = {peer.name: peer.version for peer in contestants}
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


def write_json(results: Results, path: Path) -> None:
    """Write the results."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(as_json(results), indent=2) + "\n", encoding="utf-8")


def as_json(results: Results) -> dict[str, object]:
    """Give the results as plain values."""
    return {
        "environment": results.environment,
        "images": results.sources,
        "remarks": results.remarks,
        "missing": results.missing,
        "geometric_means": {size: results.mean_ratio(size) for size in results.sources},
        "rows": [row_json(row) for row in results.rows],
    }


def row_json(row: Row) -> dict[str, object]:
    """Give a row as plain values."""
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
    """Give a timing or the reason why there is none."""
    if isinstance(outcome, Failure):
        return {"failure": outcome.reason}
    return {
        "images_per_second": outcome.images_per_second,
        "form": outcome.form,
        "images": outcome.images,
        "seconds": outcome.seconds,
        "images_per_second_in_trials": outcome.tried,
    }
