"""Data sets in .npz files: one file with four arrays, or four files with one array each."""

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
    from_named_arrays,
    required_arrays,
)
from models.data.digest_cache import SourceFiles
from models.data.npy import MAX_IN_MEMORY, member_offsets, open_large_images, verify_checksum
from models.data.progress import OnProgress
from models.dataset import Dataset
from models.errors import DataError, first_line
from models.stored_images import StoredImages


def from_npz(path: Path, on_progress: OnProgress | None = None) -> Dataset:
    """Return the data set in an .npz file.

    Large images stay in the file if they are not compressed in it.

    Parameters
    ----------
    path : Path
        The file; it holds the arrays that `models.data.load` lists.
    on_progress : callable, optional
        Called from time to time with how many images have been read.

    Returns
    -------
    Dataset
        The data set, named after the file.

    Raises
    ------
    DataError
        When the file is damaged, or does not hold what is needed.
    """
    files = SourceFiles((path,), "npz")
    with _errors_as_sentences(path), np.load(path, allow_pickle=False) as archive:
        _check_names(path, archive, required_arrays(set(archive.files)))
        wanted = [key for key in (*ARRAY_NAMES, CLASS_NAMES_NAME) if key in archive.files]
        arrays = {key: _array(path, archive, key, on_progress) for key in wanted}
        stored = [key for key in wanted if isinstance(arrays[key], StoredImages)]
        if stored and not files.cached_digest(list(arrays.values())):
            for key in stored:  # numpy verifies the arrays that it reads itself
                verify_checksum(path, f"{key}.npy")
    locations = {key: f"{path}: {key}" for key in wanted}
    return from_named_arrays(path.stem, arrays, locations, str(path), files, on_progress)


def from_single_array_files(name: str, folder: Path, files: tuple[Path, ...]) -> Dataset:
    """Return the data set in four .npz files with one array each.

    Parameters
    ----------
    name : str
        Name of the data set.
    folder : Path
        Where the files are; error messages begin with it.
    files : tuple of Path
        The files, in the order of `models.data.assembly.ARRAY_NAMES`. numpy calls the array in each
        ``arr_0``.

    Returns
    -------
    Dataset
        The data set.

    Raises
    ------
    DataError
        When a file is damaged, or does not hold what is needed.
    """
    arrays = {}
    for key, file in zip(ARRAY_NAMES, files, strict=True):
        with _errors_as_sentences(file), np.load(file, allow_pickle=False) as archive:
            _check_names(file, archive, ("arr_0",))
            arrays[key] = archive["arr_0"]
    locations = {key: str(file) for key, file in zip(ARRAY_NAMES, files, strict=True)}
    source_files = SourceFiles(files, "published")
    return from_named_arrays(name, arrays, locations, str(folder), source_files)


def _check_names(path: Path, archive: Any, required: Sequence[str]) -> None:
    missing = [key for key in required if key not in archive.files]
    if missing:
        raise DataError(
            f"{path}: {', '.join(missing)} missing; "
            f"it holds {', '.join(archive.files) or 'nothing'}"
        )


def _array(
    path: Path, archive: Any, key: str, on_progress: OnProgress | None
) -> NDArray[Any] | StoredImages:
    """Return an array of an archive; large images stay in the file if they are not compressed."""
    member = archive.zip.getinfo(f"{key}.npy")
    if not key.startswith("x_") or member.file_size <= MAX_IN_MEMORY:
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
def _errors_as_sentences(path: Path) -> Iterator[None]:
    """Turn what reading an .npz file may raise into one sentence."""
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
