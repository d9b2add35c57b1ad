"""Pages that stand on their own: our templates, filled in, every text from outside escaped."""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from studies.report.charts.style import Picture
from studies.report.format import limits, metric_text, percent
from studies.report.images import data_uri
from studies.results.sweep_results import SweepResults
from studies.stats.metrics import by_image_metrics
from studies.store.records import EvaluationSet, Failure, Run, StoredModel

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_HEADING = re.compile(r"<h2>(.*?)</h2>", re.DOTALL)
_BETWEEN_LINES = re.compile(rb"\s*\n\s*")
_TAG = re.compile(r"<[^>]*>")
_NOT_IN_AN_ANCHOR = re.compile(r"[^a-z0-9]+")


def render_page(template: str, content: Mapping[str, Any]) -> bytes:
    """Return a page as UTF-8 HTML.

    Parameters
    ----------
    template
        A file of ``templates/`` that extends ``page.html``.
    content
        What the template asks for; for every page ``title``, ``heading``, ``answer`` (sentences)
        and ``provenance`` (labels and texts).
    """
    return _environment().get_template(template).render(content).encode("utf-8")


@dataclass(frozen=True, slots=True)
class ReportContext:
    """What every report says of its study, whatever the study asked.

    Attributes
    ----------
    evaluation_set : EvaluationSet
        Which images.
    failures : sequence of Failure
        The cells of the plan that failed.
    models : sequence of StoredModel
        The models of the plan.
    run : Run
        The last run.
    cells, planned : int
        How many cells are stored, and how many the plan has.
    """

    evaluation_set: EvaluationSet
    failures: Sequence[Failure]
    models: Sequence[StoredModel]
    run: Run
    cells: int
    planned: int

    @classmethod
    def of(cls, results: SweepResults) -> Self:
        """Return the context of a report on some results."""
        store = results.store
        models = [model for name in results.models if (model := store.model(name)) is not None]
        planned = len(results.planned_keys)
        return cls(
            results.evaluation_set,
            results.failures(),
            models,
            store.runs()[-1],
            results.finished,
            planned,
        )


def render_report(
    template: str,
    context: ReportContext,
    content: Mapping[str, Any],
    settings: Sequence[tuple[str, str]],
) -> bytes:
    """Return a page of one of our templates.

    Parameters
    ----------
    template
        Its file; it extends ``base.html``.
    context
        What every report is made of.
    content
        What this template asks for besides; ``answer`` and ``heading`` at least.
    settings
        Labels and texts to show of the study's settings.
    """
    about = context.evaluation_set
    return render_page(
        template,
        {
            "title": f"{about.study}: robustness on {about.data}",
            "evaluation_set": about,
            "failures": context.failures,
            "missing": context.planned - context.cells,
            "cells": context.cells,
            "run": context.run,
            "provenance": _provenance(context, settings),
        }
        | dict(content),
    )


def _provenance(
    context: ReportContext, settings: Sequence[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Return where the numbers come from, as labels and texts."""
    run, images = context.run, context.evaluation_set.images
    facts = run.provenance
    git = facts.get("git") or {}
    commit = f"{git['commit']}{' with changes' if git['dirty'] else ''}" if git else "no checkout"
    last = images.first + images.count - 1
    return [
        ("Repeat with", run.command),
        ("Images", f"numbers {images.first} to {last} of {context.evaluation_set.data}"),
        ("Digest of the data", images.digest),
        *((f"Digest of {model.name}", model.digest) for model in context.models),
        *settings,
        ("Threads for prediction", str(facts["threads"])),
        ("Python", f"{facts['python']} on {facts['platform']}"),
        ("Packages", ", ".join(f"{name} {v}" for name, v in facts["packages"].items())),
        ("Commit", commit),
        ("Started", run.started),
        *(
            (f"Training of {model.name}", _training(model.provenance["config"]))
            for model in context.models
            if "config" in model.provenance
        ),
    ]


def _training(config: Mapping[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in config.items())


def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("studies", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["metrics"] = by_image_metrics()
    environment.filters.update(
        percent=percent,
        metric_text=metric_text,
        limits=limits,
        data_uri=_drawing,
        embedded=_embedded,
        anchored=_anchored,
        contents=_contents,
    )
    return environment


def _embedded(picture: Picture) -> str:
    """Return one picture of many as lossless WebP, which takes half the bytes of PNG or SVG."""
    from PIL import Image

    content = io.BytesIO()
    Image.open(io.BytesIO(picture.png)).convert("RGB").save(
        content, "WEBP", lossless=True, method=2
    )
    return data_uri(content.getvalue(), "webp")


def _drawing(svg: bytes) -> str:
    return data_uri(_BETWEEN_LINES.sub(b" ", svg), "svg+xml")


def _anchored(body: "Markup") -> "Markup":
    """Give every heading of a page's body a name that links can lead to."""
    from markupsafe import Markup

    def named(match: re.Match[str]) -> str:
        return f'<h2 id="{_anchor(match[1])}">{match[1]}</h2>'

    return Markup(_HEADING.sub(named, str(body)))  # noqa: S704 - escaped before, and all ours


def _contents(body: "Markup") -> list[tuple[str, "Markup"]]:
    """Return the names and the texts of the headings of a page's body."""
    from markupsafe import Markup

    texts = [_TAG.sub("", match[1]) for match in _HEADING.finditer(str(body))]
    return [(_anchor(text), Markup(text)) for text in texts]  # noqa: S704 - escaped before


def _anchor(heading: str) -> str:
    return "s-" + _NOT_IN_AN_ANCHOR.sub("-", _TAG.sub("", heading).lower()).strip("-")
