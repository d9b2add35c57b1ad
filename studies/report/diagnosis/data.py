"""The section of a diagnosis on the data: samples, classes, pixel values, components."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from studies.report.blocks import Figure, Grid, Note
from studies.report.charts.data import (
    draw_class_brightness,
    draw_histogram,
    draw_labels,
    draw_projection,
)
from studies.report.charts.galleries import draw_image_table
from studies.report.charts.style import titled
from studies.report.diagnosis.scores import DiagnosisContext
from studies.report.format import under
from studies.report.page import Section
from studies.run.diagnosis import EvaluatedImages
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
