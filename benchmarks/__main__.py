"""``python -m benchmarks``: the speed of every corruption, compared with other packages."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.cores import pin_to_one_core

if TYPE_CHECKING:  # nothing that imports numpy is imported before the thread pools are pinned
    from rich.console import Console

    from benchmarks.images import ImageSet
    from benchmarks.measuring import Effort
    from benchmarks.peers import Peer
    from benchmarks.results import BenchmarkResults

BAD_INPUT = 2
INTERRUPTED = 130
COUNTS = {"28x28": 10_000, "224x224x3": 64}
QUICK_COUNTS = {"28x28": 1_000, "224x224x3": 8}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return 0 for success, and 2 after an error message for bad input."""
    options = parser().parse_args(arguments)
    from rich.console import Console

    console = Console()
    console = console if console.is_terminal else Console(width=140)
    try:
        packages, missing = load_packages(options.peers)
        corruptions = selected_corruptions(options.only)
        counts = QUICK_COUNTS if options.quick else COUNTS
        image_sets = load_images(options.sizes, counts, options.data)
    except (ValueError, OSError) as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return BAD_INPUT
    for name, reason in missing.items():
        console.print(f"continuing without {name}: {reason}", highlight=False, markup=False)
    return run(console, options, packages, missing, corruptions, image_sets)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    from benchmarks.images import SIZES
    from benchmarks.peers.peer import ADAPTERS

    top = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure every corruption of noiselib and of other packages, on one core.",
    )
    top.add_argument("--quick", action="store_true", help="few images and one repeat, for a try")
    top.add_argument("--only", nargs="+", default=[], metavar="NAME", help="only these corruptions")
    top.add_argument("--sizes", nargs="+", choices=SIZES, default=SIZES, help="[both]")
    top.add_argument("--peers", nargs="*", choices=ADAPTERS, default=ADAPTERS, help="[all]")
    top.add_argument("--repeats", type=positive, help="number of measurements [5]")
    top.add_argument("--data", type=Path, help="an .npz with x_test of 28 x 28 digits")
    top.add_argument("--out", type=Path, default=Path("results/bench"), help="[results/bench]")
    return top


def positive(text: str) -> int:
    """Parse a number of 1 or more."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more, got {value}")
    return value


def load_packages(names: Sequence[str]) -> tuple[list[Peer], dict[str, str]]:
    """Return noiselib and the peers that can be imported, and the reasons why others cannot."""
    from benchmarks.peers import load_peers
    from benchmarks.peers.noiselib import load

    peers, missing = load_peers(names)
    return [load(), *peers], missing


def selected_corruptions(names: Sequence[str]) -> list[Any]:
    """Return the corruptions to measure, at their default strength: all, or those named."""
    import noiselib

    registry = noiselib.registry()
    for name in names:
        if name not in registry:
            noiselib.parse(name)  # its error suggests the nearest name
            raise ValueError(f"--only takes the names of corruptions, got {name!r}")
    return [cls() for name, cls in registry.items() if not names or name in names]


def load_images(
    sizes: Sequence[str], counts: Mapping[str, int], data: Path | None
) -> list[ImageSet]:
    """Return the images of each size."""
    from benchmarks.images import image_set

    return [image_set(size, counts[size], data) for size in sizes]


def run(
    console: Console,
    options: argparse.Namespace,
    packages: list[Peer],
    missing: dict[str, str],
    corruptions: list[Any],
    image_sets: list[ImageSet],
) -> int:
    """Measure, print and write; after an interrupt, write what was measured so far."""
    from benchmarks.measuring import Effort
    from benchmarks.record import environment
    from benchmarks.results import BenchmarkResults
    from benchmarks.table import print_results

    repeats = options.repeats or (1 if options.quick else 5)
    effort = Effort(repeats, 0.03) if options.quick else Effort(repeats)
    results = BenchmarkResults(
        environment(packages, repeats),
        sources={images.size: images.source for images in image_sets},
        remarks={peer.name: peer.remark for peer in packages},
        missing=missing,
    )
    status = 0
    try:
        collect(console, results, corruptions, image_sets, packages, effort)
    except KeyboardInterrupt:
        status = INTERRUPTED
        console.print("Interrupted; the measurements so far:")
    if results.rows:
        print_results(console, results)
        for path in write(results, options.out):
            console.print(str(path), highlight=False, markup=False)
    return status


def collect(
    console: Console,
    results: BenchmarkResults,
    corruptions: list[Any],
    image_sets: list[ImageSet],
    packages: list[Peer],
    effort: Effort,
) -> None:
    """Measure all rows, and print each when it is done."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from benchmarks.measuring import measure
    from benchmarks.results import load_floors
    from benchmarks.table import progress_line

    columns = (TextColumn("measuring"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=len(corruptions) * len(image_sets))
        for row in measure(corruptions, image_sets, packages, load_floors(), effort):
            results.rows.append(row)
            console.print(progress_line(row), highlight=False, markup=False)
            progress.advance(task)


def write(results: BenchmarkResults, folder: Path) -> list[Path]:
    """Write the results as JSON and figures."""
    from benchmarks.picture import write_picture
    from benchmarks.record import write_json

    record = folder / "bench.json"
    write_json(results, record)
    return [record, *write_picture(results, folder / "bench")]


if __name__ == "__main__":
    pin_to_one_core()
    sys.exit(main())
