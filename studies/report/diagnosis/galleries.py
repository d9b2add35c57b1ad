"""Sections of images: mistakes, two models compared, confused pairs, samples."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from studies.report.charts.galleries import Labels, draw_gallery
from studies.report.charts.style import titled
from studies.report.diagnosis.sections import file_name
from studies.report.diagnosis.text import ARROW, mistake_lines, sample_lines, where
from studies.report.section import Section, Shown
from studies.run.diagnosis import View
from studies.stats.metrics import correct
from studies.tables.diagnosis import Evaluation
from studies.tables.diagnosis_images import (
    MAX_COMPARED,
    GalleryImage,
    GalleryPart,
    compare_mistakes,
    confused_images,
    misclassified,
    sample_predictions,
)

TrueClasses = npt.NDArray[np.int64]


def mistakes_section(
    views: Sequence[View], labels: TrueClasses, class_names: Sequence[str], seed: int
) -> Section:
    """Show images that each model gets wrong."""
    models = list(views[0].outcomes)
    shown, notes = [], []
    for model in models:
        for view in views:
            block = misclassified(view, model, labels, seed)
            if not block.images:
                notes.append(
                    f"{model} gets none of the {len(labels):,} images wrong {where(view.title)}."
                )
                continue
            name = file_name("wrong", models, model, view.name)
            picture = draw_gallery(
                name,
                titled(f"What {model} gets wrong", where(view.title)),
                [block],
                view.images,
                _mistakes(class_names),
            )
            count = _chosen(len(block.images), block.total, seed)
            seen = _listed(block, class_names)
            alt = f"Images that {model} gets wrong {where(view.title)}: {seen}."
            shown.append(Shown(picture, alt, f"{model} {where(view.title)}: {count}"))
    notes.append(f"True class {ARROW} answer, and its confidence; the surest mistakes come first.")
    return Section("What each model gets wrong", shown, notes=notes)


def comparison_section(
    views: Sequence[View], labels: TrueClasses, class_names: Sequence[str], seed: int
) -> Section | None:
    """Show what the first model gets wrong and another does not; None with one model."""
    first, *others = views[0].outcomes
    shown, notes = [], []
    for other in others:
        for view in views:
            blocks = compare_mistakes(view, first, other, labels, seed)
            if not any(block.images for block in blocks):
                notes.append(f"{first} and {other} get no image wrong {where(view.title)}.")
                continue
            name = file_name("compared", [first, *others], other, view.name)
            picture = draw_gallery(
                name,
                titled(f"{first} and {other}", where(view.title)),
                blocks,
                view.images,
                _mistakes(class_names),
            )
            counts = "; ".join(block.heading for block in blocks)
            alt = f"Images that {first} or {other} gets wrong {where(view.title)}: {counts}."
            caption = (
                f"{where(view.title).capitalize()}: {counts}. True class {ARROW} {first} | "
                f"{other}; at most {MAX_COMPARED} of each, chosen with seed {seed}"
            )
            shown.append(Shown(picture, alt, caption))
    return Section("Two models side by side", shown, notes=notes) if others else None


def pairs_section(
    views: Sequence[View],
    findings: Sequence[Evaluation],
    labels: TrueClasses,
    class_names: Sequence[str],
    seed: int,
) -> Section:
    """Show images of the pairs that each model confuses most."""
    models = list(views[0].outcomes)
    shown, notes = [], []
    for model in models:
        for view in views:
            finding = next(f for f in findings if (f.model, f.condition) == (model, view.title))
            if not finding.pairs:
                notes.append(f"{model} confuses no pair {where(view.title)}.")
                continue
            blocks = confused_images(view, model, labels, finding.pairs, class_names, seed)
            name = file_name("pairs", models, model, view.name)
            title = titled(f"What {model} confuses most", where(view.title))
            picture = draw_gallery(name, title, blocks, view.images, _mistakes(class_names))
            counts = "; ".join(block.heading for block in blocks)
            alt = f"Images of the pairs that {model} confuses most {where(view.title)}: {counts}."
            caption = f"{model} {where(view.title)}; images chosen with seed {seed}"
            shown.append(Shown(picture, alt, caption))
    return Section("The most confused pairs", shown, notes=notes)


def samples_section(
    views: Sequence[View], labels: TrueClasses, class_names: Sequence[str], seed: int
) -> Section:
    """Show a seeded sample of all images, right answers in green and wrong ones in red."""
    models = list(views[0].outcomes)
    look = Labels(partial(_called, sample_lines, class_names), framed=True)
    shown = []
    for model in models:
        for view in views:
            block = sample_predictions(view, model, labels, seed)
            numbers = [tile.number for tile in block.images]
            right = int(correct(view.outcomes[model])[numbers].sum())
            name = file_name("samples", models, model, view.name)
            title = titled(f"Answers of {model}", where(view.title))
            picture = draw_gallery(name, title, [block], view.images, look)
            count = f"{right} of these {len(numbers)} are right"
            alt = f"A sample of images with the answers of {model} {where(view.title)}: {count}."
            caption = (
                f"{model} {where(view.title)}: {count}; {_chosen(len(numbers), block.total, seed)}"
            )
            shown.append(Shown(picture, alt, caption))
    note = (
        "Green, a full frame and a tick: right. Red, a broken frame and a cross: wrong, with the "
        "true class below. The images are the same for every model and condition."
    )
    return Section("Sample predictions", shown, notes=[note])


def _mistakes(class_names: Sequence[str]) -> Labels:
    return Labels(partial(_called, mistake_lines, class_names))


def _called(
    lines: Callable[[GalleryImage, Sequence[str]], list[str]],
    class_names: Sequence[str],
    tile: GalleryImage,
) -> list[str]:
    return lines(tile, class_names)


def _chosen(shown: int, there_are: int, seed: int) -> str:
    if shown == there_are:
        return f"all {there_are:,}"
    return f"{shown} of {there_are:,}, chosen with seed {seed}"


def _listed(block: GalleryPart, class_names: Sequence[str]) -> str:
    return ", ".join(
        f"{class_names[tile.true]} taken for {class_names[tile.predictions[0][0]]}"
        for tile in block.images
    )
