"""The gallery: every tile is the result of its corruption; and the drawn scene."""

import math

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

import noiselib
from noiselib.gallery import (
    LABEL_WIDTH,
    MARGIN,
    NOTE_COLOUR,
    TEXT_COLOUR,
    TEXT_SIZE,
    gallery,
    sample,
    wrap_spec,
)
from noiselib.testing.strategies import pictures

TRANSFORMS = [noiselib.parse("gaussian_noise"), noiselib.parse("zoom | rotation(degrees=20)")]


def test_the_scene_is_a_digit_over_sky_sun_and_stripes():
    """Pixel by pixel, outside the box of the digit."""
    side = 48
    picture = sample(side)
    assert picture.shape == (1, side, side, 3)
    assert picture.dtype == np.uint8
    for row in range(side):
        for column in range(side):
            y, x = row / (side - 1), column / (side - 1)
            if 0.1 < y < 0.85 and 0.15 < x < 0.62:
                continue
            colour = (0.25 + 0.5 * y, 0.45 + 0.35 * y, 0.95 - 0.3 * y)
            if math.hypot(x - 0.8, y - 0.2) < 0.13:
                colour = (1.0, 0.85, 0.2)
            if y > 0.78:
                colour = (0.1, 0.35, 0.15) if x * 24 % 2 < 1 else (0.55, 0.7, 0.3)
            assert abs(picture[0, row, column] - 255 * np.array(colour)).max() <= 0.5 + 1e-6
    white = np.argwhere((picture[0] == 255).all(axis=-1))
    assert len(white) > 40
    assert abs(white.mean(axis=0) / side - (0.47, 0.38)).max() < 0.06
    assert sample().shape == (1, 96, 96, 3)


@pytest.mark.parametrize(("channels", "side", "scale"), [(1, 28, 3), (3, 40, 2), (1, 200, 1)])
def test_tiles_are_the_images_at_their_strengths(channels, side, scale):
    images = pictures("noise", (2, side, side // 2, channels), 3)
    three = [*TRANSFORMS, noiselib.Contrast(factor=0.5)]
    sheet = np.asarray(gallery(three, images, strengths=3, seed=7))
    h, w = scale * side, scale * (side // 2)
    row = h + 2 * MARGIN + TEXT_SIZE
    assert sheet.shape == (3 * row + MARGIN, LABEL_WIDTH + 3 * (w + MARGIN) + MARGIN, 3)
    for number, transform in enumerate(three):
        image = images[number % 2 : number % 2 + 1]
        for step, t in enumerate((0, 0.5, 1)):
            expected = transform.at(t)(image, seed=7, ids=number)[0]
            top, left = MARGIN + number * row, LABEL_WIDTH + step * (w + MARGIN)
            tile = sheet[top : top + h, left : left + w]
            assert np.array_equal(tile, np.broadcast_to(expected.repeat(scale, 0).repeat(
                scale, 1), tile.shape))  # fmt: skip


def test_seed_and_strengths_have_defaults():
    images = pictures("noise", (1, 96, 96, 3), 3)
    whole = np.asarray(gallery(TRANSFORMS, images))
    assert np.array_equal(whole, np.asarray(gallery(TRANSFORMS, images, strengths=5, seed=0)))


def test_labels_and_strengths_are_written_beside_the_tiles():
    """The same texts drawn again give the same sheet, with its tiles painted over."""
    images = pictures("grey", (1, 48, 48, 1), 3)
    sheet = gallery(TRANSFORMS, images, strengths=2)
    expected = Image.new("RGB", sheet.size, "white")
    draw, font = ImageDraw.Draw(expected), ImageFont.load_default(size=TEXT_SIZE)
    texts = [
        (["gaussian_noise(sigma=0.5)"], ["sigma = 0", "sigma = 0.5"]),
        (["zoom(factor=0.4) | rotation(", "degrees=20)"], ["t = 0", "t = 1"]),
    ]
    for number, (lines, notes) in enumerate(texts):
        top = MARGIN + number * (96 + 2 * MARGIN + TEXT_SIZE)
        draw.multiline_text((MARGIN, top), "\n".join(lines), fill=TEXT_COLOUR, font=font)
        for step, note in enumerate(notes):
            left = LABEL_WIDTH + step * (96 + MARGIN)
            draw.text((left, top + 97), note, fill=NOTE_COLOUR, font=font)
            for picture in (sheet, expected):
                picture.paste("black", (left, top, left + 96, top + 96))
    assert np.array_equal(np.asarray(sheet), np.asarray(expected))


def test_a_note_wider_than_its_tile_is_the_number_alone():
    images = pictures("grey", (1, 96, 32, 1), 3)
    sheet = np.asarray(gallery(TRANSFORMS[:1], images, strengths=2))
    notes = sheet[MARGIN + 96 :, LABEL_WIDTH + 32 + MARGIN :]
    written = np.argwhere((notes < 255).any(axis=-1))
    assert written[:, 1].max() < 32


def test_too_few_strengths_are_an_error():
    with pytest.raises(ValueError, match="strengths must be 2 or more, got 1"):
        gallery(TRANSFORMS, sample(), strengths=1)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("zoom(factor=2)", 99, ["zoom(factor=2)"]),
        ("zoom(factor=2) | fog(light=1)", 18, ["zoom(factor=2) |", "fog(light=1)"]),
        ("zoom(factor=2) | fog(light=1)", 8, ["zoom(", "factor=2)", "| fog(", "light=1)"]),
        ("one_of(zoom(factor=2), fog)", 24, ["one_of(zoom(factor=2),", "fog)"]),
        ("unbreakable", 3, ["unbreakable"]),
        ("", 9, []),
    ],
)
def test_specs_are_wrapped_at_spaces_and_parentheses(text, width, lines):
    assert wrap_spec(text, lambda line: len(line) <= width) == lines
