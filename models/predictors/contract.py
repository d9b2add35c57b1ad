"""What a predictor promises: uint8 images in, probabilities out, the same bytes however asked."""

import math
from abc import ABC, abstractmethod
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from models.stored_images import Images

SLICE = 500
"""Images computed at a time, always: see `SlicedPredictor`."""

MOST_VALUES = 2**23
"""Pixel values in a slice. Images larger than 64 x 64 x 4 are computed fewer at a time."""

SUM_TOLERANCE = 1e-3
"""How far the probabilities of an image may be from summing to 1 (float32 softmax: about 1e-6)."""

ImageShape = tuple[int, int, int]
"""Height, width and channels."""


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
    input_shape: ImageShape

    def predict(self, images: Images) -> NDArray[np.float32]:
        """Return float32 probabilities (n, classes) for uint8 images (n, h, w, c)."""


class SlicedPredictor(ABC):
    """A predictor that computes in slices of one length.

    Matrix products may change in their last bits with the number of rows. So every computation
    has the same shape: `slice_length` images, the last slice filled up with black ones. A call
    that begins where a slice of a longer call began gets the same bytes.

    Parameters
    ----------
    name, digest, input_shape
        As in `Predictor`.
    classes
        As in `Predictor`; None to find out by predicting black images.
    logits
        Whether the outputs are logits, from which a softmax makes probabilities.

    Raises
    ------
    PredictionError
        When the number of classes is to be found out, and the outputs are not (n, 2 or more).
    """

    def __init__(
        self,
        name: str,
        digest: str,
        input_shape: ImageShape,
        classes: int | None,
        *,
        logits: bool = False,
    ) -> None:
        self.name = name
        self.digest = digest
        self.input_shape = input_shape
        self._logits = logits
        self._length = slice_length(input_shape)
        self.classes = self._classes_of_black_images() if classes is None else classes

    @abstractmethod
    def _outputs(self, images: NDArray[np.uint8]) -> NDArray[Any]:
        """Return the model's outputs (n, classes) for exactly one slice of images (n, h, w, c)."""

    def predict(self, images: Images) -> NDArray[np.float32]:
        """Return float32 probabilities (n, classes) for uint8 images (n, h, w, c).

        Raises
        ------
        PredictionError
            When the images have another shape or type, or the outputs are no probabilities.
        """
        check_images(images, self.input_shape, self.name)
        result = np.empty((len(images), self.classes), np.float32)
        for start in range(0, len(images), self._length):
            part = images[start : start + self._length]
            result[start : start + self._length] = self._predict_slice(part)[: len(part)]
        return result

    def _predict_slice(self, part: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Predict up to a slice of images as a full slice."""
        if len(part) < self._length:
            padding = np.zeros((self._length - len(part), *self.input_shape), np.uint8)
            part = np.concatenate([part, padding])
        outputs = np.asarray(self._outputs(part), np.float32)
        if self._logits:
            outputs = softmax(outputs, self.name)
        check_probabilities(outputs, self.classes, self.name)
        if len(outputs) != len(part):
            raise PredictionError(
                f"{self.name}: expected a row for each of {len(part)} images, got {len(outputs)}"
            )
        return outputs

    def _classes_of_black_images(self) -> int:
        shape = self._outputs(np.zeros((self._length, *self.input_shape), np.uint8)).shape
        if len(shape) != 2 or shape[0] != self._length or shape[1] < 2:
            raise PredictionError(
                f"{self.name}: {self._length} images must give outputs of shape "
                f"({self._length}, classes), 2 classes or more, got {shape}"
            )
        return int(shape[1])


def slice_length(shape: ImageShape) -> int:
    """Return how many images are computed at a time: `SLICE`, or a divisor where they are large.

    A divisor, so that what holds whole slices of small images holds whole slices of large ones.
    """
    most = max(MOST_VALUES // math.prod(shape), 1)
    return max(length for length in range(1, min(SLICE, most) + 1) if SLICE % length == 0)


def softmax(logits: NDArray[np.float32], name: str) -> NDArray[np.float32]:
    """Return exp(x) / sum(exp(x)) over the last axis, which is the classes.

    Raises
    ------
    PredictionError
        When a value is NaN or infinite.
    """
    _check_finite(logits, name)
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True), dtype=np.float32)
    shares: NDArray[np.float32] = powers / powers.sum(axis=-1, keepdims=True)
    return shares


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
    _check_finite(probabilities, name)
    sums = probabilities.sum(axis=1, dtype=np.float64)
    off = np.abs(sums - 1)
    if probabilities.min(initial=0) < 0 or off.max(initial=0) > SUM_TOLERANCE:
        raise PredictionError(
            f"{name}: outputs must be probabilities (0 or more, summing to 1), got values down to "
            f"{probabilities.min():.4g} and sums up to {off.max():.4g} away from 1; "
            "does the model lack its softmax? that a file gives logits can be declared, by "
            'outputs = "logits" in FILE.toml beside it'
        )


def check_images(images: Images, shape: ImageShape, name: str) -> None:
    """Refuse images of another type or shape than the model's.

    Raises
    ------
    PredictionError
        When they are not uint8, or not (n, height, width, channels) as `shape` says.
    """
    if images.dtype != np.uint8:
        raise PredictionError(f"{name}: images must be uint8 (0 to 255), got {images.dtype}")
    if images.shape[1:] != shape:
        raise PredictionError(
            f"{name}: each image must have the shape {shape}, got images of shape {images.shape}"
        )


def _check_finite(outputs: NDArray[np.float32], name: str) -> None:
    if not np.isfinite(outputs).all():
        raise PredictionError(f"{name}: outputs must be finite, got NaN or infinity")
