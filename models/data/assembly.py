"""From arrays as they were read to a checked data set."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.data.digest_cache import Origin
from models.dataset import DataError, Dataset

Arrays = tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]
"""Training images and labels, test images and labels."""

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


def assembled(
    name: str,
    arrays: Arrays,
    class_names: tuple[str, ...],
    where: str = "",
    origin: Origin | None = None,
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

    Raises
    ------
    DataError
        When the parts do not fit together.
    """
    x_train, x_test = (
        images[..., np.newaxis] if images.ndim == 3 else images for images in arrays[::2]
    )
    y_train, y_test = (
        labels[:, 0] if labels.ndim == 2 and labels.shape[1] == 1 else labels
        for labels in arrays[1::2]
    )
    known = origin.known_digest(arrays) if origin is not None else ""
    try:
        dataset = Dataset(name, x_train, y_train, x_test, y_test, class_names, known)
    except DataError as error:
        raise DataError(f"{where}: {error}" if where else str(error)) from error
    if origin is not None and not known:
        origin.remember_digest(arrays, dataset.digest)
    return dataset


def names_of_classes(name: str, arrays: Arrays) -> tuple[str, ...]:
    """Return what the classes are called where the data do not say: known names, or numbers.

    Parameters
    ----------
    name
        Of the data set: those in `CLASS_NAMES` are known, if there are as many classes.
    arrays
        As they were read.

    Raises
    ------
    DataError
        When a label is so large that it cannot be the number of a class.
    """
    count = max(int(arrays[1].max()), int(arrays[3].max())) + 1
    if count > MOST_CLASSES:
        raise DataError(f"{name}: labels must be numbers of classes, got up to {count - 1:,}")
    known = CLASS_NAMES.get(name, ())
    return known if len(known) == count else tuple(map(str, range(count)))


def first_line(error: Exception) -> str:
    """Return the first line of an error's text, or its type where it has none."""
    return (str(error).splitlines() or [type(error).__name__])[0]
