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
    losses: Sequence[FirstFailures],
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
    losses
        What each model loses first.
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
                [_tile(lost, evaluation_set, originals, side) for lost in item.images],
            )
            for item in losses
        ],
    )


def _sentence(losses: FirstFailures) -> str:
    """Say how many images a model loses, and how many of them at once."""
    if not losses.images:
        return (
            f"{losses.model} recognises {losses.recognised:,} images clean, and loses none of them."
        )
    first = losses.images[0]
    begin = f"the first {losses.first:,}" if losses.first > 1 else "the first"
    return (
        f"{losses.model} recognises {losses.recognised:,} images clean and loses {losses.lost:,} "
        f"of them on the way, {begin} at {place(first)}."
    )


def _tile(
    lost: FailedImage, evaluation_set: EvaluationSet, originals: Originals, side: int
) -> FailureTile:
    condition, names = lost.condition, evaluation_set.class_names
    image = originals.shown(lost.number, condition, evaluation_set.images.first)
    replies = [_reply(said, lost.true, names) for said in lost.said]
    number = evaluation_set.images.first + lost.number
    said = listed([f"{reply.model} says {reply.text}" for reply in replies])
    return FailureTile(
        picture="" if image is None else thumbnail(image, side),
        alt=f"Image {number}, of class {names[lost.true]}, at {place(lost)}: {said}.",
        true=shortened(names[lost.true], _LETTERS),
        place=place(lost),
        number=number,
        replies=replies,
    )


def _reply(said: ModelPrediction, true: int, names: Sequence[str]) -> Reply:
    if said.predicted is None or said.confidence is None:
        return Reply(said.model, "not asked", right=False)
    name = shortened(names[said.predicted], _LETTERS)
    sure = f"{name} ({100 * said.confidence:.0f}\N{NO-BREAK SPACE}%)"
    return Reply(said.model, sure, said.predicted == true)
