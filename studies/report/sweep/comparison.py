"""Models compared: the section of a sweep, and the verdict on a candidate against a baseline."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from studies.report.blocks import Note, RowGroup, Table
from studies.report.format import EN_DASH, listed, p_text, percent, points_with_limits
from studies.report.page import Section
from studies.report.sweep.context import SweepContext
from studies.tables.areas import ALL
from studies.tables.comparisons import ComparisonRow
from studies.tables.gate import OVERALL, ModelDifference

_HOW_TO_READ = (
    "The models saw the same corrupted images. Difference: mean accuracy over the severity range, "
    "second minus first, in points, with its 95 % interval. p: of a sign-flip test over images, "
    "after Benjamini-Hochberg (BH) correction over the corruptions, which keeps the expected share "
    "of false discoveries among the differences with p up to 0.05 at one in twenty. Strengths: at "
    "how many the difference in accuracy is significant, tested and corrected likewise. Images "
    "needed: for 80 % power to detect a difference of one point."
)


def comparison_section(context: SweepContext) -> Section | None:
    """Return the differences between models; None without a pair of complete curves."""
    rows, titles = context.tables.comparisons, context.titles
    areas = [row for row in rows if row.quantity == "area"]
    if not areas:
        return None
    counts = _significant_points(rows)
    groups: dict[str, list[list[str]]] = {}
    for row in areas:
        significant, total = counts.get((row.corruption, *_pair(row)), (0, 0))
        needed = row.images_for_one_point
        groups.setdefault(titles.get(row.corruption, "All corruptions"), []).append(
            [
                f"{row.candidate_model} against {row.baseline_model}",
                points_with_limits(row.difference, row),
                p_text(row.p_adjusted),
                f"{significant} of {total}" if total else "",
                "" if needed is None else f"{needed:,}",
            ]
        )
    headings = ("Models", "Difference in points", "p", "Strengths", "Images needed for 80 % power")
    table = Table(headings, [RowGroup(*group) for group in groups.items()])
    sentences = comparison_sentences(rows, titles)
    return Section(
        "Comparison of models", [*sentences, context.folded_if_large(table), Note(_HOW_TO_READ)]
    )


def comparison_sentences(rows: Sequence[ComparisonRow], titles: Mapping[str, str]) -> list[str]:
    """Return which models differ, in a few sentences for each pair.

    Parameters
    ----------
    rows : sequence of ComparisonRow
        Of accuracies and areas.
    titles : mapping of str to str
        Corruption -> its title.

    Returns
    -------
    list of str
        For each pair: the difference over all corruptions, the corruptions with and without a
        significant difference after Benjamini-Hochberg (BH) correction, and at how many points.
    """
    pairs = dict.fromkeys((row.baseline_model, row.candidate_model) for row in rows)
    return [
        " ".join(_of_a_pair([row for row in rows if _pair(row) == pair], titles)) for pair in pairs
    ]


def _pair(row: ComparisonRow) -> tuple[str, str]:
    return row.baseline_model, row.candidate_model


def _of_a_pair(rows: Sequence[ComparisonRow], titles: Mapping[str, str]) -> list[str]:
    baseline, candidate = _pair(rows[0])
    areas = [row for row in rows if row.quantity == "area"]
    single = [row for row in areas if row.corruption != ALL]
    parts = [_over_all(row) for row in areas if row.corruption == ALL]
    for better, word in ((True, "higher"), (False, "lower")):
        names = [
            titles[row.corruption]
            for row in single
            if row.significant and (row.difference > 0) == better
        ]
        if names:
            parts.append(
                f"The mean accuracy of {candidate} is significantly {word} than that of {baseline} "
                f"under {listed(names)}."
            )
    unclear = [titles[row.corruption] for row in single if not row.significant]
    if unclear:
        both = "" if parts else f" between {baseline} and {candidate}"
        parts.append(f"No significant difference{both} under {listed(unclear)}.")
    at_points = [row for row in rows if row.quantity == "accuracy"]
    if at_points:
        parts.append(
            f"Of the differences at {len(at_points)} single strengths, "
            f"{sum(row.significant for row in at_points)} are significant after BH correction."
        )
    return parts


def _over_all(row: ComparisonRow) -> str:
    baseline, candidate = _pair(row)
    word = "higher" if row.difference > 0 else "lower"
    low, high = sorted((abs(row.low), abs(row.high)))
    if row.low <= 0 <= row.high:
        return (
            f"Over all corruptions, there is no significant difference between {candidate} and "
            f"{baseline}: {points_with_limits(row.difference, row)} points of mean accuracy."
        )
    return (
        f"Over all corruptions, the mean accuracy of {candidate} is "
        f"{100 * abs(row.difference):.1f} points ({100 * low:.1f}{EN_DASH}{100 * high:.1f}) "
        f"{word} than that of {baseline}."
    )


def _significant_points(
    rows: Sequence[ComparisonRow],
) -> dict[tuple[str, str, str], tuple[int, int]]:
    """Return (corruption, baseline, candidate) -> significant points after correction, and all."""

    def key(row: ComparisonRow) -> tuple[str, str, str]:
        return row.corruption, *_pair(row)

    at_points = sorted((row for row in rows if row.quantity == "accuracy"), key=key)
    found = {}
    for place, group in groupby(at_points, key=key):
        significant = [row.significant for row in group]
        found[place] = sum(significant), len(significant)
    return found


def differences_table(differences: Sequence[ModelDifference], margin: float | None) -> Table:
    """Return the comparison of two sweeps, a group for each pair of models."""
    groups = [
        RowGroup(
            f"{pair.candidate} against {pair.baseline}",
            [
                [
                    item.where,
                    percent(item.difference.baseline),
                    percent(item.difference.candidate),
                    points_with_limits(item.difference.difference, item.difference),
                    p_text(item.difference.p),
                    verdict(item, margin),
                ]
                for item in items
            ],
        )
        for pair, items in groupby(differences, key=lambda item: item.pair)
    ]
    caption = "Accuracy, candidate minus baseline, in points (simultaneous 95 % intervals)"
    headings = ("", "baseline", "candidate", "difference", "p", "")
    return Table(headings, groups, caption=caption)


def verdict(item: ModelDifference, margin: float | None) -> str:
    """Return the verdict on one row in a few words."""
    if item.difference.low > 0:
        return "better"
    if item.lowest_drop <= 0:
        return "no significant difference"
    if margin is not None and not item.is_worse(margin):
        return "worse, within the margin"
    return "worse"


def closing_sentences(
    differences: Sequence[ModelDifference], margin: float | None, images: int
) -> list[str]:
    """Return whether the candidate passes, and how many images a smaller difference needs.

    Parameters
    ----------
    differences : sequence of ModelDifference
        All rows.
    margin : float or None
        The loss that is accepted; None where no test is asked for.
    images : int
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
                f"Images needed for 80 % power to detect a difference of one point over all "
                f"corruptions between {item.pair.candidate} and {item.pair.baseline}: about "
                f"{needed:,}; there are {images:,}."
            )
    return sentences


def _failure(item: ModelDifference, margin: float) -> str:
    where = item.where
    place = {"clean": "on clean images", OVERALL: f"over {OVERALL}"}.get(where, f"under {where}")
    return (
        f"FAIL: {item.pair.candidate} loses {100 * item.drop:.1f} points {place} "
        f"(at least {100 * item.lowest_drop:.1f}); the margin is {100 * margin:g}."
    )
