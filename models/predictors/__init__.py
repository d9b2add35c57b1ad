"""Classifiers from any source: uint8 images in, probabilities out, reproducible to the byte."""

from pathlib import Path

from models.errors import ModelError, PredictionError
from models.extras import explain_missing_package
from models.predictors.contract import SLICE, ImageShape, Predictor, slice_length
from models.predictors.formats import (
    ADVICE,
    describe_endings,
    known_endings,
    model_formats,
    packages_of,
)
from models.predictors.sources import is_function, source_name

__all__ = [
    "SLICE",
    "ImageShape",
    "PredictionError",
    "Predictor",
    "describe_endings",
    "existing_file",
    "files_of",
    "is_function",
    "known_endings",
    "load_predictor",
    "packages_of",
    "slice_length",
    "source_name",
]


def load_predictor(
    source: str | Path,
    *,
    image_shape: ImageShape | None = None,
    threads: int | None = None,
) -> Predictor:
    """Load a classifier and name it after its file, without the ending, or after its function.

    Parameters
    ----------
    source : str or Path
        A model file, trained here or external, or a function as ``package.module:function``. What
        an external file does not state (pixels of 0 to 1 or of 0 to 255, mean and std, channels
        first, logits) is read from a TOML file beside it, ``net.onnx.toml`` for ``net.onnx``; see
        `models.predictors.input_spec.InputSpec`. For functions see
        `models.predictors.function_predictor`.
    image_shape : tuple of int, optional
        Height, width and channels to assume where nothing gives them, as with flat inputs.
    threads : int, optional
        Number of threads to compute with. None leaves Keras unchanged, and is 1 for other models.

    Returns
    -------
    Predictor
        The classifier.

    Raises
    ------
    ModelError
        When the file or function is missing, damaged, of another kind, holds code, or needs a
        package that is not installed.
    PredictionError
        When the model does not map images to probabilities, or something must be declared.
    """
    if is_function(source):
        from models.predictors.function_predictor import load_function

        return load_function(str(source), image_shape, threads or 1)
    path = existing_file(source)
    entry = model_formats()[path.suffix]
    with explain_missing_package(str(path), entry.extra, ModelError):
        return entry.load(path, image_shape, threads)


def files_of(path: str | Path) -> tuple[Path, ...]:
    """Return the files that decide the predictions of a model file.

    Parameters
    ----------
    path : str or Path
        The model file.

    Returns
    -------
    tuple of Path
        The model file, its input spec if there is one, and separate files with its weights.

    Raises
    ------
    ModelError
        When the file is missing, or of a kind that is not read.
    """
    from models.predictors.input_spec import input_spec_path

    path = existing_file(path)
    spec = input_spec_path(path)
    weights = model_formats()[path.suffix].weight_files(path)
    return (path, *([spec] if spec.is_file() else []), *weights)


def existing_file(path: str | Path) -> Path:
    """Return the path of a model file that exists and can be read.

    Parameters
    ----------
    path : str or Path
        The model file.

    Returns
    -------
    Path
        The same, with the home folder in place of ``~``.

    Raises
    ------
    ModelError
        When the file is missing, or of a kind that is not read.
    """
    path = Path(path).expanduser()
    if not path.is_file():
        raise ModelError(f"there is no model file {path}")
    if path.suffix not in model_formats():
        advice = ADVICE.get(path.suffix, f"name a {describe_endings()} file")
        raise ModelError(f"{path} is of a kind that is not read: {advice}")
    return path
