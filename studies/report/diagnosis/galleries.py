"""The sections of a diagnosis on single images: confused pairs, mistakes, two models, samples."""

from collections.abc import Callable, Sequence
from functools import partial

from studies.report.blocks import Figure, Grid, Note
from studies.report.charts.galleries import Labels, draw_gallery
from studies.report.charts.style import figure_name, titled
from studies.report.diagnosis.scores import DiagnosisContext
from studies.report.format import shortened, under
from studies.report.page import Section
from studies.run.diagnosis import EvaluatedImages
from studies.stats.metrics import correct
from studies.tables.diagnosis_images import (
    MAX_COMPARED,
    GalleryImage,
    GalleryPart,
    compare_mistakes,
    confused_images,
    misclassified,
    sample_predictions,
)

ARROW = "\N{RIGHTWARDS ARROW}"
_RIGHT, _WRONG = "\N{CHECK MARK}", "\N{BALLOT X}"
_SHORT = 2  # letters of a class name that leave room for more on the same line


def pairs_section(context: DiagnosisContext) -> Section:
    """Return images of the pairs that each model confuses most."""

    def draw(model: str, image_set: EvaluatedImages) -> Figure | str:
        finding = next(
            f for f in context.findings if (f.model, f.condition) == (model, image_set.title)
        )
        if not finding.pairs:
            return f"{model} confuses no pair {under(image_set.title)}."
        labels, names = context.data.test_labels, context.class_names
        blocks = confused_images(image_set, model, labels, finding.pairs, names, context.seed)
        title = f"Most confused pairs of {model}"
        counts = "; ".join(block.heading for block in blocks)
        return _gallery(context, "pairs", model, image_set, title, blocks).described(
            f"Images of the pairs that {model} confuses most {under(image_set.title)}: {counts}.",
            f"{model} {under(image_set.title)}; images chosen with seed {context.seed}",
        )

    return _section("Most confused pairs", context, context.models, draw)


def misclassified_section(context: DiagnosisContext) -> Section:
    """Return images that each model misclassifies."""

    def draw(model: str, image_set: EvaluatedImages) -> Figure | str:
        labels, names = context.data.test_labels, context.class_names
        block = misclassified(image_set, model, labels, context.seed)
        if not block.images:
            where = under(image_set.title)
            return f"{model} misclassifies none of the {len(labels):,} images {where}."
        texts = ", ".join(
            f"{names[tile.true]} predicted as {names[tile.predictions[0][0]]}"
            for tile in block.images
        )
        title = f"Images misclassified by {model}"
        chosen = _chosen(len(block.images), block.total, context.seed)
        return _gallery(context, "wrong", model, image_set, title, [block]).described(
            f"Images that {model} misclassifies {under(image_set.title)}: {texts}.",
            f"{model} {under(image_set.title)}: {chosen}",
        )

    note = (
        f"True class {ARROW} predicted class, and its confidence; the most confident mistakes come "
        "first."
    )
    return _section("Misclassified images", context, context.models, draw, note)


def comparison_section(context: DiagnosisContext) -> Section | None:
    """Return what the first model misclassifies and another does not; None with one model."""
    first, *others = context.models

    def draw(other: str, image_set: EvaluatedImages) -> Figure | str:
        blocks = compare_mistakes(image_set, first, other, context.data.test_labels, context.seed)
        if not any(block.images for block in blocks):
            return f"{first} and {other} misclassify no image {under(image_set.title)}."
        counts = "; ".join(block.heading for block in blocks)
        title = f"{first} and {other}"
        return _gallery(context, "compared", other, image_set, title, blocks).described(
            f"Images that {first} or {other} misclassifies {under(image_set.title)}: {counts}.",
            f"{under(image_set.title).capitalize()}: {counts}. True class {ARROW} {first} | {other}"
            f"; at most {MAX_COMPARED} of each, chosen with seed {context.seed}",
        )

    return _section("Comparison of two models", context, others, draw) if others else None


