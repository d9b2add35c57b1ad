"""Predictions in slices of one length, so that the same images always get the same bytes."""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import PredictionError
from models.predictors.contract import ImageShape, slice_length
from models.stored_images import Images

SUM_TOLERANCE = 1e-3
"""How far the sum of the probabilities may be from 1 (with a float32 softmax it is about 1e-6)."""


class SlicedPredictor(ABC):
    """A predictor that computes in slices of one length.

    Matrix products may change in their last bits with the number of rows. So every computation
    has the same shape: `slice_length` images, the last slice padded with black images. A call that
    begins where a slice of a longer call began gets the same bytes.

    Parameters
    ----------
    name : str
        As in `models.predictors.Predictor`.
    digest : str
        As in `models.predictors.Predictor`.
    input_shape : tuple of int
        As in `models.predictors.Predictor`.
    classes : int or None
        As in `models.predictors.Predictor`; None counts the outputs for black images.
    logits : bool, optional
        Whether the outputs are logits, which a softmax turns into probabilities.

    Raises
    ------
    PredictionError
        When `classes` is None and the outputs do not have the shape (n, 2 or more).
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
        self.classes = self._count_classes() if classes is None else classes

    @abstractmethod
    def _outputs(self, images: NDArray[np.uint8]) -> NDArray[Any]:
        """Return the model's outputs (n, classes) for exactly one slice of images (n, h, w, c)."""

    def predict(self, images: Images) -> NDArray[np.float32]:
        """Predict the class probabilities of images.

        Parameters
        ----------
        images : ndarray of uint8 or StoredImages, shape (n, h, w, c)
            The images, with values of 0 to 255.

        Returns
        -------
        ndarray of float32, shape (n, classes)
            One distribution for each image.

        Raises
        ------
        PredictionError
            When the images have another shape or type, or the outputs are not probabilities.
        """
        check_images(images, self.input_shape, self.name)
        result = np.empty((len(images), self.classes), np.float32)
        for start in range(0, len(images), self._length):
            part = images[start : start + self._length]
            result[start : start + self._length] = self._predict_slice(part)[: len(part)]
        return result

    def _predict_slice(self, part: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Predict up to one slice of images, padded to a full slice."""
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

    def _count_classes(self) -> int:
        """Return the number of outputs for each of a slice of black images."""
        shape = self._outputs(np.zeros((self._length, *self.input_shape), np.uint8)).shape
        if len(shape) != 2 or shape[0] != self._length or shape[1] < 2:
            raise PredictionError(
                f"{self.name}: {self._length} images must give outputs of shape "
                f"({self._length}, classes), 2 classes or more, got {shape}"
            )
        return int(shape[1])


def softmax(logits: NDArray[np.float32], name: str) -> NDArray[np.float32]:
    """Return exp(x) / sum(exp(x)) over the last axis.

    Parameters
    ----------
    logits : ndarray of float32, shape (n, classes)
        Outputs of a model.
    name : str
        Name of the model, for messages.

    Returns
    -------
    ndarray of float32, shape (n, classes)
        Probabilities.

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
    """Raise an error unless each row is a distribution over the classes.

    Parameters
    ----------
    probabilities : ndarray of float32, shape (n, classes)
        Outputs of a model.
    classes : int
        Number of classes.
    name : str
        Name of the model, for messages.

    Raises
    ------
    PredictionError
        For another shape, NaN, infinity, a negative value, or rows that do not sum to 1 within
        `SUM_TOLERANCE`.
    """
    if probabilities.ndim != 2 or probabilities.shape[1] != classes:
        raise PredictionError(
            f"{name}: expected outputs of shape (n, {classes}), got {probabilities.shape}"
        )
    _check_finite(probabilities, name)
    sums = probabilities.sum(axis=1, dtype=np.float64)
    deviation = np.abs(sums - 1)
    if probabilities.min(initial=0) < 0 or deviation.max(initial=0) > SUM_TOLERANCE:
        raise PredictionError(
            f"{name}: outputs must be probabilities (0 or more, summing to 1), got values down to "
            f"{probabilities.min():.4g} and sums up to {deviation.max():.4g} away from 1; "
            "does the model lack its softmax? that a file gives logits can be declared, by "
            'outputs = "logits" in FILE.toml beside it'
        )


def check_images(images: Images, shape: ImageShape, name: str) -> None:
    """Raise an error unless images have the type and the shape that a model takes.

    Parameters
    ----------
    images : ndarray or StoredImages
        The images.
    shape : tuple of int
        Height, width and channels that the model takes.
    name : str
        Name of the model, for messages.

    Raises
    ------
    PredictionError
        When the images are not uint8, or not (n, *shape).
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
