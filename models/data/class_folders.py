"""Folders of class folders: one folder a class, PNG and JPEG pictures in it.

``pets/train/cat/*.png`` and ``pets/test/cat/*.png``, or ``pets/cat/*.png``, where a fifth of each
class (rounded up) is for testing: those whose ``class/file`` comes first by BLAKE2b digest, so that
the choice is fixed and a new picture moves hardly another one. Images are in the order of those
digests, so that the first n are of all classes. Classes are in the order of their names. Names that
begin with a dot, and files of other kinds, are passed over.

All pictures must have one size, or ``dataset.toml`` in the folder says one::

    size = [64, 64]     # height and width (or one number): scaled to cover it, its centre kept
    channels = 3        # 1 for grey, 3 for RGB; left out: 3 if any picture has colours or a palette

Transparency is dropped, and JPEG pictures are turned upright as their EXIF data say.

Training or test images that take more than `LARGEST_DECODED` bytes are not decoded beforehand, but
whenever they are asked for.
"""

import hashlib
import importlib.metadata
import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.data.assembly import Arrays, make_dataset
from models.data.digest_cache import SourceFiles
from models.data.image_files import (
    SETTINGS_FILE,
    FolderSettings,
    read_image,
    read_settings,
    shape_of,
)
from models.data.progress import OnProgress, ProgressReporter
from models.dataset import DataError, Dataset
from models.stored_images import Images, StoredImages, check_unchanged, stamp_of

LARGEST_DECODED = 2**30
"""Bytes of images up to which a part of a data set is decoded once; above, at each use."""

ENDINGS = (".png", ".jpg", ".jpeg")
TEST_SHARE = 5
"""Of so many pictures of a class, one is for testing."""


class Picture(NamedTuple):
    """A file, and the number of its class."""

    path: Path
    label: int


class ImageFiles(StoredImages):
    """Images that are decoded when they are asked for.

    Parameters
    ----------
    paths
        One picture an image.
    shape
        Height, width and channels.
    """

    def __init__(self, paths: Sequence[Path], shape: tuple[int, int, int]) -> None:
        super().__init__((len(paths), *shape))
        self._paths = [path.resolve() for path in paths]
        self._stamps = [stamp_of(path) for path in self._paths]

    def _read(self, numbers: NDArray[np.intp]) -> NDArray[np.uint8]:
        result = np.empty((len(numbers), *self.shape[1:]), np.uint8)
        for place, number in enumerate(numbers):
            check_unchanged(self._paths[number], self._stamps[number])
            result[place] = read_image(self._paths[number], self.shape[1:])
        return result


def from_class_folders(root: Path, on_progress: OnProgress | None = None) -> Dataset:
    """Return the data set in a folder of class folders.

    Parameters
    ----------
    root
        Holds ``train`` and ``test`` with class folders each, or class folders.
    on_progress
        Called now and then with how many pictures have been read.

    Raises
    ------
    DataError
        When there are no pictures, parts do not fit together, sizes differ, or a file is damaged.
    """
    name = root.resolve().name
    settings = read_settings(root)
    class_names, train, test = _pictures(root)
    pictures = [*train, *test]
    paths = [picture.path for picture in pictures]
    shape = _common_shape(root, paths, settings, on_progress)
    images = [
        _images(f"{name}/{part}", half, shape, on_progress)
        for part, half in (("train", train), ("test", test))
    ]
    x_train, x_test = images
    labels = np.array([picture.label for picture in pictures], np.int64)
    arrays: Arrays = x_train, labels[: len(train)], x_test, labels[len(train) :]
    decoder = importlib.metadata.version("pillow")
    origin = SourceFiles(tuple(paths), f"pictures {shape} pillow {decoder}")
    return make_dataset(
        name, arrays, class_names, where=str(root), origin=origin, on_progress=on_progress
    )


def _images(
    what: str,
    pictures: Sequence[Picture],
    shape: tuple[int, int, int],
    on_progress: OnProgress | None,
) -> Images:
    """Decode pictures, unless they are so many that this is better left until they are needed."""
    paths = [picture.path for picture in pictures]
    size = len(paths) * math.prod(shape)
    if size > LARGEST_DECODED:
        if on_progress is not None:
            on_progress(
                f"the {len(paths):,} pictures of {what} take {size / 1e9:,.1f} GB, "
                "so they are decoded anew at each use"
            )
        return ImageFiles(paths, shape)
    reporter = ProgressReporter(f"reading the pictures of {what}", len(paths), on_progress)
    images = np.empty((len(paths), *shape), np.uint8)
    for number, path in enumerate(paths):
        images[number] = read_image(path, shape)
        reporter.reached(number + 1)
    return images


