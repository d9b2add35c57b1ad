"""Which images to show: seeded choices, so that the same ones come again."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studies.run.diagnosis import View
from studies.stats.confusion import Pair
from studies.stats.metrics import correct
from studies.stats.predictions import Outcomes

WRONG = 30
"""Misclassified images in a gallery, at most."""

SAMPLES = 20
"""Sample predictions."""

OF_EACH = 10
"""Images in each part of the comparison of two models."""

PAIRS, OF_PAIR = 4, 5
"""Confused pairs with pictures, and images of each."""

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tile:
    """One image of a gallery: its number, and how each model shown took it."""

    number: int
    true: int
    answers: tuple[tuple[int, float], ...]  # class and confidence, one a model


@dataclass(frozen=True, slots=True)
class Block:
    """Part of a gallery: a heading, and images; perhaps fewer than there are."""

    heading: str
    tiles: Sequence[Tile]
    of: int


def wrong_ones(view: View, model: str, labels: Numbers, seed: int) -> Block:
    """Choose among the images that a model gets wrong; the most confident mistakes come first."""
    outcomes = view.outcomes[model]
    wrong = np.flatnonzero(~correct(outcomes))
    chosen = _some(wrong, WRONG, seed)
    surest = chosen[np.argsort(-outcomes.confidence[chosen], kind="stable")]
    return Block("", [_tile(number, labels, [outcomes]) for number in surest], len(wrong))


def samples(view: View, model: str, labels: Numbers, seed: int) -> Block:
    """Choose among all images, the same ones for every model and view."""
    chosen = _some(np.arange(len(labels)), SAMPLES, seed)
    tiles = [_tile(number, labels, [view.outcomes[model]]) for number in chosen]
    return Block("", tiles, len(labels))


def compared(view: View, first: str, second: str, labels: Numbers, seed: int) -> list[Block]:
    """Choose images that the first model gets wrong, that the second does, and that both do."""
    outcomes = [view.outcomes[first], view.outcomes[second]]
    wrong = [~correct(item) for item in outcomes]
    parts = [
        (f"only {first} is wrong", wrong[0] & ~wrong[1]),
        (f"only {second} is wrong", wrong[1] & ~wrong[0]),
        ("both are wrong", wrong[0] & wrong[1]),
    ]
    return [
        Block(
            f"{heading}: {mask.sum():,}",
            [
                _tile(number, labels, outcomes)
                for number in _some(np.flatnonzero(mask), OF_EACH, seed)
            ],
            int(mask.sum()),
        )
        for heading, mask in parts
    ]


def of_pairs(
    view: View,
    model: str,
    labels: Numbers,
    pairs: Sequence[Pair],
    class_names: Sequence[str],
    seed: int,
) -> list[Block]:
    """Choose images of the most confused pairs."""
    outcomes = view.outcomes[model]
    blocks = []
    for pair in pairs[:PAIRS]:
        one = (labels == pair.low) & (outcomes.predicted == pair.high)
        other = (labels == pair.high) & (outcomes.predicted == pair.low)
        chosen = _some(np.flatnonzero(one | other), OF_PAIR, seed)
        in_order = chosen[np.argsort(labels[chosen], kind="stable")]
        heading = f"{class_names[pair.low]} and {class_names[pair.high]}: {pair.count:,}"
        tiles = [_tile(number, labels, [outcomes]) for number in in_order]
        blocks.append(Block(heading, tiles, pair.count))
    return blocks


def of_classes(labels: Numbers, classes: int, each: int, seed: int) -> list[Numbers]:
    """Choose a few images of every class."""
    return [_some(np.flatnonzero(labels == number), each, seed) for number in range(classes)]


def _some(numbers: Numbers, limit: int, seed: int) -> Numbers:
    """Return at most so many of the numbers, in their order."""
    if len(numbers) <= limit:
        return numbers
    return np.sort(np.random.default_rng(seed).choice(numbers, limit, replace=False))


def _tile(number: np.int64, labels: Numbers, outcomes: Sequence[Outcomes]) -> Tile:
    answers = tuple((int(o.predicted[number]), float(o.confidence[number])) for o in outcomes)
    return Tile(int(number), int(labels[number]), answers)
