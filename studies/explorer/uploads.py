"""A picture that somebody uploads, brought to the frame of a data set."""

import io
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from studies.core.errors import StudyError
from studies.explorer.frame import Frame

if TYPE_CHECKING:
    from PIL import Image

MOST_BYTES = 10_000_000
MOST_PIXELS = 50_000_000
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")


def read_upload(content: bytes, frame: Frame) -> tuple[npt.NDArray[np.uint8], str]:
    """Return a picture file as an image of the data.

    One of exactly the data's size is taken as it is. Any other is scaled until it covers the
    frame, and what stands over is cut off. Where the data have a plain background and the
    picture's border is nearer to their ink, it is inverted: black on white becomes white on black.

    Parameters
    ----------
    content
        The file.
    frame
        Of the data.

    Returns
    -------
    ndarray of uint8, shape (h, w, c), and str
        The image, and what was done to the picture in one sentence.

    Raises
    ------
    StudyError
        When the file is too large, or no picture that can be read.
    """
    if len(content) > MOST_BYTES:
        raise StudyError(too_large(len(content)))
    from PIL import Image, ImageOps

    height, width, channels = frame.shape
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            across, down = picture.size
            if across * down > MOST_PIXELS:
                raise StudyError(
                    f"the picture has {across} x {down} pixels; {MOST_PIXELS // 10**6} million are "
                    "the most"
                )
            image = _on_white(ImageOps.exif_transpose(picture)).convert(
                "L" if channels == 1 else "RGB"
            )
    except StudyError:
        raise
    except Exception as error:  # whatever a damaged or foreign file makes Pillow raise
        raise StudyError(
            "the file is not a picture that can be read; PNG, JPEG, WebP, GIF and BMP can"
        ) from error
    if image.size == (width, height):
        return np.asarray(image, np.uint8).reshape(frame.shape), "Taken as it is."
    done = f"Brought from {image.width} x {image.height} to {width} x {height} pixels"
    fitted = ImageOps.fit(image, (width, height), Image.Resampling.BICUBIC)
    pixels = np.asarray(fitted, np.uint8).reshape(frame.shape)
    if _is_inverted(pixels, frame):
        return 255 - pixels, f"{done}, and inverted: the data have the other background."
    return pixels, f"{done}."


def too_large(size: int) -> str:
    """Say that a file of so many bytes is refused."""
    return f"the file has {size / 1e6:.1f} MB; {MOST_BYTES / 1e6:.0f} MB are the most"


def _on_white(picture: "Image.Image") -> "Image.Image":
    """Lay a picture that lets light through on white paper."""
    from PIL import Image

    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return picture
    layer = picture.convert("RGBA")
    paper = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(paper, layer)


def _is_inverted(pixels: npt.NDArray[np.uint8], frame: Frame) -> bool:
    """Tell whether the border of an image looks like the ink of the data."""
    if not frame.plain:
        return False
    grey = pixels.mean(axis=-1)
    border = np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]]))
    return bool(abs(border - frame.ink) < abs(border - frame.ground))
