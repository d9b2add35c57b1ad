"""Oracles of the blur family: scipy.ndimage in float64, and the laws of Gaussians."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

import noiselib
from noiselib.testing.strategies import batches


def slow_blur(images, sigma):
    axes = (0, sigma, sigma, 0)
    return gaussian_filter(images.astype(np.float64), axes, mode="reflect", truncate=4)


@pytest.mark.oracle("gaussian_blur")
@pytest.mark.parametrize("sigma", [0.3, 1, 2.5, 6, 10])
def test_gaussian_blur_is_scipys(digits, colours, sigma):
    for images in (digits, colours):
        result = noiselib.GaussianBlur(sigma=sigma)(images)
        expected = np.rint(slow_blur(images, sigma))
        assert abs(result - expected).max() <= 1
        if images is digits:  # the checkerboard among the others comes to ties everywhere
            assert (result != expected).mean() < 0.03  # weights in steps of 1/4096


@given(images=batches(), sigma=st.floats(0.13, 8))
def test_gaussian_blur_of_any_images_is_scipys(images, sigma):
    result = noiselib.GaussianBlur(sigma=sigma)(images.astype(np.float32) / np.float32(255))
    assert abs(result * 255 - slow_blur(images, sigma)).max() <= 1


@pytest.mark.parametrize("sigma", [1e-300, 1e-9, 0.1, 0.124])
def test_a_kernel_of_one_pixel_changes_nothing(digits, sigma):
    assert np.array_equal(noiselib.GaussianBlur(sigma=sigma)(digits), digits)


@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (2, 1, 9, 3), (1, 9, 1, 1)])
def test_a_kernel_wider_than_the_image_keeps_the_mean(shape):
    images = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    result = noiselib.GaussianBlur(sigma=30)(images)
    assert abs(result.mean(axis=(1, 2)) - images.mean(axis=(1, 2))).max() <= 1


@given(first=st.floats(1, 2.5), second=st.floats(1, 2.5))
def test_variances_of_blurs_add(first, second):
    picture = np.zeros((1, 61, 61, 1), np.float32)
    picture[0, 25:36, 25:36] = 1
    twice = noiselib.GaussianBlur(sigma=first) | noiselib.GaussianBlur(sigma=second)
    once = noiselib.GaussianBlur(sigma=np.hypot(first, second))
    assert abs(twice(picture) - once(picture)).max() < 0.01


def test_blur_commutes_with_shifts_inside():
    picture = np.zeros((1, 60, 60, 1), np.uint8)
    picture[0, 25:33, 22:30] = 200
    blur = noiselib.GaussianBlur(sigma=2)
    moved = blur(np.roll(picture, (3, -5), axis=(1, 2)))
    assert np.array_equal(moved, np.roll(blur(picture), (3, -5), axis=(1, 2)))
