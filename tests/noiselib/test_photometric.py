"""Oracles of the photometric family: each formula in float64."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import noiselib
from noiselib.streams import Streams

LEVELS = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)


def rounded(unit):
    return np.rint(255 * np.clip(unit, 0, 1))


def signed(name, count, seed):
    numbers = Streams(name, 0, seed, np.arange(count, dtype=np.uint64)).words(())
    return ((numbers + 0.5) / 2**31 - 1)[:, None, None, None]


def nearly_equal(result, expected):
    """Equal but for ties, which float32 and float64 may break differently."""
    return abs(result - expected).max() <= 1 and (result != expected).mean() < 0.003


@pytest.mark.oracle("brightness")
@given(shift=st.floats(-1, 1))
def test_brightness_is_its_formula(shift):
    result = noiselib.Brightness(shift=shift)(LEVELS)
    exact = 255 * np.clip(LEVELS / 255 + shift, 0, 1)
    assert abs(result - exact).max() <= 0.5 + 1e-4


@pytest.mark.oracle("random_brightness")
def test_random_brightness_is_its_formula(digits):
    result = noiselib.RandomBrightness(shift=0.4)(digits, seed=3)
    expected = rounded(digits / 255 + 0.4 * signed("random_brightness", 100, 3))
    assert nearly_equal(result, expected)


@pytest.mark.oracle("contrast")
@pytest.mark.parametrize("factor", [0, 0.05, 0.4, 2])
def test_contrast_is_its_formula(digits, colours, factor):
    for images in (digits, colours):
        x = images / 255
        mean = x.mean(axis=(1, 2), keepdims=True)
        assert nearly_equal(
            noiselib.Contrast(factor=factor)(images), rounded(mean + factor * (x - mean))
        )


@pytest.mark.oracle("random_contrast")
def test_random_contrast_is_its_formula(digits):
    x = digits / 255
    mean = x.mean(axis=(1, 2), keepdims=True)
    expected = rounded(mean + 0.3 ** signed("random_contrast", 100, 3) * (x - mean))
    assert nearly_equal(noiselib.RandomContrast(factor=0.3)(digits, seed=3), expected)


@given(first=st.floats(0.2, 1), second=st.floats(0.2, 1))
def test_contrasts_multiply(first, second):
    twice = noiselib.Contrast(factor=first) | noiselib.Contrast(factor=second)
    images = LEVELS.astype(np.float32) / np.float32(255)
    once = noiselib.Contrast(factor=first * second)
    assert abs(twice(images) - once(images)).max() < 1e-6


def test_the_table_of_a_pipeline_is_its_float_result(digits):
    pipeline = noiselib.parse("brightness(shift=0.2) | brightness(shift=-0.35)")
    table = pipeline(np.concatenate([digits] * 3))[:100]
    expected = rounded(np.clip(digits / 255 + 0.2, 0, 1) - 0.35)
    assert abs(table - expected).max() <= 1
    assert np.array_equal(table[:1], pipeline(digits[:1]))  # too few for a table
