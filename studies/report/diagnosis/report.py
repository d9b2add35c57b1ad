"""The report of a diagnosis: its sections, tables and figures, and the answer in words."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studies.core.progress import Observer
from studies.report.blocks import Figure, Grid, Note
from studies.report.charts.data import (
    draw_class_brightness,
    draw_histogram,
    draw_labels,
    draw_projection,
)
from studies.report.charts.galleries import draw_image_table
from studies.report.charts.lines import calibration_text
from studies.report.charts.style import titled
from studies.report.context import ReportContext, page_files
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
from studies.stats.classification import pair_names
from studies.tables.diagnosis import Evaluation, classes_csv, confusion_csv, evaluate
from studies.tables.diagnosis_images import Brightness, brightness, class_samples, projection

if TYPE_CHECKING:
    from models.data import Dataset


_EACH = 8  # sample images of a class
_ROWS = 20  # classes with sample and mean images, at most
_COLUMNS = 10  # mean images in a row


def data_section(context: DiagnosisContext) -> Section:
    """Return samples, labels, pixel values, mean images and the first principal components."""
    image_sets, data, seed = context.image_sets, context.data, context.seed
    figures = [
        *_samples(image_sets, data, seed),
        _labels(data),
        *_pixel_values(image_sets, data),
        *_components(image_sets, data, seed),
    ]
    notes = [f"Pixel values, classes and components are those of the test images of {data.name}."]
    if not any(figure.name.startswith("plane") for figure in figures):
        notes.append("The images do not have two principal components, so there is no projection.")
    if data.classes > _ROWS:
        notes.append(f"Sample and mean images: the first {_ROWS} of {data.classes} classes.")
    return Section("Data", [Grid(figures, wide=True), *map(Note, notes)])


def _samples(image_sets: Sequence[EvaluatedImages], data: "Dataset", seed: int) -> list[Figure]:
    chosen = class_samples(data.test_labels, data.classes, _EACH, seed)[:_ROWS]
    names = data.class_names[:_ROWS]
    return [
        draw_image_table(
            f"data-samples-{image_set.name}",
            titled("Images of each class", under(image_set.title)),
            [
                (name, list(image_set.images[numbers]))
                for name, numbers in zip(names, chosen, strict=True)
            ],
        ).described(
            f"A few test images of each class, {under(image_set.title)}.",
            f"{under(image_set.title).capitalize()}; chosen with seed {seed}",
        )
        for image_set in image_sets
    ]


def _labels(data: "Dataset") -> Figure:
    sets = [("Training images", data.train_labels), ("Test images", data.test_labels)]
    counts = f"{len(data.train_labels):,} to train and {len(data.test_labels):,} to test"
    return draw_labels("data-labels", sets, data.class_names).described(
        f"Bars: how many images each class of {data.name} has, {counts}.",
        f"Images of each class: {counts}",
    )


def _pixel_values(image_sets: Sequence[EvaluatedImages], data: "Dataset") -> list[Figure]:
    grey = [brightness(image_set, data.test_labels, data.classes) for image_set in image_sets]
    means = ", ".join(
        f"{under(item.title)} {(image_set.images.mean() / 255):.3f}"
        for image_set, item in zip(image_sets, grey, strict=True)
    )
    both = " and ".join(under(image_set.title) for image_set in image_sets)
    return [
        draw_histogram("data-grey-levels", grey).described(
            f"Histogram of the pixel values; their means: {means}.",
            f"Mean pixel value / 255: {means}",
        ),
        draw_class_brightness("data-classes", grey, data.class_names).described(
            "Mean and standard deviation of the pixels of each class.", "Over all pixels of a class"
        ),
        *_mean_images(image_sets, grey, data.class_names[:_ROWS], both),
    ]


def _mean_images(
    image_sets: Sequence[EvaluatedImages],
    grey: Sequence[Brightness],
    class_names: Sequence[str],
    both: str,
) -> list[Figure]:
    return [
        draw_image_table(
            f"data-mean-images-{first // _COLUMNS + 1}",
            "Mean image of each class",
            [
                (image_set.name, list(item.mean_images[first : first + _COLUMNS]))
                for image_set, item in zip(image_sets, grey, strict=True)
            ],
            class_names[first : first + _COLUMNS],
        ).described(
            f"The mean image of each class, {both}.", f"Mean of all test images of a class, {both}"
        )
        for first in range(0, len(class_names), _COLUMNS)
    ]


def _components(image_sets: Sequence[EvaluatedImages], data: "Dataset", seed: int) -> list[Figure]:
    projected = projection(image_sets, seed)
    if projected is None:
        return []
    count = len(projected.numbers)
    chosen = "all" if count == len(data.test_labels) else f"{count:,}, chosen with seed {seed}"
    share = 100 * sum(projected.explained)
    return [
        draw_projection(
            f"plane-{image_set.name}",
            titled("First two principal components", under(image_set.title)),
            projected,
            number,
            data.test_labels,
            data.class_names,
        ).described(
            f"Test images {under(image_set.title)} on the first two principal components of the "
            f"clean ones, which hold {share:.0f} % of their variance; each class has its own sign.",
            f"{under(image_set.title).capitalize()}: {chosen}; signs are class numbers, components "
            "those of the clean images",
        )
        for number, image_set in enumerate(image_sets)
    ]


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
