"""One HTML file that stands on its own: answer, curves, numbers and where they are from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studies.report.charts.panels import make_chart
from studies.report.format import percent, sentences
from studies.report.html import render_page
from studies.report.section import Section
from studies.report.strips import Strips
from studies.report.sweep.failures import FailureGallery
from studies.report.sweep.mistakes import Mistakes
from studies.report.sweep.next_steps import Step
from studies.report.sweep.overview import MANY, Overview, folded
from studies.store.records import EvaluationSet, Failure, Run, StoredModel
from studies.tables.curves import Curve


@dataclass(frozen=True, slots=True)
class Material:
    """What every report is made of, whatever its study asked."""

    evaluation_set: EvaluationSet
    failures: Sequence[Failure]
    models: Sequence[StoredModel]
    run: Run
    cells: int
    planned: int


@dataclass(frozen=True, slots=True)
class Found:
    """What a sweep shows.

    Attributes
    ----------
    curves
        At least one.
    strips
        Corruption -> images along its path.
    overview
        What each model keeps under each corruption.
    analysis
        Sections on areas and comparisons.
    mistakes
        What the models confuse, and how sure they are.
    failures
        What each model loses first, a gallery a corruption.
    without_pictures
        Why the failures have no pictures; empty where they have.
    steps
        What to do next.
    """

    curves: Sequence[Curve]
    strips: Strips
    overview: Overview
    analysis: Sequence[Section]
    mistakes: Mistakes
    failures: Sequence[FailureGallery]
    without_pictures: str
    steps: Sequence[Step]


def write_report(material: Material, found: Found, *, side: int) -> bytes:
    """Return the report of a sweep as UTF-8 HTML.

    Pictures and styles are inside it; it asks for nothing from outside, and every name in it is
    escaped.

    Parameters
    ----------
    material
        What every report is made of.
    found
        What the sweep shows.
    side
        Pixels of a small image, see `studies.report.images`.
    """
    chance = 1 / len(material.evaluation_set.class_names)
    panels = _panels(found, chance, side)
    content = {
        "answer": sentences(found.curves, material.evaluation_set.data),
        "heading": f"How accuracy falls on {material.evaluation_set.data}",
        "overview": found.overview,
        "chance": chance,
        "panels": folded(panels, lambda panel: str(panel["corruption"])),
        "galleries": folded(found.failures, lambda gallery: gallery.corruption),
        "hardest": found.overview.rows[0].corruption,
        "many": len(panels) > MANY,
        "without_pictures": found.without_pictures,
        "analysis": found.analysis,
        "mistakes": found.mistakes,
        "steps": found.steps,
    }
    study = material.run.study
    settings = [("Seeds", ", ".join(map(str, study["seeds"]))), ("Strengths t", _strengths(study))]
    return render("sweep.html", material, content, settings)


def render(
    template: str,
    material: Material,
    content: Mapping[str, Any],
    settings: Sequence[tuple[str, str]],
) -> bytes:
    """Return a page of one of our templates.

    Parameters
    ----------
    template
        Its file; it extends ``base.html``.
    material
        What every report is made of.
    content
        What this template asks for besides; ``answer`` and ``heading`` at least.
    settings
        Labels and texts to show of the study's settings.
    """
    about = material.evaluation_set
    return render_page(
        template,
        {
            "title": f"{about.study}: robustness on {about.data}",
            "evaluation_set": about,
            "failures": material.failures,
            "missing": material.planned - material.cells,
            "cells": material.cells,
            "run": material.run,
            "provenance": _provenance(material, settings),
        }
        | dict(content),
    )


def _panels(found: Found, chance: float, side: int) -> list[dict[str, Any]]:
    models = found.overview.models
    panels = []
    corruptions = dict.fromkeys(curve.corruption for curve in found.curves)
    for number, corruption in enumerate(corruptions, start=1):
        curves = [curve for curve in found.curves if curve.corruption == corruption]
        strip = found.strips.get(corruption, ())
        panels.append(
            {
                "corruption": corruption,
                "number": number,
                "title": curves[0].title,
                "chart": make_chart(curves, strip, models=models, chance=chance, side=side),
                "alt": _alt(corruption, curves),
                "curves": curves,
            }
        )
    return panels


def _alt(corruption: str, curves: Sequence[Curve]) -> str:
    """Return what a panel shows, for those who do not see it."""
    falls = [
        f"{curve.model} goes from {percent(curve.clean.accuracy)} to "
        f"{percent(curve.worst.accuracy)}"
        for curve in curves
    ]
    return f"Accuracy on the way from the clean images to {corruption}: {'; '.join(falls)}."


def _provenance(material: Material, settings: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return where the numbers come from, as labels and texts."""
    run, images = material.run, material.evaluation_set.images
    facts = run.provenance
    git = facts.get("git") or {}
    commit = f"{git['commit']}{' with changes' if git['dirty'] else ''}" if git else "no checkout"
    last = images.first + images.count - 1
    return [
        ("Repeat with", run.command),
        ("Images", f"numbers {images.first} to {last} of {material.evaluation_set.data}"),
        ("Digest of the data", images.digest),
        *((f"Digest of {model.name}", model.digest) for model in material.models),
        *settings,
        ("Threads for prediction", str(facts["threads"])),
        ("Python", f"{facts['python']} on {facts['platform']}"),
        ("Packages", ", ".join(f"{name} {v}" for name, v in facts["packages"].items())),
        ("Commit", commit),
        ("Started", run.started),
        *(
            (f"Training of {model.name}", _training(model.provenance["config"]))
            for model in material.models
            if "config" in model.provenance
        ),
    ]


def _strengths(study: Mapping[str, Any]) -> str:
    strengths, tolerance = ", ".join(f"{t:g}" for t in study["strengths"]), study.get("tolerance")
    if tolerance is None:
        return strengths
    return (
        f"{strengths}, and more where curves bend, until critical strengths are known to "
        f"{tolerance:g} in t"
    )


def _training(config: Mapping[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in config.items())
