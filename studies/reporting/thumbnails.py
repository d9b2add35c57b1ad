"""Small pictures of images, as addresses that carry their own bytes."""

import base64
import io

import numpy as np
import numpy.typing as npt

_EXACT = 32  # grey images of up to so many pixels a side are shown bit by bit

_SIDES = ((160, 96), (400, 64))  # up to so many thumbnails on a page: so many pixels a side
_LEAST = 40  # with more of them, which must be light: none is exact then


def data_uri(content: bytes, kind: str) -> str:
    """Return a picture file as an address that holds it: ``data:image/png;base64,...``."""
    return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"


def side_for(count: int) -> int:
    """Return how many pixels a thumbnail may have a side, where a page has so many of them."""
    return next((side for most, side in _SIDES if count <= most), _LEAST)


def thumbnail(image: npt.NDArray[np.uint8], side: int) -> str:
    """Return an image as a data URI.

    Parameters
    ----------
    image
        ``(h, w)`` or ``(h, w, 3)`` uint8.
    side
        The longer side at most, in pixels; larger images are made smaller.

    Returns
    -------
    str
        A PNG of a small grey image, where there is room; else a WebP, because noise as PNG takes
        up to five times the bytes.
    """
    from PIL import Image

    picture = Image.fromarray(image)
    bytes_ = io.BytesIO()
    if image.ndim == 2 and max(image.shape) <= _EXACT and side > _LEAST:
        picture.save(bytes_, "PNG", optimize=True)
        kind = "png"
    else:
        picture.thumbnail((side, side))
        picture.save(bytes_, "WEBP", quality=80, method=4)
        kind = "webp"
    return data_uri(bytes_.getvalue(), kind)
