"""Which images a model gets wrong at a point of its curve, and what it saw of them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from studies.core.errors import StudyError
from studies.plan import Condition
from studies.report.images import Originals, find_originals
from studies.results.sweep_results import SweepResults
from studies.run.engine import corruption_of
from studies.stats.metrics import correct
from studies.store.store import Store

if TYPE_CHECKING:
    from models.data import Dataset


@dataclass(frozen=True, slots=True)
class Mistake:
    """One image that a model gets wrong.

    Attributes
    ----------
    number
        Number of the image in the test set.
    true, predicted
        Names of its class, and of the one it is taken for.
    confidence
        Probability that the model gives its answer.
    """

    number: int
    true: str
    predicted: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Failing:
    """The mistakes of one model under one condition, the most confident first; of how many."""

    mistakes: tuple[Mistake, ...]
    images: int


def find_failing(results: SweepResults, model: str, condition: Condition) -> Failing:
    """Return what a model got wrong under a condition, from the stored outcomes.

    Raises
    ------
    StudyError
        When the cell is not stored, or damaged.
    """
    evaluation_set = results.evaluation_set
    with Store(results.folder) as store:
        outcomes = store.outcomes(results.key(condition, model))
    wrong = np.flatnonzero(~correct(outcomes))
    surest = wrong[np.argsort(-outcomes.confidence[wrong], kind="stable")]
    names = evaluation_set.class_names
    mistakes = [
        Mistake(
            number=evaluation_set.images.first + int(place),
            true=names[evaluation_set.labels[place]],
            predicted=names[outcomes.predicted[place]],
            confidence=float(outcomes.confidence[place]),
        )
        for place in surest
    ]
    return Failing(tuple(mistakes), len(evaluation_set.labels))


def originals_of(results: SweepResults, at_hand: "Dataset | None") -> Originals:
    """Return the images of a sweep: those of a data set that is loaded, where it is the one."""
    if at_hand is not None and at_hand.digest == results.evaluation_set.images.digest:
        return Originals(at_hand.test_images)
    return find_originals(results.study, results.evaluation_set)


def images_seen(
    originals: Originals, condition: Condition, numbers: list[int]
) -> npt.NDArray[np.uint8]:
    """Return images as the models saw them under a condition, ``(n, h, w, c)``.

    Parameters
    ----------
    originals
        The images of the sweep.
    condition
        What happens to the images.
    numbers
        Numbers of the images in the test set, at least one.

    Raises
    ------
    StudyError
        When the images cannot be had.
    """
    from models.data import DataError

    if originals.images is None:
        raise StudyError(f"the images of this sweep are not at hand: {originals.reason}")
    try:
        images = originals.images[numbers]
    except DataError as error:
        raise StudyError(f"the images of this sweep are not at hand: {error}") from None
    return corruption_of(condition)(images, np.array(numbers, np.uint64))
