"""The images of a study as its data set has them: a results folder keeps only the first."""

import base64
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from models.stored_images import Images, first_images
from studies.plan import Condition
from studies.run.engine import corruption_of
from studies.store.records import EvaluationSet

if TYPE_CHECKING:
    from studies.config.study import Study


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


__all__ = ["Images", "Originals", "find_originals"]


@dataclass(frozen=True, slots=True)
class Originals:
    """The images ``(n, h, w, c)``, in memory or in files, or None and the reason in a few words."""

    images: Images | None
    reason: str = ""

    def shown(self, number: int, condition: Condition, first: int) -> npt.NDArray[np.uint8] | None:
        """Return one image as the models saw it, ``(h, w)`` or ``(h, w, 3)``.

        Parameters
        ----------
        number
            Its place in the study's images.
        condition
            What happened to it.
        first
            The number of the study's first image.
        """
        if self.images is None:
            return None
        image = np.asarray(self.images[number : number + 1])
        seen: npt.NDArray[np.uint8] = corruption_of(condition)(image, first + number)[0]
        return seen if seen.shape[2] == 3 else np.rint(seen.mean(axis=2)).astype(np.uint8)


def find_originals(study: "Study", evaluation_set: EvaluationSet) -> Originals:
    """Load the data set of a study again, for its pictures.

    The numbers do not need it, so that a results folder can be reported on where the data is not;
    then there are no pictures, and the reason takes their place.
    """
    from models.data import DataError, load

    try:
        data = load(study.data)
    except DataError as error:
        return Originals(None, str(error))
    if data.digest != evaluation_set.images.digest:
        return Originals(None, f"{study.data} has other images now than when it was swept")
    return Originals(first_images(data.test_images, evaluation_set.images.count))
