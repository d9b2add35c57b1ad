"""One HTML file that stands on its own: answer, curves, numbers and where they are from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studies.diagnosis.layout import Section
from studies.diagnosis.sweep_section import Mistakes
from studies.reporting.answer import percent, sentences
from studies.reporting.drawing import Picture
from studies.reporting.page import render_page
from studies.results.records import Failure, Run, StoredModel, Subject
from studies.statistics.curves import Curve


@dataclass(frozen=True, slots=True)
class Material:
    """What every report is made of, whatever its study asked."""

    subject: Subject
    failures: Sequence[Failure]
    models: Sequence[StoredModel]
    run: Run
    cells: int
    planned: int


def write_report(
    material: Material,
    curves: Sequence[Curve],
    panels: Sequence[Picture],
    analysis: Sequence[Section],
    mistakes: Mistakes,
) -> bytes:
    """Return the report of a sweep as UTF-8 HTML.

    Pictures and styles are inside it; it asks for nothing from outside, and every name in it is
    escaped.

    Parameters
    ----------
    material
        What every report is made of.
    curves
        At least one.
    panels
        A picture for each corruption of the curves.
    analysis
        Sections on areas and comparisons.
    mistakes
        What the models confuse, and how sure they are.
    """
    content = {
        "answer": sentences(curves, material.subject.data),
        "heading": f"How accuracy falls on {material.subject.data}",
        "panels": _panels(curves, panels),
        "analysis": analysis,
        "mistakes": mistakes,
    }
    study = material.run.study
    settings = [
        ("Seeds", ", ".join(map(str, study["seeds"]))),
        ("Strengths t", ", ".join(f"{t:g}" for t in study["strengths"])),
    ]
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
    return render_page(
        template,
        {
            "title": f"{material.subject.study}: robustness on {material.subject.data}",
            "subject": material.subject,
            "failures": material.failures,
            "missing": material.planned - material.cells,
            "cells": material.cells,
            "run": material.run,
            "provenance": _provenance(material, settings),
        }
        | dict(content),
    )


def _panels(curves: Sequence[Curve], pictures: Sequence[Picture]) -> list[dict[str, Any]]:
    corruptions = dict.fromkeys(curve.corruption for curve in curves)
    return [
        {
            "corruption": corruption,
            "svg": picture.svg,
            "alt": _alt(corruption, curves),
            "curves": [curve for curve in curves if curve.corruption == corruption],
        }
        for corruption, picture in zip(corruptions, pictures, strict=True)
    ]


def _alt(corruption: str, curves: Sequence[Curve]) -> str:
    """Return what a panel shows, for those who do not see it."""
    falls = [
        f"{curve.model} goes from {percent(curve.clean.accuracy)} to "
        f"{percent(curve.worst.accuracy)}"
        for curve in curves
        if curve.corruption == corruption
    ]
    return f"Accuracy on the way from the clean images to {corruption}: {'; '.join(falls)}."


def _provenance(material: Material, settings: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return where the numbers come from, as labels and texts."""
    run, images = material.run, material.subject.images
    facts = run.provenance
    git = facts.get("git") or {}
    commit = f"{git['commit']}{' with changes' if git['dirty'] else ''}" if git else "no checkout"
    last = images.first + images.count - 1
    return [
        ("Repeat with", run.command),
        ("Images", f"numbers {images.first} to {last} of {material.subject.data}"),
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


def _training(config: Mapping[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in config.items())