def samples_section(context: DiagnosisContext) -> Section:
    """Return a seeded sample of all images, correct predictions in green and wrong ones in red."""

    def draw(model: str, image_set: EvaluatedImages) -> Figure:
        block = sample_predictions(image_set, model, context.data.test_labels, context.seed)
        numbers = [tile.number for tile in block.images]
        right = int(correct(image_set.outcomes[model])[numbers].sum())
        count = f"{right} of these {len(numbers)} are correct"
        title = f"Predictions of {model}"
        chosen = _chosen(len(numbers), block.total, context.seed)
        return _gallery(context, "samples", model, image_set, title, [block]).described(
            f"A sample of images with the predictions of {model} {under(image_set.title)}: "
            f"{count}.",
            f"{model} {under(image_set.title)}: {count}; {chosen}",
        )

    note = (
        "Green, a full frame and a tick: correct. Red, a broken frame and a cross: wrong, with the "
        "true class below. The images are the same for every model and condition."
    )
    return _section("Sample predictions", context, context.models, draw, note)


def _section(
    heading: str,
    context: DiagnosisContext,
    models: Sequence[str],
    draw: Callable[[str, EvaluatedImages], Figure | str],
    note: str = "",
) -> Section:
    """Return a section of the figures of each model and condition, or of notes without one."""
    drawn = [draw(model, image_set) for model in models for image_set in context.image_sets]
    figures = [item for item in drawn if not isinstance(item, str)]
    notes = [Note(item) for item in drawn if isinstance(item, str)]
    grid = [Grid(figures, wide=True)] if figures else []
    return Section(heading, [*grid, *notes, *([Note(note)] if note else [])])


def _gallery(
    context: DiagnosisContext,
    kind: str,
    model: str,
    image_set: EvaluatedImages,
    title: str,
    blocks: Sequence[GalleryPart],
) -> Figure:
    is_sample = kind == "samples"
    lines = partial(sample_lines if is_sample else mistake_lines, class_names=context.class_names)
    return draw_gallery(
        figure_name(kind, context.models, model, image_set.name),
        titled(title, under(image_set.title)),
        blocks,
        image_set.images,
        Labels(lines, framed=is_sample),
    )


def _chosen(shown: int, total: int, seed: int) -> str:
    return f"all {total:,}" if shown == total else f"{shown} of {total:,}, chosen with seed {seed}"


def mistake_lines(tile: GalleryImage, class_names: Sequence[str]) -> list[str]:
    """Return what stands under a mistake: true class, arrow, predictions, confidences."""
    true, predicted, confidence = _parts(tile, class_names)
    if len(tile.predictions) == 1 and max(len(true), len(predicted)) <= _SHORT:
        return [f"{true} {ARROW} {predicted}  {confidence}"]
    if max(map(len, (true, *predicted.split(" | ")))) <= _SHORT:
        return [f"{true} {ARROW} {predicted}", confidence]
    return [true, f"{ARROW} {predicted}", confidence]


def sample_lines(tile: GalleryImage, class_names: Sequence[str]) -> list[str]:
    """Return what stands under a sample: correct or wrong, the prediction, its confidence."""
    true, predicted, confidence = _parts(tile, class_names)
    right = tile.predictions[0][0] == tile.true
    sign, truth = (_RIGHT, []) if right else (_WRONG, [f"is {true}"])
    if len(predicted) <= _SHORT:
        return [f"{sign} {predicted}  {confidence}", *truth]
    return [f"{sign} {predicted}", confidence, *truth]


def _parts(tile: GalleryImage, class_names: Sequence[str]) -> tuple[str, str, str]:
    room = 11 // len(tile.predictions)
    predicted = " | ".join(shortened(class_names[number], room) for number, _ in tile.predictions)
    confidence = " | ".join(f"{100 * share:.0f} %" for _, share in tile.predictions)
    return shortened(class_names[tile.true], 11), predicted, confidence
