"""Anything that classifies: uint8 images in, probabilities out, the same bytes however asked."""

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from models.backend import pin_threads
from models.digests import model_digest

if TYPE_CHECKING:
    import keras

__all__ = [
    "KerasPredictor",
    "PredictionError",
    "Predictor",
    "check_probabilities",
    "load_predictor",
    "pin_threads",
]

SLICE = 500
"""Images computed at a time, always: see `KerasPredictor`."""

SUM_TOLERANCE = 1e-3
"""How far the probabilities of an image may be from summing to 1 (float32 softmax: about 1e-6)."""


class PredictionError(ValueError):
    """Images that do not fit a model, or outputs that are no probabilities."""


class Predictor(Protocol):
    """A classifier as studies see it.

    Attributes
    ----------
    name
        What it is called in tables.
    digest
        Identity of what decides its predictions, hexadecimal.
    classes
        How many probabilities an image gets.
    input_shape
        Height, width and channels of an image.
    """

    name: str
    digest: str
    classes: int
    input_shape: tuple[int, int, int]

    def predict(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return float32 probabilities (n, classes) for uint8 images (n, h, w, c)."""


class KerasPredictor:
    """A Keras model as a predictor.

    Matrix products may change in their last bits with the number of rows. So every computation
    has the same shape: `SLICE` images, the last slice filled up with black ones. A call that
    begins where a slice of a longer call began gets the same bytes.

    Parameters
    ----------
    model
        From images (n, h, w, c), values 0 to 255, to probabilities (n, classes).
    name
        What to call it.

    Raises
    ------
    PredictionError
        When the model has another kind of input or output.
    """

    def __init__(self, model: "keras.Model", name: str) -> None:
        self.name = name
        self.input_shape = _image_shape(model, name)
        self.classes = _classes(model, name)
        self.digest = model_digest(model)
        self._model = model

    def predict(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return float32 probabilities (n, classes) for uint8 images (n, h, w, c).

        Raises
        ------
        PredictionError
            When the images have another shape or type, or the outputs are no probabilities.
        """
        _check_images(images, self.input_shape, self.name)
        result = np.empty((len(images), self.classes), np.float32)
        for start in range(0, len(images), SLICE):
            part = images[start : start + SLICE]
            result[start : start + SLICE] = self._predict_slice(part)[: len(part)]
        return result

    def _predict_slice(self, part: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Predict up to `SLICE` images as a full slice."""
        if len(part) < SLICE:
            padding = np.zeros((SLICE - len(part), *self.input_shape), np.uint8)
            part = np.concatenate([part, padding])
        probabilities = np.asarray(self._model.predict_on_batch(part), np.float32)
        check_probabilities(probabilities, self.classes, self.name)
        return probabilities


def load_predictor(path: str | Path) -> Predictor:
    """Load a classifier from a file; it is called by the file's name without ending.

    Parameters
    ----------
    path
        A ``.keras`` file, from here or elsewhere.

    Raises
    ------
    models.store.ModelError
        When the file is missing, damaged, of another kind or holds code.
    PredictionError
        When the model does not map images to probabilities.
    """
    from models.store import load_keras

    return KerasPredictor(load_keras(path), Path(path).stem)


def check_probabilities(probabilities: NDArray[np.float32], classes: int, name: str) -> None:
    """Refuse what is not one distribution over `classes` an image.

    Raises
    ------
    PredictionError
        Wrong shape, NaN or infinite, negative, or rows that do not sum to 1 within `SUM_TOLERANCE`.
    """
    if probabilities.ndim != 2 or probabilities.shape[1] != classes:
        raise PredictionError(
            f"{name}: expected outputs of shape (n, {classes}), got {probabilities.shape}"
        )
    if not np.isfinite(probabilities).all():
        raise PredictionError(f"{name}: outputs must be finite, got NaN or infinity")
    sums = probabilities.sum(axis=1, dtype=np.float64)
    off = np.abs(sums - 1)
    if probabilities.min(initial=0) < 0 or off.max(initial=0) > SUM_TOLERANCE:
        raise PredictionError(
            f"{name}: outputs must be probabilities (0 or more, summing to 1), got values down to "
            f"{probabilities.min():.4g} and sums up to {off.max():.4g} away from 1; "
            "does the model lack its softmax?"
        )


def _check_images(images: NDArray[np.uint8], shape: tuple[int, int, int], name: str) -> None:
    """Refuse images of another type or shape than the model's."""
    if images.dtype != np.uint8:
        raise PredictionError(f"{name}: images must be uint8 (0 to 255), got {images.dtype}")
    if images.shape[1:] != shape:
        raise PredictionError(
            f"{name}: each image must have the shape {shape}, got images of shape {images.shape}"
        )


def _image_shape(model: "keras.Model", name: str) -> tuple[int, int, int]:
    """Return height, width and channels of the one input of a model."""
    shape = model.input_shape
    if not isinstance(shape, tuple) or len(shape) != 4 or None in shape[1:] or shape[0] is not None:
        raise PredictionError(
            f"{name}: the model's input must have the shape (any, height, width, channels), "
            f"got {shape}"
        )
    height, width, channels = shape[1:]
    return height, width, channels


def _classes(model: "keras.Model", name: str) -> int:
    """Return the number of classes of the one output of a model."""
    shape = model.output_shape
    if not isinstance(shape, tuple) or len(shape) != 2 or shape[1] is None or shape[1] < 2:
        raise PredictionError(
            f"{name}: the model's output must have the shape (any, classes), 2 classes or more, "
            f"got {shape}"
        )
    return int(shape[1])