def _pictures(root: Path) -> tuple[tuple[str, ...], list[Picture], list[Picture]]:
    """Return the names of the classes, and the pictures for training and for testing."""
    parts = [part for part in ("train", "test") if (root / part).is_dir()]
    if len(parts) == 1:
        other = "test" if parts == ["train"] else "train"
        raise DataError(f"{root} has a folder {parts[0]}, but none called {other}")
    if not parts:
        folders = _class_folders(root)
        halves = [_split(folder, label) for label, folder in enumerate(folders)]
        train = [picture for half in halves for picture in half[0]]
        test = [picture for half in halves for picture in half[1]]
        return tuple(folder.name for folder in folders), _in_order(train), _in_order(test)
    of_train, of_test = (_class_folders(root / part) for part in parts)
    names, others = ([folder.name for folder in folders] for folders in (of_train, of_test))
    if names != others:
        alone = ", ".join(sorted(set(names) ^ set(others)))
        raise DataError(f"{root}: train and test must have the same classes; in one only: {alone}")
    train, test = (
        [Picture(path, label) for label, folder in enumerate(folders) for path in _files(folder)]
        for folders in (of_train, of_test)
    )
    return tuple(names), _in_order(train), _in_order(test)


def _class_folders(folder: Path) -> list[Path]:
    """Return the class folders in a folder, in the order of their names."""
    found = sorted(
        entry for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith(".")
    )
    if len(found) < 2:
        raise DataError(
            f"{folder} must hold a folder of pictures for each of at least 2 classes, "
            f"got {', '.join(entry.name for entry in found) or 'none'}"
        )
    return found


def _files(folder: Path) -> list[Path]:
    """Return the pictures in a class folder, in the order of their names."""
    found = sorted(
        entry
        for entry in folder.iterdir()
        if entry.suffix.lower() in ENDINGS and not entry.name.startswith(".") and entry.is_file()
    )
    if not found:
        raise DataError(f"{folder} holds no picture ({', '.join(ENDINGS)})")
    return found


def _split(folder: Path, label: int) -> tuple[list[Picture], list[Picture]]:
    """Return the pictures of one class for training and for testing."""
    pictures = _in_order([Picture(path, label) for path in _files(folder)])
    if len(pictures) < 2:
        raise DataError(f"{folder} must hold at least 2 pictures, one to train and one to test")
    cut = -(-len(pictures) // TEST_SHARE)
    return pictures[cut:], pictures[:cut]


def _in_order(pictures: Sequence[Picture]) -> list[Picture]:
    """Return pictures in the order of the digests of their ``class/file``."""
    return sorted(pictures, key=lambda picture: _rank(picture.path))


def _rank(path: Path) -> bytes:
    return hashlib.blake2b(f"{path.parent.name}/{path.name}".encode(), digest_size=16).digest()


def _common_shape(
    root: Path, paths: Sequence[Path], settings: FolderSettings, on_progress: OnProgress | None
) -> tuple[int, int, int]:
    """Return height, width and channels of all images, from the heads of the files."""
    if settings.size is not None and settings.channels is not None:
        return (*settings.size, settings.channels)
    first: tuple[int, int] | None = None
    channels = 1
    reporter = ProgressReporter(f"looking at the pictures of {root}", len(paths), on_progress)
    for number, path in enumerate(paths):
        height, width, colours = shape_of(path)
        first = first or (height, width)
        channels = max(channels, colours)
        if settings.size is None and (height, width) != first:
            raise DataError(
                f"{paths[0]} is {first[0]} x {first[1]}, but {path} is {height} x {width}; to "
                f"bring all to one size, write size = [{first[0]}, {first[1]}] into "
                f"{root / SETTINGS_FILE}"
            )
        reporter.reached(number + 1)
    height, width = settings.size or first or (0, 0)
    return height, width, settings.channels or channels
