"""From arrays as they were read to a validated data set."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.data.digest_cache import SourceFiles
from models.data.progress import OnProgress, ProgressReporter
from models.data.registry import NAMED
from models.dataset import Dataset, content_digest
from models.errors import DataError
from models.stored_images import StoredImages

Arrays = tuple[NDArray[Any] | StoredImages, NDArray[Any], NDArray[Any] | StoredImages, NDArray[Any]]
"""Training images and labels, test images and labels."""

NamedArrays = Mapping[str, NDArray[Any] | StoredImages]
"""Arrays by the names that they have in files."""

ARRAY_NAMES = ("x_train", "y_train", "x_test", "y_test")
CLASS_NAMES_NAME = "class_names"

MAX_CLASSES = 100_000
_NOT_YET = "not computed yet"


def required_arrays(present: set[str]) -> tuple[str, ...]:
    """Return the `ARRAY_NAMES` that must be present: all, or the test arrays if only they are."""
    test_only = present & set(ARRAY_NAMES[2:]) and not present & set(ARRAY_NAMES[:2])
    return ARRAY_NAMES[2:] if test_only else ARRAY_NAMES


def from_named_arrays(
    name: str,
    arrays: NamedArrays,
    locations: Mapping[str, str],
    where: str,
    files: SourceFiles,
    on_progress: OnProgress | None = None,
) -> Dataset:
    """Return the data set of arrays that are named as in `ARRAY_NAMES`.

    Parameters
    ----------
    name : str
        Name of the data set; without ``class_names``, those of the named data set are used.
    arrays : mapping of str to ndarray or StoredImages
        The four arrays, or the two test arrays, and optionally ``class_names``.
    locations : mapping of str to str
        Where each array was read; error messages begin with it.
    where : str
        As in `make_dataset`.
    files : SourceFiles
        As in `make_dataset`.
    on_progress : callable, optional
        As in `make_dataset`.

    Returns
    -------
    Dataset
        The data set.

    Raises
    ------
    DataError
        When the arrays do not make a data set.
    """
    for key in ARRAY_NAMES[1::2]:
        if key in arrays:
            _check_labels(locations[key], arrays[key])
    x_test, y_test = arrays["x_test"], np.asarray(arrays["y_test"])
    x_train = arrays.get("x_train", np.empty((0, *x_test.shape[1:]), np.uint8))
    y_train = np.asarray(arrays.get("y_train", np.empty(0, np.int64)))
    in_order = x_train, y_train, x_test, y_test
    stored_names = arrays.get(CLASS_NAMES_NAME)
    class_names = (
        default_class_names(name, in_order)
        if stored_names is None
        else tuple(str(one) for one in np.ravel(np.asarray(stored_names)))
    )
    return make_dataset(name, in_order, class_names, where, files, on_progress)


def make_dataset(
    name: str,
    arrays: Arrays,
    class_names: tuple[str, ...],
    where: str = "",
    files: SourceFiles | None = None,
    on_progress: OnProgress | None = None,
) -> Dataset:
    """Add the channel axis to grey images, drop the second axis of labels (n, 1), and validate.

    Parameters
    ----------
    name : str
        Name of the data set.
    arrays : tuple of ndarray or StoredImages
        Training images and labels, test images and labels, as they were read.
    class_names : tuple of str
        One name for each class.
    where : str, optional
        What error messages begin with.
    files : SourceFiles, optional
        The files that the arrays were read from; the digest of large arrays is cached by them.
    on_progress : callable, optional
        Called with the number of images that have been read for the digest.

    Returns
    -------
    Dataset
        The data set, with its digest.

    Raises
    ------
    DataError
        When the parts do not fit together, or stored images cannot be read.
    """
    x_train, x_test = (_with_channels(images) for images in (arrays[0], arrays[2]))
    y_train, y_test = (
        labels[:, 0] if labels.ndim == 2 and labels.shape[1] == 1 else labels
        for labels in (arrays[1], arrays[3])
    )
    known = files.cached_digest(arrays) if files is not None else ""
    try:
        dataset = Dataset(name, x_train, y_train, x_test, y_test, class_names, known or _NOT_YET)
    except DataError as error:
        raise DataError(f"{where}: {error}" if where else str(error)) from error
    if known:
        return dataset
    total = len(dataset.train_images) + len(dataset.test_images)
    reporter = ProgressReporter(f"reading the images of {name}", total, on_progress)
    dataset = replace(dataset, digest=content_digest(dataset, reporter.update))
    if files is not None:
        files.cache_digest(arrays, dataset.digest)
    return dataset


def default_class_names(name: str, arrays: Arrays) -> tuple[str, ...]:
    """Return class names for data without any: those of the named data set, or numbers.

    Parameters
    ----------
    name : str
        Name of the data set.
    arrays : tuple of ndarray or StoredImages
        Training images and labels, test images and labels, as they were read.

    Returns
    -------
    tuple of str
        The class names of the registered data set of that name, if it has as many classes;
        otherwise ``("0", "1", ...)``.

    Raises
    ------
    DataError
        When a label is too large to be the number of a class.
    """
    count = max(int(labels.max()) for labels in (arrays[1], arrays[3]) if labels.size) + 1
    if count > MAX_CLASSES:
        raise DataError(f"{name}: labels must be numbers of classes, got up to {count - 1:,}")
    known = NAMED[name].class_names if name in NAMED else ()
    return known if len(known) == count else tuple(map(str, range(count)))


def _with_channels(images: NDArray[Any] | StoredImages) -> NDArray[Any] | StoredImages:
    """Add the channel axis to grey images in memory; stored images have it."""
    if isinstance(images, StoredImages) or images.ndim != 3:
        return images
    return images[..., np.newaxis]


def _check_labels(where: str, labels: NDArray[Any] | StoredImages) -> None:
    if labels.dtype.kind not in "iu" or labels.size == 0:
        raise DataError(
            f"{where} must hold integers, one for each image, got {labels.dtype} of shape "
            f"{labels.shape}"
        )
