"""Load data sets: by name, from .npz and .npy files, and from folders of image files."""

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.data.sources import (
    data_formats,
    describe_formats,
    describe_sources,
    endings,
    named_data_sets,
    names,
)
from models.errors import DataError
from models.extras import explain_missing_package

if TYPE_CHECKING:
    from models.data.progress import OnProgress
    from models.dataset import Dataset

__all__ = ["DataError", "Dataset", "describe_sources", "endings", "load", "names"]


def __getattr__(name: str) -> Any:
    """Import `Dataset` on first use, because it needs numpy and help texts do not."""
    if name == "Dataset":
        from models.dataset import Dataset

        return Dataset
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def load(source: str | Path, *, on_progress: "OnProgress | None" = None) -> "Dataset":
    """Load a data set.

    Parameters
    ----------
    source : str or Path
        A name, such as ``"digits"`` (part of scikit-learn) or ``"mnist"`` (downloaded once by
        `keras.datasets`), or a path:

        - an .npz file with the arrays ``x_train``, ``y_train``, ``x_test`` and ``y_test`` (images
          uint8, (n, h, w) or (n, h, w, c); labels integers, (n,) or (n, 1)) and, optionally,
          ``class_names`` (strings);
        - a folder with the same arrays as ``x_train.npy``, ``y_train.npy`` and so on;
        - a folder with the four files that KMNIST is published as, ``kmnist-train-imgs.npz`` and so
          on;
        - a folder of class folders with PNG or JPEG files, see `models.data.class_folders`.

        ``x_train`` and ``y_train`` may be left out together; the data can then not be trained on.
        Large images stay in their files and are read when they are needed.
    on_progress : callable, optional
        Called with a sentence from time to time while loading takes longer than two seconds.

    Returns
    -------
    Dataset
        The images, labels and class names.

    Raises
    ------
    DataError
        When the name is unknown, a download fails, or a file is missing, damaged or unfit.
    """
    if isinstance(source, str) and (named := named_data_sets().get(source)) is not None:
        with explain_missing_package(source, named.extra, DataError):
            return named.load()
    path = Path(source).expanduser()
    for entry in data_formats():
        if entry.recognizes(path):
            with explain_missing_package(f"reading {path}", entry.extra, DataError):
                return entry.read(path, on_progress)
    if path.suffix in endings() or path.name != str(source):
        raise DataError(f"there is no file {path}")
    near = difflib.get_close_matches(str(source), names(), n=1)
    hint = f"did you mean '{near[0]}'? " if near else ""
    raise DataError(
        f"no data set is called '{source}'; {hint}known are {', '.join(names())}, "
        f"or name {describe_formats()}"
    )
