"""The results of a protocol in words."""

from studies.report.charts.levels import (
    DAGGER,
    FAITHFUL,
    marked,
    mean_name,
    missing_text,
)
from studies.report.format import listed, with_limits
from studies.stats.corruption_error import ErrorRatio
from studies.stats.intervals import Interval
from studies.tables.benchmark import Benchmark, ModelScores


def score_text(score: ErrorRatio) -> str:
    """Return a ratio as a percentage with its interval, or why there is none."""
    if score.value is None:
        return missing_text(score)
    return with_limits(score.value, score)


def error_text(error: Interval | None) -> str:
    """Return an error with its interval."""
    return "missing" if error is None else with_limits(error.estimate, error)


def answer(benchmark: Benchmark, data: str, images: int) -> list[str]:
    """Return the errors on clean images, the mCE of each model, and where each errs most and least.

    Parameters
    ----------
    benchmark : Benchmark
        The results.
    data : str
        Name of the data.
    images : int
        How many test images.
    """
    clean = [
        f"{model} {error_text(error)}"
        for model, error in benchmark.clean.items()
        if error is not None
    ]
    errors = f"Error on the {images:,} clean test images of {data}"
    others = [item for item in benchmark.overall if item.model != benchmark.reference]
    hardest = [_most_and_least_harmful(benchmark, model) for model in benchmark.clean]
    return [
        *([f"{errors}: {listed(clean)}."] if clean else []),
        *(_mean_sentence(benchmark, item) for item in others),
        *filter(None, hardest),
    ]


def _mean_sentence(benchmark: Benchmark, standing: ModelScores) -> str:
    name, score = mean_name(benchmark), standing.corruption_error
    if score.value is None:
        why = "cells are missing" if score.missing else "that of a corruption is undefined"
        return f"There is no {name} of {standing.model}: {why}."
    relative = standing.relative
    rise = "" if relative.value is None else f"; relative {name} {score_text(relative)}"
    return (
        f"On average over {_counted(benchmark)}, {standing.model} makes {score_text(score)} of the "
        f"errors of {benchmark.reference}, the reference ({name}{rise})."
    )


def _most_and_least_harmful(benchmark: Benchmark, model: str) -> str:
    errors = [
        (error, marked(section))
        for section in benchmark.counted
        for standing in section.scores
        if standing.model == model and (error := standing.error) is not None
    ]
    if not errors:
        return ""
    errors.sort(key=lambda pair: -pair[0].estimate)
    (high, most), (low, least) = errors[0], errors[-1]
    text = f"{most} is the most harmful corruption for {model}: mean error {error_text(high)}"
    return f"{text}." if len(errors) == 1 else f"{text}; {least} the least: {error_text(low)}."


def footnotes(benchmark: Benchmark) -> list[str]:
    """Return how to read the table: the reference, the ratios, the approximations."""
    chosen = "" if benchmark.reference_chosen else ", the first model, as none was named"
    notes = [
        f"The reference is {benchmark.reference}{chosen}: its mCE is 100 % by definition.",
        "CE: errors over all levels divided by those of the reference.",
        "Relative CE: the same ratio of the increase over the clean error.",
        f"mCE: the mean CE over {_counted(benchmark)}. In brackets, 95 % intervals.",
    ]
    scores = [
        score
        for group in (benchmark.overall, *(item.scores for item in benchmark.corruptions))
        for item in group
        for score in (item.corruption_error, item.relative)
    ]
    if any(score.value is None and not score.missing for score in scores):
        notes.append("Undefined: the errors of the reference, or their increase, are not positive.")
    if any(not section.counts for section in benchmark.corruptions):
        notes.append("In parentheses: not in the mCE.")
    if any(section.fidelity not in FAITHFUL for section in benchmark.corruptions):
        text = f"{DAGGER} An approximation: similar to the eye, made by another method."
        if included := benchmark.approximations:
            text += (
                f" With {listed(included)} in it, the {mean_name(benchmark)} compares the models "
                "here with each other, not with published figures."
            )
        notes.append(text)
    return notes


def _counted(benchmark: Benchmark) -> str:
    count = len(benchmark.counted)
    one = "the one benchmark corruption" if count == 1 else f"the {count} benchmark corruptions"
    return f"{one} of {benchmark.title}"
