"""The results as a figure: a bar for noiselib and a mark for each peer, in a row per corruption."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.results import BenchmarkResults, BenchmarkRow
from benchmarks.table import format_ratio
from benchmarks.timing import Timing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["write_picture"]

BAR, LOSS, FLOOR, TEXT = "#1f6f8b", "#c8553d", "#16323c", "#333333"
MARKS = ("o", "s", "D", "^", "v", "P", "X")
COLOURS = ("#e9a23b", "#7b5ea7", "#4c9f70", "#d1495b", "#8d99ae", "#5c4d3c", "#222222")
TITLES = {"28x28": "28 x 28 grey", "224x224x3": "224 x 224 RGB"}


def write_picture(results: BenchmarkResults, path: Path) -> list[Path]:
    """Draw the results, a panel for each size, as PNG and SVG.

    Parameters
    ----------
    results : BenchmarkResults
        Results with at least one row.
    path : Path
        Path of the files without the ending.

    Returns
    -------
    list of Path
        The written files.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    settings: Any = {"font.family": "DejaVu Sans", "font.size": 9, "svg.hashsalt": "benchmarks"}
    with mpl.rc_context(settings):
        figure = Figure(layout="constrained")
        draw(figure, results)
        path.parent.mkdir(parents=True, exist_ok=True)
        written = [path.with_suffix(".png"), path.with_suffix(".svg")]
        for target in written:
            metadata = {"Date": None} if target.suffix == ".svg" else None
            figure.savefig(target, dpi=160, metadata=metadata, facecolor="white")
    return written


def draw(figure: Any, results: BenchmarkResults) -> None:
    """Draw all panels, the title and one legend."""
    from matplotlib.patches import Patch

    sizes = [size for size in results.sources if results.of_size(size)]
    names = list(dict.fromkeys(row.corruption for row in reversed(results.rows)))
    peers = [name for name in results.remarks if any(name in row.peers for row in results.rows)]
    figure.set_size_inches(5.6 * len(sizes) + 1.2, 0.36 * len(names) + 1.9)
    panels = figure.subplots(1, len(sizes), sharey=True, squeeze=False)[0]
    for axes, size in zip(panels, sizes, strict=True):
        draw_panel(axes, results.of_size(size), names, peers)
        mean = results.mean_ratio(size)
        ratio = "" if mean is None else f": {format_ratio(mean)} the best other package"
        axes.set_title(f"{TITLES.get(size, size)}{ratio}", loc="left", fontweight="bold")
    panels[0].set_yticks(range(len(names)), [name.replace("_", " ") for name in names])
    handles: dict[str, Any] = {"noiselib": Patch(color=BAR)}
    if any(row.is_behind for row in results.rows):
        handles["noiselib, behind a peer"] = Patch(color=LOSS)
    for axes in panels:
        marks, labels = axes.get_legend_handles_labels()
        handles |= dict(zip(labels, marks, strict=True))
    ordered = [
        name for name in ("noiselib", "noiselib, behind a peer", *peers, "floor") if name in handles
    ]
    figure.legend(
        [handles[name] for name in ordered],
        ordered,
        loc="outside lower center",
        ncols=len(ordered),
        frameon=False,
    )
    figure.suptitle("Images corrupted per second, on one core", x=0.01, ha="left", fontsize=13)


def draw_panel(axes: Axes, rows: list[BenchmarkRow], names: list[str], peers: list[str]) -> None:
    """Draw the panel of one size."""
    from matplotlib.ticker import EngFormatter

    timed = [row for row in rows if isinstance(row.ours, Timing)]
    places = [names.index(row.corruption) for row in timed]
    colours = [LOSS if row.is_behind else BAR for row in timed]
    axes.barh(places, [row.speed for row in timed], height=0.62, color=colours)
    for number, name in enumerate(peers):
        draw_marks(axes, rows, names, name, number)
    with_floor = [row for row in rows if row.floor is not None]
    if with_floor:
        axes.scatter(
            [row.floor or 0 for row in with_floor],
            [names.index(row.corruption) for row in with_floor],
            marker="|",
            s=150,
            color=FLOOR,
            linewidths=1.6,
            zorder=4,
            label="floor",
        )
    axes.set_xscale("log")
    label_ratios(axes, rows, names)
    axes.set_xlabel("images per second (logarithmic)")
    axes.xaxis.set_major_formatter(EngFormatter(places=0, sep=""))
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    axes.spines[["top", "right", "left"]].set_visible(False)


def draw_marks(
    axes: Axes, rows: list[BenchmarkRow], names: list[str], peer: str, number: int
) -> None:
    """Mark the speeds of one peer."""
    found = [
        (outcome.images_per_second, names.index(row.corruption))
        for row in rows
        if isinstance(outcome := row.peers.get(peer), Timing)
    ]
    axes.scatter(
        [speed for speed, _ in found],
        [place for _, place in found],
        marker=MARKS[number % len(MARKS)],
        color=COLOURS[number % len(COLOURS)],
        edgecolor="white",
        linewidths=0.7,
        s=42,
        zorder=3,
        label=peer,
    )


def label_ratios(axes: Axes, rows: list[BenchmarkRow], names: list[str]) -> None:
    """Write the ratio to the best peer to the right of each row."""
    for row in rows:
        if row.ratio is None or row.best is None or not isinstance(row.ours, Timing):
            continue
        axes.annotate(
            format_ratio(row.ratio),
            (
                max(row.speed, row.best.images_per_second, row.floor or 0),
                names.index(row.corruption),
            ),
            xytext=(7, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
            color=LOSS if row.is_behind else TEXT,
        )
    low, high = axes.get_xlim()
    axes.set_xlim(low / 1.3, high * 2.2)  # room for the ratios
