"""The results on the console: a table for each size, then means, losses and failures."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.results import BenchmarkResults, BenchmarkRow
from benchmarks.timing import Failure, Timing

__all__ = ["format_ratio", "format_speed", "print_results", "progress_line", "size_table"]


def print_results(console: Console, results: BenchmarkResults) -> None:
    """Print all results."""
    for size in results.sources:
        console.print()
        console.print(size_table(results, size))
    console.print()
    for text in summary_lines(results):
        console.print(text, highlight=False, markup=False, soft_wrap=True)


def size_table(results: BenchmarkResults, size: str) -> Table:
    """Return the table of one size."""
    rows = results.of_size(size)
    peers = [name for name in results.remarks if any(name in row.peers for row in rows)]
    table = Table(
        title=f"{size}: images per second of one core's CPU time ({results.sources[size]})",
        title_justify="left",
        box=box.SIMPLE_HEAD,
    )
    table.add_column("corruption", no_wrap=True)
    for heading in ("noiselib", "floor", *peers, "to best peer"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for row in rows:
        speeds = (format_outcome(row.peers.get(name)) for name in peers)
        ratio = "" if row.ratio is None else format_ratio(row.ratio)
        floor = "" if row.floor is None else format_speed(row.floor)
        style = "red" if row.is_below_floor or row.is_behind else ""
        ours = f"[bold]{format_outcome(row.ours)}[/bold]"
        table.add_row(row.corruption, ours, floor, *speeds, ratio, row.verdict, style=style)
    return table


def format_outcome(outcome: Timing | Failure | None) -> str:
    """Return the outcome of a package as the text of a table."""
    if outcome is None:
        return ""
    return "failed" if isinstance(outcome, Failure) else format_speed(outcome.images_per_second)


def format_speed(number: float) -> str:
    """Return a speed with three significant digits: 1.23M, 45.6k, 789."""
    for unit, letter in ((1e6, "M"), (1e3, "k"), (1, "")):
        if float(f"{number:.3g}") >= unit:  # 999,900 is 1M, not 1e+03k
            scaled = float(f"{number:.3g}") / unit
            return f"{scaled:.{2 if scaled < 10 else 1 if scaled < 100 else 0}f}{letter}"
    return f"{number:.3g}"


def format_ratio(ratio: float) -> str:
    """Return a ratio as 12x, 3.4x or 0.87x."""
    return (
        f"{ratio:.0f}x" if ratio >= 9.95 else f"{ratio:.1f}x" if ratio >= 1.05 else f"{ratio:.2f}x"
    )


def progress_line(row: BenchmarkRow) -> str:
    """Return one row as a line of the progress."""
    best = row.best
    best_peer = f"; best peer {best.name} {format_speed(best.images_per_second)}" if best else ""
    ours = format_outcome(row.ours)
    return f"{row.size:>9}  {row.corruption}: {ours} images/s{best_peer} ({row.verdict})"


def summary_lines(results: BenchmarkResults) -> Iterator[str]:
    """Yield means, losses, failures and how each package was run, as lines."""
    for size in results.sources:
        mean = results.mean_ratio(size)
        if mean is not None:
            count = sum(row.ratio is not None for row in results.of_size(size))
            ratio = format_ratio(mean)
            yield f"{size}: {ratio} the best peer, geometric mean of {count} corruptions."
    for row in results.rows:
        yield from row_remarks(row)
    for name, reason in results.missing.items():
        yield f"Not measured, {name} cannot be imported: {reason}"
    yield from method_lines(results)


def row_remarks(row: BenchmarkRow) -> Iterator[str]:
    """Yield failures, missed floors and losses of a row."""
    place = f"{row.corruption} at {row.size}"
    for name, outcome in {"noiselib": row.ours, **row.peers}.items():
        if isinstance(outcome, Failure):
            yield f"Failed, {place}, {name}: {outcome.reason}"
    if row.floor is not None and row.is_below_floor:
        floor = format_speed(row.floor)
        yield f"Below its floor, {place}: {format_outcome(row.ours)} of {floor} images/s."
    if row.best is not None and row.ratio is not None and row.is_behind:
        yield f"Loss, {place}: {format_ratio(row.ratio)} the speed of {row.best.name}."
    for name, ratio in row.different_work().items():
        yield f"Not the same work, {place}: {name} changes values {ratio:.2f} times as much."


def method_lines(results: BenchmarkResults) -> Iterator[str]:
    """Yield how each package was run."""
    yield "How each was run (uint8 in and out, median of the repeats, packages in turn):"
    for name, remark in results.remarks.items():
        yield f"  {name}: {remark}."
