"""The answer of a matrix in words."""

from collections.abc import Sequence

from studies.config.study import CLEAN
from studies.report.format import listed, percent, with_limits
from studies.report.sweep.text import points
from studies.stats.variance_components import Estimate
from studies.tables.matrix import Best, Matrix, TrainingSummary


def estimate_text(estimate: Estimate) -> str:
    """Return an accuracy with its 95 % interval: ``95.0 % (92.1-97.0)``."""
    return with_limits(estimate.value, estimate.low, estimate.high)


def gain_text(gain: Estimate) -> str:
    """Return a gain with its 95 % interval, in points: ``+2.4 (+1.9 to +2.8)``."""
    return f"{points(gain.value)} ({points(gain.low)} to {points(gain.high)})"


def is_told_apart(gain: Estimate) -> bool:
    """Tell whether the interval of a gain leaves out zero."""
    return gain.low > 0 or gain.high < 0


def answer(matrix: Matrix) -> list[str]:
    """Return what the matrix says: the best trainings, what clean images alone give, transfer.

    Parameters
    ----------
    matrix
        With or without finished trainings.
    """
    if matrix.best_mean is None or matrix.best_worst is None:
        return ["No training is finished on every test, so none can be called the best."]
    said = (
        *_on_mean(matrix, matrix.best_mean),
        _on_worst(matrix, matrix.best_worst),
        *_of_singles(matrix),
        *_of_clean(matrix),
    )
    return [sentence.strip() for sentence in said]


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
        f"{who} has the highest worst case: {estimate_text(standing.worst)}, on "
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
        f"{who} gains most on unseen corruptions: {gain_text(unseen_gains[label])} points "
        f"over training on clean images{_perhaps(unseen_gains[label])}."
    )
    return [f"{highest} {transfer}"]


def _of_clean(matrix: Matrix) -> list[str]:
    standing = matrix.summaries.get(CLEAN)
    if standing is None or matrix.best_mean is None:
        return []
    clean = matrix.cells[CLEAN, CLEAN].accuracy
    text = (
        f"Trained on clean images alone, {estimate_text(clean)} of the clean images are "
        f"recognised, and {percent(standing.mean.value)} in the mean over the tests"
    )
    best = matrix.best_mean.label
    cost = matrix.cells[best, CLEAN].gain
    if cost is None:
        return [f"{text}."]
    change = f"{gain_text(cost)} points{_perhaps(cost)}"
    return [f"{text}; {_quoted(best)} moves the former by {change}."]


def about_seeds(matrix: Matrix) -> list[str]:
    """Say what the intervals hold for, and how much of a difference may be due to the seed."""
    if matrix.seeds == 1:
        alone = (
            "Each row is one network. The intervals say what other test images would give these "
            "very networks; what training again with another seed would give, they do not say. "
            "Small differences between rows, of a point or so, may be the seed's and not the "
            "training's: several training seeds tell the two apart."
        )
        return [alone]
    together = (
        f"Each row is the mean of {matrix.seeds} networks, trained with different seeds; gains are "
        "paired seed by seed and image by image. The intervals hold over seeds and test images "
        "together."
    )
    means = [one.mean for one in matrix.summaries.values()]
    deviations = [one.training_deviation for one in means if one.training_deviation is not None]
    errors = [one.sampling_error for one in means if one.sampling_error is not None]
    if not deviations or not errors:
        return [together]
    apart = (
        "Training one network again moves its mean accuracy over the tests by "
        f"{_range(deviations)} points (standard deviation between seeds); the sample of "
        f"{matrix.images:,} test images leaves a standard error of {_range(errors)} points. "
        f"The former rests on {matrix.seeds} seeds, so it is known roughly."
    )
    return [together, apart]


def how_many_differ(matrix: Matrix) -> str:
    """Say how many gains are beyond chance, and how many would be where there is none."""
    gains = [cell.gain for cell in matrix.cells.values() if cell.gain is not None]
    told = sum(is_told_apart(gain) for gain in gains)
    return (
        f"{told} of {len(gains)} gains are told apart from zero. Every interval holds by itself at "
        f"95 %: were there no gain anywhere, about {max(round(0.05 * len(gains)), 1)} of "
        f"{len(gains)} would be told apart all the same."
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
    return f", {gain_text(gain)} points over training on clean images{_perhaps(gain)}"


def _perhaps(gain: Estimate) -> str:
    return "" if is_told_apart(gain) else ", which may be chance"


def _rivals(matrix: Matrix, best: Best) -> str:
    if 1 < len(best.rivals) == len(matrix.summaries) - 1:
        return "None of the others is told apart from it."
    if best.rivals:
        return f"Not told apart from it: {listed([_quoted(label) for label in best.rivals])}."
    return "All others are behind it by more than chance." if len(matrix.summaries) > 1 else ""


def _quoted(label: str) -> str:
    return f"\N{LEFT DOUBLE QUOTATION MARK}{label}\N{RIGHT DOUBLE QUOTATION MARK}"


def _on(test: str) -> str:
    return "clean images" if test == CLEAN else test


def _range(values: Sequence[float]) -> str:
    low, high = (f"{100 * value:.1f}" for value in (min(values), max(values)))
    return low if low == high else f"{low} to {high}"
