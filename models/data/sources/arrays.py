"""Data sets as arrays: one .npz file, or a folder of .npy files."""

from pathlib import Path
from typing import TYPE_CHECKING

from models.data.registry import data_format

if TYPE_CHECKING:
    from models.data.progress import OnProgress
    from models.dataset import Dataset

ARRAY_FILES = ("x_train.npy", "y_train.npy", "x_test.npy", "y_test.npy")


def has_array_files(folder: Path) -> bool:
    """Tell whether a folder holds one of the arrays of a data set."""
    return any((folder / name).is_file() for name in ARRAY_FILES)


# A file with another ending is read as .npz too: the error then says what is wrong with it.
@data_format("an .npz file", ending=".npz", recognizes=Path.is_file, fallback=True)
def read_npz(path: Path, on_progress: "OnProgress | None") -> "Dataset":
    """Return the data set in an .npz file, see `models.data.npz`."""
    from models.data.npz import from_npz

    return from_npz(path, on_progress)


@data_format("a folder of .npy files", recognizes=has_array_files)
def read_npy_folder(folder: Path, on_progress: "OnProgress | None") -> "Dataset":
    """Return the data set in a folder of .npy files, see `models.data.npy_folder`."""
    from models.data.npy_folder import from_npy_folder

    return from_npy_folder(folder, on_progress)
