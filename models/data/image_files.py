"""Decode one image file, and read the settings of a folder of image files."""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from models.errors import DataError, first_line
from models.validation_messages import validation_message

if TYPE_CHECKING:
    from PIL.Image import Image

SETTINGS_FILE = "dataset.toml"
GREY_MODES = ("1", "L", "LA")
COLOUR_MODES = ("P", "PA", "RGB", "RGBA", "CMYK", "YCbCr")
ORIENTATION = 0x0112
"""The EXIF tag; values from 5 exchange height and width."""


def _square(size: Any) -> Any:
    return (size, size) if isinstance(size, int) else size


Side = Annotated[int, Field(ge=1, le=65_535, strict=True)]


class FolderSettings(BaseModel):
    """The settings in ``dataset.toml`` in a folder of image files.

    Attributes
    ----------
    size : tuple of int or None
        Height and width that all images are brought to, or one number for both.
    channels : int or None
        1 for grey, 3 for RGB.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    size: Annotated[tuple[Side, Side] | None, BeforeValidator(_square)] = None
    channels: Literal[1, 3] | None = None


def read_settings(folder: Path) -> FolderSettings:
    """Read ``dataset.toml`` in a folder.

    Parameters
    ----------
    folder : Path
        The folder.

    Returns
    -------
    FolderSettings
        Without a file, all settings are None.

    Raises
    ------
    DataError
        When the file cannot be read, or has an unknown or a wrong setting.
    """
    path = folder / SETTINGS_FILE
    try:
        return FolderSettings.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return FolderSettings()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError(f"{path} cannot be read as TOML: {error}") from error
    except ValidationError as error:
        settings = list(FolderSettings.model_fields)
        raise DataError(validation_message(str(path), error, settings)) from error


def shape_of(path: Path) -> tuple[int, int, int]:
    """Return the shape of an image file without decoding it.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    tuple of int
        Height, width and channels (1 or 3), upright.

    Raises
    ------
    DataError
        When the file cannot be read as PNG or JPEG.
    """
    with _opened(path) as image:
        width, height = image.size
        if image.format == "JPEG" and image.getexif().get(ORIENTATION, 1) >= 5:
            width, height = height, width
        return height, width, 1 if image.mode in GREY_MODES else 3


def read_image(path: Path, shape: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Decode an image file.

    An image of another size is scaled (bicubic, with averaging where it shrinks) until it covers
    the wanted size, and is cropped equally on both sides.

    Parameters
    ----------
    path : Path
        The file.
    shape : tuple of int
        Height, width and channels (1 or 3) of the result.

    Returns
    -------
    ndarray of uint8, shape (height, width, channels)
        The image, upright.

    Raises
    ------
    DataError
        When the file cannot be read as PNG or JPEG.
    """
    height, width, channels = shape
    with _opened(path) as image:
        from PIL import Image, ImageOps

        upright = ImageOps.exif_transpose(image) if image.format == "JPEG" else image
        converted = upright.convert("L" if channels == 1 else "RGB")
        if converted.size != (width, height):
            converted = ImageOps.fit(converted, (width, height), Image.Resampling.BICUBIC)
        return np.asarray(converted, np.uint8).reshape(shape)


@contextmanager
def _opened(path: Path) -> Iterator["Image"]:
    """Open an image file, and turn what Pillow raises for damaged files into one sentence."""
    import PIL.Image

    try:
        with PIL.Image.open(path, formats=("PNG", "JPEG")) as image:
            if image.mode not in GREY_MODES + COLOUR_MODES:
                raise DataError(
                    f"{path} must have 8 bits for each channel, grey or colour, "
                    f"got mode {image.mode}"
                )
            yield image
    except DataError:
        raise
    except Exception as error:  # a damaged file makes Pillow raise anything
        raise DataError(
            f"{path} cannot be read as PNG or JPEG, or is damaged: {first_line(error)}"
        ) from error
