"""Data sets in a folder of .npy files: ``x_test.npy``, ``y_test.npy`` and so on.

``unzip`` makes such a folder from an .npz file. Large images stay in their files. The training
arrays may be missing; the data can then not be trained on.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.data.assembly import (
    ARRAY_NAMES,
    CLASS_NAMES_NAME,
    from_named_arrays,
    required_arrays,
)
from models.data.digest_cache import SourceFiles
from models.data.npy import open_large_images
from models.data.progress import OnProgress
from models.dataset import Dataset
from models.errors import DataError, first_line
from models.stored_images import StoredImages


def from_npy_folder(folder: Path, on_progress: OnProgress | None = None) -> Dataset:
    """Return the data set in a folder of .npy files.

    Parameters
    ----------
    folder : Path
        Holds ``x_test.npy`` and ``y_test.npy``, and optionally ``x_train.npy`` and ``y_train.npy``,
        and ``class_names.npy`` (strings).
    on_progress : callable, optional
        Called from time to time with how many images have been read.

    Returns
    -------
    Dataset
        The data set, named after the folder.

    Raises
    ------
    DataError
        When a file is missing or damaged, or does not hold what it should.
    """
    candidates = {key: folder / f"{key}.npy" for key in (*ARRAY_NAMES, CLASS_NAMES_NAME)}
    present = {key: path for key, path in candidates.items() if path.is_file()}
    missing = [f"{key}.npy" for key in required_arrays(set(present)) if key not in present]
    if missing:
        raise DataError(f"{folder}: {', '.join(missing)} missing")
    arrays = {key: _array(path, key) for key, path in present.items()}
    files = SourceFiles(tuple(present.values()), "npy")
    locations = {key: str(path) for key, path in present.items()}
    name = folder.resolve().name
    return from_named_arrays(name, arrays, locations, str(folder), files, on_progress)


def _array(path: Path, key: str) -> NDArray[Any] | StoredImages:
    """Return the array in a file; large images stay in the file."""
    if key.startswith("x_"):
        images = open_large_images(path, 0, path.stat().st_size, str(path))
        if images is not None:
            return images
    try:
        return np.asarray(np.lib.format.open_memmap(path, mode="r")).copy()
    except (OSError, ValueError) as error:
        raise DataError(
            f"{path} is not an .npy file of plain values, or is damaged: {first_line(error)}"
        ) from error
