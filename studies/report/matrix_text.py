"""The results of a train-by-test matrix in words."""

from collections.abc import Iterator, Sequence

from studies.config.study import CLEAN
from studies.report.blocks import Block, Folded, RowGroup, Table
from studies.report.charts.heat_maps import is_significant
from studies.report.format import listed, percent, points_with_limits, with_limits
from studies.stats.variance_components import Estimate
from studies.tables.matrix import Best, Matrix, MatrixCell, TrainingSummary

GROUPS = {"clean": "Clean images", "single": "One corruption", "mixture": "Mixtures"}


def estimate_text(estimate: Estimate) -> str:
    """Return an accuracy with its 95 % interval: ``95.0 % (92.1-97.0)``."""
    return with_limits(estimate.value, estimate)


def gain_text(gain: Estimate) -> str:
    """Return a gain with its 95 % interval, in points: ``+2.4 (+1.9 to +2.8)``."""
    return points_with_limits(gain.value, gain)


def answer(matrix: Matrix) -> list[str]:
    """Return the best trainings, the gain on unseen corruptions, and training on clean images.

    Parameters
    ----------
    matrix : Matrix
        With or without finished trainings.
    """
    if matrix.best_mean is None or matrix.best_worst is None:
        return ["No training is finished on every test, so none can be called the best."]
    sentences = (
        *_on_mean(matrix, matrix.best_mean),
        _on_worst(matrix, matrix.best_worst),
        *_of_singles(matrix),
        *_of_clean(matrix),
    )
    return [sentence.strip() for sentence in sentences]


def _on_mean(matrix: Matrix, best: Best) -> list[str]:
    standing = matrix.summaries[best.label]
    highest = (
        f"{_trained(standing)} has the highest mean accuracy over the {len(matrix.tests)} tests: "
        f"{estimate_text(standing.mean)}{_over_clean(standing)}. {_rivals(matrix, best)}"
    )
    mixture = matrix.best_mixture
    if mixture is None or standing.training.kind == "mixture":
        return [highest]
    of_mixtures = estimate_text(matrix.summaries[mixture.label].mean)
    return [highest, f"Of the mixtures, {_quoted(mixture.label)} is best, with {of_mixtures}."]


def _on_worst(matrix: Matrix, best: Best) -> str:
    standing = matrix.summaries[best.label]
    same = matrix.best_mean is not None and matrix.best_mean.label == best.label
    who = f"{_quoted(best.label)} also" if same else _trained(standing)
    return (
        f"{who} has the highest accuracy on its worst test: {estimate_text(standing.worst)}, on "
        f"{_on(standing.worst_test)}. {_rivals(matrix, best)}"
    )


def _of_singles(matrix: Matrix) -> list[str]:
    best = matrix.best_single
    if best is None:
        return []
    highest = (
        f"Of the trainings on a single corruption, {_quoted(best.label)} has the highest mean: "
        f"{estimate_text(matrix.summaries[best.label].mean)}."
    )
    unseen_gains = {
        label: one.unseen_gain
        for label, one in matrix.summaries.items()
        if one.unseen_gain is not None
    }
    if not unseen_gains:
        return [highest]
    label = max(unseen_gains, key=lambda name: unseen_gains[name].value)
    who = "It also" if label == best.label else f"Training on {_quoted(label)}"
    transfer = (
        f"{who} has the highest gain on unseen corruptions: {gain_text(unseen_gains[label])} "
        f"points over training on clean images{_unless_significant(unseen_gains[label])}."
    )
    return [f"{highest} {transfer}"]


def _of_clean(matrix: Matrix) -> list[str]:
    standing = matrix.summaries.get(CLEAN)
    if standing is None or matrix.best_mean is None:
        return []
    clean = matrix.cells[CLEAN, CLEAN].accuracy
    text = (
        f"Training on clean images alone has an accuracy of {estimate_text(clean)} on clean "
        f"images, and of {percent(standing.mean.value)} in the mean over the tests"
    )
    best = matrix.best_mean.label
    cost = matrix.cells[best, CLEAN].gain
    if cost is None:
        return [f"{text}."]
    change = f"{gain_text(cost)} points{_unless_significant(cost)}"
    return [f"{text}; {_quoted(best)} changes the former by {change}."]


