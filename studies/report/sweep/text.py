"""Areas, critical strengths and comparisons, in words and in texts of table cells."""

import math
from collections.abc import Mapping, Sequence
from itertools import groupby

from studies.report.format import listed, with_limits
from studies.tables.areas import ALL, AreaRow
from studies.tables.comparisons import ComparisonRow

_EN_DASH = "\N{EN DASH}"
_MINUS = "\N{MINUS SIGN}"


def area_text(row: AreaRow) -> str:
    """Return an area with its 95 % interval: ``53.5 % (52.1-54.9)``."""
    return with_limits(row.area, row.low, row.high)


def threshold_text(row: AreaRow) -> str:
    """Return the accuracy that counts as lost."""
    return "" if row.threshold is None else f"{100 * row.threshold:.1f}\N{NO-BREAK SPACE}%"


def critical_text(row: AreaRow, worst: float) -> str:
    """Return a critical strength with its 95 % interval, in its own unit.

    Parameters
    ----------
    row
        Of one corruption.
    worst
        The strength at the end of the path.

    Returns
    -------
    str
        ``sigma = 0.26 (0.25-0.27)``; ``sigma > 0.5`` where the threshold is never reached; an
        interval that is open there ends in ``beyond``.
    """
    name = "" if row.parameter == row.unit else f"{row.parameter} = "
    unit = f" {row.unit}" if row.unit else ""
    low, high = (
        "beyond" if value is None else _three_digits(value)
        for value in (row.critical_strength_low, row.critical_strength_high)
    )
    place = row.critical_strength
    end = f"{'' if row.parameter == row.unit else f'{row.parameter} '}> {worst:g}{unit}"
    if row.critical_t_low is None:
        return end
    if place is None:
        return f"{end} (from {low})"
    return f"{name}{_three_digits(place)}{unit} ({low}{_EN_DASH}{high})"


def _three_digits(strength: float) -> str:
    if strength == 0 or math.isinf(strength):
        return f"{strength:g}"
    return f"{strength:.0f}" if abs(strength) >= 100 else f"{strength:#.3g}"


def points(difference: float) -> str:
    """Return a difference of shares in percentage points, with its sign: ``+1.2``."""
    text = f"{100 * difference:+.1f}"
    return "0.0" if text in {"+0.0", "-0.0"} else text.replace("-", _MINUS)


def difference_text(row: ComparisonRow) -> str:
    """Return a difference with its 95 % interval, in points: ``-2.4 (-2.5 to -2.2)``."""
    return f"{points(row.difference)} ({points(row.low)} to {points(row.high)})"


def p_text(p: float) -> str:
    """Return a p-value with two digits, or that it is very small."""
    return "< 0.001" if p < 0.001 else f"{p:.2g}"


def comparison_sentences(rows: Sequence[ComparisonRow], titles: Mapping[str, str]) -> list[str]:
    """Say which differences between models are there, a few sentences a pair.

    Parameters
    ----------
    rows
        Of accuracies and areas.
    titles
        Corruption -> its title.

    Returns
    -------
    list of str
        For each pair: the mean over all corruptions, the corruptions whose difference survives
        the adjustment of Benjamini and Hochberg and which does not, and at how many points.
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
    for better, word in ((True, "more"), (False, "less")):
        names = [
            titles[row.corruption]
            for row in single
            if row.significant and (row.difference > 0) == better
        ]
        if names:
            parts.append(f"{candidate} keeps {word} than {baseline} under {listed(names)}.")
    unclear = [titles[row.corruption] for row in single if not row.significant]
    if unclear:
        both = "the two" if parts else f"{candidate} and {baseline}"
        parts.append(f"Under {listed(unclear)} {both} cannot be told apart.")
    at_points = [row for row in rows if row.quantity == "accuracy"]
    if at_points:
        parts.append(
            f"Of the differences at {len(at_points)} single strengths, "
            f"{sum(row.significant for row in at_points)} survive the adjustment."
        )
    return parts


def _over_all(row: ComparisonRow) -> str:
    baseline, candidate = _pair(row)
    word = "more" if row.difference > 0 else "less"
    low, high = sorted((abs(row.low), abs(row.high)))
    if row.low <= 0 <= row.high:
        return (
            f"Over all corruptions, {candidate} and {baseline} cannot be told apart: "
            f"{difference_text(row)} points of mean accuracy."
        )
    return (
        f"Over all corruptions, {candidate} keeps {100 * abs(row.difference):.1f} points "
        f"({100 * low:.1f}{_EN_DASH}{100 * high:.1f}) of mean accuracy {word} than {baseline}."
    )


def surviving(rows: Sequence[ComparisonRow]) -> dict[tuple[str, str, str], tuple[int, int]]:
    """Return (corruption, baseline, candidate) -> points whose difference survives, and all."""

    def key(row: ComparisonRow) -> tuple[str, str, str]:
        return row.corruption, *_pair(row)

    at_points = sorted((row for row in rows if row.quantity == "accuracy"), key=key)
    found = {}
    for place, group in groupby(at_points, key=key):
        survives = [row.significant for row in group]
        found[place] = sum(survives), len(survives)
    return found
