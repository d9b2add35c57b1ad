"""Computes the images and the predictions of a view, and where models first misclassify it."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from noiselib import Transform
from studies.explorer.play.image_alignment import MEASURED_IMAGES, ImageAlignment, measure_alignment
from studies.explorer.state import ExplorerState
from studies.explorer.view import ImageSource, PlayView
from studies.stats.predictions import breaking_points

TOP = 3
"""Number of classes that are shown of each prediction."""

STEPS, STEPS_OF_LARGE_IMAGES = 100, 20
"""Number of steps of the severity range; images of more than `SMALL` values get fewer."""

SMALL = 64 * 64 * 3

CACHED_CURVES = 64
"""Number of images and corruptions whose probabilities are cached; images are not cached."""

Image = npt.NDArray[np.uint8]
Probabilities = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TopPredictions:
    """The prediction of a model for one image.

    Attributes
    ----------
    top : tuple of tuple
        Number and probability of the most probable classes, the highest probability first.
    correct : bool or None
        Whether the first is the true class; None if that is not known.
    """

    model: str
    top: tuple[tuple[int, float], ...]
    correct: bool | None


@dataclass(frozen=True, slots=True)
class ViewResult:
    """The images and the predictions of a view; the label is None if it is not known."""

    clean: Image
    corrupted: Image
    label: int | None
    predictions: tuple[TopPredictions, ...]


@dataclass(frozen=True, slots=True)
class ConfidenceCurve:
    """The predictions of one model over the severity range, with the same noise.

    Attributes
    ----------
    reference : int
        The class that counts as correct: the true one or, if that is not known, the class
        predicted for the clean image.
    probabilities : tuple of float
        Probability of that class at each step from t = 0 to t = 1.
    first_error : float or None
        The smallest t at which another class is predicted; None if there is none.
    """

    model: str
    reference: int
    probabilities: tuple[float, ...]
    first_error: float | None
    label_known: bool = True


class Superseded(Exception):  # noqa: N818 - not an error: a newer request has arrived
    """Raised when a newer request makes a computation unnecessary."""


class Evaluator:
    """Computes views; every method may be called from any thread."""

    def __init__(self, state: ExplorerState) -> None:
        self._state, self._shape = state, state.data.image_shape
        self.steps = STEPS if math.prod(self._shape) <= SMALL else STEPS_OF_LARGE_IMAGES
        self._cached = lru_cache(maxsize=CACHED_CURVES)(_new_entry)  # probabilities by model

    @cached_property
    def alignment(self) -> ImageAlignment:
        """Where the objects lie in the training images."""
        return measure_alignment(self._state.data.train_images[:MEASURED_IMAGES])

    def image(self, source: ImageSource) -> Image:
        """Return the clean image (h, w, c) of a source."""
        if source.origin == "test":
            image: Image = self._state.data.test_images[source.number]
            return image
        return np.frombuffer(source.pixels, np.uint8).reshape(self._shape)

    def label(self, source: ImageSource) -> int | None:
        """Return the class of a test image; None for images of the visitor."""
        if source.origin != "test":
            return None
        return int(self._state.data.test_labels[source.number])

    def evaluate(self, view: PlayView, transform: Transform) -> ViewResult:
        """Return the predictions of a view and its images, with the bytes that a sweep computes."""
        clean, label = self.image(view.source), self.label(view.source)
        corrupt = transform.at(view.t)
        corrupted: Image = corrupt(clean[None], seed=view.seed, ids=view.source.number)[0]
        cached = self._cached(view.source, str(transform), view.seed)
        step = view.t * self.steps
        if cached and step == round(step):
            probabilities = {model: rows[round(step)] for model, rows in cached.items()}
        else:
            predicted = self._state.predict(corrupted[None])
            probabilities = {model: rows[0] for model, rows in predicted.items()}
        predictions = (top_predictions(name, row, label) for name, row in probabilities.items())
        return ViewResult(clean, corrupted, label, tuple(predictions))

    def confidence_curves(
        self, view: PlayView, transform: Transform, wanted: Callable[[], bool] = lambda: True
    ) -> tuple[ConfidenceCurve, ...]:
        """Return the predictions of each model over the severity range; they are cached.

        Raise Superseded once `wanted`, which is called repeatedly, returns False.
        """
        cached = self._cached(view.source, str(transform), view.seed)
        if not cached:
            cached.update(self._probabilities(view, transform, wanted))
        label = self.label(view.source)
        return tuple(confidence_curve(name, rows, label) for name, rows in cached.items())

    def _probabilities(
        self, view: PlayView, transform: Transform, wanted: Callable[[], bool]
    ) -> dict[str, Probabilities]:
        """Return the probabilities (steps + 1, classes) of each model over the severity range."""
        image = self.image(view.source)[None]
        corrupted = []
        for step in range(self.steps + 1):
            if not wanted():
                raise Superseded
            corrupt = transform.at(step / self.steps)
            corrupted.append(corrupt(image, seed=view.seed, ids=view.source.number))
        if not wanted():
            raise Superseded
        return self._state.predict(np.concatenate(corrupted))


def _new_entry(source: ImageSource, spec: str, seed: int) -> dict[str, Probabilities]:
    """Return an empty cache entry, which `Evaluator.confidence_curves` fills."""
    del source, spec, seed  # the key of the entry
    return {}


def top_predictions(model: str, probabilities: Probabilities, label: int | None) -> TopPredictions:
    """Return the most probable classes; those of equal probability in their order."""
    best = np.argsort(-probabilities, kind="stable")[:TOP]
    top = tuple((int(number), float(probabilities[number])) for number in best)
    return TopPredictions(model, top, None if label is None else top[0][0] == label)


def confidence_curve(
    model: str, probabilities: Probabilities, label: int | None
) -> ConfidenceCurve:
    """Return the curve of a model from its probabilities (steps + 1, classes)."""
    predicted = probabilities.argmax(axis=1)
    reference = int(predicted[0]) if label is None else label
    first = int(breaking_points((predicted == reference)[None, :, None])[0, 0])
    steps = len(probabilities) - 1
    return ConfidenceCurve(
        model=model,
        reference=reference,
        probabilities=tuple(float(value) for value in probabilities[:, reference]),
        first_error=None if first > steps else first / steps,
        label_known=label is not None,
    )
