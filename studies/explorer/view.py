"""What a visitor looks at: image, corruption, strength and seed, as text in an address."""

import base64
import binascii
import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

import numpy as np
import numpy.typing as npt

from studies.core.errors import StudyError

MOST_SEED = 2**32 - 1
"""Seeds go through a number field of the browser, which has 53 bits; these are seeds enough."""

Shape = tuple[int, int, int]
Origin = Literal["test", "drawn", "uploaded"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where an image comes from.

    Attributes
    ----------
    origin
        A test image, or a picture that the visitor drew or uploaded.
    number
        Of a test image; 0 for others. It is the id with which noise is drawn, so that a test image
        meets what it meets in a sweep.
    pixels
        The uint8 bytes of a picture, in the data's shape; empty for a test image.
    """

    origin: Origin
    number: int = 0
    pixels: bytes = b""


@dataclass(frozen=True, slots=True)
class View:
    """An image, the corruption as text, the part t of its strength, and the seed."""

    source: Source
    spec: str
    t: float = 0.5
    seed: int = 0


def given(origin: Origin, image: npt.NDArray[np.uint8]) -> Source:
    """Return a picture (h, w, c) that the visitor brought as a source."""
    return Source(origin, 0, image.tobytes())


def to_query(view: View) -> str:
    """Return a view as the query of an address, beginning with ``?``."""
    fields = {
        "image": write_source(view.source),
        "spec": view.spec,
        "t": f"{view.t:g}",
        "seed": str(view.seed),
    }
    return "?" + "&".join(f"{name}={quote(text, safe='(),=')}" for name, text in fields.items())


def from_query(
    query: Mapping[str, str], fallback: View, *, images: int, shape: Shape
) -> tuple[View, list[str]]:
    """Read a view from the fields of an address.

    Parameters
    ----------
    query
        Fields of an address; those left out are as in `fallback`, and others are ignored.
    fallback
        Stands for what is missing or wrong. The corruption's text is not read here.
    images
        How many test images there are.
    shape
        Of an image.

    Returns
    -------
    View, list of str
        The view, and a sentence for each field that is wrong.
    """
    mistakes: list[str] = []
    source, t, seed = fallback.source, fallback.t, fallback.seed
    try:
        source = read_source(query["image"], images, shape) if "image" in query else source
    except StudyError as error:
        mistakes.append(str(error))
    try:
        t = read_t(query["t"]) if "t" in query else t
    except StudyError as error:
        mistakes.append(str(error))
    try:
        seed = read_seed(query["seed"]) if "seed" in query else seed
    except StudyError as error:
        mistakes.append(str(error))
    return View(source, query.get("spec", fallback.spec), t, seed), mistakes


def read_t(text: str) -> float:
    """Read a part of the strength, to four decimals.

    Raises
    ------
    StudyError
        When it is no number from 0 to 1.
    """
    try:
        t = float(text)
    except ValueError:
        t = math.nan
    if not 0 <= t <= 1:
        raise StudyError(f"t must be a number from 0 to 1, got {text[:20]!r}")
    return round(t, 4)


def read_seed(text: str) -> int:
    """Read a seed.

    Raises
    ------
    StudyError
        When it is no whole number from 0 to `MOST_SEED`.
    """
    if not (text.isascii() and text.isdigit()) or len(text) > 12 or int(text) > MOST_SEED:
        raise StudyError(
            f"the seed must be a whole number from 0 to {MOST_SEED}, got {text[:20]!r}"
        )
    return int(text)


def write_source(source: Source) -> str:
    """Return a source as text: ``test-17``, or the compressed pixels of a picture."""
    if source.origin == "test":
        return f"test-{source.number}"
    packed = base64.urlsafe_b64encode(zlib.compress(source.pixels, 9)).decode().rstrip("=")
    return f"{source.origin}-{packed}"


def read_source(text: str, images: int, shape: Shape) -> Source:
    """Read what `write_source` wrote.

    Raises
    ------
    StudyError
        When there is no such test image, or the pixels are damaged or of other data.
    """
    origin, _, rest = text.partition("-")
    if origin == "test":
        if not (rest.isascii() and rest.isdigit()) or len(rest) > 12 or int(rest) >= images:
            raise StudyError(f"test images have the numbers 0 to {images - 1}, got {rest[:20]!r}")
        return Source("test", int(rest))
    pixels: dict[str, Origin] = {"drawn": "drawn", "uploaded": "uploaded"}
    if origin in pixels:
        return Source(pixels[origin], 0, _unpacked(rest, math.prod(shape)))
    raise StudyError(f"the address names no image: {text[:20]!r} is neither test-NUMBER nor pixels")


def _unpacked(text: str, size: int) -> bytes:
    """Return so many bytes from their packed text, and never unpack more than that."""
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        unpacker = zlib.decompressobj()
        pixels = unpacker.decompress(packed, size + 1)
    except (binascii.Error, ValueError, zlib.error):
        raise StudyError("the picture in the address is damaged") from None
    if len(pixels) != size or not unpacker.eof:
        raise StudyError("the picture in the address is cut short, or belongs to other data")
    return pixels
