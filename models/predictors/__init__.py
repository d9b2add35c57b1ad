"""Anything that classifies: uint8 images in, probabilities out, the same bytes however asked."""

from pathlib import Path

from models.predictors.contract import (
    SLICE,
    ImageShape,
    PredictionError,
    Predictor,
    SlicedPredictor,
    check_probabilities,
    slice_length,
)
from models.predictors.function import FunctionPredictor, load_function
from models.predictors.input_spec import InputSpec, input_spec_path
from models.predictors.keras_file import KerasPredictor, load_keras_file
from models.predictors.onnx_file import OnnxPredictor, load_onnx_file, weight_files
from models.predictors.skops_file import SklearnPredictor, load_skops_file
from models.predictors.sources import (
    FILE_ENDINGS,
    KNOWN_ENDINGS,
    existing_file,
    is_function,
    source_name,
)

__all__ = [
    "FILE_ENDINGS",
    "KNOWN_ENDINGS",
    "SLICE",
    "FunctionPredictor",
    "InputSpec",
    "KerasPredictor",
    "OnnxPredictor",
    "PredictionError",
    "Predictor",
    "SklearnPredictor",
    "SlicedPredictor",
    "check_probabilities",
    "files_of",
    "input_spec_path",
    "is_function",
    "load_predictor",
    "slice_length",
    "source_name",
]


def load_predictor(
    source: str | Path,
    *,
    image_shape: ImageShape | None = None,
    threads: int | None = None,
) -> Predictor:
    """Load a classifier; it is called by its file's name without ending, or by its function's.

    Parameters
    ----------
    source
        A ``.keras``, ``.onnx`` or ``.skops`` file, from here or elsewhere, or a function as
        ``package.module:function``. What a file does not say of itself (pixels of 0 to 1 or of 0 to
        255, mean and std, channels first, logits) is said in a TOML file beside it, called
        ``net.onnx.toml`` for ``net.onnx``; see `InputSpec`. For functions see
        `models.predictors.function`.
    image_shape
        Height, width and channels to take where nothing says them, as with flat inputs.
    threads
        To compute with. None leaves Keras as it is, and is 1 for the others.

    Raises
    ------
    models.store.ModelError
        When the file or function is missing, damaged, of another kind, holds code, or needs a
        library that is not installed.
    PredictionError
        When the model does not map images to probabilities, or something must be declared.
    """
    if is_function(source):
        return load_function(str(source), image_shape, threads or 1)
    path = existing_file(source)
    if path.suffix == ".onnx":
        return load_onnx_file(path, image_shape, threads or 1)
    if path.suffix == ".skops":
        return load_skops_file(path, image_shape, threads or 1)
    return load_keras_file(path, image_shape, threads)


def files_of(path: str | Path) -> tuple[Path, ...]:
    """Return the files that decide the predictions of a model file.

    Its own, its spec if there is one, and those of weights kept apart.

    Raises
    ------
    models.store.ModelError
        When it is missing, or of a kind that is not read.
    """
    path = existing_file(path)
    beside = input_spec_path(path)
    weights = weight_files(path) if path.suffix == ".onnx" else ()
    return (path, *([beside] if beside.is_file() else []), *weights)
