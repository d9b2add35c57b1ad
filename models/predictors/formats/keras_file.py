"""Keras models in ``.keras`` files: those that this toolkit trained, and external ones."""

from pathlib import Path
from typing import TYPE_CHECKING

from models.predictors.registry import model_format

if TYPE_CHECKING:
    from models.predictors.contract import ImageShape
    from models.predictors.keras_predictor import KerasPredictor


@model_format(
    ".keras", packages=("keras", "tensorflow", "tensorflow_cpu", "jax", "torch"), extra="app"
)
def load_keras_file(
    path: Path, image_shape: "ImageShape | None", threads: int | None
) -> "KerasPredictor":
    """Load a ``.keras`` file.

    Parameters
    ----------
    path : Path
        The file.
    image_shape : tuple of int or None
        Height, width and channels to assume where the model does not give them.
    threads : int or None
        Number of threads to compute with; None leaves it unchanged.

    Returns
    -------
    KerasPredictor
        Named after the file.

    Raises
    ------
    ModelError
        When the file is damaged, of another kind or holds code.
    models.backend.BackendError
        When the number of threads can no longer be set.
    """
    from models import backend
    from models.predictors.input_spec import IMAGE_SETTINGS, read_input_spec
    from models.predictors.keras_predictor import KerasPredictor
    from models.store import load_keras

    spec = read_input_spec(path, (*IMAGE_SETTINGS, "outputs"))
    if threads is not None:
        with backend.quiet_start():
            backend.pin_threads(threads)
    return KerasPredictor(load_keras(path), path.stem, spec, image_shape)
