"""The files of the seed study: table, picture and page."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studies.config.reference_systems import ReferenceSystems
from studies.core import provenance
from studies.core.files import write_whole
from studies.report.charts.style import COLOURS, Picture, rendered, styled
from studies.report.html import render_page
from studies.tables.reference_systems import ReferenceRow
from studies.tables.rows import to_csv

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_WIDTH, _LINE_HEIGHT, _FRAME_HEIGHT = 8.5, 0.25, 1.5  # inches
_SEED_COLOUR, _OUR_COLOUR = COLOURS[0], COLOURS[1]
_TICKS = (0.3, 0.5, 1, 2, 3, 5, 10, 20, 50, 100)  # percent of the images


def draw_lines(lines: Sequence[ReferenceRow]) -> Picture:
    """Draw the test errors, a row a line, on a logarithmic axis.

    Parameters
    ----------
    lines
        At least one, as `studies.tables.reference_systems.reference_rows` orders them.
    """
    from matplotlib.figure import Figure

    with styled():
        height = _FRAME_HEIGHT + _LINE_HEIGHT * (len(lines) + len({line.noise for line in lines}))
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        panel = figure.subplots()
        _draw(panel, lines)
        figure.suptitle("The five seed systems, and ours on the same images", x=0.01, ha="left")
        figure.legend(loc="outside lower center", ncols=4, fontsize=9)
        return rendered("seeds", figure)


def _draw(panel: "Axes", lines: Sequence[ReferenceRow]) -> None:
    from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

    places, labels = [], []
    place, noise = 0, ""
    for line in lines:
        if line.noise != noise:
            noise = line.noise
            place += 1
            panel.text(0, -place, f" {noise}", transform=panel.get_yaxis_transform(),
                       fontsize=9, fontweight="bold", va="center", color="#444444")  # fmt: skip
        place += 1
        places.append(-place)
        labels.append(f"{line.system}: {line.model}")
        _draw_line(panel, line, -place)
    panel.set_yticks(places, labels, fontsize=8.5)
    panel.set_xscale("log")
    panel.xaxis.set_major_locator(FixedLocator(_TICKS))
    panel.xaxis.set_major_formatter(FixedFormatter([f"{tick:g} %" for tick in _TICKS]))
    panel.xaxis.set_minor_locator(NullLocator())
    panel.set_xlim(0.25, max(30, 130 * (1 - min(line.accuracy for line in lines))))
    panel.set_ylim(-place - 0.7, -0.3)
    panel.set_xlabel("Misclassified test images (logarithmic; left is better)")
    panel.grid(visible=False, axis="y")
    for label, colour, filled in (
        ("a seed's, as reported", _SEED_COLOUR, False),
        ("the same, trained here", _SEED_COLOUR, True),
        ("our goal", _OUR_COLOUR, False),
        ("our model", _OUR_COLOUR, True),
    ):
        panel.scatter([], [], label=label, **_mark(colour, filled=filled))


def _draw_line(panel: "Axes", line: ReferenceRow, height: float) -> None:
    colour = _OUR_COLOUR if line.is_ours else _SEED_COLOUR
    expected, found = 100 * (1 - line.expected), 100 * (1 - line.accuracy)
    panel.plot([expected, found], [height, height], color=colour, linewidth=1, alpha=0.5)
    panel.scatter([expected], [height], **_mark(colour, filled=False))
    panel.scatter([found], [height], **_mark(colour, filled=True))


def _mark(colour: str, *, filled: bool) -> dict[str, Any]:
    """Return the marker: hollow and larger for what was expected, so that both show on one spot."""
    return {
        "s": 26 if filled else 60,
        "marker": "s" if colour == _OUR_COLOUR else "o",
        "facecolors": colour if filled else "none",
        "edgecolors": colour,
        "linewidths": 1.2,
        "zorder": 3,
    }


def write_outputs(
    lines: Sequence[ReferenceRow],
    systems: ReferenceSystems,
    folder: Path,
    *,
    command: str,
    threads: int,
    data_digest: str,
    quick: bool,
) -> list[Path]:
    """Write ``seeds.html``, ``seeds.csv``, ``seeds.md`` and ``figures/``, and return their paths.

    Parameters
    ----------
    lines
        What was found.
    systems
        What was asked.
    folder
        Where to write.
    command, threads, data_digest
        What was typed, on how many threads it ran, and the clean data, for the provenance.
    quick
        Whether the numbers mean nothing.

    Raises
    ------
    OSError
        When a file cannot be written; older files then stay whole.
    """
    picture = draw_lines(lines)
    facts = provenance.gather(threads)
    page = render_page(
        "seeds.html",
        {
            "title": "The five seed systems",
            "heading": "The five seed systems, and ours on the same images",
            "answer": answer(lines, quick=quick),
            "judged": judged,
            "groups": [(name, list(group)) for name, group in groupby(lines, _noise)],
            "noise": systems.noise,
            "picture": picture,
            "provenance": [
                ("Repeat with", command),
                ("Digest of the data", data_digest),
                ("Threads", str(threads)),
                ("Python", f"{facts['python']} on {facts['platform']}"),
                ("Packages", ", ".join(f"{name} {v}" for name, v in facts["packages"].items())),
            ],
        },
    )
    return [
        write_whole(folder / "seeds.html", page),
        write_whole(folder / "seeds.csv", to_csv(ReferenceRow, lines)),
        write_whole(folder / "seeds.md", to_markdown(lines).encode()),
        write_whole(folder / "figures" / "seeds.png", picture.png),
        write_whole(folder / "figures" / "seeds.svg", picture.svg),
    ]


def answer(lines: Sequence[ReferenceRow], *, quick: bool) -> list[str]:
    """Return what the table says, in sentences."""
    seeds = [line for line in lines if not line.is_ours]
    ours = [line for line in lines if line.is_ours]
    close = sum(line.verdict == "as reported" for line in seeds)
    reached = sum(line.verdict == "reached" for line in ours)
    sentences = [
        f"{close} of {len(seeds)} models of the seeds come out within a point of their report.",
        f"Our models reach {reached} of {len(ours)} goals.",
    ]
    if quick:
        sentences.insert(
            0, "A quick run, on a few images and for one epoch: its numbers mean nothing."
        )
    return sentences


def to_markdown(lines: Sequence[ReferenceRow]) -> str:
    """Return the table as Markdown."""
    head = "| images | system | model | reported or goal | here | verdict | epochs | minutes |"
    rows = [
        f"| {line.noise} | {line.system} | {line.model} | {line.expected:.2%} | {found(line)} "
        f"| {judged(line)} | {line.epochs} | {line.seconds / 60:.1f} |"
        for line in lines
    ]
    return "\n".join([head, "|---|---|---|---:|---:|---|---:|---:|", *rows]) + "\n"


def found(line: ReferenceRow) -> str:
    """Return the accuracy of a line, with the deviation over its trainings."""
    spread = "" if line.deviation is None else f" ± {100 * line.deviation:.2f}"
    return f"{line.accuracy:.2%}{spread}"


def judged(line: ReferenceRow) -> str:
    """Return the verdict on a line, with what is remarked on it."""
    return "; ".join(filter(None, (line.verdict, line.remark)))


def _noise(line: ReferenceRow) -> str:
    return line.noise
