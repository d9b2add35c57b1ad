"""Data sets in .npz files: one file of four arrays, or four files of one."""

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.data.assembly import (
    ARRAY_NAMES,
    CLASS_NAMES_NAME,
    first_line,
    from_named_arrays,
    required_arrays,
)
from models.data.digest_cache import SourceFiles
from models.data.npy import LARGEST_KEPT, member_offsets, open_large_images, verify_checksum
from models.data.progress import OnProgress
from models.dataset import DataError, Dataset
from models.stored_images import StoredImages

PUBLISHED_ENDINGS = tuple(
    f"-{part}-{content}.npz" for part in ("train", "test") for content in ("imgs", "labels")
)
"""Of the four files that KMNIST and its relatives are published as, in the order of `ARRAY_NAMES`;
each holds one array, which numpy called ``arr_0``."""


def from_npz(path: Path, on_progress: OnProgress | None = None) -> Dataset:
    """Return the data set in an .npz file; its classes may have names, or their data set may.

    Large images stay in the file if they are not compressed in it.

    Raises
    ------
    DataError
        When the file is damaged, or does not hold what is needed.
    """
    origin = SourceFiles((path,), "npz")
    with _said_plainly(path), np.load(path, allow_pickle=False) as archive:
        _check_names(path, archive, required_arrays(set(archive.files)))
        wanted = [key for key in (*ARRAY_NAMES, CLASS_NAMES_NAME) if key in archive.files]
        found = {key: _array(path, archive, key, on_progress) for key in wanted}
        in_place = [key for key in wanted if isinstance(found[key], StoredImages)]
        if in_place and not origin.cached_digest(list(found.values())):
            for key in in_place:  # which numpy does where it reads an array itself
                verify_checksum(path, f"{key}.npy")
    places = {key: f"{path}: {key}" for key in wanted}
    return from_named_arrays(path.stem, found, places, str(path), origin, on_progress)


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
    found = {}
    for key, file in zip(ARRAY_NAMES, files, strict=True):
        with _said_plainly(file), np.load(file, allow_pickle=False) as archive:
            _check_names(file, archive, ("arr_0",))
            found[key] = archive["arr_0"]
    name = files[0].name.removesuffix(PUBLISHED_ENDINGS[0])
    places = {key: str(file) for key, file in zip(ARRAY_NAMES, files, strict=True)}
    return from_named_arrays(name, found, places, str(folder), SourceFiles(files, "published"))


def _check_names(path: Path, archive: Any, needed: Sequence[str]) -> None:
    missing = [key for key in needed if key not in archive.files]
    if missing:
        raise DataError(
            f"{path}: {', '.join(missing)} missing; "
            f"it holds {', '.join(archive.files) or 'nothing'}"
        )


def _array(
    path: Path, archive: Any, key: str, on_progress: OnProgress | None
) -> NDArray[Any] | StoredImages:
    """Return an array of an archive; large images stay where they are if they can."""
    member = archive.zip.getinfo(f"{key}.npy")
    if not key.startswith("x_") or member.file_size <= LARGEST_KEPT:
        return np.asarray(archive[key])
    size = f"{member.file_size / 1e6:,.0f} MB"
    if member.compress_type == zipfile.ZIP_STORED:
        images = open_large_images(path, *member_offsets(path, member), f"{path}: {key}")
        if images is not None:
            return images
    elif on_progress is not None:
        on_progress(
            f"{key} in {path} is compressed and takes {size} of memory; to read it in pieces, "
            f"type `unzip {path} -d FOLDER` and name the folder"
        )
    return np.asarray(archive[key])


@contextmanager
def _said_plainly(path: Path) -> Iterator[None]:
    """Turn what reading an .npz file may raise into one sentence; never read a pickle."""
    if not zipfile.is_zipfile(path):
        raise DataError(f"{path} is not an .npz file, or is damaged or cut short")
    try:
        yield
    except MemoryError as error:
        raise DataError(f"{path} does not fit into memory: {first_line(error)}") from error
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(f"{path} is damaged: {first_line(error)}") from error
    except ValueError as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{path} must hold plain arrays: {first_line(error)}") from error
