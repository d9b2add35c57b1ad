"""Model formats by ending; a new one is one file in this folder.

Such a file holds a function under `model_format` of `models.predictors.registry`, and is found
without being listed anywhere. It imports large libraries inside functions, because help texts
import it.
"""

from models.discovery import import_modules
from models.predictors.registry import FORMATS, ModelFormat

ADVICE = {
    ".h5": "save it as .keras",
    ".joblib": "it may hold any code; save the model with skops.io.dump as .skops",
    ".pickle": "it may hold any code; save the model with skops.io.dump as .skops",
    ".pkl": "it may hold any code; save the model with skops.io.dump as .skops",
    ".pt": "it may hold any code; export the model as .onnx",
    ".pth": "it may hold any code; export the model as .onnx",
    ".tflite": "export the model as .onnx",
}
"""What to do with model files that are not read, by ending."""


def model_formats() -> dict[str, ModelFormat]:
    """Return all model formats by ending."""
    import_modules(__name__)
    return dict(sorted(FORMATS.items()))


def known_endings() -> tuple[str, ...]:
    """Return the endings of files that hold models, whether or not they can be read."""
    return (*model_formats(), *ADVICE)


def describe_endings() -> str:
    """Return the endings of the model files that can be read, as ``.keras, .onnx or .skops``."""
    *first, last = model_formats()
    return f"{', '.join(first)} or {last}" if first else last


def packages_of(ending: str) -> tuple[str, ...]:
    """Return the distributions whose versions decide the predictions of a model format."""
    return model_formats()[ending].packages
