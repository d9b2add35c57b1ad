"""Where data sets come from: scikit-learn's digits, keras.datasets, or an .npz file."""

import difflib
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models import backend
from models.dataset import DataError, Dataset

__all__ = ["DataError", "Dataset", "load", "names"]

DIGIT_NAMES = tuple("0123456789")
KERAS_CLASS_NAMES = {
    "mnist": DIGIT_NAMES,
    "fashion_mnist": (
        "T-shirt/top", "trouser", "pullover", "dress", "coat",
        "sandal", "shirt", "sneaker", "bag", "ankle boot",
    ),
    "cifar10": (
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    ),
}  # fmt: skip
ARRAY_NAMES = ("x_train", "y_train", "x_test", "y_test")
DIGITS_TEST_SIZE = 500


def names() -> tuple[str, ...]:
    """Return the data sets that `load` knows by name."""
    return ("digits", *KERAS_CLASS_NAMES)


def load(source: str | Path) -> Dataset:
    """Load a data set.

    Parameters
    ----------
    source
        ``"digits"`` (embedded in scikit-learn), ``"mnist"``, ``"fashion_mnist"`` or ``"cifar10"``
        (downloaded once by `keras.datasets`), or the path of an .npz file that holds ``x_train``,
        ``y_train``, ``x_test`` and ``y_test`` (images uint8, (n, h, w) or (n, h, w, c); labels
        integers, (n,) or (n, 1)) and, if the classes have names, ``class_names`` (strings).

    Raises
    ------
    DataError
        With one sentence: unknown name, no network, missing, damaged or unfit file.
    """
    if source == "digits":
        return _digits()
    if isinstance(source, str) and source in KERAS_CLASS_NAMES:
        return _from_keras(source)
    path = Path(source).expanduser()
    if path.is_dir():
        raise DataError(f"{path} is a folder; name an .npz file")
    if path.is_file():
        return _from_npz(path)
    if path.suffix == ".npz" or path.name != str(source):
        raise DataError(f"there is no file {path}")
    near = difflib.get_close_matches(str(source), names(), n=1)
    hint = f"did you mean '{near[0]}'? " if near else ""
    raise DataError(
        f"no data set is called '{source}'; {hint}known are {', '.join(names())}, "
        "or name an .npz file"
    )


def _digits() -> Dataset:
    """Return scikit-learn's 1,797 real digits in the MNIST frame, 1,297 to train, 500 to test.

    Each digit is enlarged from 8x8 to 20x20 by cubic splines, the border pixels continued
    outwards, and set on black with a margin of 4. Grey levels 0..16 become 0..255. The split is
    stratified and fixed, and keeps the original order within its two parts.
    """
    from scipy.ndimage import zoom
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    pixels, labels = load_digits(return_X_y=True)
    small = pixels.reshape(-1, 8, 8) * (255 / 16)
    large = zoom(small, (1, 2.5, 2.5), order=3, mode="nearest", grid_mode=True)
    # Six decimals first: a last bit that differs between processors must not decide a rounding.
    levels = np.rint(np.clip(large, 0, 255).round(6)).astype(np.uint8)
    images = np.pad(levels, ((0, 0), (4, 4), (4, 4)))[..., np.newaxis]
    train, test = train_test_split(
        np.arange(len(images)), test_size=DIGITS_TEST_SIZE, stratify=labels, random_state=0
    )
    train, test = np.sort(train), np.sort(test)
    return Dataset("digits", images[train], labels[train], images[test], labels[test], DIGIT_NAMES)


def _from_keras(name: str) -> Dataset:
    """Return one of keras.datasets, downloaded into Keras' own cache at first use."""
    with backend.quiet_start():
        import keras

    try:
        (x_train, y_train), (x_test, y_test) = getattr(keras.datasets, name).load_data()
    except Exception as error:  # Keras raises a bare Exception when a download fails
        raise DataError(
            f"{name} could not be downloaded ({_first_line(error)}); check the network, or name "
            f"a file in its place: path/to/{name}.npz with the arrays {', '.join(ARRAY_NAMES)}"
        ) from error
    return _assembled(name, (x_train, y_train, x_test, y_test), KERAS_CLASS_NAMES[name])


def _from_npz(path: Path) -> Dataset:
    """Return the data set in an .npz file; classes without names are called by their numbers."""
    arrays, class_names = _read_npz(path)
    for key, labels in zip(ARRAY_NAMES[1::2], arrays[1::2], strict=True):
        if labels.dtype.kind not in "iu" or labels.size == 0:
            raise DataError(
                f"{path}: {key} must hold integers, one a picture, "
                f"got {labels.dtype} of shape {labels.shape}"
            )
    if class_names is None:
        highest = max(int(arrays[1].max()), int(arrays[3].max()))
        class_names = tuple(str(number) for number in range(highest + 1))
    return _assembled(path.stem, arrays, class_names, where=str(path))


def _read_npz(path: Path) -> tuple[tuple[NDArray[Any], ...], tuple[str, ...] | None]:
    """Read the four arrays and, where there are any, the class names; never a pickle."""
    if not zipfile.is_zipfile(path):
        raise DataError(f"{path} is not an .npz file, or is damaged or cut short")
    try:
        with np.load(path, allow_pickle=False) as archive:
            missing = [key for key in ARRAY_NAMES if key not in archive]
            if missing:
                raise DataError(
                    f"{path}: {', '.join(missing)} missing; "
                    f"it holds {', '.join(archive.files) or 'nothing'}"
                )
            arrays = tuple(archive[key] for key in ARRAY_NAMES)
            named = archive.get("class_names")
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(f"{path} is damaged: {_first_line(error)}") from error
    except ValueError as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{path} must hold plain arrays: {_first_line(error)}") from error
    return arrays, None if named is None else tuple(str(name) for name in named.ravel())


def _assembled(
    name: str,
    arrays: tuple[NDArray[Any], ...],
    class_names: tuple[str, ...],
    where: str = "",
) -> Dataset:
    """Add the channel axis to grey images, take the second axis off labels (n, 1), and check."""
    x_train, x_test = (
        images[..., np.newaxis] if images.ndim == 3 else images for images in arrays[::2]
    )
    y_train, y_test = (
        labels[:, 0] if labels.ndim == 2 and labels.shape[1] == 1 else labels
        for labels in arrays[1::2]
    )
    try:
        return Dataset(name, x_train, y_train, x_test, y_test, class_names)
    except DataError as error:
        raise DataError(f"{where}: {error}" if where else str(error)) from error


def _first_line(error: Exception) -> str:
    """Return the first line of an error's text, or its type where it has none."""
    return (str(error).splitlines() or [type(error).__name__])[0]
