"""Data sets in a folder of .npy files: ``x_test.npy``, ``y_test.npy`` and the like.

Such a folder is also what ``unzip`` makes of an .npz file. Images stay in their files where they
are large. Training images may be missing; then nothing can be trained on the data.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.data.assembly import (
    ARRAY_NAMES,
    CLASS_NAMES_NAME,
    first_line,
    from_named_arrays,
    required_arrays,
)
from models.data.digest_cache import SourceFiles
from models.data.npy import open_large_images
from models.data.progress import OnProgress
from models.dataset import DataError, Dataset
from models.stored_images import StoredImages


def is_npy_folder(folder: Path) -> bool:
    """Tell whether a folder holds one of the arrays of a data set."""
    return any((folder / f"{key}.npy").is_file() for key in ARRAY_NAMES)


def from_npy_folder(folder: Path, on_progress: OnProgress | None = None) -> Dataset:
    """Return the data set in a folder of .npy files.

    Parameters
    ----------
    folder
        Holds ``x_test.npy`` and ``y_test.npy``, perhaps ``x_train.npy`` and ``y_train.npy``, and
        perhaps ``class_names.npy`` (strings).
    on_progress
        Called now and then with how many images have been read.

    Raises
    ------
    DataError
        When a file is missing or damaged, or does not hold what it should.
    """
    there = {key: folder / f"{key}.npy" for key in (*ARRAY_NAMES, CLASS_NAMES_NAME)}
    there = {key: path for key, path in there.items() if path.is_file()}
    missing = [f"{key}.npy" for key in required_arrays(set(there)) if key not in there]
    if missing:
        raise DataError(f"{folder}: {', '.join(missing)} missing")
    found = {key: _array(path, key) for key, path in there.items()}
    origin = SourceFiles(tuple(there.values()), "npy")
    places = {key: str(path) for key, path in there.items()}
    return from_named_arrays(folder.resolve().name, found, places, str(folder), origin, on_progress)


def _array(path: Path, key: str) -> NDArray[Any] | StoredImages:
    """Return the array in a file, or stored images."""
    if key.startswith("x_"):
        images = open_large_images(path, 0, path.stat().st_size, str(path))
        if images is not None:
            return images
    try:
        return np.asarray(np.lib.format.open_memmap(path, mode="r")).copy()
    except (OSError, ValueError) as error:
        raise DataError(
            f"{path} is no .npy file of plain values, or is damaged: {first_line(error)}"
        ) from error
