"""The files of the seed study: table, picture and page."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from studies.config.reference_systems import Systems
from studies.core import provenance
from studies.core.files import write_whole
from studies.reporting.page import render_page
from studies.seeds.figure import draw_lines
from studies.tables.reference_systems import Line
from studies.tables.rows import to_csv


def write_outputs(
    lines: Sequence[Line],
    systems: Systems,
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
        write_whole(folder / "seeds.csv", to_csv(Line, lines)),
        write_whole(folder / "seeds.md", to_markdown(lines).encode()),
        write_whole(folder / "figures" / "seeds.png", picture.png),
        write_whole(folder / "figures" / "seeds.svg", picture.svg),
    ]


def answer(lines: Sequence[Line], *, quick: bool) -> list[str]:
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


def to_markdown(lines: Sequence[Line]) -> str:
    """Return the table as Markdown."""
    head = "| images | system | model | reported or goal | here | verdict | epochs | minutes |"
    rows = [
        f"| {line.noise} | {line.system} | {line.model} | {line.expected:.2%} | {found(line)} "
        f"| {judged(line)} | {line.epochs} | {line.seconds / 60:.1f} |"
        for line in lines
    ]
    return "\n".join([head, "|---|---|---|---:|---:|---|---:|---:|", *rows]) + "\n"


def found(line: Line) -> str:
    """Return the accuracy of a line, with the deviation over its trainings."""
    spread = "" if line.deviation is None else f" ± {100 * line.deviation:.2f}"
    return f"{line.accuracy:.2%}{spread}"


def judged(line: Line) -> str:
    """Return the verdict on a line, with what is remarked on it."""
    return "; ".join(filter(None, (line.verdict, line.remark)))


def _noise(line: Line) -> str:
    return line.noise
