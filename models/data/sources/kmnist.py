"""KMNIST and other data sets that are published as four .npz files with one array each."""

from pathlib import Path
from typing import TYPE_CHECKING

from models.data.registry import data_format, data_set
from models.errors import DataError

if TYPE_CHECKING:
    from models.data.progress import OnProgress
    from models.dataset import Dataset

CLASS_NAMES = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")
ENDINGS = tuple(
    f"-{part}-{content}.npz" for part in ("train", "test") for content in ("imgs", "labels")
)
"""Of the four files, in the order of `models.data.assembly.ARRAY_NAMES`."""


@data_set("kmnist", class_names=CLASS_NAMES, listed=False)
def load_kmnist() -> "Dataset":
    """Raise an error that says how to get KMNIST, which Keras does not download."""
    raise DataError(
        f"kmnist is not downloaded by Keras; fetch its files (kmnist{ENDINGS[0]}, "
        f"kmnist{ENDINGS[1]} and so on) and name the folder that holds them, or an .npz file"
    )


def has_published_files(folder: Path) -> bool:
    """Tell whether a folder holds at least one of the four files of such a data set."""
    return folder.is_dir() and any(any(folder.glob(f"*{ending}")) for ending in ENDINGS)


@data_format("a folder with the four files of KMNIST", recognizes=has_published_files)
def read_published_files(folder: Path, _on_progress: "OnProgress | None") -> "Dataset":
    """Return the data set in four files such as ``kmnist-train-imgs.npz``.

    Raises
    ------
    DataError
        When a file is missing or damaged, or does not hold what it should.
    """
    from models.data.npz import from_single_array_files

    prefixes = {
        file.name.removesuffix(ending) for ending in ENDINGS for file in folder.glob(f"*{ending}")
    }
    if len(prefixes) > 1:
        raise DataError(f"{folder} holds several data sets: {', '.join(sorted(prefixes))}")
    name = prefixes.pop()
    files = tuple(folder / f"{name}{ending}" for ending in ENDINGS)
    missing = [file.name for file in files if not file.is_file()]
    if missing:
        raise DataError(f"{folder}: {', '.join(missing)} missing")
    return from_single_array_files(name, folder, files)
