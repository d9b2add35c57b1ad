"""What to do after a sweep: a few steps, each with the command to type."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studies.config.validators import is_external
from studies.report.format import listed
from studies.tables.areas import ALL
from studies.tables.comparisons import ComparisonRow
from studies.tables.curves import Curve


@dataclass(frozen=True, slots=True)
class Step:
    """One step: why, and the command; empty where none is needed."""

    why: str
    command: str = ""


def next_steps(
    study: Mapping[str, Any],
    folder: Path,
    curves: Sequence[Curve],
    comparisons: Sequence[ComparisonRow],
) -> list[Step]:
    """Return the steps that follow from what a sweep shows.

    Parameters
    ----------
    study
        Its settings, as a run keeps them.
    folder
        Its results folder.
    curves
        At least one.
    comparisons
        Of its models, if there are several.
    """
    hardest = min(curves, key=lambda curve: curve.mean_accuracy)
    name = hardest.title if hardest.title != hardest.corruption else "the hardest corruption"
    trained = [model for model in study["models"] if not is_external(model)]
    steps = [
        Step(
            f"See what is confused under {name.lower()}, where it starts to hurt.",
            _command(
                *("diagnose", "--data", study["data"], "--models", ",".join(study["models"])),
                *("--corruption", _where_it_hurts(hardest), "--out", folder),
            ),
        )
    ]
    if trained:
        model = hardest.model if hardest.model in trained else trained[0]
        spec = f"vary({hardest.corruption})"
        steps.append(
            Step(
                f"Train {model} with it, at strengths that change from image to image, and sweep "
                "what comes out beside these models.",
                _command("train", model, "--data", study["data"], "--augment", spec),
            )
        )
    steps += [Step(text) for text in _more_images(comparisons)]
    return [
        *steps,
        Step(
            "Hold the next version of a model to this one: swept into another folder, it is "
            "compared image by image.",
            _command("compare", folder, "OTHER_FOLDER", "--fail-if-worse", "0.01"),
        ),
        Step(
            "Take every number along, down to each image and cell, as tidy tables.",
            _command("export", folder),
        ),
    ]


def _where_it_hurts(curve: Curve) -> str:
    """Return the first spec on a path that costs half of what is lost on it, at the least."""
    half = (curve.clean.accuracy + min(row.accuracy for row in curve.rows)) / 2
    rows = [row for row in curve.rows[1:] if row.accuracy <= half]
    return (rows[0] if rows else curve.worst).pipeline


def _more_images(comparisons: Sequence[ComparisonRow]) -> list[str]:
    """Say which pairs of models would need more images for a difference of one point."""
    short = [
        f"{needed:,} ({row.candidate_model} against {row.baseline_model})"
        for row in comparisons
        if row.corruption == ALL
        and (needed := row.images_for_one_point) is not None
        and needed > row.images
    ]
    if not short:
        return []
    images = next(row.images for row in comparisons)
    text = (
        "To see a difference of one point in the mean over all corruptions, this many test images "
        f"are needed: {listed(short)}. These are {images:,}, and more seeds do not make up for it."
    )
    return [text]


def _command(*words: object) -> str:
    return shlex.join(["python", "-m", "studies", *map(str, words)])
