"""What a protocol says of some models, in words."""

from studies.report.format import listed, percent, with_limits
from studies.stats.corruption_error import ErrorRatio
from studies.stats.intervals import Interval
from studies.tables.benchmark import Benchmark, CorruptionScores, ModelScores

DAGGER = "\N{DAGGER}"


def marked(section: CorruptionScores) -> str:
    """Return the published name, with a dagger for a stand-in, in parentheses if not in the mCE."""
    name = section.corruption + (DAGGER if section.fidelity == "approximation" else "")
    return name if section.counts else f"({name})"


def mean_name(benchmark: Benchmark) -> str:
    """Return ``mCE``, with a dagger where stand-ins are in it."""
    return "mCE" + (DAGGER if benchmark.approximations else "")


def score_text(score: ErrorRatio) -> str:
    """Return a ratio as a percentage with its interval, or why there is none."""
    if score.value is None:
        return "missing" if score.missing else "undefined"
    if score.low is None or score.high is None:
        return percent(score.value)
    return with_limits(score.value, score.low, score.high)


def error_text(error: Interval | None) -> str:
    """Return an error with its interval."""
    return "missing" if error is None else with_limits(error.estimate, error.low, error.high)


def protocol_sentences(benchmark: Benchmark, data: str, images: int) -> list[str]:
    """Say what a protocol shows, in a few sentences.

    Parameters
    ----------
    benchmark
        What it says.
    data
        Name of the data.
    images
        How many test images.

    Returns
    -------
    list of str
        Errors on clean images, the mCE of each model, where each errs most and least.
    """
    shares = [
        f"{model}{' errs on' if number == 0 else ' on'} {error_text(error)}"
        for number, (model, error) in enumerate(benchmark.clean.items())
        if error is not None
    ]
    clean = [f"Of the {images:,} clean test images of {data}, {listed(shares)}."] if shares else []
    others = [item for item in benchmark.overall if item.model != benchmark.reference]
    hardest = [_most_and_least(benchmark, model) for model in benchmark.clean]
    return [*clean, *(_of_the_errors(benchmark, item) for item in others), *filter(None, hardest)]


def footnotes(benchmark: Benchmark) -> list[str]:
    """Return what must be known to read the table: the reference, the ratios, the stand-ins."""
    chosen = "" if benchmark.reference_chosen else ", the first model, as none was named"
    notes = [
        f"The reference is {benchmark.reference}{chosen}: its mCE is 100 % by definition.",
        "CE: errors over all levels for each error of the reference.",
        "Relative CE: the same of the rise above the clean error; it swings where this is small.",
        f"mCE: the mean CE over {_counted(benchmark)}. In brackets, 95 % intervals.",
    ]
    scores = [
        score
        for group in (benchmark.overall, *(item.scores for item in benchmark.corruptions))
        for item in group
        for score in (item.corruption_error, item.relative)
    ]
    if any(score.value is None and not score.missing for score in scores):
        notes.append(
            "Undefined: the errors of the reference, or their rise, are not above zero there."
        )
    return notes + _on_marks(benchmark)


def _on_marks(benchmark: Benchmark) -> list[str]:
    notes = []
    if any(not section.counts for section in benchmark.corruptions):
        notes.append("In parentheses: not in the mCE.")
    if any(section.fidelity == "approximation" for section in benchmark.corruptions):
        text = f"{DAGGER} A stand-in: alike to the eye, made in another way than the published one."
        if benchmark.approximations:
            text += (
                f" With {listed(benchmark.approximations)} in it, the {mean_name(benchmark)} "
                "compares the models here with each other, not with published figures."
            )
        notes.append(text)
    return notes


def _counted(benchmark: Benchmark) -> str:
    count = len(benchmark.counted)
    one = "the one benchmark corruption" if count == 1 else f"the {count} benchmark corruptions"
    return f"{one} of {benchmark.title}"


def _of_the_errors(benchmark: Benchmark, standing: ModelScores) -> str:
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


def _most_and_least(benchmark: Benchmark, model: str) -> str:
    errors = [
        (error, marked(section))
        for section in benchmark.counted
        for standing in section.scores
        if standing.model == model and (error := standing.error) is not None
    ]
    if not errors:
        return ""
    errors.sort(key=lambda pair: -pair[0].estimate)
    (most, worst), (least, best) = errors[0], errors[-1]
    text = f"{worst} hurts {model} most: it errs on {error_text(most)} over its levels"
    return f"{text}." if len(errors) == 1 else f"{text}; {best} least: {error_text(least)}."