def about_seeds(matrix: Matrix) -> list[str]:
    """Return what the intervals cover, and how much of a difference may be due to the seed."""
    if matrix.seeds == 1:
        alone = (
            "Each row is one network. The intervals cover the sampling of test images, but not "
            "the variation between training seeds. Differences between rows of about a point may "
            "be due to the training seed; several training seeds separate the two."
        )
        return [alone]
    together = (
        f"Each row is the mean of {matrix.seeds} networks, trained with different seeds; gains are "
        "paired by seed and by image. The intervals cover training seeds and test images "
        "together."
    )
    means = [one.mean for one in matrix.summaries.values()]
    deviations = [one.training_deviation for one in means if one.training_deviation is not None]
    errors = [one.sampling_error for one in means if one.sampling_error is not None]
    if not deviations or not errors:
        return [together]
    spread = (
        "The standard deviation of the mean accuracy over the tests between training seeds is "
        f"{_range(deviations)} points; the standard error due to the {matrix.images:,} test images "
        f"is {_range(errors)} points. The former is a rough estimate from {matrix.seeds} seeds."
    )
    return [together, spread]


def seeds_blocks(matrix: Matrix) -> list[Block]:
    """Return the variation between training seeds beside the sampling error of the test images."""
    sentences: list[Block] = [*about_seeds(matrix)]
    if matrix.seeds == 1:
        return sentences
    means = [_spread(label, one.mean) for label, one in matrix.summaries.items()]
    groups = [
        RowGroup(f"Tested on {test}", [_spread(label, cell.accuracy) for label, cell in cells])
        for test, cells in cells_by_test(matrix)
    ]
    headings = ("Trained on", "Standard deviation between seeds", "Sampling error")
    table = Table(headings, [RowGroup("Mean of the tests", means), *groups])
    title = "Standard deviation between seeds, and sampling error of the test images, in points"
    return [*sentences, Folded(title, [table])]


def _spread(label: str, estimate: Estimate) -> list[str]:
    values = (estimate.training_deviation, estimate.sampling_error)
    return [label, *("" if value is None else f"{100 * value:.2f}" for value in values)]


def cells_by_test(matrix: Matrix) -> Iterator[tuple[str, list[tuple[str, MatrixCell]]]]:
    """Yield the label of each test with its finished cells, by the label of their training."""
    for test in matrix.tests:
        labels = (training.label for training in matrix.trainings)
        cells = ((label, matrix.cells.get((label, test.label))) for label in labels)
        yield test.label, [(label, cell) for label, cell in cells if cell is not None]


def how_many_differ(matrix: Matrix) -> str:
    """Return how many gains are significant, and how many would be if there were none."""
    gains = [cell.gain for cell in matrix.cells.values() if cell.gain is not None]
    significant = sum(is_significant(gain) for gain in gains)
    return (
        f"{significant} of {len(gains)} gains differ significantly from zero. Every interval has "
        "95 % coverage by itself: if there were no gain anywhere, about "
        f"{max(round(0.05 * len(gains)), 1)} of {len(gains)} would still be significant."
    )


def _trained(standing: TrainingSummary) -> str:
    label, kind = standing.training.label, standing.training.kind
    if kind == "clean":
        return "Training on clean images"
    return f"The mixture {_quoted(label)}" if kind == "mixture" else f"Training on {_quoted(label)}"


def _over_clean(standing: TrainingSummary) -> str:
    gain = standing.mean_gain
    if gain is None:
        return ""
    return f", {gain_text(gain)} points over training on clean images{_unless_significant(gain)}"


def _unless_significant(gain: Estimate) -> str:
    return "" if is_significant(gain) else ", not significant"


def _rivals(matrix: Matrix, best: Best) -> str:
    if 1 < len(best.rivals) == len(matrix.summaries) - 1:
        return "No other training differs significantly from it."
    if best.rivals:
        rivals = listed([_quoted(label) for label in best.rivals])
        return f"No significant difference from it: {rivals}."
    return "All others are significantly lower." if len(matrix.summaries) > 1 else ""


def _quoted(label: str) -> str:
    return f"\N{LEFT DOUBLE QUOTATION MARK}{label}\N{RIGHT DOUBLE QUOTATION MARK}"


def _on(test: str) -> str:
    return "clean images" if test == CLEAN else test


def _range(values: Sequence[float]) -> str:
    low, high = (f"{100 * value:.1f}" for value in (min(values), max(values)))
    return low if low == high else f"{low} to {high}"


def accuracies_table(matrix: Matrix) -> Table:
    """Return the accuracies in percent, with intervals for those over all tests."""
    groups: dict[str, list[list[str]]] = {}
    for training in matrix.trainings:
        found = [matrix.cells.get((training.label, test.label)) for test in matrix.tests]
        one = matrix.summaries.get(training.label)
        cells = ["" if cell is None else f"{100 * cell.accuracy.value:.1f}" for cell in found]
        ends = (
            ["", ""] if one is None else [estimate_text(one.mean), f"{100 * one.worst.value:.1f}"]
        )
        groups.setdefault(GROUPS[training.kind], []).append([training.label, *cells, *ends])
    tests = [test.label for test in matrix.tests]
    headings = ("Trained on", *tests, "Mean (95 % interval)", "Lowest")
    return Table(headings, [RowGroup(*group) for group in groups.items()])
