"""The report of the reference systems: figure, tables and page."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from studies.config.reference_systems import ReferenceSystems
from studies.core import provenance
from studies.report.blocks import Figure, Note, RowGroup, Table
from studies.report.charts.style import COLOURS, canvas, rendered, styled
from studies.report.context import installation, page_files, provenance_section, write_files
from studies.report.page import Page, Section
from studies.tables.reference_systems import ReferenceRow
from studies.tables.rows import to_csv

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HEADING = "Reference systems and our models on the same images"

_WIDTH, _ROW_HEIGHT, _FRAME_HEIGHT = 8.5, 0.25, 1.5  # inches
_THEIR_COLOUR, _OUR_COLOUR = COLOURS[0], COLOURS[1]
_TICKS = (0.3, 0.5, 1, 2, 3, 5, 10, 20, 50, 100)  # percent of the images


def draw_reference_systems(rows: Sequence[ReferenceRow]) -> Figure:
    """Draw the test errors of reference systems and of ours, on a logarithmic axis.

    Parameters
    ----------
    rows : sequence of ReferenceRow
        At least one, as `studies.tables.reference_systems.reference_rows` orders them.
    """
    with styled():
        height = _FRAME_HEIGHT + _ROW_HEIGHT * (len(rows) + len({row.noise for row in rows}))
        figure = canvas(_WIDTH, height)
        panel = figure.subplots()
        _draw_rows(panel, rows)
        figure.suptitle(HEADING, x=0.01, ha="left")
        figure.legend(loc="outside lower center", ncols=4, fontsize=9)
        return rendered("reference_systems", figure)


def _draw_rows(panel: "Axes", rows: Sequence[ReferenceRow]) -> None:
    from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator

    places, labels = [], []
    place, noise = 0, ""
    for row in rows:
        if row.noise != noise:
            noise = row.noise
            place += 1
            panel.text(0, -place, f" {noise}", transform=panel.get_yaxis_transform(),
                       fontsize=9, fontweight="bold", va="center", color="#444444")  # fmt: skip
        place += 1
        places.append(-place)
        labels.append(f"{row.system}: {row.model}")
        _draw_row(panel, row, -place)
    panel.set_yticks(places, labels, fontsize=8.5)
    panel.set_xscale("log")
    panel.xaxis.set_major_locator(FixedLocator(_TICKS))
    panel.xaxis.set_major_formatter(FixedFormatter([f"{tick:g} %" for tick in _TICKS]))
    panel.xaxis.set_minor_locator(NullLocator())
    panel.set_xlim(0.25, max(30, 130 * (1 - min(row.accuracy for row in rows))))
    panel.set_ylim(-place - 0.7, -0.3)
    panel.set_xlabel("Misclassified test images (logarithmic; left is better)")
    panel.grid(visible=False, axis="y")
    for label, colour, filled in (
        ("reference system, as reported", _THEIR_COLOUR, False),
        ("reference system, trained here", _THEIR_COLOUR, True),
        ("our goal", _OUR_COLOUR, False),
        ("our model", _OUR_COLOUR, True),
    ):
        panel.scatter([], [], label=label, **_mark(colour, filled=filled))


def _draw_row(panel: "Axes", row: ReferenceRow, height: float) -> None:
    colour = _OUR_COLOUR if row.is_ours else _THEIR_COLOUR
    expected, found = 100 * (1 - row.expected), 100 * (1 - row.accuracy)
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
    rows: Sequence[ReferenceRow],
    systems: ReferenceSystems,
    folder: Path,
    *,
    command: str,
    threads: int,
    data_digest: str,
    quick: bool,
) -> list[Path]:
    """Write ``reference_systems.html``, ``.csv``, ``.md`` and figures; the page is the first path.

    Parameters
    ----------
    rows : sequence of ReferenceRow
        The results.
    systems : ReferenceSystems
        What was trained.
    folder : Path
        Where to write.
    command : str
        What was typed, for the provenance.
    threads : int
        Threads for training.
    data_digest : str
        Digest of the clean data.
    quick : bool
        Whether the trainings were cut so short that the numbers mean nothing.

    Raises
    ------
    StudyError
        When a file cannot be written; older files then stay whole.
    """
    facts = [
        ("Repeat with", command),
        ("Digest of the data", data_digest),
        ("Threads", str(threads)),
        *installation(provenance.collect(threads)),
    ]
    figure = draw_reference_systems(rows).described(
        "Share of test images that each model of the table below misclassifies: as reported or "
        "aimed at, and as found here.",
        min_width=40,
    )
    note = (
        "Test accuracy. Where there are several trainings, the mean and the standard deviation "
        "over them: over folds of the training images, or over three training seeds for our "
        "models. Our models see new noise in every epoch, were chosen on validation images, and "
        "were tested once. What a system does not report of its training was set so that its "
        "figures come close."
    )
    page = Page(
        HEADING,
        HEADING,
        "Test accuracy on MNIST, clean and under noise",
        answer(rows, quick=quick),
        [
            Section("Reported and reproduced", [figure]),
            Section("All rows", [_table(rows, systems), Note(note)]),
            provenance_section(facts),
        ],
    )
    tables = {
        "reference_systems.csv": to_csv(ReferenceRow, rows),
        "reference_systems.md": to_markdown(rows).encode(),
    }
    files = page_files("reference_systems.html", page, tables)
    written = write_files(folder, files, resume="the same command")
    return [written[-1], *written[:-1]]


def plain_table(rows: Sequence[ReferenceRow]) -> Table:
    """Return the table for the console: reported and reproduced accuracy of each model."""
    return Table(
        ("System", "Model", "Reported or goal", "Here", "Verdict"),
        [
            RowGroup(
                noise,
                [
                    [row.system, row.model, f"{row.expected:.2%}", found(row), row.verdict]
                    for row in group
                ],
            )
            for noise, group in groupby(rows, key=lambda row: row.noise)
        ],
        align="ttnnt",
    )


def _table(rows: Sequence[ReferenceRow], systems: ReferenceSystems) -> Table:
    def cells(row: ReferenceRow) -> list[str]:
        spread = "" if row.deviation is None else f"± {100 * row.deviation:.2f}"
        found = Markup('{:.2f}&nbsp;% <span class="limits">{}</span>')
        return [
            row.system,
            row.model,
            f"{100 * row.expected:.2f}\N{NO-BREAK SPACE}%",
            found.format(100 * row.accuracy, spread),
            judged(row),
            str(row.epochs),
            f"{row.seconds / 60:.1f}",
        ]

    return Table(
        ("System", "Model", "Reported or goal", "Here", "Verdict", "Epochs", "Minutes"),
        [
            RowGroup(noise, [cells(row) for row in group], systems.noise[noise])
            for noise, group in groupby(rows, key=lambda row: row.noise)
        ],
        align="ttnntn",
    )


def answer(rows: Sequence[ReferenceRow], *, quick: bool) -> list[str]:
    """Return how many results agree with the reports, and how many goals are reached."""
    theirs = [row for row in rows if not row.is_ours]
    ours = [row for row in rows if row.is_ours]
    close = sum(row.verdict == "as reported" for row in theirs)
    reached = sum(row.verdict == "reached" for row in ours)
    sentences = [
        f"{close} of {len(theirs)} reference models come out within a point of their report.",
        f"Our models reach {reached} of {len(ours)} goals.",
    ]
    if quick:
        sentences.insert(
            0, "A quick run, on a few images and for one epoch: its numbers mean nothing."
        )
    return sentences


def to_markdown(rows: Sequence[ReferenceRow]) -> str:
    """Return the table as Markdown."""
    head = "| images | system | model | reported or goal | here | verdict | epochs | minutes |"
    lines = [
        f"| {row.noise} | {row.system} | {row.model} | {row.expected:.2%} | {found(row)} "
        f"| {judged(row)} | {row.epochs} | {row.seconds / 60:.1f} |"
        for row in rows
    ]
    return "\n".join([head, "|---|---|---|---:|---:|---|---:|---:|", *lines]) + "\n"


def found(row: ReferenceRow) -> str:
    """Return the accuracy of a row, with the deviation over its trainings."""
    spread = "" if row.deviation is None else f" ± {100 * row.deviation:.2f}"
    return f"{row.accuracy:.2%}{spread}"


def judged(row: ReferenceRow) -> str:
    """Return the verdict on a row, with its remark."""
    return "; ".join(filter(None, (row.verdict, row.remark)))
