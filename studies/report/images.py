"""Images of a study for its pages: as the models saw them, in strips, and as small pictures."""

import base64
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from models.stored_images import Images, first_images
from studies.plan import Condition
from studies.run.engine import corruption_of
from studies.store.store import EvaluationSet
from studies.tables.curves import Curve, CurveRow

if TYPE_CHECKING:
    from studies.config.study import Study

__all__ = ["Images", "Originals", "find_originals"]

Pixels = npt.NDArray[np.uint8]

STRIP_LENGTH = 6
"""Images in a strip: as many as fit above a panel."""

_APART = 0.8 / (STRIP_LENGTH - 1)  # of the axis, between two of them: nearer ones overlap
_EXACT = 32  # grey images of up to so many pixels a side are shown bit by bit
_SIDES = ((160, 96), (400, 64))  # up to so many thumbnails on a page: so many pixels a side
_LEAST = 40  # with more of them, which must be small: none is exact then


def data_uri(content: bytes, kind: str) -> str:
    """Return an image file as an address that holds it: ``data:image/png;base64,...``."""
    return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"


def thumbnail_side(count: int) -> int:
    """Return how many pixels a side each of so many thumbnails on one page may have."""
    return next((side for most, side in _SIDES if count <= most), _LEAST)


def thumbnail(image: Pixels, side: int) -> str:
    """Return an image as a data URI.

    Parameters
    ----------
    image : ndarray of uint8
        ``(h, w)`` or ``(h, w, 3)``.
    side : int
        The longer side at most, in pixels; larger images are reduced.

    Returns
    -------
    str
        A PNG of a small grey image, where there is room; else a WebP, because noise as PNG takes
        up to five times the bytes.
    """
    from PIL import Image

    picture = Image.fromarray(image)
    content = io.BytesIO()
    if image.ndim == 2 and max(image.shape) <= _EXACT and side > _LEAST:
        picture.save(content, "PNG", optimize=True)
        return data_uri(content.getvalue(), "png")
    picture.thumbnail((side, side))
    picture.save(content, "WEBP", quality=80, method=4)
    return data_uri(content.getvalue(), "webp")


def displayed(image: Pixels) -> Pixels:
    """Return ``(h, w)`` or ``(h, w, 3)``; other numbers of channels are shown as their mean."""
    if image.shape[2] == 3:
        return image
    grey: Pixels = np.rint(image.mean(axis=2)).astype(np.uint8)
    return grey


def corrupted(pipeline: str, example: Pixels, number: int, seed: int) -> Pixels:
    """Return an image ``(h, w, 1 or 3)`` as the models saw it: ``(h, w)`` or ``(h, w, 3)``."""
    import noiselib

    image: Pixels = noiselib.parse(pipeline)(example[np.newaxis], seed=seed, ids=number)[0]
    return image[..., 0] if image.shape[2] == 1 else image


@dataclass(frozen=True, slots=True)
class Originals:
    """The clean images ``(n, h, w, c)``, in memory or in files, or None and the reason why."""

    images: Images | None
    reason: str = ""

    def shown(self, number: int, condition: Condition, first: int) -> Pixels | None:
        """Return one image as the models saw it, ``(h, w)`` or ``(h, w, 3)``.

        Parameters
        ----------
        number : int
            Its place among the images of the study.
        condition : Condition
            The corruption and its seed.
        first : int
            The number of the first image of the study.
        """
        if self.images is None:
            return None
        image = np.asarray(self.images[number : number + 1])
        return displayed(corruption_of(condition)(image, first + number)[0])


def find_originals(study: "Study", evaluation_set: EvaluationSet) -> Originals:
    """Load the data set of a study again, for its pictures.

    The numbers do not need it: a results folder can be reported on where the data is not
    available, and the reason then takes the place of the pictures.
    """
    from models.data import DataError, load

    try:
        data = load(study.data)
    except DataError as error:
        return Originals(None, str(error))
    if data.digest != evaluation_set.images.digest:
        return Originals(None, f"{study.data} has other images now than when it was swept")
    return Originals(first_images(data.test_images, evaluation_set.images.count))


@dataclass(frozen=True, slots=True)
class StripImage:
    """One image of a strip: the row of the curve it belongs to, and ``(h, w)`` or ``(h, w, 3)``."""

    row: CurveRow
    image: Pixels


Strips = Mapping[str, Sequence[StripImage]]
"""Corruption -> the same image at a few strengths, weakest first."""


def make_strips(curves: Sequence[Curve], example: Pixels, *, number: int, seed: int) -> Strips:
    """Corrupt one image at strengths spread evenly over each severity range.

    Parameters
    ----------
    curves : sequence of Curve
        Say which corruptions and strengths there are.
    example : ndarray of uint8
        ``(h, w, c)``; with neither 1 nor 3 channels there is nothing to show.
    number, seed : int
        The number of the image in the data, and the noise seed; the two make the image exactly
        what the models saw.

    Returns
    -------
    Strips
        At most `STRIP_LENGTH` images each.
    """
    if example.shape[2] not in {1, 3}:
        return {}
    longest: dict[str, Curve] = {}
    for curve in curves:
        if curve.corruption not in longest or len(curve.rows) > len(longest[curve.corruption].rows):
            longest[curve.corruption] = curve
    return {
        corruption: [
            StripImage(row, corrupted(row.pipeline, example, number, seed))
            for row in _spread(curve.rows)
        ]
        for corruption, curve in longest.items()
    }


def _spread(rows: Sequence[CurveRow]) -> list[CurveRow]:
    """Return the ends and a few rows about evenly spaced on the axis on which they are drawn."""
    finite = all(math.isfinite(row.strength) for row in rows)
    strengths = np.array([row.strength if finite else row.t for row in rows])
    places = (strengths - strengths[0]) / (strengths[-1] - strengths[0] or 1)
    chosen = [0]
    for wanted in np.linspace(0, 1, STRIP_LENGTH)[1:-1]:
        free = (places >= places[chosen[-1]] + _APART) & (places <= 1 - _APART)
        if free.any():
            chosen.append(int(np.where(free, np.abs(places - wanted), np.inf).argmin()))
    return [rows[index] for index in (*chosen, *([len(rows) - 1] if len(rows) > 1 else []))]
