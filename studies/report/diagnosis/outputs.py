"""The files a diagnosis ends in: page, tables and pictures."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from studies.core.files import write_whole
from studies.core.progress import Observer
from studies.report.diagnosis.data import data_section
from studies.report.diagnosis.galleries import (
    comparison_section,
    mistakes_section,
    pairs_section,
    samples_section,
)
from studies.report.diagnosis.sections import (
    calibration_section,
    confusion_section,
    learning_section,
    scores_section,
)
from studies.report.diagnosis.text import answer
from studies.report.html import ReportContext, render_report
from studies.report.section import Section
from studies.run.diagnosis import History, View
from studies.tables.diagnosis import Evaluation, classes_csv, confusion_csv, evaluate

if TYPE_CHECKING:
    from models.data import Dataset

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._=-]+")
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found, and the files it was written to; the page is the first."""

    findings: list[Evaluation]
    class_names: Sequence[str]
    missing: int
    files: list[Path]


def folder_name(spec: str | None, seed: int | None) -> str:
    """Return the name of the folder of one condition: ``clean``, ``gaussian_noise-sigma=0.3``."""
    if spec is None:
        return "clean"
    readable = _NOT_IN_A_NAME.sub("-", spec).strip("-.")
    if len(readable) > _LONGEST:
        digest = hashlib.sha256(spec.encode()).hexdigest()[:8]
        readable = f"{readable[:_LONGEST]}-{digest}"
    return f"{readable}-seed={seed}" if seed else readable


def write_diagnosis(
    folder: Path,
    context: ReportContext,
    views: Sequence[View],
    histories: Sequence[History],
    data: "Dataset",
    observer: Observer,
    *,
    seed: int,
) -> Diagnosis:
    """Write ``diagnosis.html``, ``confusion.csv``, ``classes.csv`` and ``figures/``.

    Parameters
    ----------
    folder
        Where to write.
    context
        What every report is made of.
    views
        The clean one first.
    histories
        One a model of the views.
    data
        The data set.
    observer
        Is told what is being drawn.
    seed
        Of the corruption; it also chooses the images that are shown.

    Raises
    ------
    OSError
        When a file cannot be written; older files then stay whole.
    """
    labels, names = data.test_labels, data.class_names
    findings = [
        evaluate(view.title, model, [outcomes], labels, data.classes)
        for view in views
        for model, outcomes in view.outcomes.items()
    ]
    tables = {
        "confusion.csv": confusion_csv(findings, names),
        "classes.csv": classes_csv(findings, names),
    }
    files = [write_whole(folder / name, content) for name, content in tables.items()]
    observer.note("drawing what the models confuse")
    models = list(views[0].outcomes)
    sections: list[Section | None] = [
        confusion_section(findings, models, names),
        scores_section(findings, models, names),
        calibration_section(findings),
    ]
    observer.note("drawing the galleries")
    sections += [
        pairs_section(views, findings, labels, names, seed),
        mistakes_section(views, labels, names, seed),
        comparison_section(views, labels, names, seed),
        samples_section(views, labels, names, seed),
    ]
    observer.note("drawing the learning curves and the data")
    sections += [learning_section(histories), data_section(views, data, seed)]
    whole = [section for section in sections if section is not None]
    files += _write_pictures(whole, folder / "figures")
    page = _page(context, findings, whole, names, seed)
    files.insert(0, write_whole(folder / "diagnosis.html", page))
    return Diagnosis(findings, names, context.planned - context.cells, files)


def _page(
    context: ReportContext,
    findings: Sequence[Evaluation],
    sections: Sequence[Section],
    class_names: Sequence[str],
    seed: int,
) -> bytes:
    data = context.evaluation_set.data
    content = {
        "answer": answer(findings, data, class_names),
        "heading": f"What goes wrong on {data}",
        "sections": sections,
    }
    corruptions = [item.condition for item in findings if item.condition != findings[0].condition]
    settings = [("Corruption", corruptions[0] if corruptions else "none"), ("Seed", str(seed))]
    return render_report("diagnosis.html", context, content, settings)


def _write_pictures(sections: Sequence[Section], folder: Path) -> list[Path]:
    return [
        write_whole(folder / f"{item.picture.name}.{ending}", content)
        for section in sections
        for item in section.shown
        for ending, content in (("png", item.picture.png), ("svg", item.picture.svg))
    ]
