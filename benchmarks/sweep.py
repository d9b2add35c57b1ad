"""``python -m benchmarks.sweep``: the overhead of a sweep beyond corruption and prediction.

It trains the models of a study, then measures its real sweep, from loading the models to the last
stored cell, between two passes of bare corruption and bare prediction over the same images,
conditions and models. The target is a sweep of at most 1.3 times both together. A sweep corrupts
one block while it predicts another, so on more than one core the ratio of wall times can be below
1. CPU time is also printed, for machines that are busy with other work.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.bare import Overhead, measure_overhead
from benchmarks.images import add_data_option

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["main"]

TARGET = 1.3  # sweep over bare corruption and prediction


def print_overhead(console: Console, overhead: Overhead) -> None:
    """Print the measurements."""
    parts = {
        "bare corruption": overhead.corrupting,
        "bare prediction": overhead.predicting,
        "sweep after training": overhead.sweeping,
        "figures and report": overhead.reporting,
    }
    verdict = "reached" if overhead.ratio <= TARGET else "missed"
    lines = [
        f"{overhead.cells} cells of {overhead.images:,} images, {overhead.conditions} conditions",
        *(
            f"{name:>22}: {elapsed.wall:7.2f} s of wall time, {elapsed.cpu:7.2f} s of CPU time"
            for name, elapsed in parts.items()
        ),
        f"sweep over its parts: {overhead.ratio:.2f}, in CPU time {overhead.cpu_ratio:.2f}",
        f"target of at most {TARGET} in wall time: {verdict}",
        f"peak memory {overhead.peak_megabytes:,.0f} MB",
    ]
    console.print("\n".join(lines), highlight=False, markup=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return 0 for success, and 2 after an error message for bad input."""
    from rich.console import Console

    from models.data import DataError
    from studies.config.files import load_study
    from studies.core.errors import StudyError

    options = parser().parse_args(arguments)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # otherwise TensorFlow logs to stderr
    console = Console()
    overrides = {
        "data": options.data,
        "models": options.models.split(","),
        "strengths": options.strengths,
        "seeds": options.seeds,
    }
    try:
        study = load_study(options.study, overrides)
        with tempfile.TemporaryDirectory() as folder:
            overhead = measure_overhead(study, Path(folder), console)
    except (StudyError, DataError, OSError) as error:
        print(f"benchmarks.sweep: {error}", file=sys.stderr)
        return 2
    print_overhead(console, overhead)
    options.out.mkdir(parents=True, exist_ok=True)
    record = {
        "study": study.model_dump(mode="json"),
        **asdict(overhead),
        "ratio": overhead.ratio,
        "cpu_ratio": overhead.cpu_ratio,
    }
    (options.out / "sweep.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    console.print(str(options.out / "sweep.json"), highlight=False, markup=False)
    return 0


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(
        prog="python -m benchmarks.sweep",
        description="Measure the overhead of a sweep beyond corruption and prediction.",
    )
    top.add_argument("study", nargs="?", default="quickstart", help="study file or preset")
    add_data_option(top)
    top.add_argument("--models", default="mlp,cnn", help="[mlp,cnn]")
    top.add_argument("--strengths", type=int, default=5, help="points on each curve [5]")
    top.add_argument(
        "--seeds", type=int, default=1, help="noise seeds of each random corruption [1]"
    )
    top.add_argument("--out", type=Path, default=Path("results/bench"), help="[results/bench]")
    return top


if __name__ == "__main__":
    sys.exit(main())
