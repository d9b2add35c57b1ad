"""The pictures of the gallery: one image at five strengths, made when a browser asks for them."""

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

import noiselib
from studies.core.errors import StudyError
from studies.explorer.cards import PARTS
from studies.explorer.context import Context
from studies.explorer.pictures import png

if TYPE_CHECKING:
    from fastapi import Response

Image = npt.NDArray[np.uint8]

SIDE = 96
"""Pixels of the drawn scene."""

GAP = 4
"""Transparent pixels between two frames, where an image has as many as the scene; else in scale."""

SCENE, TEST_IMAGE = "scene", "image"
"""What a strip shows: a drawn scene in colour, or the first test image."""

KEPT = "private, max-age=3600"


def address(name: str, of: str, version: str) -> str:
    """Return where the strip of a corruption is; the version changes with the image."""
    return f"/gallery/strips/{of}/{name}.png?{version}"


def serve_strips(context: Context) -> None:
    """Let NiceGUI's server answer for the strips."""
    from fastapi.responses import PlainTextResponse, Response
    from nicegui import app

    from models.data import DataError

    def strip(of: str, name: str) -> "Response":
        try:
            image = _image(context, of)
        except (StudyError, DataError) as error:
            return PlainTextResponse(str(error), status_code=404)
        if name not in noiselib.registry():
            return PlainTextResponse(f"no corruption is called {name}", status_code=404)
        picture = strip_png(name, image.tobytes(), image.shape)
        return Response(picture, media_type="image/png", headers={"Cache-Control": KEPT})

    app.get("/gallery/strips/{of}/{name}.png")(strip)  # no coroutine: it runs in a thread


def _image(context: Context, of: str) -> Image:
    """Return the (h, w, c) image that is asked for."""
    if of == SCENE:
        return _scene()
    if of == TEST_IMAGE and context.ready:
        return context.data.test_images[0]
    raise StudyError(f"there is no picture {of}, or not yet")


@lru_cache(maxsize=1)
def _scene() -> Image:
    from noiselib.gallery import sample

    scene: Image = sample(SIDE)[0]
    return scene


@lru_cache(maxsize=512)
def strip_png(name: str, pixels: bytes, shape: tuple[int, ...]) -> bytes:
    """Return one image under a corruption, from the identity to its worst, side by side as PNG.

    Parameters
    ----------
    name
        Of the corruption.
    pixels, shape
        The uint8 bytes of the image, and (height, width, channels).
    """
    image = np.frombuffer(pixels, np.uint8).reshape(shape)
    worst = noiselib.registry()[name]()
    frames = [worst.at(t)(image[np.newaxis])[0] for t in PARTS]
    height, width, channels = shape
    gap = max(1, round(GAP * width / SIDE))
    sheet = np.zeros((height, len(PARTS) * (width + gap) - gap, 4), np.uint8)
    for number, frame in enumerate(frames):
        place = sheet[:, number * (width + gap) :][:, :width]
        place[..., :3] = frame if channels == 3 else frame[..., :1]
        place[..., 3] = 255
    return png(sheet)
