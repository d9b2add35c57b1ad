"""The results in words: a table for each size, then means, losses and what went wrong."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.results import Results, Row
from benchmarks.timing import Failure, Timing

__all__ = ["compact", "line", "print_results", "size_table"]


def print_results(console: Console, results: Results) -> None:
    """Print everything that was found."""
    for size in results.sources:
        console.print()
        console.print(size_table(results, size))
    console.print()
    for text in findings(results):
        console.print(text, highlight=False, markup=False, soft_wrap=True)


def size_table(results: Results, size: str) -> Table:
    """Make the table of one size."""
    rows = results.of_size(size)
    peers = [name for name in results.remarks if any(name in row.peers for row in rows)]
    table = Table(
        title=f"{size}: images per second of one core's CPU time ({results.sources[size]})",
        title_justify="left",
        box=box.SIMPLE_HEAD,
    )
    table.add_column("corruption", no_wrap=True)
    for heading in ("noiselib", "floor", *peers, "against best"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for row in rows:
        speeds = (cell(row.peers.get(name)) for name in peers)
        ratio = "" if row.ratio is None else times(row.ratio)
        floor = "" if row.floor is None else compact(row.floor)
        style = "red" if row.is_below_floor or row.is_behind else ""
        ours = f"[bold]{cell(row.ours)}[/bold]"
        table.add_row(row.corruption, ours, floor, *speeds, ratio, row.verdict, style=style)
    return table


def cell(outcome: Timing | Failure | None) -> str:
    """Give what stands in a table for a contestant."""
    if outcome is None:
        return ""
    return "failed" if isinstance(outcome, Failure) else compact(outcome.images_per_second)


def compact(number: float) -> str:
    """Write a speed with three figures: 1.23M, 45.6k, 789."""
    for unit, letter in ((1e6, "M"), (1e3, "k"), (1, "")):
        if float(f"{number:.3g}") >= unit:  # 999,900 is 1M, not 1e+03k
            scaled = float(f"{number:.3g}") / unit
            return f"{scaled:.{2 if scaled < 10 else 1 if scaled < 100 else 0}f}{letter}"
    return f"{number:.3g}"


def times(ratio: float) -> str:
    """Write a ratio: 12x, 3.4x, 0.87x."""
    return (
        f"{ratio:.0f}x" if ratio >= 9.95 else f"{ratio:.1f}x" if ratio >= 1.05 else f"{ratio:.2f}x"
    )


def line(row: Row) -> str:
    """Say one row, for progress."""
    best = row.best
    beside = f"; best of the others {best.name} {compact(best.images_per_second)}" if best else ""
    return f"{row.size:>9}  {row.corruption}: {cell(row.ours)} images/s{beside} ({row.verdict})"


def findings(results: Results) -> Iterator[str]:
    """Say means, losses, failures and how all was run, a line each."""
    for size in results.sources:
        mean = results.mean_ratio(size)
        if mean is not None:
            count = sum(row.ratio is not None for row in results.of_size(size))
            yield f"{size}: {times(mean)} the best peer, geometric mean of {count} corruptions."
    for row in results.rows:
        yield from row_findings(row)
    for name, reason in results.missing.items():
        yield f"Not measured, {name} cannot be imported: {reason}"
    yield from footnotes(results)


def row_findings(row: Row) -> Iterator[str]:
    """Say what is wrong with a row."""
    place = f"{row.corruption} at {row.size}"
    for name, outcome in {"noiselib": row.ours, **row.peers}.items():
        if isinstance(outcome, Failure):
            yield f"Failed, {place}, {name}: {outcome.reason}"
    if row.floor is not None and row.is_below_floor:
        yield f"Below its floor, {place}: {cell(row.ours)} of {compact(row.floor)} images/s."
    if row.best is not None and row.ratio is not None and row.is_behind:
        yield f"Loss, {place}: {times(row.ratio)} the speed of {row.best.name}."
    for name, part in row.unlike().items():
        yield f"Not the same work, {place}: {name} changes values {part:.2f} times as much."


def footnotes(results: Results) -> Iterator[str]:
    """Say how all was run."""
    yield "How each was run (uint8 in and out, median of the repeats, contestants in turn):"
    for name, remark in results.remarks.items():
        yield f"  {name}: {remark}."
