"""Keras models as predictors."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models import backend
from models.digests import model_digest
from models.predictors.contract import ImageShape, PredictionError, SlicedPredictor
from models.predictors.input_spec import (
    DEFAULT_SPEC,
    IMAGES,
    InputSpec,
    external_digest,
    read_input_spec,
)
from models.predictors.inputs import InputConverter, input_converter
from models.store import load_keras

if TYPE_CHECKING:
    import keras

SETTINGS = (*IMAGES, "outputs")


class KerasPredictor(SlicedPredictor):
    """A Keras model as a predictor.

    Unless something else is declared, it takes values of 0 to 255: our own models scale inside.

    Parameters
    ----------
    model
        From images to probabilities (n, classes).
    name
        What to call it.
    spec
        How it wants its images, and what it returns.
    image_shape
        Height, width and channels to take where the model does not say them.

    Raises
    ------
    PredictionError
        When the model has another kind of input or output.
    """

    def __init__(
        self,
        model: "keras.Model",
        name: str,
        spec: InputSpec = DEFAULT_SPEC,
        image_shape: ImageShape | None = None,
    ) -> None:
        self._model = model
        self._format = _format(model, name, spec, image_shape)
        digest = model_digest(model)
        if spec != DEFAULT_SPEC:
            digest = external_digest("keras", [digest.encode()], spec)
        super().__init__(
            name,
            digest,
            self._format.image_shape,
            _classes(model, name),
            logits=spec.outputs == "logits",
        )

    def _outputs(self, images: NDArray[np.uint8]) -> NDArray[Any]:
        return np.asarray(self._model.predict_on_batch(self._format(images)))


def load_keras_file(
    path: Path, image_shape: ImageShape | None, threads: int | None
) -> KerasPredictor:
    """Load a ``.keras`` file, computing with so many threads; None leaves them as they are.

    Raises
    ------
    models.store.ModelError
        When the file is damaged, of another kind or holds code.
    models.backend.BackendError
        When the number of threads can no longer be set.
    """
    spec = read_input_spec(path, SETTINGS)
    if threads is not None:
        with backend.quiet_start():
            backend.pin_threads(threads)
    return KerasPredictor(load_keras(path), path.stem, spec, image_shape)


def _format(
    model: "keras.Model", name: str, spec: InputSpec, assumed: ImageShape | None
) -> InputConverter:
    """Return how the one input of a model wants its images."""
    shape = model.input_shape
    if not isinstance(shape, tuple) or shape[0] is not None:
        raise PredictionError(
            f"{name}: the model must have one input, for any number of images, got {shape}"
        )
    # Values as they are go in as bytes, and Keras makes of them what its first layer wants.
    changed = spec.pixels or spec.mean or spec.std
    dtype = "float32" if changed and "float" in model.inputs[0].dtype else "uint8"
    return input_converter(name, shape[1:], dtype, spec, layout="nhwc", assumed=assumed)


def _classes(model: "keras.Model", name: str) -> int:
    """Return the number of classes of the one output of a model."""
    shape = model.output_shape
    if not isinstance(shape, tuple) or len(shape) != 2 or shape[1] is None or shape[1] < 2:
        raise PredictionError(
            f"{name}: the model's output must have the shape (any, classes), 2 classes or more, "
            f"got {shape}"
        )
    return int(shape[1])
