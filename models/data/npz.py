"""Data sets in .npz files: one file of four arrays, or four files of one."""

import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.data.assembly import Arrays, assembled, first_line, names_of_classes
from models.data.digest_cache import LARGE, Origin
from models.data.telling import Tell
from models.dataset import DataError, Dataset

ARRAY_NAMES = ("x_train", "y_train", "x_test", "y_test")
PUBLISHED_ENDINGS = tuple(
    f"-{part}-{content}.npz" for part in ("train", "test") for content in ("imgs", "labels")
)
"""Of the four files that KMNIST and its relatives are published as, in the order of `ARRAY_NAMES`;
each holds one array, which numpy called ``arr_0``."""


def from_npz(path: Path, tell: Tell | None = None) -> Dataset:
    """Return the data set in an .npz file; its classes may have names, or their data set may.

    Raises
    ------
    DataError
        When the file is damaged, or does not hold what is needed.
    """
    size = path.stat().st_size
    if tell is not None and size >= LARGE:
        tell(f"reading {path}, {size / 1e6:,.0f} MB")
    found = _read(path, ARRAY_NAMES, optional=("class_names",))
    arrays = _four(found)
    for key, labels in zip(ARRAY_NAMES[1::2], arrays[1::2], strict=True):
        _check_labels(f"{path}: {key}", labels)
    named = found.get("class_names")
    class_names = (
        names_of_classes(path.stem, arrays)
        if named is None
        else tuple(str(name) for name in named.ravel())
    )
    origin = Origin((path,), "npz")
    return assembled(path.stem, arrays, class_names, where=str(path), origin=origin)


def published_files(folder: Path) -> tuple[Path, ...]:
    """Return the four files in a folder that make a published data set, or none.

    Raises
    ------
    DataError
        When one of them is missing.
    """
    prefixes = {
        file.name.removesuffix(ending)
        for ending in PUBLISHED_ENDINGS
        for file in folder.glob(f"*{ending}")
    }
    if not prefixes:
        return ()
    if len(prefixes) > 1:
        raise DataError(f"{folder} holds several data sets: {', '.join(sorted(prefixes))}")
    files = tuple(
        folder / f"{prefix}{ending}" for prefix in prefixes for ending in PUBLISHED_ENDINGS
    )
    missing = [file.name for file in files if not file.is_file()]
    if missing:
        raise DataError(f"{folder}: {', '.join(missing)} missing")
    return files


def from_published_files(folder: Path, files: tuple[Path, ...]) -> Dataset:
    """Return the data set in the four files that `published_files` found.

    Raises
    ------
    DataError
        When a file is damaged, or does not hold what is needed.
    """
    found = {
        key: _read(file, ("arr_0",))["arr_0"] for key, file in zip(ARRAY_NAMES, files, strict=True)
    }
    arrays = _four(found)
    for file, labels in zip(files[1::2], arrays[1::2], strict=True):
        _check_labels(str(file), labels)
    name = files[0].name.removesuffix(PUBLISHED_ENDINGS[0])
    class_names = names_of_classes(name, arrays)
    return assembled(
        name, arrays, class_names, where=str(folder), origin=Origin(files, "published")
    )


def _four(found: Mapping[str, NDArray[Any]]) -> Arrays:
    x_train, y_train, x_test, y_test = (found[key] for key in ARRAY_NAMES)
    return x_train, y_train, x_test, y_test


def _check_labels(what: str, labels: NDArray[Any]) -> None:
    if labels.dtype.kind not in "iu" or labels.size == 0:
        raise DataError(
            f"{what} must hold integers, one a picture, got {labels.dtype} of shape {labels.shape}"
        )


def _read(
    path: Path, needed: Sequence[str], optional: Sequence[str] = ()
) -> dict[str, NDArray[Any]]:
    """Read arrays from an .npz file, those of `optional` if they are there; never a pickle."""
    if not zipfile.is_zipfile(path):
        raise DataError(f"{path} is not an .npz file, or is damaged or cut short")
    try:
        with np.load(path, allow_pickle=False) as archive:
            missing = [key for key in needed if key not in archive]
            if missing:
                raise DataError(
                    f"{path}: {', '.join(missing)} missing; "
                    f"it holds {', '.join(archive.files) or 'nothing'}"
                )
            wanted = (*needed, *(key for key in optional if key in archive))
            return {key: archive[key] for key in wanted}
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(f"{path} is damaged: {first_line(error)}") from error
    except ValueError as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{path} must hold plain arrays: {first_line(error)}") from error
