"""``python -m benchmarks.overhead``: the cost of sweeps and reports without that of models.

Sweeps of 100, 1,000 and 10,000 cells of 360 images of 8x8; then a sweep of every corruption on
scikit-learn's digits, with ten seeds and three models, ten thousand cells again, and its report.
Each runs in a separate process. The targets: 1,000 cells in 5 s and the report in 20 s of CPU
time, a page below 3 MB, and as much memory for 10,000 cells as for 100. The start-up time is
measured too: at most 60 ms of CPU time for noiselib beyond numpy, and half a second for
``python -m studies --help``.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.cores import POOLS
from benchmarks.free_sweep import Measurement, random_digits, sweep_cells, write_report

__all__ = ["main"]

CELLS = (100, 1000, 10_000)
NOISES = (
    "gaussian_noise(sigma=0.5)",
    "uniform_noise",
    "speckle_noise",
    "salt_and_pepper(amount=0.5)",
    "brightness(shift=0.5)",
)
SWEEP_SECONDS, REPORT_SECONDS, PAGE_MEGABYTES, MEMORY_RATIO = 5.0, 20.0, 3.0, 1.1
IMPORT_SECONDS, HELP_SECONDS = 0.06, 0.5
IMPORT = (
    "import numpy, time; start = time.process_time(); import noiselib;"
    "print(time.process_time() - start)"
)
HELP = (
    "import contextlib, io, time; from studies.__main__ import app\n"
    "with contextlib.redirect_stdout(io.StringIO()): app(['--help'], standalone_mode=False)\n"
    "print(time.process_time())"
)


def measure_all(folder: Path) -> list[Measurement]:
    """Run every part in a separate process, so that its peak memory is its own."""
    found = [_in_process(str(folder / str(cells)), "sweep", str(cells)) for cells in CELLS]
    return [
        *found,
        _in_process(str(folder / "catalogue"), "catalogue"),
        _in_process(str(folder / "catalogue"), "report"),
    ]


def _in_process(folder: str, *part: str) -> Measurement:
    command = [sys.executable, "-m", "benchmarks.overhead", "--folder", folder, "--part", *part]
    environment = os.environ | dict.fromkeys(POOLS, "1") | {"MPLBACKEND": "agg"}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return Measurement(**json.loads(done.stdout))


def run_part(folder: Path, part: Sequence[str]) -> Measurement:
    """Run the part that `measure_all` gives to a process."""
    import noiselib
    from models.data import load

    if part[0] == "report":
        return write_report(folder)
    folder.mkdir(parents=True)
    if part[0] == "sweep":
        return sweep_cells(folder, random_digits(), NOISES, seeds=4, cells=int(part[1]))
    every = [str(noiselib.parse(name)) for name in sorted(noiselib.registry())]
    return sweep_cells(folder, load("digits"), every, seeds=10, cells=0)


def seconds_to_start(code: str, repeats: int = 5) -> float:
    """Return the median of the number that a program prints, each time in a new process."""
    command = [sys.executable, "-c", code]
    outputs = [
        subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
        for _ in range(repeats)
    ]
    return statistics.median(map(float, outputs))


def check_startup(importing: float, helping: float) -> list[tuple[str, bool]]:
    """Return the start-up times as text, and whether each reaches its target."""
    return [
        (f"import noiselib beyond numpy: {1000 * importing:.0f} ms", importing <= IMPORT_SECONDS),
        (f"python -m studies --help: {helping:.2f} s", helping <= HELP_SECONDS),
    ]


def check_targets(found: Sequence[Measurement]) -> list[tuple[str, bool]]:
    """Return each measurement as text, and whether it reaches its target."""
    least, usual, most, _, report = found
    growth = most.peak_megabytes / least.peak_megabytes
    return [
        (f"{usual.cells:,} cells in {usual.cpu:.2f} s of CPU time", usual.cpu <= SWEEP_SECONDS),
        (f"{growth:.2f} times the memory for {most.cells:,} cells", growth <= MEMORY_RATIO),
        (f"report on {report.cells:,} cells: {report.cpu:.1f} s", report.cpu <= REPORT_SECONDS),
        (f"its page: {report.page_megabytes:.2f} MB", report.page_megabytes <= PAGE_MEGABYTES),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return 0 where every target is reached, 1 otherwise."""
    options = parser().parse_args(arguments)
    if options.part:
        print(json.dumps(asdict(run_part(options.folder, options.part))))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        found = measure_all(Path(folder))
    for item in found:
        print(
            f"{item.part:>7} of {item.cells:>6,} cells: {item.wall:7.2f} s of wall time, "
            f"{item.cpu:6.2f} s of CPU time, peak {item.peak_megabytes:.0f} MB"
        )
    started = seconds_to_start(IMPORT), seconds_to_start(HELP)
    targets = [*check_targets(found), *check_startup(*started)]
    for text, reached in targets:
        print(f"{'reached' if reached else 'MISSED':>7}  {text}")
    options.out.mkdir(parents=True, exist_ok=True)
    record = {"measured": [asdict(item) for item in found], "targets": dict(targets)}
    (options.out / "overhead.json").write_text(json.dumps(record, indent=2) + "\n", "utf-8")
    print(options.out / "overhead.json")
    return 0 if all(reached for _, reached in targets) else 1


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(
        prog="python -m benchmarks.overhead",
        description="Measure sweeps and a report with a model that costs nothing.",
    )
    top.add_argument("--out", type=Path, default=Path("results/bench"), help="[results/bench]")
    top.add_argument("--part", nargs="+", help=argparse.SUPPRESS)
    top.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    return top


if __name__ == "__main__":
    sys.exit(main())
