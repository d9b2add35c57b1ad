"""The models look at the test images, clean and under a spec; answers are stored as in a sweep."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from studies.core.errors import StudyError
from studies.core.progress import Observer
from studies.plan import Condition, ImageRange, cell_key, conditions_of, planned_keys
from studies.run.engine import BLOCK, LocalEngine, corruption_of
from studies.run.models import Classifier, start_predicting
from studies.run.sweep import missing_jobs, sweep
from studies.stats.predictions import Outcomes
from studies.store.store import Store

if TYPE_CHECKING:
    from models.data import Dataset


Images = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class View:
    """The test images under one condition, and how each model fared on them.

    Attributes
    ----------
    title
        ``clean images``, or the spec.
    name
        ``clean`` or ``corrupted``, for files.
    images
        ``(n, h, w, c)`` uint8, as the models saw them.
    outcomes
        Model name -> its outcomes.
    """

    title: str
    name: str
    images: Images
    outcomes: Mapping[str, Outcomes]


@dataclass(frozen=True, slots=True)
class Looked:
    """One condition as a sweep knows it: it is its own plan (see `studies.plan.Planned`)."""

    title: str
    name: str
    condition: Condition

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The one condition."""
        return (self.condition,)


def conditions_to_look_at(spec: str | None, seed: int) -> list[Looked]:
    """Return the clean condition and, with a spec, that of the spec.

    Raises
    ------
    StudyError
        When the spec cannot be read, or changes nothing.
    """
    import noiselib

    clean = Looked("clean images", "clean", Condition("identity", (), None))
    if spec is None:
        return [clean]
    try:
        transform = noiselib.parse(spec)
    except ValueError as error:
        raise StudyError(f"corruption: {error}") from None
    if transform.is_identity:
        raise StudyError(
            f"corruption: {spec!r} changes nothing; leave it out to look at the clean images alone"
        )
    (condition,) = conditions_of(transform, (seed,))
    return [clean, Looked(str(transform), "corrupted", condition)]


def compute_answers(
    looked: Sequence[Looked],
    data: "Dataset",
    classifiers: Sequence[Classifier],
    store: Store,
    observer: Observer,
    *,
    run: int,
    threads: int,
) -> None:
    """Have the models answer what is not stored yet.

    A model that fails leaves a failure in the store and disturbs no other.
    """
    images = store.evaluation_set().images
    digests = {classifier.name: classifier.digest for classifier in classifiers}
    jobs = missing_jobs(looked, images, digests, store.finished_keys())
    if jobs:
        wanted = {name for job in jobs for name in job.cells}
        needed = [classifier for classifier in classifiers if classifier.name in wanted]
        predictors = start_predicting(needed, data, threads=threads)
        engine = LocalEngine(data.test_images, data.test_labels, predictors, first=images.first)
        planned = len(planned_keys(looked, images, digests))
        sweep(jobs, engine, store, observer, run=run, digests=digests, planned=planned)


def read_views(
    looked: Sequence[Looked],
    data: "Dataset",
    classifiers: Sequence[Classifier],
    store: Store,
) -> list[View]:
    """Return the views, with those models that answered under every condition.

    Raises
    ------
    StudyError
        When no model did.
    """
    images, stored = store.evaluation_set().images, store.finished_keys()
    keys = {
        classifier.name: [cell_key(item.condition, images, classifier.digest) for item in looked]
        for classifier in classifiers
    }
    whole = {name: of_model for name, of_model in keys.items() if stored.issuperset(of_model)}
    if not whole:
        failures = store.failures()
        reason = f": {failures[0].model}: {failures[0].error}" if failures else ""
        raise StudyError(f"no model could be examined{reason}")
    return [
        View(
            item.title,
            item.name,
            _corrupted(item.condition, np.asarray(data.test_images), images),
            {name: store.outcomes(of_model[number]) for name, of_model in whole.items()},
        )
        for number, item in enumerate(looked)
    ]


def _corrupted(condition: Condition, images: Images, numbers: ImageRange) -> Images:
    """Return all images under a condition, corrupted in the same blocks as for the models."""
    if condition.pipeline == "identity":
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
    model
        Name of the model.
    epochs
        One mapping an epoch, with ``epoch``, ``loss``, ``accuracy`` and, where images were set
        aside, ``validation_loss`` and ``validation_accuracy``.
    kept_epoch
        The epoch whose weights were kept, from 1; 0 without epochs.
    missing
        Why there are none, in one sentence; empty where there are some.
    """

    model: str
    epochs: tuple[Mapping[str, float], ...]
    kept_epoch: int = 0
    missing: str = ""


def read_history(model: str, path: Path, digest: str) -> History:
    """Read the epochs from the file beside a model, without loading the model.

    Parameters
    ----------
    model
        Its name.
    path
        Its file.
    digest
        Its digest: a file that describes other weights is not believed.
    """
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
        return without(f"{beside} tells of no epoch")
    return History(model, sidecar.history, sidecar.kept_epoch)
