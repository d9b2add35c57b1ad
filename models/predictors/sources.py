"""Where predictors come from: model files and functions, by name, and what may go wrong there."""

import importlib
import re
from pathlib import Path
from types import ModuleType

from models.store import ModelError

FILE_ENDINGS = (".keras", ".onnx", ".skops")
"""Of the model files that can be read."""

_FUNCTION = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")
_BETTER_FILES = {
    ".h5": "save it as .keras",
    ".joblib": "it may hold any code; save the model with skops.io.dump as .skops",
    ".pickle": "it may hold any code; save the model with skops.io.dump as .skops",
    ".pkl": "it may hold any code; save the model with skops.io.dump as .skops",
    ".pt": "it may hold any code; export the model as .onnx",
    ".pth": "it may hold any code; export the model as .onnx",
    ".tflite": "export the model as .onnx",
}
KNOWN_ENDINGS = (*FILE_ENDINGS, *_BETTER_FILES)
"""Of files that hold models, whether they are read or not."""


def is_function(source: str | Path) -> bool:
    """Tell whether a model is a function, named as ``package.module:function``."""
    return _FUNCTION.fullmatch(str(source)) is not None


def source_name(source: str | Path) -> str:
    """Return what a model is called: its function, or its file's name without ending."""
    return str(source).partition(":")[2] if is_function(source) else Path(source).stem


def existing_file(path: str | Path) -> Path:
    """Return the path of a model file that is there and of a kind that can be read.

    Raises
    ------
    ModelError
        When it is not.
    """
    path = Path(path).expanduser()
    if not path.is_file():
        raise ModelError(f"there is no model file {path}")
    if path.suffix not in FILE_ENDINGS:
        advice = _BETTER_FILES.get(path.suffix, "the kinds are " + ", ".join(FILE_ENDINGS))
        raise ModelError(f"{path} is of a kind that is not read: {advice}")
    return path


def read_bytes(path: Path) -> bytes:
    """Return the content of a file.

    Raises
    ------
    ModelError
        When it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from error


def imported(module: str, path: Path) -> ModuleType:
    """Import a library of the extra ``external``, which reading `path` needs.

    Raises
    ------
    ModelError
        When it is not installed.
    """
    package = module.partition(".")[0]
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise ModelError(
            f"{path} needs {package}, which is not installed; it comes with the extra 'external': "
            'python -m pip install -e ".[app,external]"'
        ) from error


def first_line(error: BaseException) -> str:
    """Return an exception's type and the first line of its text."""
    text = next(iter(str(error).strip().splitlines()), "")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
