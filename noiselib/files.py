"""Image files: .npz and .npy with numpy, pictures with Pillow (the extra `images`)."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from noiselib.transform import Transform

__all__ = ["FileError", "corrupt_file", "pillow", "read_images", "read_picture"]

ARRAYS = (".npz", ".npy")
PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp")


class FileError(ValueError):
    """A file that cannot be read or written; the message is one sentence."""


def pillow() -> Any:
    """Import Pillow, or raise FileError with the command that installs it."""
    try:
        import PIL.Image
        import PIL.ImageDraw
        import PIL.ImageFont
    except ImportError:
        raise FileError(
            "picture files need Pillow, the extra 'images': pip install pillow"
        ) from None
    return PIL


def corrupt_file(
    transform: Transform, source: Path, target: Path, *, seed: int, keys: list[str], workers: int
) -> str:
    """Corrupt the images of a file, or every picture of a folder, and write the result.

    Parameters
    ----------
    transform : Transform
        The corruption or pipeline.
    source, target : Path
        Both .npz, both .npy, both pictures or both folders. The id of a picture is its file name.
    seed : int
        As in a call of `transform`.
    keys : list of str
        Names of image arrays in an .npz; the others are copied. If empty, those that begin with x
        or are called images.
    workers : int
        As in a call of `transform`.

    Returns
    -------
    str
        How many images were written.

    Raises
    ------
    FileError
        If a file cannot be read, written or understood.
    """
    if source.is_dir():
        return corrupt_folder(transform, source, target, seed)
    if source.suffix == ".npz":
        return corrupt_npz(transform, source, target, seed=seed, keys=keys, workers=workers)
    if source.suffix == ".npy":
        images = transform(read_array(source), seed=seed, workers=workers)
        with check_output(target, (".npy",)).open("wb") as file:
            np.save(file, images)
        return f"{len(images)} images"
    write_picture(transform(read_picture(source), seed=seed, ids=[source.name]), target)
    return "1 picture"


def corrupt_folder(transform: Transform, source: Path, target: Path, seed: int) -> str:
    """Corrupt every picture of a folder, with its file name as id."""
    names = sorted(path.name for path in source.iterdir() if path.suffix.lower() in PICTURES)
    if not names:
        raise FileError(f"{source} holds no pictures ({', '.join(PICTURES)})")
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"cannot make the folder {target}: {error.strerror}") from None
    for name in names:
        write_picture(transform(read_picture(source / name), seed=seed, ids=[name]), target / name)
    return f"{len(names)} pictures"


def corrupt_npz(
    transform: Transform, source: Path, target: Path, *, seed: int, keys: list[str], workers: int
) -> str:
    """Corrupt the image arrays of an .npz, and copy the others."""
    arrays = read_npz(source)
    chosen = keys or [key for key in arrays if key.startswith("x") or key == "images"]
    unknown = [key for key in chosen if key not in arrays]
    if unknown or not chosen:
        missing = ", ".join(unknown) or "x... or images"
        raise FileError(
            f"{source} has no array called {missing}; it has {', '.join(arrays) or 'none'} "
            "(choose with --key)"
        )
    for key in chosen:
        arrays[key] = transform(arrays[key], seed=seed, workers=workers)
    with check_output(target, (".npz",)).open("wb") as file:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]  # the keys are array names
    return ", ".join(f"{len(arrays[key])} images of {key}" for key in chosen)


def read_images(source: Path, count: int) -> NDArray[Any]:
    """Read the first images of a file.

    Parameters
    ----------
    source : Path
        An .npz with x_test, images or x_train, an .npy, or a picture.
    count : int
        The maximum number of images.

    Returns
    -------
    ndarray, shape (n, h, w, c)
        As the file has them.

    Raises
    ------
    FileError
        If the file cannot be read or has no images.
    """
    if source.suffix not in ARRAYS:
        return read_picture(source)
    if source.suffix == ".npy":
        images = read_array(source)
    else:
        arrays = read_npz(source)
        keys = [key for key in ("x_test", "images", "x_train") if key in arrays]
        if not keys:
            raise FileError(
                f"{source} has no x_test, images or x_train; it has {', '.join(arrays)}"
            )
        images = arrays[keys[0]]
    first = images[:count]
    return first[..., None] if first.ndim == 3 else first


def read_array(source: Path) -> NDArray[Any]:
    """Read an .npy."""
    loaded = load_with_numpy(source)
    if not isinstance(loaded, np.ndarray):
        raise FileError(f"{source} is an .npz, not an .npy")
    return loaded


def read_npz(source: Path) -> dict[str, NDArray[Any]]:
    """Read every array of an .npz."""
    loaded = load_with_numpy(source)
    if isinstance(loaded, np.ndarray):
        raise FileError(f"{source} is an .npy, not an .npz")
    return dict(loaded)


def load_with_numpy(source: Path) -> Any:
    """Load a complete .npy or .npz, and never a pickle."""
    try:
        with source.open("rb") as file:
            loaded = np.load(file, allow_pickle=False)
            return loaded if isinstance(loaded, np.ndarray) else dict(loaded.items())
    except FileNotFoundError:
        raise FileError(f"there is no file {source}") from None
    except OSError as error:
        raise FileError(f"cannot read {source}: {error.strerror or error}") from None
    except (ValueError, EOFError, zipfile.BadZipFile, KeyError) as error:
        raise FileError(f"{source} is broken, or not a numpy file: {error}") from None


def read_picture(source: Path) -> NDArray[np.uint8]:
    """Read a picture as a batch of one image, grey or RGB.

    Parameters
    ----------
    source : Path
        Any file that Pillow reads.

    Returns
    -------
    ndarray of uint8, shape (1, h, w, c)
        c is 1 for black and white and grey pictures, otherwise 3.

    Raises
    ------
    FileError
        If the file is missing or not a picture, or Pillow is not installed.
    """
    image = pillow().Image
    try:
        with image.open(source) as picture:
            mode = "L" if picture.mode in ("1", "L", "I;16", "I") else "RGB"
            array = np.asarray(picture.convert(mode))
    except FileNotFoundError:
        raise FileError(f"there is no file {source}") from None
    except (OSError, ValueError, SyntaxError, image.DecompressionBombError) as error:
        raise FileError(f"{source} is broken, or not a picture: {error}") from None
    return array.reshape(1, *array.shape[:2], -1)


def write_picture(images: NDArray[np.uint8], target: Path) -> None:
    """Write a batch of one image as a picture."""
    picture = pillow().Image.fromarray(images[0, ..., 0] if images.shape[3] == 1 else images[0])
    try:
        picture.save(check_output(target, PICTURES))
    except OSError as error:
        raise FileError(f"cannot write {target}: {error}") from None


def check_output(target: Path, suffixes: tuple[str, ...]) -> Path:
    """Check the suffix and the folder of an output file."""
    if target.suffix.lower() not in suffixes:
        raise FileError(f"the output must end in {', '.join(suffixes)}, got {target}")
    if not target.parent.is_dir():
        raise FileError(f"there is no folder {target.parent}")
    return target
