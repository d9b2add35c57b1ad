"""First failures -> galleries of a page: each image where it is lost, and what the models say."""

from collections.abc import Sequence
from dataclasses import dataclass

from studies.report.charts.style import shortened
from studies.report.format import listed, place
from studies.report.images import Originals, thumbnail
from studies.store.records import EvaluationSet
from studies.tables.failures import FailedImage, FirstFailures, ModelPrediction

_LETTERS = 20  # of a class name that stand under an image


@dataclass(frozen=True, slots=True)
class Reply:
    """What one model says of an image."""

    model: str
    text: str
    right: bool


@dataclass(frozen=True, slots=True)
class FailureTile:
    """One image: its picture as a data URI, empty where the data is not at hand, and words."""

    picture: str
    alt: str
    true: str
    place: str
    number: int
    replies: Sequence[Reply]


@dataclass(frozen=True, slots=True)
class FailureGallery:
    """What every model loses first under one corruption: a sentence and tiles each."""

    title: str
    corruption: str
    number: int
    groups: Sequence[tuple[str, Sequence[FailureTile]]]


def make_gallery(
    title: str,
    corruption: str,
    number: int,
    failures: Sequence[FirstFailures],
    evaluation_set: EvaluationSet,
    originals: Originals,
    *,
    side: int,
) -> FailureGallery:
    """Return the gallery of one corruption.

    Parameters
    ----------
    title, corruption, number
        Which one: in words, as a spec, and its number on the page.
    failures
        The first failures of each model.
    evaluation_set
        Which images, with the names of their classes.
    originals
        The images, if they are at hand.
    side
        Pixels of a picture, see `studies.report.images`.
    """
    return FailureGallery(
        title,
        corruption,
        number,
        [
            (
                _sentence(item),
                [_tile(failed, evaluation_set, originals, side) for failed in item.images],
            )
            for item in failures
        ],
    )


def _sentence(failures: FirstFailures) -> str:
    """Say how many images a model misclassifies, and how many of them first."""
    begin = f"{failures.model} classifies {failures.clean_correct:,} clean images correctly"
    if not failures.images:
        return f"{begin}, and misclassifies none of them."
    first = f"the first {failures.first:,}" if failures.first > 1 else "the first"
    return (
        f"{begin} and misclassifies {failures.failed:,} of them as the corruption grows, {first} "
        f"at {place(failures.images[0])}."
    )


def _tile(
    failed: FailedImage, evaluation_set: EvaluationSet, originals: Originals, side: int
) -> FailureTile:
    condition, names = failed.condition, evaluation_set.class_names
    image = originals.shown(failed.number, condition, evaluation_set.images.first)
    replies = [_reply(said, failed.true, names) for said in failed.predictions]
    number = evaluation_set.images.first + failed.number
    said = listed([f"{reply.model} says {reply.text}" for reply in replies])
    return FailureTile(
        picture="" if image is None else thumbnail(image, side),
        alt=f"Image {number}, of class {names[failed.true]}, at {place(failed)}: {said}.",
        true=shortened(names[failed.true], _LETTERS),
        place=place(failed),
        number=number,
        replies=replies,
    )


def _reply(said: ModelPrediction, true: int, names: Sequence[str]) -> Reply:
    if said.predicted is None or said.confidence is None:
        return Reply(said.model, "not asked", right=False)
    name = shortened(names[said.predicted], _LETTERS)
    sure = f"{name} ({100 * said.confidence:.0f}\N{NO-BREAK SPACE}%)"
    return Reply(said.model, sure, said.predicted == true)
