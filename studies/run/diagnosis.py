"""Evaluations of models on clean and on corrupted test images, and the history of trainings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from studies.config.study import CLEAN
from studies.core.errors import StudyError
from studies.plan import IDENTITY, Condition, ImageRange, Point, cell_key, conditions_of
from studies.run.engine import BLOCK, corruption_of
from studies.run.models import Classifier
from studies.stats.predictions import Outcomes
from studies.store.store import Store

if TYPE_CHECKING:
    from models.data import Dataset


Images = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class EvaluatedImages:
    """The test images under one condition, and the outcomes of each model.

    Attributes
    ----------
    title : str
        ``clean images``, or the spec.
    name : str
        ``clean`` or ``corrupted``, for files.
    images : ndarray of uint8
        ``(n, h, w, c)``, the input of the models.
    outcomes : mapping of str to Outcomes
        Model name -> its outcomes.
    """

    title: str
    name: str
    images: Images
    outcomes: Mapping[str, Outcomes]


def plan_diagnosis(spec: str | None, seed: int) -> list[Point]:
    """Return the point of the clean images and, with a spec, that of the corruption.

    Raises
    ------
    StudyError
        When the spec cannot be read, or changes nothing.
    """
    import noiselib

    clean = Point(CLEAN, 0.0, 0.0, (Condition(IDENTITY, (), None),))
    if spec is None:
        return [clean]
    try:
        transform = noiselib.parse(spec)
    except ValueError as error:
        raise StudyError(f"corruption: {error}") from None
    if transform.is_identity:
        raise StudyError(
            f"corruption: {spec!r} changes nothing; leave it out to evaluate clean images alone"
        )
    return [clean, Point(str(transform), 1.0, 1.0, conditions_of(transform, (seed,)))]


def read_evaluations(
    points: Sequence[Point],
    data: "Dataset",
    classifiers: Sequence[Classifier],
    store: Store,
) -> list[EvaluatedImages]:
    """Return an evaluation for each point, with those models that have a cell at every point.

    Raises
    ------
    StudyError
        When no model has.
    """
    images, stored = store.evaluation_set().images, store.finished_keys()
    conditions = [point.conditions[0] for point in points]
    keys = {
        classifier.name: [cell_key(item, images, classifier.digest) for item in conditions]
        for classifier in classifiers
    }
    complete = {name: of_model for name, of_model in keys.items() if stored.issuperset(of_model)}
    if not complete:
        failures = store.failures()
        reason = f": {failures[0].model}: {failures[0].error}" if failures else ""
        raise StudyError(f"no model could be evaluated{reason}")
    return [
        EvaluatedImages(
            "clean images" if point.corruption == CLEAN else point.corruption,
            "clean" if point.corruption == CLEAN else "corrupted",
            _corrupted(conditions[number], np.asarray(data.test_images), images),
            {name: store.outcomes(of_model[number]) for name, of_model in complete.items()},
        )
        for number, point in enumerate(points)
    ]


def _corrupted(condition: Condition, images: Images, numbers: ImageRange) -> Images:
    """Return all images under a condition, corrupted in the same blocks as for the models."""
    if condition.pipeline == IDENTITY:
        return images
    corrupt = corruption_of(condition)
    result = np.empty_like(images)
    for start in range(0, len(images), BLOCK):
        result[start : start + BLOCK] = corrupt(
            images[start : start + BLOCK], numbers.first + start
        )
    return result


@dataclass(frozen=True, slots=True)
class History:
    """The epochs of a training, or why they are not known.

    Attributes
    ----------
    model : str
        Name of the model.
    epochs : tuple of mapping
        One for each epoch, with ``epoch``, ``loss``, ``accuracy`` and, where images were set
        aside, ``validation_loss`` and ``validation_accuracy``.
    kept_epoch : int
        The epoch whose weights were kept, from 1; 0 without epochs.
    missing : str
        Why there are no epochs, in one sentence; empty where there are some.
    """

    model: str
    epochs: tuple[Mapping[str, float], ...]
    kept_epoch: int = 0
    missing: str = ""


def read_history(model: str, path: Path, digest: str) -> History:
    """Read the epochs from the file beside a model, unless it describes a model of other digest."""
    from pydantic import ValidationError

    from models.store import Sidecar, sidecar_path

    def without(reason: str) -> History:
        return History(model, (), missing=f"{model} has no learning curves: {reason}.")

    beside = sidecar_path(path)
    try:
        sidecar = Sidecar.model_validate_json(beside.read_bytes())
    except FileNotFoundError:
        return without("no record of its training lies beside it")
    except (OSError, ValidationError):
        return without(f"{beside} cannot be read")
    if sidecar.model_digest != digest:
        return without(f"{beside} describes another model")
    if not sidecar.history:
        return without(f"{beside} records no epoch")
    return History(model, sidecar.history, sidecar.kept_epoch)
