"""``python -m benchmarks.coverage``: the coverage of intervals and the false alarms of tests.

Studies of classifiers whose true accuracy is known are simulated and evaluated by the functions
that the reports use. Targets: the coverage of the 95 % intervals of accuracy, area and critical
strength is 93 to 97 % of 2,000 repeats with 500 images or more and accuracies from 0.1 to 0.97, and
at least 92 % elsewhere; two equal models are found to differ in at most 5 %. It takes about a
quarter of an hour on one core; ``--repeats 100`` gives a first impression.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from itertools import count
from pathlib import Path

import numpy as np

from benchmarks.coverage_checks import Check, accuracy_coverage, curve_coverage
from benchmarks.paired_checks import difference_checks, false_alarms, power
from benchmarks.simulation import BETWEEN_DRAWS, CURVES, Draws

__all__ = ["PARTS", "main", "markdown"]

ACCURACIES = (0.002, 0.01, 0.03, 0.1, 0.3, 0.6, 0.9, 0.97, 0.99, 0.998)
THRESHOLDS = (None, 0.9, 0.5)
CORRELATION = 0.7  # of the two models of a comparison
ALARM_REPEATS = 5  # times as many repeats for false alarms, which are compared with exactly 5 %


def _accuracies(repeats: int) -> Iterator[Check]:
    seeds = count(1)
    for images in (50, 100, 500, 2000):
        for draws in BETWEEN_DRAWS:
            for accuracy in ACCURACIES:
                yield accuracy_coverage(images, draws, accuracy, repeats=repeats, seed=next(seeds))


def _curves(repeats: int) -> Iterator[Check]:
    seeds = count(1001)
    for images in (100, 500, 1000):
        for draws in BETWEEN_DRAWS:
            for case, curve in CURVES.items():
                yield from curve_coverage(
                    case, curve, images, draws, THRESHOLDS, repeats=repeats, seed=next(seeds)
                )


def _differences(repeats: int) -> Iterator[Check]:
    seeds = count(2001)
    model_pairs = (
        (CURVES["ends half-way"], CURVES["ends half-way"] - np.linspace(0.02, 0.05, 11)),
        (CURVES["hardly falls"], CURVES["hardly falls"] - np.linspace(0, 0.02, 11)),
        (CURVES["falls to chance"], CURVES["falls to chance"]),
    )
    for images in (100, 500, 2000):
        for draws in (Draws(1, 0.5), Draws(3, 0.5, 0.1)):
            for pair in model_pairs:
                yield from difference_checks(
                    pair, images, draws, correlation=CORRELATION, repeats=repeats, seed=next(seeds)
                )


def _alarms(repeats: int) -> Iterator[Check]:
    seeds = count(3001)
    for images, case in ((100, "hardly falls"), (500, "falls to chance")):
        for draws in BETWEEN_DRAWS:
            yield from false_alarms(
                case,
                CURVES[case],
                images,
                draws,
                correlation=CORRELATION,
                repeats=ALARM_REPEATS * repeats,
                seed=next(seeds),
            )


def _powers(repeats: int) -> Iterator[Check]:
    seeds = count(4001)
    for draws in (Draws(1, 0.5), Draws(3, 0.5)):
        for accuracy in (0.95, 0.7):
            yield power(
                accuracy,
                draws,
                difference=0.02,
                correlation=CORRELATION,
                repeats=repeats,
                seed=next(seeds),
            )


PARTS: dict[str, Callable[[int], Iterator[Check]]] = {
    "accuracies": _accuracies,
    "curves": _curves,
    "differences": _differences,
    "alarms": _alarms,
    "powers": _powers,
}


def markdown(checks: Sequence[Check]) -> str:
    """Return a table with the extremes over all cases, for each quantity and number of images.

    Parameters
    ----------
    checks : sequence of Check
        The checks of all cases.

    Returns
    -------
    str
        The table in Markdown.
    """
    lines = [
        "| quantity | images | target | cases | least | median | greatest | missed |",
        "|-|-:|-|-:|-:|-:|-:|-:|",
    ]
    groups = dict.fromkeys((c.quantity, c.images, c.lowest, c.highest) for c in checks)
    for quantity, images, lowest, highest in groups:
        of_group = [
            c for c in checks if (c.quantity, c.images, c.lowest) == (quantity, images, lowest)
        ]
        shares = np.array([c.share for c in of_group])
        missed = sum(not c.passed for c in of_group)
        figures = " | ".join(
            f"{100 * value:.1f}" for value in (shares.min(), np.median(shares), shares.max())
        )
        lines.append(
            f"| {quantity} | {images:,} | {100 * lowest:.0f} to {100 * highest:.1f} % "
            f"| {len(of_group)} | {figures} | {missed} |"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run all checks, print a table and the failed checks, and write both to files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=2000, help="studies for each case [2000]")
    parser.add_argument("--only", action="append", choices=PARTS, help="one part; may be repeated")
    parser.add_argument("--out", type=Path, default=Path("results/coverage"))
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    checks = []
    for name in options.only or PARTS:
        found = []
        for check in PARTS[name](options.repeats):
            found.append(check)
            if not check.passed:
                print(_sentence(check), flush=True)
        as_json = json.dumps([asdict(check) for check in found], indent=1)
        (options.out / f"{name}.json").write_text(as_json + "\n")
        (options.out / f"{name}.md").write_text(markdown(found) + "\n")
        print(markdown(found), flush=True)
        checks += found
    return 0 if all(check.passed for check in checks) else 1


def _sentence(check: Check) -> str:
    draws = check.draws
    return (
        f"{check.quantity} ({check.case}), {check.images} images, {draws.seeds} seeds "
        f"(between {draws.between:g}, own {draws.own:g}): {100 * check.share:.2f} % is not in "
        f"[{100 * check.lowest:.0f}, {100 * check.highest:.0f}]"
    )


if __name__ == "__main__":
    sys.exit(main())
