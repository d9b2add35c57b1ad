"""One HTML file that stands on its own: answer, curves, numbers and where they are from."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from studies.answer import limits, percent, sentences
from studies.curves import Curve
from studies.figures import Picture
from studies.records import Failure, Run, StoredModel, Subject


@dataclass(frozen=True, slots=True)
class Material:
    """Everything that a report is made of."""

    subject: Subject
    curves: Sequence[Curve]
    panels: Sequence[Picture]
    failures: Sequence[Failure]
    models: Sequence[StoredModel]
    run: Run
    cells: int
    planned: int


def write_report(material: Material) -> bytes:
    """Return the report as UTF-8 HTML.

    Pictures and styles are inside it; it asks for nothing from outside, and every name in it is
    escaped.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("studies", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(percent=percent, limits=limits, data_uri=_data_uri)
    page = environment.get_template("report.html").render(
        subject=material.subject,
        answer=sentences(material.curves, material.subject.data),
        panels=_panels(material),
        failures=material.failures,
        missing=material.planned - material.cells,
        cells=material.cells,
        run=material.run,
        provenance=_provenance(material),
    )
    return page.encode("utf-8")


def _data_uri(svg: bytes) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg).decode("ascii")


def _panels(material: Material) -> list[dict[str, Any]]:
    corruptions = dict.fromkeys(curve.corruption for curve in material.curves)
    return [
        {
            "corruption": corruption,
            "svg": picture.svg,
            "alt": _alt(corruption, material.curves),
            "curves": [curve for curve in material.curves if curve.corruption == corruption],
        }
        for corruption, picture in zip(corruptions, material.panels, strict=True)
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


def _provenance(material: Material) -> list[tuple[str, str]]:
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
        ("Seeds", ", ".join(map(str, run.study["seeds"]))),
        ("Strengths t", ", ".join(f"{t:g}" for t in run.study["strengths"])),
        ("Threads for prediction", str(facts["threads"])),
        ("Python", f"{facts['python']} on {facts['platform']}"),
        ("Packages", ", ".join(f"{name} {v}" for name, v in facts["packages"].items())),
        ("Commit", commit),
        ("Started", run.started),
        *(
            (f"Training of {model.name}", _settings(model.provenance["config"]))
            for model in material.models
            if "config" in model.provenance
        ),
    ]


def _settings(config: Mapping[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in config.items())
