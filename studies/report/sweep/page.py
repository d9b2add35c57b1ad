"""One HTML file that stands on its own: answer, curves, numbers and where they are from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studies.report.charts.panels import make_chart
from studies.report.format import percent, sentences
from studies.report.html import ReportContext, render_report
from studies.report.section import Section
from studies.report.strips import Strips
from studies.report.sweep.failures import FailureGallery
from studies.report.sweep.mistakes import Mistakes
from studies.report.sweep.next_steps import Step
from studies.report.sweep.overview import MANY, Overview, folded
from studies.tables.curves import Curve


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


def write_report(context: ReportContext, found: Found, *, side: int) -> bytes:
    """Return the report of a sweep as UTF-8 HTML.

    Pictures and styles are inside it; it asks for nothing from outside, and every name in it is
    escaped.

    Parameters
    ----------
    context
        What every report is made of.
    found
        What the sweep shows.
    side
        Pixels of a small image, see `studies.report.images`.
    """
    chance = 1 / len(context.evaluation_set.class_names)
    panels = _panels(found, chance, side)
    content = {
        "answer": sentences(found.curves, context.evaluation_set.data),
        "heading": f"How accuracy falls on {context.evaluation_set.data}",
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
    study = context.run.study
    settings = [("Seeds", ", ".join(map(str, study["seeds"]))), ("Strengths t", _strengths(study))]
    return render_report("sweep.html", context, content, settings)


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


def _strengths(study: Mapping[str, Any]) -> str:
    strengths, tolerance = ", ".join(f"{t:g}" for t in study["strengths"]), study.get("tolerance")
    if tolerance is None:
        return strengths
    return (
        f"{strengths}, and more where curves bend, until critical strengths are known to "
        f"{tolerance:g} in t"
    )
