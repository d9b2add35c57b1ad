"""Validation of images, and rounding."""

import numpy as np
import pytest

import noiselib
from noiselib.images import from_unit, to_unit
from noiselib.validation import as_batch

NOISE = noiselib.GaussianNoise(sigma=0.1)


def grey(*shape, dtype=np.uint8):
    return np.zeros(shape, dtype)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        ([[1, 2]], "images must be a numpy array, got list"),
        (None, "images must be a numpy array, got NoneType"),
        (grey(2, 5, 5, dtype=np.int16), r"uint8 in 0..255 or float16/32/64 in \[0, 1\], got int16"),
        (grey(2, 5, 5, dtype=complex), "got complex128"),
        (grey(2, 5, 5, dtype=bool), "got bool"),
        (grey(5, 5), r"must have shape \(n, h, w\) or \(n, h, w, c\), got \(5, 5\)"),
        (grey(1, 2, 5, 5, 3), r"must have shape .* got \(1, 2, 5, 5, 3\)"),
        (
            grey(28, 28, 3),
            r"one image of 3 channels pass images\[None\], for 28 grey images of 28 x 3",
        ),
        (grey(28, 28, 1), r"shape \(28, 28, 1\) can be read in two ways"),
        (grey(28, 28, 4), "can be read in two ways"),
        (grey(2, 0, 5), "sides and channels of 1 or more"),
        (grey(2, 5, 5, 0), "sides and channels of 1 or more"),
        (np.full((1, 5, 5), np.nan), r"float images must lie in \[0, 1\], got NaN"),
        (np.full((1, 5, 5), np.inf), "got values from inf to inf"),
        (np.array([[[-0.25, 2.0]]]), r"got values from -0.25 to 2"),
        (np.full((1, 5, 5), 128.0, np.float32), "got values from 128 to 128"),
        (np.full((1, 5, 5), 1.00001), "got values from 1.00001 to 1.00001"),
        (np.full((1, 5, 5), -0.00001), "got values from -1e-05 to -1e-05"),
    ],
)
def test_wrong_images_are_named(images, message):
    for transform in (NOISE, noiselib.identity, NOISE | NOISE):
        with pytest.raises((TypeError, ValueError), match=message):
            transform(images)


@pytest.mark.parametrize("shape", [(0, 28, 28), (0, 5, 5, 3), (0, 3, 1, 1)])
@pytest.mark.parametrize("dtype", ["uint8", "float16", "float32", "float64"])
def test_empty_batches_are_valid(shape, dtype):
    result = NOISE(grey(*shape, dtype=dtype))
    assert result.shape == shape
    assert result.dtype == dtype


def test_an_excess_by_rounding_is_clipped():
    images = np.array([[[-9e-7, 1 + 9e-7]]], np.float64)
    result = noiselib.Brightness(shift=1e-9)(images)
    assert result.min() >= 0
    assert result.max() <= 1


def test_uint8_and_its_quotient_by_255_are_the_same_image():
    levels = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    assert np.array_equal(to_unit(levels), levels / np.float32(255))
    back = np.empty_like(levels)
    from_unit(to_unit(levels), back)
    assert np.array_equal(back, levels)


def test_rounding_is_to_nearest():
    back = np.empty((1, 1, 4, 1), np.uint8)
    unit = (np.array([0.4, 0.6, 100.4, 100.6], np.float32) / 255).reshape(1, 1, 4, 1)
    from_unit(unit, back)
    assert back.ravel().tolist() == [0, 1, 100, 101]


def test_validation_copies_nothing():
    images = grey(2, 5, 6)
    assert np.shares_memory(as_batch(images), images)


@pytest.mark.parametrize(
    ("workers", "message"), [(0, "1 or more, got 0"), (1.5, "an integer, got 1.5")]
)
def test_wrong_workers_are_named(workers, message):
    with pytest.raises((TypeError, ValueError), match=f"workers must be {message}"):
        NOISE(grey(1, 5, 5), workers=workers)


def test_grey_images_with_and_without_channels_have_the_same_result(digits):
    assert np.array_equal(NOISE(digits[..., 0]), NOISE(digits)[..., 0])


@pytest.mark.parametrize("shift", [0.5, 0.3, 0.1])
def test_ties_are_rounded_up_at_every_level(shift):
    """255 * shift ends in .5: every level must move by the same, or smooth images show bands."""
    levels = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    moved = noiselib.Brightness(shift=shift)(levels).astype(int) - levels
    assert set(moved[moved + levels < 255]) == {int(255 * shift + 0.5)}
