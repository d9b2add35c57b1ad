"""Data sets as folders of image files, one folder for each class."""

from pathlib import Path
from typing import TYPE_CHECKING

from models.data.registry import data_format

if TYPE_CHECKING:
    from models.data.progress import OnProgress
    from models.dataset import Dataset


# Any other folder is read as this format: the error then says what the folder must hold.
@data_format("a folder of class folders", recognizes=Path.is_dir, extra="images", fallback=True)
def read_class_folders(folder: Path, on_progress: "OnProgress | None") -> "Dataset":
    """Return the data set in a folder of class folders, see `models.data.class_folders`."""
    from models.data.class_folders import from_class_folders

    return from_class_folders(folder, on_progress)
