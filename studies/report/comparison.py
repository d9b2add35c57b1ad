"""What a comparison found, as a table and in sentences."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from studies.report.format import percent
from studies.report.sweep.text import p_text, points
from studies.tables.gate import OVERALL, ModelDifference

if TYPE_CHECKING:
    from rich.table import Table


def differences_table(differences: Sequence[ModelDifference], margin: float | None) -> "Table":
    """Return a table, one line a place, pair by pair."""
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title="Accuracy, candidate minus baseline, in points (95 % intervals that hold together)",
        title_justify="left",
        title_style="bold",
    )
    table.add_column("", overflow="fold")
    for title in ("baseline", "candidate", "difference", "p", ""):
        table.add_column(title, justify="right", no_wrap=True)
    last = None
    for item in differences:
        if item.pair != last:
            table.add_section()
            names = f"{item.pair.candidate} against {item.pair.baseline}"
            table.add_row(Text(names, style="bold"))
            last = item.pair
        found = item.difference
        table.add_row(
            Text(item.where),
            percent(found.baseline),
            percent(found.candidate),
            f"{points(found.difference)} ({points(found.low)} to {points(found.high)})",
            p_text(found.p),
            verdict(item, margin),
        )
    return table


def verdict(item: ModelDifference, margin: float | None) -> str:
    """Return in a word or three what a line says."""
    if item.difference.low > 0:
        return "better"
    if item.lowest_drop <= 0:
        return "not told apart"
    if margin is not None and not item.is_worse(margin):
        return "worse, within the margin"
    return "worse"


def closing_sentences(
    differences: Sequence[ModelDifference], margin: float | None, images: int
) -> list[str]:
    """Say whether the candidate passes, and what could have been seen.

    Parameters
    ----------
    differences
        All lines.
    margin
        The loss that is let pass; None where nothing is asked.
    images
        How many images the comparison rests on.
    """
    sentences = []
    if margin is not None:
        worse = [item for item in differences if item.is_worse(margin)]
        sentences += [_failure(item, margin) for item in worse]
        if not worse:
            sentences.append(f"PASS: nowhere is a loss of more than {100 * margin:g} points shown.")
    for item in differences:
        needed = item.difference.images_for_one_point
        if item.where == OVERALL and needed is not None:
            sentences.append(
                f"To see a difference of one point over all corruptions between "
                f"{item.pair.candidate} and {item.pair.baseline} takes about {needed:,} "
                f"images; there are {images:,}."
            )
    return sentences


def _failure(item: ModelDifference, margin: float) -> str:
    where = item.where
    place = {"clean": "on clean images", OVERALL: f"over {OVERALL}"}.get(where, f"under {where}")
    return (
        f"FAIL: {item.pair.candidate} loses {100 * item.drop:.1f} points {place} "
        f"(at least {100 * item.lowest_drop:.1f}); the margin is {100 * margin:g}."
    )
