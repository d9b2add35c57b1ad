"""How users name models: the path of a file, or ``package.module:function``."""

import re
from pathlib import Path

from models.errors import ModelError

_FUNCTION = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")


def is_function(source: str | Path) -> bool:
    """Tell whether a model is named as ``package.module:function``."""
    return _FUNCTION.fullmatch(str(source)) is not None


def source_name(source: str | Path) -> str:
    """Return the short name of a model: its function, or its file without the ending."""
    return str(source).partition(":")[2] if is_function(source) else Path(source).stem


def read_bytes(path: Path) -> bytes:
    """Return the content of a file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    bytes
        All of it.

    Raises
    ------
    ModelError
        When the file cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from error
