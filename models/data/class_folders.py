"""Folders of class folders: one folder for each class, with PNG and JPEG files in it.

The files are either ``pets/train/cat/*.png`` and ``pets/test/cat/*.png``, or ``pets/cat/*.png``. In
the second case a fifth of each class (rounded up) is for testing: the files whose ``class/file``
has the smallest BLAKE2b digest, so that the split is fixed and hardly changes when a file is added.
Images are in the order of those digests, so that the first n images are of all classes. Classes are
in the order of their names. Names that begin with a dot, and other kinds of files, are skipped.

All images must have one size, unless ``dataset.toml`` in the folder gives one::

    size = [64, 64]     # height and width (or one number): scaled to cover it, then cropped
    channels = 3        # 1 for grey, 3 for RGB; default: 3 if any image has colours or a palette

Transparency is dropped, and JPEG images are turned upright as their EXIF data say.

Training or test images that take more than `MAX_DECODED` bytes are not decoded once and kept,
but decoded each time they are needed.
"""

import importlib.metadata
import math
from collections.abc import Sequence
from pathlib import Path

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
from models.data.labelled_files import LabelledFile, labelled_files
from models.data.progress import OnProgress, ProgressReporter
from models.dataset import Dataset
from models.errors import DataError
from models.stored_images import Images, StoredImages, check_unchanged, stamp_of

MAX_DECODED = 2**30
"""Bytes up to which the training or the test images are decoded once and kept in memory."""


class EncodedImages(StoredImages):
    """Images that are decoded each time they are needed.

    Parameters
    ----------
    paths : sequence of Path
        One file for each image.
    shape : tuple of int
        Height, width and channels.
    """

    def __init__(self, paths: Sequence[Path], shape: tuple[int, int, int]) -> None:
        super().__init__((len(paths), *shape))
        self._paths = [path.resolve() for path in paths]
        self._stamps = [stamp_of(path) for path in self._paths]

    def _read(self, numbers: NDArray[np.intp]) -> NDArray[np.uint8]:
        result = np.empty((len(numbers), *self.shape[1:]), np.uint8)
        for position, number in enumerate(numbers):
            check_unchanged(self._paths[number], self._stamps[number])
            result[position] = read_image(self._paths[number], self.shape[1:])
        return result


def from_class_folders(root: Path, on_progress: OnProgress | None = None) -> Dataset:
    """Return the data set in a folder of class folders.

    Parameters
    ----------
    root : Path
        Holds class folders, or ``train`` and ``test`` with class folders each.
    on_progress : callable, optional
        Called from time to time with how many image files have been read.

    Returns
    -------
    Dataset
        The data set, named after the folder.

    Raises
    ------
    DataError
        When there are no image files, parts do not fit together, sizes differ, or a file is
        damaged.
    """
    name = root.resolve().name
    settings = read_settings(root)
    class_names, train, test = labelled_files(root)
    entries = [*train, *test]
    paths = [entry.path for entry in entries]
    shape = _common_shape(root, paths, settings, on_progress)
    x_train, x_test = (
        _images(f"{name}/{part}", half, shape, on_progress)
        for part, half in (("train", train), ("test", test))
    )
    labels = np.array([entry.label for entry in entries], np.int64)
    arrays: Arrays = x_train, labels[: len(train)], x_test, labels[len(train) :]
    decoder = importlib.metadata.version("pillow")
    files = SourceFiles(tuple(paths), f"pictures {shape} pillow {decoder}")
    return make_dataset(name, arrays, class_names, str(root), files, on_progress)


def _images(
    name: str,
    entries: Sequence[LabelledFile],
    shape: tuple[int, int, int],
    on_progress: OnProgress | None,
) -> Images:
    """Decode image files, or leave that until the images are needed if they are too many."""
    paths = [entry.path for entry in entries]
    size = len(paths) * math.prod(shape)
    if size > MAX_DECODED:
        if on_progress is not None:
            on_progress(
                f"the {len(paths):,} image files of {name} take {size / 1e9:,.1f} GB decoded, "
                "so they are decoded each time they are needed"
            )
        return EncodedImages(paths, shape)
    reporter = ProgressReporter(f"reading the image files of {name}", len(paths), on_progress)
    images = np.empty((len(paths), *shape), np.uint8)
    for number, path in enumerate(paths):
        images[number] = read_image(path, shape)
        reporter.update(number + 1)
    return images


def _common_shape(
    root: Path,
    paths: Sequence[Path],
    settings: FolderSettings,
    on_progress: OnProgress | None,
) -> tuple[int, int, int]:
    """Return height, width and channels of all images, without decoding them."""
    if settings.size is not None and settings.channels is not None:
        return (*settings.size, settings.channels)
    first: tuple[int, int] | None = None
    channels = 1
    reporter = ProgressReporter(
        f"looking at the sizes of the image files of {root}", len(paths), on_progress
    )
    for number, path in enumerate(paths):
        height, width, own_channels = shape_of(path)
        first = first or (height, width)
        channels = max(channels, own_channels)
        if settings.size is None and (height, width) != first:
            raise DataError(
                f"{paths[0]} is {first[0]} x {first[1]}, but {path} is {height} x {width}; to "
                f"bring all to one size, write size = [{first[0]}, {first[1]}] into "
                f"{root / SETTINGS_FILE}"
            )
        reporter.update(number + 1)
    height, width = settings.size or first or (0, 0)
    return height, width, settings.channels or channels
