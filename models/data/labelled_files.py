"""Find the image files in a folder of class folders, and split them; see `class_folders`."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from models.errors import DataError

ENDINGS = (".png", ".jpg", ".jpeg")
TEST_SHARE = 5
"""One of this many images of a class is for testing."""


class LabelledFile(NamedTuple):
    """An image file and the number of its class.

    Attributes
    ----------
    path : Path
        The file.
    label : int
        Index of the class.
    """

    path: Path
    label: int


def labelled_files(root: Path) -> tuple[tuple[str, ...], list[LabelledFile], list[LabelledFile]]:
    """Find the image files of each class.

    Parameters
    ----------
    root : Path
        Holds class folders, or ``train`` and ``test`` with class folders each.

    Returns
    -------
    class_names : tuple of str
        The names of the class folders, sorted.
    train : list of LabelledFile
        The files for training.
    test : list of LabelledFile
        The files for testing.

    Raises
    ------
    DataError
        When there are no image files, or the class folders do not fit together.
    """
    parts = [part for part in ("train", "test") if (root / part).is_dir()]
    if len(parts) == 1:
        other = "test" if parts == ["train"] else "train"
        raise DataError(f"{root} has a folder {parts[0]}, but none called {other}")
    if not parts:
        folders = _class_folders(root)
        halves = [_split(folder, label) for label, folder in enumerate(folders)]
        train = [entry for half in halves for entry in half[0]]
        test = [entry for half in halves for entry in half[1]]
        return tuple(folder.name for folder in folders), _in_order(train), _in_order(test)
    train_folders, test_folders = (_class_folders(root / part) for part in parts)
    names, test_names = (
        [folder.name for folder in folders] for folders in (train_folders, test_folders)
    )
    if names != test_names:
        unmatched = ", ".join(sorted(set(names) ^ set(test_names)))
        raise DataError(
            f"{root}: train and test must have the same classes; in one only: {unmatched}"
        )
    train, test = (
        [
            LabelledFile(path, label)
            for label, folder in enumerate(folders)
            for path in _image_paths(folder)
        ]
        for folders in (train_folders, test_folders)
    )
    return tuple(names), _in_order(train), _in_order(test)


def _class_folders(folder: Path) -> list[Path]:
    """Return the class folders in a folder, in the order of their names."""
    found = sorted(
        entry for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith(".")
    )
    if len(found) < 2:
        raise DataError(
            f"{folder} must hold a folder of image files for each of at least 2 classes, "
            f"got {', '.join(entry.name for entry in found) or 'none'}"
        )
    return found


def _image_paths(folder: Path) -> list[Path]:
    """Return the image files in a class folder, in the order of their names."""
    found = sorted(
        entry
        for entry in folder.iterdir()
        if entry.suffix.lower() in ENDINGS and not entry.name.startswith(".") and entry.is_file()
    )
    if not found:
        raise DataError(f"{folder} holds no image file ({', '.join(ENDINGS)})")
    return found


def _split(folder: Path, label: int) -> tuple[list[LabelledFile], list[LabelledFile]]:
    """Return the files of one class for training and for testing."""
    entries = _in_order([LabelledFile(path, label) for path in _image_paths(folder)])
    if len(entries) < 2:
        raise DataError(f"{folder} must hold at least 2 image files, one to train and one to test")
    test_count = -(-len(entries) // TEST_SHARE)
    return entries[test_count:], entries[:test_count]


def _in_order(entries: Sequence[LabelledFile]) -> list[LabelledFile]:
    """Return files in the order of the digests of their ``class/file``."""
    return sorted(entries, key=lambda entry: _rank(entry.path))


def _rank(path: Path) -> bytes:
    return hashlib.blake2b(f"{path.parent.name}/{path.name}".encode(), digest_size=16).digest()
