"""What a visitor of Play looks at: image, corruption, strength and seed, as text in an address."""

import base64
import binascii
import math
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import quote

import numpy as np
import numpy.typing as npt

from studies.core.errors import StudyError

MAX_SEED = 2**32 - 1
"""Largest seed; a number field of the browser has 53 bits."""

Shape = tuple[int, int, int]
Origin = Literal["test", "drawn", "uploaded"]


@dataclass(frozen=True, slots=True)
class ImageSource:
    """Where an image comes from.

    Attributes
    ----------
    origin : {"test", "drawn", "uploaded"}
        A test image, or an image that the visitor drew or uploaded.
    number : int
        Number of a test image; 0 for others. It is the id with which noise is drawn, so that a
        test image gets the noise that it gets in a sweep.
    pixels : bytes
        The uint8 pixels of an image in the shape of the data; empty for a test image.
    """

    origin: Origin
    number: int = 0
    pixels: bytes = b""


@dataclass(frozen=True, slots=True)
class PlayView:
    """An image and how it is corrupted.

    The spec is that of maximum severity; the strength t is a fraction of the severity range.
    """

    source: ImageSource
    spec: str
    t: float = 0.5
    seed: int = 0


def own_image(origin: Origin, image: npt.NDArray[np.uint8]) -> ImageSource:
    """Return the source of an image (h, w, c) that the visitor drew or uploaded."""
    return ImageSource(origin, 0, image.tobytes())


def to_query(view: PlayView) -> str:
    """Return a view as the query of an address, with the leading ``?``."""
    image, spec = format_source(view.source), quote(view.spec, safe="(),=")
    return f"?image={image}&spec={spec}&t={view.t:g}&seed={view.seed}"


def from_query(
    query: Mapping[str, str], fallback: PlayView, *, images: int, shape: Shape
) -> tuple[PlayView, list[str]]:
    """Parse a view from the query of an address, whose unknown parameters are ignored.

    Parameters
    ----------
    query : mapping of str to str
    fallback : PlayView
        Replaces what is missing or invalid. The spec is not parsed here.
    images : int
        Number of test images.
    shape : tuple of int

    Returns
    -------
    view : PlayView
    mistakes : list of str
        A sentence for each invalid parameter.
    """
    parsers: dict[str, tuple[str, Callable[[str], Any]]] = {
        "source": ("image", lambda text: parse_source(text, images, shape)),
        "t": ("t", parse_t),
        "seed": ("seed", parse_seed),
    }
    values: dict[str, Any] = {"spec": query.get("spec", fallback.spec)}
    mistakes: list[str] = []
    for field, (name, parse) in parsers.items():
        try:
            values |= {field: parse(query[name])} if name in query else {}
        except StudyError as error:
            mistakes.append(str(error))
    return replace(fallback, **values), mistakes


def parse_t(text: str) -> float:
    """Parse a fraction of the severity range, to four decimals, or raise StudyError."""
    try:
        t = float(text)
    except ValueError:
        t = math.nan
    if not 0 <= t <= 1:
        raise StudyError(f"t must be a number from 0 to 1, got {text[:20]!r}")
    return round(t, 4)


def parse_seed(text: str) -> int:
    """Parse an integer from 0 to `MAX_SEED`, or raise StudyError."""
    if not _is_number(text, MAX_SEED):
        raise StudyError(f"the seed must be a whole number from 0 to {MAX_SEED}, got {text[:20]!r}")
    return int(text)


def _is_number(text: str, largest: int) -> bool:
    """Return whether a text is an integer from 0 to the largest, in digits."""
    return text.isascii() and text.isdigit() and len(text) <= 12 and int(text) <= largest


def format_source(source: ImageSource) -> str:
    """Return a source as text: ``test-17``, or the compressed pixels of an image."""
    if source.origin == "test":
        return f"test-{source.number}"
    packed = base64.urlsafe_b64encode(zlib.compress(source.pixels, 9)).decode().rstrip("=")
    return f"{source.origin}-{packed}"


def parse_source(text: str, images: int, shape: Shape) -> ImageSource:
    """Parse the text of `format_source`.

    Raises
    ------
    StudyError
        When there is no such test image, or the pixels are damaged or of another shape.
    """
    origin, _, rest = text.partition("-")
    if origin == "test":
        if not _is_number(rest, images - 1):
            raise StudyError(f"test images have the numbers 0 to {images - 1}, got {rest[:20]!r}")
        return ImageSource("test", int(rest))
    pixels: dict[str, Origin] = {"drawn": "drawn", "uploaded": "uploaded"}
    if origin in pixels:
        return ImageSource(pixels[origin], 0, _decompress(rest, math.prod(shape)))
    raise StudyError(f"the address names no image: {text[:20]!r} is neither test-NUMBER nor pixels")


def _decompress(text: str, size: int) -> bytes:
    """Return the given number of bytes from their text, without ever decompressing more."""
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        decompressor = zlib.decompressobj()
        pixels = decompressor.decompress(packed, size + 1)
    except (binascii.Error, ValueError, zlib.error):
        raise StudyError("the image in the address is damaged") from None
    if len(pixels) != size or not decompressor.eof:
        raise StudyError("the image in the address is incomplete or does not fit the data")
    return pixels
