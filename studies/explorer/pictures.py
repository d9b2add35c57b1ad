"""Images as the browser takes them."""

import io

import numpy as np
import numpy.typing as npt

from studies.report.images import data_uri


def png(image: npt.NDArray[np.uint8]) -> bytes:
    """Return an image as a PNG file.

    Parameters
    ----------
    image
        ``(h, w, c)`` uint8, with one, two, three or four channels; of another number, the first.
    """
    from PIL import Image

    shown = image if image.shape[2] in {3, 4} else image[..., 0]
    file = io.BytesIO()
    Image.fromarray(shown).save(file, format="png", compress_level=1)
    return file.getvalue()


def png_address(image: npt.NDArray[np.uint8]) -> str:
    """Return an image, as in `png`, as an address that holds it: ``data:image/png;base64,...``."""
    return data_uri(png(image), "png")
