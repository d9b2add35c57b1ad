"""What is seen of a view: pictures, answers of models, and how they fare as the strength grows."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studies.stats.breaking_points import breaking_points

Image = npt.NDArray[np.uint8]
Shares = npt.NDArray[np.float32]

TOP = 3

ORANGE, BLUE = (230, 110, 10), (0, 114, 178)
"""Told apart by readers of every colour vision."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model says of one picture.

    Attributes
    ----------
    model
        Its name.
    top
        The classes with the highest probabilities, number and probability, the highest first.
    right
        Whether the first is the true class; None where no truth is known.
    """

    model: str
    top: tuple[tuple[int, float], ...]
    right: bool | None


@dataclass(frozen=True, slots=True)
class Seen:
    """A view as it is seen."""

    clean: Image
    corrupted: Image
    truth: int | None
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """How one model fares along the whole path of strengths, with the same draws.

    Attributes
    ----------
    model
        Its name.
    reference
        The class that counts as right: the true one, or the model's own answer to the clean
        picture where no truth is known.
    shares
        Its probability at each step from t = 0 to t = 1.
    lost
        The first t at which the model answers otherwise; None if it never does.
    known
        Whether the truth is known.
    """

    model: str
    reference: int
    shares: tuple[float, ...]
    lost: float | None
    known: bool = True


def answer_of(model: str, shares: Shares, truth: int | None) -> Answer:
    """Return the classes that a model holds for likeliest; of equal ones, the first come first."""
    best = np.argsort(-shares, kind="stable")[:TOP]
    top = tuple((int(number), float(shares[number])) for number in best)
    return Answer(model, top, None if truth is None else top[0][0] == truth)


def course_of(model: str, shares: Shares, truth: int | None) -> Course:
    """Return how a model fares, from its probabilities (steps + 1, classes)."""
    said = shares.argmax(axis=1)
    reference = int(said[0]) if truth is None else truth
    first = int(breaking_points((said == reference)[None, :, None])[0, 0])
    steps = len(shares) - 1
    return Course(
        model=model,
        reference=reference,
        shares=tuple(float(share) for share in shares[:, reference]),
        lost=None if first > steps else first / steps,
        known=truth is not None,
    )


def difference(clean: Image, corrupted: Image) -> Image:
    """Return what a corruption changed as an RGBA image (h, w, 4).

    What became brighter is orange, what became darker is blue, and the less opaque the less it
    changed (its square root is the opacity); where nothing changed, nothing is seen. Of colours,
    the mean counts.
    """
    change = (corrupted.astype(np.float64) - clean).mean(axis=-1) / 255
    picture = np.empty((*change.shape, 4), np.uint8)
    picture[..., :3] = np.where((change > 0)[..., None], ORANGE, BLUE)
    picture[..., 3] = np.rint(255 * np.sqrt(np.abs(change)))
    return picture
