"""The report of a diagnosis: its sections, tables and figures, and the answer in words."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studies.core.progress import Observer
from studies.report.charts.lines import calibration_text
from studies.report.context import ReportContext, page_files
from studies.report.diagnosis.data import data_section
from studies.report.diagnosis.galleries import (
    comparison_section,
    misclassified_section,
    pairs_section,
    samples_section,
)
from studies.report.diagnosis.scores import (
    DiagnosisContext,
    calibration_section,
    confusion_section,
    learning_section,
    scores_section,
)
from studies.report.format import CLEAN_IMAGES, listed, under, with_limits
from studies.report.page import Section, make_sections
from studies.run.diagnosis import EvaluatedImages, History
from studies.stats.confusion import pair_names
from studies.tables.diagnosis import Evaluation, classes_csv, confusion_csv, evaluate

if TYPE_CHECKING:
    from models.data import Dataset

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._=-]+")
_LONGEST = 60

SECTIONS: tuple[Callable[[DiagnosisContext], Section | None], ...] = (
    confusion_section,
    scores_section,
    calibration_section,
    pairs_section,
    misclassified_section,
    comparison_section,
    samples_section,
    learning_section,
    data_section,
)
"""The sections of the page, in its order: a new section is a function in this list."""


@dataclass(frozen=True, slots=True)
class DiagnosisReport:
    """The findings of a diagnosis, how many predictions are missing, and its files by name."""

    findings: list[Evaluation]
    class_names: Sequence[str]
    missing: int
    files: dict[str, bytes]


def folder_name(spec: str | None, seed: int | None) -> str:
    """Return the name of the folder of one condition: ``clean``, ``gaussian_noise-sigma=0.3``."""
    if spec is None:
        return "clean"
    readable = _NOT_IN_A_NAME.sub("-", spec).strip("-.")
    if len(readable) > _LONGEST:
        digest = hashlib.sha256(spec.encode()).hexdigest()[:8]
        readable = f"{readable[:_LONGEST]}-{digest}"
    return f"{readable}-seed={seed}" if seed else readable


def make_diagnosis_report(
    report: ReportContext,
    image_sets: Sequence[EvaluatedImages],
    histories: Sequence[History],
    data: "Dataset",
    observer: Observer,
    *,
    seed: int,
) -> DiagnosisReport:
    """Return the findings of a diagnosis, its tables, figures and page.

    Parameters
    ----------
    report : ReportContext
        What every report says of its study.
    image_sets : sequence of EvaluatedImages
        The clean one first.
    histories : sequence of History
        One for each model of the image_sets.
    data : Dataset
        The data set.
    observer : Observer
        Is notified of the progress.
    seed : int
        Of the corruption; it also chooses the images that are shown.
    """
    names = data.class_names
    findings = [
        evaluate(image_set.title, model, [outcomes], data.test_labels, data.classes)
        for image_set in image_sets
        for model, outcomes in image_set.outcomes.items()
    ]
    observer.note("drawing the figures and writing the page")
    context = DiagnosisContext(image_sets, findings, histories, data, seed)
    page = report.page(
        f"Diagnosis on {report.evaluation_set.data}",
        answer(findings, report.evaluation_set.data, names),
        make_sections(SECTIONS, context),
        settings=[
            ("Corruption", ", ".join(image_set.title for image_set in image_sets[1:]) or "none"),
            ("Seed", str(seed)),
        ],
    )
    tables = {
        "confusion.csv": confusion_csv(findings, names),
        "classes.csv": classes_csv(findings, names),
    }
    files = page_files("diagnosis.html", page, tables)
    return DiagnosisReport(findings, names, report.missing, files)


def answer(findings: Sequence[Evaluation], data: str, class_names: Sequence[str]) -> list[str]:
    """Return accuracy, most confused pairs and calibration under each condition.

    Parameters
    ----------
    findings : sequence of Evaluation
        Condition by condition, the same models in each.
    data : str
        Name of the data.
    class_names : sequence of str
        One for each class.
    """
    of_condition: dict[str, list[Evaluation]] = {}
    for item in findings:
        of_condition.setdefault(item.condition, []).append(item)
    return [
        *(_accuracy(condition, items, data) for condition, items in of_condition.items()),
        *(_confused(condition, items, class_names) for condition, items in of_condition.items()),
        *(_calibration(condition, items) for condition, items in of_condition.items()),
    ]


def _accuracy(condition: str, findings: Sequence[Evaluation], data: str) -> str:
    shares = [f"{item.model} {with_limits(item.accuracy.estimate, item.accuracy)}"
              for item in findings]  # fmt: skip
    images = f"the {findings[0].counts.sum():,} clean test images of {data}"
    place = f"on {images}" if condition == CLEAN_IMAGES else under(condition)
    return f"Accuracy {place}: {listed(shares)}."


def _confused(condition: str, findings: Sequence[Evaluation], class_names: Sequence[str]) -> str:
    parts = [
        f"{item.model} {listed(pair_names(item.pairs[:3], class_names))}"
        if item.pairs
        else f"{item.model} none, all predictions are correct"
        for item in findings
    ]
    return f"Most confused pairs, {under(condition)}: {'; '.join(parts)}."


def _calibration(condition: str, findings: Sequence[Evaluation]) -> str:
    parts = [f"{item.model} {calibration_text(item.calibration)}" for item in findings]
    return f"Calibration, {under(condition)}: {'; '.join(parts)}."
