"""Where data sets come from: names, .npz and .npy files, folders of pictures."""

import difflib
from pathlib import Path

from models.data.class_folders import from_class_folders
from models.data.keras_datasets import NAMES, from_keras
from models.data.npy_folder import from_npy_folder, is_npy_folder
from models.data.npz import from_npz, from_published_files, published_files
from models.data.progress import OnProgress
from models.data.sklearn_digits import digits
from models.dataset import DataError, Dataset

__all__ = ["DataError", "Dataset", "load", "names"]

FETCHED_BY_HAND = {"kmnist": "kmnist-train-imgs.npz, kmnist-train-labels.npz and so on"}


def names() -> tuple[str, ...]:
    """Return the data sets that `load` knows by name."""
    return ("digits", *NAMES)


def load(source: str | Path, *, on_progress: OnProgress | None = None) -> Dataset:
    """Load a data set.

    Parameters
    ----------
    source
        ``"digits"`` (embedded in scikit-learn), ``"mnist"``, ``"fashion_mnist"`` or ``"cifar10"``
        (downloaded once by `keras.datasets`), or a path:

        - an .npz file that holds ``x_train``, ``y_train``, ``x_test`` and ``y_test`` (images uint8,
          (n, h, w) or (n, h, w, c); labels integers, (n,) or (n, 1)) and, if the classes have
          names, ``class_names`` (strings);
        - a folder that holds the same as ``x_train.npy``, ``y_train.npy`` and so on;
        - a folder with the four files that KMNIST is published as, ``kmnist-train-imgs.npz`` and so
          on;
        - a folder of class folders with PNG or JPEG pictures, see `models.data.class_folders`.

        ``x_train`` and ``y_train`` may be left out together; nothing can then be trained on the
        data. Large images stay in their files and are read as they are needed.
    on_progress
        Called with a sentence now and then while something takes longer than two seconds.

    Raises
    ------
    DataError
        With one sentence: unknown name, no network, missing, damaged or unfit file.
    """
    if source == "digits":
        return digits()
    if isinstance(source, str) and source in NAMES:
        return from_keras(source)
    path = Path(source).expanduser()
    if path.is_dir():
        if files := published_files(path):
            return from_published_files(path, files)
        return (
            from_npy_folder(path, on_progress)
            if is_npy_folder(path)
            else from_class_folders(path, on_progress)
        )
    if path.is_file():
        return from_npz(path, on_progress)
    if path.suffix == ".npz" or path.name != str(source):
        raise DataError(f"there is no file {path}")
    raise DataError(_unknown(str(source)))


def _unknown(name: str) -> str:
    """Return what to do about a name that is not known."""
    if name in FETCHED_BY_HAND:
        return (
            f"{name} is not downloaded by Keras; fetch its files ({FETCHED_BY_HAND[name]}) and "
            "name the folder that holds them, or an .npz file"
        )
    near = difflib.get_close_matches(name, names(), n=1)
    hint = f"did you mean '{near[0]}'? " if near else ""
    return (
        f"no data set is called '{name}'; {hint}known are {', '.join(names())}, "
        "or name an .npz file or a folder of .npy files or class folders"
    )
