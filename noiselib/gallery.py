"""A gallery: a picture with one row for each corruption, from t = 0 on the left to t = 1."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from noiselib.files import pillow
from noiselib.transform import Transform

__all__ = ["gallery", "sample"]

MARGIN = 8
LABEL_WIDTH = 250
TEXT_SIZE = 14
TEXT_COLOUR, NOTE_COLOUR = (30, 30, 30), (110, 110, 110)


def sample(side: int = 96) -> NDArray[np.uint8]:
    """Draw a test picture: a digit in front of a sky, a disk and fine stripes.

    Parameters
    ----------
    side : int
        Height and width, in pixels.

    Returns
    -------
    ndarray of uint8, shape (1, side, side, 3)
        A batch of one RGB image.
    """
    pil = pillow()
    y, x = np.mgrid[0:side, 0:side] / (side - 1)
    sky = np.stack([0.25 + 0.5 * y, 0.45 + 0.35 * y, 0.95 - 0.3 * y], axis=-1)
    sun = np.hypot(x - 0.8, y - 0.2) < 0.13
    sky[sun] = (1.0, 0.85, 0.2)
    ground = y > 0.78
    sky[ground] = np.where((x[ground] * 24 % 2 < 1)[:, None], (0.1, 0.35, 0.15), (0.55, 0.7, 0.3))
    picture = pil.Image.fromarray(np.rint(sky * 255).astype(np.uint8))
    font = pil.ImageFont.load_default(size=int(0.75 * side))
    pil.ImageDraw.Draw(picture).text(
        (0.38 * side, 0.47 * side), "5", fill="white", font=font, anchor="mm"
    )
    return np.asarray(picture)[None]


def gallery(
    transforms: list[Transform], images: NDArray[Any], *, strengths: int = 5, seed: int = 0
) -> Any:
    """Draw corruptions at several strengths.

    Parameters
    ----------
    transforms : list of Transform
        One for each row; the number of the row is the id of its images.
    images : ndarray, shape (n, h, w, c)
        uint8, grey or RGB; row k shows image k modulo n.
    strengths : int
        Number of strengths from t = 0 to t = 1, 2 or more.
    seed : int
        As in a call of a transform.

    Returns
    -------
    PIL.Image.Image
        The gallery.

    Raises
    ------
    ValueError
        If `strengths` is less than 2, or Pillow is not installed.
    """
    if strengths < 2:
        raise ValueError(f"strengths must be 2 or more, got {strengths}")
    pil = pillow()
    scale = max(1, round(96 / max(images.shape[1:3])))
    h, w = scale * images.shape[1], scale * images.shape[2]
    row = h + 2 * MARGIN + TEXT_SIZE
    width = LABEL_WIDTH + strengths * (w + MARGIN) + MARGIN
    sheet = pil.Image.new("RGB", (width, row * len(transforms) + MARGIN), "white")
    draw = pil.ImageDraw.Draw(sheet)
    font = pil.ImageFont.load_default(size=TEXT_SIZE)
    for number, transform in enumerate(transforms):
        top, which = MARGIN + number * row, number % len(images)
        lines = wrap_spec(
            str(transform), lambda text: draw.textlength(text, font) < LABEL_WIDTH - 16
        )
        draw.multiline_text((MARGIN, top), "\n".join(lines), fill=TEXT_COLOUR, font=font)
        for step, t in enumerate(np.linspace(0, 1, strengths)):
            left = LABEL_WIDTH + step * (w + MARGIN)
            shown = transform.at(float(t))(images[which : which + 1], seed=seed, ids=number)[0]
            colour = np.repeat(shown, 3, axis=-1) if shown.shape[-1] == 1 else shown
            tile = pil.Image.fromarray(colour).resize((w, h), pil.Image.Resampling.NEAREST)
            sheet.paste(tile, (left, top))
            value = f"{transform.position(float(t)):.3g}"
            note = f"{transform.axis.name} = {value}"
            note = note if draw.textlength(note, font) <= w else value
            draw.text((left, top + h + 1), note, fill=NOTE_COLOUR, font=font)
    return sheet


def wrap_spec(text: str, fits: Any) -> list[str]:
    """Break a spec into lines that fit, at spaces and parentheses."""
    lines: list[str] = []
    for word in text.replace("(", "( ").split():
        joined = f"{lines[-1]} {word}" if lines else word
        joined = joined.replace("( ", "(")
        if lines and fits(joined):
            lines[-1] = joined
        else:
            lines.append(word)
    return lines
