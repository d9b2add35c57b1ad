"""One picture file to one array, and the settings of a folder of them."""

import importlib
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from models.dataset import DataError
from models.validation_messages import validation_message

if TYPE_CHECKING:
    from PIL.Image import Image

SETTINGS_FILE = "dataset.toml"
GREY_MODES = ("1", "L", "LA")
COLOUR_MODES = ("P", "PA", "RGB", "RGBA", "CMYK", "YCbCr")
ORIENTATION = 0x0112
"""The EXIF tag; from 5 on, height and width change places."""


def _square(size: Any) -> Any:
    return (size, size) if isinstance(size, int) else size


Side = Annotated[int, Field(ge=1, le=65_535, strict=True)]


class FolderSettings(BaseModel):
    """What ``dataset.toml`` in a folder of pictures may say.

    Parameters
    ----------
    size
        Height and width to bring all pictures to, or one number for both.
    channels
        1 for grey, 3 for RGB.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    size: Annotated[tuple[Side, Side] | None, BeforeValidator(_square)] = None
    channels: Literal[1, 3] | None = None


def read_settings(folder: Path) -> FolderSettings:
    """Read ``dataset.toml`` in a folder; without one, nothing is set.

    Raises
    ------
    DataError
        When it cannot be read, or says something unknown.
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
    """Return height, width and channels (1 or 3) of a picture, upright, from its head alone.

    Raises
    ------
    DataError
        When it cannot be read as PNG or JPEG.
    """
    with _opened(path) as picture:
        width, height = picture.size
        if picture.format == "JPEG" and picture.getexif().get(ORIENTATION, 1) >= 5:
            width, height = height, width
        return height, width, 1 if picture.mode in GREY_MODES else 3


def read_image(path: Path, shape: tuple[int, int, int]) -> NDArray[np.uint8]:
    """Return a picture as uint8 (height, width, channels).

    One of another size is scaled (bicubic, averaging where it shrinks) until it covers that size,
    and what stands over is cut off on both sides.

    Raises
    ------
    DataError
        When it cannot be read as PNG or JPEG.
    """
    height, width, channels = shape
    with _opened(path) as picture:
        from PIL import Image, ImageOps

        upright = ImageOps.exif_transpose(picture) if picture.format == "JPEG" else picture
        image = upright.convert("L" if channels == 1 else "RGB")
        if image.size != (width, height):
            image = ImageOps.fit(image, (width, height), Image.Resampling.BICUBIC)
        return np.asarray(image, np.uint8).reshape(shape)


@contextmanager
def _opened(path: Path) -> Iterator["Image"]:
    """Open a picture, and turn what Pillow says about damaged ones into one sentence."""
    try:
        images = importlib.import_module("PIL.Image")
    except ModuleNotFoundError as error:
        raise DataError(
            f"reading {path} needs Pillow, which is not installed; it comes with the extra "
            "'images': python -m pip install pillow"
        ) from error
    try:
        with images.open(path, formats=("PNG", "JPEG")) as picture:
            if picture.mode not in GREY_MODES + COLOUR_MODES:
                raise DataError(
                    f"{path} must have 8 bits a channel, grey or colour, got mode {picture.mode}"
                )
            yield picture
    except DataError:
        raise
    except Exception as error:  # whatever a damaged file makes Pillow raise
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise DataError(f"{path} cannot be read as PNG or JPEG, or is damaged: {reason}") from error
