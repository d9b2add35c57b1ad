"""Keras models as predictors."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.digests import model_digest
from models.errors import PredictionError
from models.predictors.contract import ImageShape
from models.predictors.input_spec import DEFAULT_SPEC, InputSpec, external_digest
from models.predictors.inputs import InputConverter, input_converter
from models.predictors.sliced import SlicedPredictor

if TYPE_CHECKING:
    import keras


class KerasPredictor(SlicedPredictor):
    """A Keras model as a predictor.

    Unless something else is declared, the model takes values of 0 to 255: models that are trained
    here scale their inputs themselves.

    Parameters
    ----------
    model : keras.Model
        From images to probabilities (n, classes).
    name : str
        Name in tables.
    spec : InputSpec, optional
        How the model takes its images, and what it returns.
    image_shape : tuple of int, optional
        Height, width and channels to assume where the model does not give them.

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
        self._convert = _converter(model, name, spec, image_shape)
        digest = model_digest(model)
        if spec != DEFAULT_SPEC:
            digest = external_digest("keras", [digest.encode()], spec)
        super().__init__(
            name,
            digest,
            self._convert.image_shape,
            _classes(model, name),
            logits=spec.outputs == "logits",
        )

    def _outputs(self, images: NDArray[np.uint8]) -> NDArray[Any]:
        return np.asarray(self._model.predict_on_batch(self._convert(images)))


def _converter(
    model: "keras.Model", name: str, spec: InputSpec, assumed: ImageShape | None
) -> InputConverter:
    """Return what converts images for the one input of a model."""
    shape = model.input_shape
    if not isinstance(shape, tuple) or shape[0] is not None:
        raise PredictionError(
            f"{name}: the model must have one input, for any number of images, got {shape}"
        )
    # Unscaled values are passed as bytes, which Keras casts to what the first layer takes.
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
