"""From arrays as they were read to a checked data set."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.data.digest_cache import SourceFiles
from models.data.progress import OnProgress, ProgressReporter
from models.dataset import DataError, Dataset, content_digest
from models.stored_images import StoredImages

Arrays = tuple[NDArray[Any] | StoredImages, NDArray[Any], NDArray[Any] | StoredImages, NDArray[Any]]
"""Training images and labels, test images and labels."""

Found = Mapping[str, NDArray[Any] | StoredImages]
"""Arrays by the names that they have in files."""

ARRAY_NAMES = ("x_train", "y_train", "x_test", "y_test")
CLASS_NAMES_NAME = "class_names"

DIGIT_NAMES = tuple("0123456789")
CLASS_NAMES = {
    "mnist": DIGIT_NAMES,
    "fashion_mnist": (
        "T-shirt/top", "trouser", "pullover", "dress", "coat",
        "sandal", "shirt", "sneaker", "bag", "ankle boot",
    ),
    "kmnist": ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
    "cifar10": (
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    ),
}  # fmt: skip
"""What the classes of well-known data sets are called, whose files hold numbers."""

MOST_CLASSES = 100_000
_NOT_YET = "not computed yet"


def required_arrays(there: set[str]) -> tuple[str, ...]:
    """Return which of `ARRAY_NAMES` must be there: all, or those for testing if they are alone."""
    alone = there & set(ARRAY_NAMES[2:]) and not there & set(ARRAY_NAMES[:2])
    return ARRAY_NAMES[2:] if alone else ARRAY_NAMES


def from_named_arrays(
    name: str,
    found: Found,
    places: Mapping[str, str],
    where: str,
    origin: SourceFiles,
    on_progress: OnProgress | None = None,
) -> Dataset:
    """Return the data set of arrays called as in `ARRAY_NAMES`.

    Parameters
    ----------
    name
        Of the data set; its classes may have names by it.
    found
        The four arrays, or those for testing alone, and perhaps ``class_names``.
    places
        Name of an array -> where it was read, to begin messages with.
    where, origin, tell
        As in `make_dataset`.

    Raises
    ------
    DataError
        When they do not make a data set.
    """
    for key in ARRAY_NAMES[1::2]:
        if key in found:
            _check_labels(places[key], found[key])
    x_test, y_test = found["x_test"], np.asarray(found["y_test"])
    x_train = found.get("x_train", np.empty((0, *x_test.shape[1:]), np.uint8))
    y_train = np.asarray(found.get("y_train", np.empty(0, np.int64)))
    arrays = x_train, y_train, x_test, y_test
    named = found.get(CLASS_NAMES_NAME)
    class_names = (
        default_class_names(name, arrays)
        if named is None
        else tuple(str(one) for one in np.ravel(np.asarray(named)))
    )
    return make_dataset(
        name, arrays, class_names, where=where, origin=origin, on_progress=on_progress
    )


def make_dataset(
    name: str,
    arrays: Arrays,
    class_names: tuple[str, ...],
    where: str = "",
    origin: SourceFiles | None = None,
    on_progress: OnProgress | None = None,
) -> Dataset:
    """Add the channel axis to grey images, take the second axis off labels (n, 1), and check.

    Parameters
    ----------
    name
        Of the data set.
    arrays
        As they were read.
    class_names
        One a class.
    where
        What to begin error messages with.
    origin
        The files that the arrays came from, by which the digest of large ones is remembered.
    on_progress
        Called now and then with how many images have been read for the digest.

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
    known = origin.cached_digest(arrays) if origin is not None else ""
    try:
        dataset = Dataset(name, x_train, y_train, x_test, y_test, class_names, known or _NOT_YET)
    except DataError as error:
        raise DataError(f"{where}: {error}" if where else str(error)) from error
    if known:
        return dataset
    total = len(dataset.train_images) + len(dataset.test_images)
    reporter = ProgressReporter(f"reading the images of {name}", total, on_progress)
    dataset = replace(dataset, digest=content_digest(dataset, reporter.reached))
    if origin is not None:
        origin.cache_digest(arrays, dataset.digest)
    return dataset


def _with_channels(images: NDArray[Any] | StoredImages) -> NDArray[Any] | StoredImages:
    """Add the channel axis to grey images; stored ones have it."""
    if isinstance(images, StoredImages) or images.ndim != 3:
        return images
    return images[..., np.newaxis]


def default_class_names(name: str, arrays: Arrays) -> tuple[str, ...]:
    """Return what the classes are called where the data do not say: known names, or numbers.

    Parameters
    ----------
    name
        Of the data set: those in `CLASS_NAMES` are known, if there are as many classes.
    arrays
        As they were read; there are test images.

    Raises
    ------
    DataError
        When a label is so large that it cannot be the number of a class.
    """
    count = max(int(labels.max()) for labels in (arrays[1], arrays[3]) if labels.size) + 1
    if count > MOST_CLASSES:
        raise DataError(f"{name}: labels must be numbers of classes, got up to {count - 1:,}")
    known = CLASS_NAMES.get(name, ())
    return known if len(known) == count else tuple(map(str, range(count)))


def _check_labels(what: str, labels: NDArray[Any] | StoredImages) -> None:
    if labels.dtype.kind not in "iu" or labels.size == 0:
        raise DataError(
            f"{what} must hold integers, one a picture, got {labels.dtype} of shape {labels.shape}"
        )


def first_line(error: Exception) -> str:
    """Return the first line of an error's text, or its type where it has none."""
    return (str(error).splitlines() or [type(error).__name__])[0]
