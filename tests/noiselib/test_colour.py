"""Oracles of the colour corruptions: each pixel to HSV and back, by the colorsys module."""

import colorsys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import noiselib
from noiselib.testing.strategies import pictures

NAMES = ["hsv_brightness", "saturate", "hue"]
IMAGENET_SATURATE = [(0.3, 0), (0.1, 0), (2, 0), (5, 0.1), (20, 0.2)]


@pytest.fixture(scope="module")
def pixels(colours):
    """Colour images with all kinds of pixels: any, grey, pure, black, white, two equal channels."""
    corners = np.indices((3, 3, 3)).reshape(3, 27).T * 127.5
    greys = np.repeat(np.arange(0, 256, 5)[:, None], 3, axis=1)
    others = colours.reshape(-1, 3)[::9]
    colours_of_all_kinds = np.concatenate([np.floor(corners), greys, others])
    return colours_of_all_kinds.astype(np.uint8)[None, :, None, :]


def through_hsv(images, change):
    """The definition: every pixel to HSV, changed, and back."""
    result = [
        colorsys.hsv_to_rgb(*change(*colorsys.rgb_to_hsv(*pixel)))
        for pixel in images.reshape(-1, 3).astype(np.float64) / 255
    ]
    return 255 * np.array(result).reshape(images.shape)


def clipped(value):
    return min(max(value, 0), 1)


def agrees(result, exact):
    return abs(result - exact).max() <= 0.5 + 1e-3


@pytest.mark.oracle("hsv_brightness")
@pytest.mark.parametrize("shift", [-1, -0.3, 0.05, 0.1, 0.5, 1])
def test_brightness_shifts_the_value(pixels, shift):
    exact = through_hsv(pixels, lambda h, s, v: (h, s, clipped(v + shift)))
    assert agrees(noiselib.HsvBrightness(shift=shift)(pixels), exact)


@pytest.mark.oracle("saturate")
@pytest.mark.parametrize(("scale", "offset"), [*IMAGENET_SATURATE, (0, 0), (1, 0.3), (2, -0.5)])
def test_saturate_scales_the_saturation(pixels, scale, offset):
    exact = through_hsv(pixels, lambda h, s, v: (h, clipped(s * scale + offset), v))
    assert agrees(noiselib.Saturate(scale=scale, offset=offset)(pixels), exact)


@pytest.mark.oracle("hue")
@pytest.mark.parametrize("degrees", [-360, -180, -60, -7, 1, 30, 60, 120, 179.5, 240, 300, 360])
def test_hue_rotates_the_hue(pixels, degrees):
    exact = through_hsv(pixels, lambda h, s, v: ((h + degrees / 360) % 1, s, v))
    assert agrees(noiselib.Hue(degrees=degrees)(pixels), exact)


def test_levels_are_those_of_the_original_code(colours):
    """With the conversions of scikit-image, as in ImageNet-C."""
    color = pytest.importorskip("skimage.color")
    x = colours / 255
    for scale, offset in IMAGENET_SATURATE:
        hsv = color.rgb2hsv(x)
        hsv[..., 1] = np.clip(hsv[..., 1] * scale + offset, 0, 1)
        original = 255 * np.clip(color.hsv2rgb(hsv), 0, 1)
        result = noiselib.Saturate(scale=scale, offset=offset)(colours)
        assert (abs(result - original) <= 1).mean() >= 0.99
    for shift in (0.1, 0.2, 0.3, 0.4, 0.5):
        hsv = color.rgb2hsv(x)
        hsv[..., 2] = np.clip(hsv[..., 2] + shift, 0, 1)
        original = 255 * np.clip(color.hsv2rgb(hsv), 0, 1)
        result = noiselib.HsvBrightness(shift=shift)(colours)
        assert (abs(result - original) <= 1).mean() >= 0.99


@given(shift=st.floats(-1, 1), kind=st.sampled_from(["noise", "smooth", "black", "white"]))
def test_on_grey_both_brightnesses_are_the_same(shift, kind):
    grey = pictures(kind, (2, 9, 11, 1), 3)
    expected = noiselib.Brightness(shift=shift)(grey)
    bright = noiselib.HsvBrightness(shift=shift)
    assert np.array_equal(bright(grey), expected)
    assert np.array_equal(bright(np.repeat(grey, 3, axis=-1)), np.repeat(expected, 3, axis=-1))


@pytest.mark.parametrize("spec", ["saturate(scale=20, offset=0.2)", "saturate(scale=0)", "hue"])
def test_grey_images_are_unchanged(digits, spec):
    assert np.array_equal(noiselib.parse(spec)(digits), digits)
    assert np.array_equal(noiselib.parse(spec)(digits[..., 0]), digits[..., 0])


@pytest.mark.parametrize("spec", ["saturate(scale=20)", "saturate(scale=0)", "hue"])
def test_grey_pixels_of_colour_images_are_unchanged(digits, spec):
    images = np.repeat(digits[:5], 3, axis=-1)
    assert np.array_equal(noiselib.parse(spec)(images), images)


def test_an_offset_tints_grey_pixels_red():
    images = np.full((1, 2, 2, 3), 200, np.uint8)
    result = noiselib.Saturate(scale=1, offset=0.25)(images)
    assert result[0, 0, 0].tolist() == [200, 150, 150]


def test_a_third_of_the_circle_permutes_channels(colours):
    result = noiselib.Hue(degrees=120)(colours)
    assert abs(result - np.roll(colours, 1, axis=-1).astype(int)).max() <= 1


@given(first=st.floats(-180, 180), second=st.floats(-180, 180))
def test_hues_add(first, second):
    images = (pictures("noise", (1, 8, 8, 3), 5) / 255).astype(np.float32)
    twice = noiselib.Hue(degrees=second)(noiselib.Hue(degrees=first)(images))
    assert abs(twice - noiselib.Hue(degrees=first + second)(images)).max() < 2e-5


@pytest.mark.parametrize("name", NAMES)
def test_nearly_equal_channels_are_safe(name):
    """Denormal and last-bit differences, which are denominators."""
    images = np.full((1, 4, 4, 3), 0.5, np.float32)
    images[0, 0, :, 0] = np.nextafter(np.float32(0.5), np.float32(1))
    images[0, 1] = [1e-45, 0, 0]
    images[0, 2] = [1e-38, 1e-39, 0]
    result = noiselib.registry()[name]()(images)
    assert np.isfinite(result).all()
    assert result.min() >= 0
    assert result.max() <= 1


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("channels", [2, 4])
def test_other_numbers_of_channels_are_errors(name, channels):
    images = np.zeros((2, 5, 5, channels), np.uint8)
    with pytest.raises(ValueError, match=rf"{name}: .* 1 or 3 channels, got {channels}"):
        noiselib.registry()[name]()(images)
    assert noiselib.registry()[name]().at(0)(images).shape == images.shape


def test_saturate_moves_scale_and_offset_together():
    half = noiselib.Saturate(scale=5, offset=0.2).at(0.5)
    assert half == noiselib.Saturate(scale=2, offset=0.05)
    assert noiselib.Saturate(scale=0).at(0.5) == noiselib.Saturate(scale=0.75)
