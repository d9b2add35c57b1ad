"""Oracles of the noise family: definitions by hand, moments, fractions."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri

import noiselib
from noiselib.streams import Streams

GREY = np.full((40, 50, 50, 1), 128, np.uint8)


def bernstein(count, variance, span, chance=1e-10):
    """How far a mean of `count` bounded values may stray, but for one chance in 10**10."""
    log = math.log(2 / chance)
    return math.sqrt(2 * variance * log / count) + span * log / (3 * count)


@pytest.mark.oracle("gaussian_noise")
def test_gaussian_noise_is_its_formula(digits):
    numbers = Streams("gaussian_noise", 0, 5, np.arange(100, dtype=np.uint64)).uniform16(
        (28, 28, 1)
    )
    z = ndtri((numbers + 0.5) / 65536)
    expected = np.rint(255 * np.clip(digits / 255 + 0.3 * z, 0, 1))
    result = noiselib.GaussianNoise(sigma=0.3)(digits, seed=5)
    assert abs(result - expected).max() <= 1
    assert (result != expected).mean() < 1e-4  # float32 beside float64, at ties


@given(sigma=st.floats(0.01, 0.08), seed=st.integers(0, 2**64 - 1))
def test_gaussian_noise_has_mean_zero_and_its_variance(sigma, seed):
    noise = noiselib.GaussianNoise(sigma=sigma)((GREY / 255).astype(np.float32), seed=seed)
    z = (noise.astype(np.float64) - np.float32(128 / 255)) / sigma
    assert abs(z.mean()) < bernstein(z.size, 1, 5)
    assert abs((z**2).mean() - 1) < bernstein(z.size, 2, 20) + 1e-3
    neighbours = (z[:, 1:] * z[:, :-1]).mean(), (z[:, :, 1:] * z[:, :, :-1]).mean()
    assert max(map(abs, neighbours)) < bernstein(z[:, 1:].size, 1, 20)


@pytest.mark.oracle("salt_and_pepper")
def test_salt_and_pepper_is_its_rule(digits):
    numbers = Streams("salt_and_pepper", 0, 5, np.arange(100, dtype=np.uint64)).uniform16(
        (28, 28, 1)
    )
    half = 0.3 / 2 * 65536
    expected = np.where(
        numbers < round(half), 0, np.where(numbers >= 65536 - round(half), 255, digits)
    )
    assert np.array_equal(noiselib.SaltAndPepper(amount=0.3)(digits, seed=5), expected)


@given(amount=st.floats(0.01, 1), seed=st.integers(0, 2**64 - 1))
def test_salt_and_pepper_strike_equally_often(amount, seed):
    result = noiselib.SaltAndPepper(amount=amount)(GREY, seed=seed)
    chance = amount / 2
    allowed = bernstein(result.size, chance * (1 - chance), 1) + 2**-16
    assert abs((result == 255).mean() - chance) < allowed
    assert abs((result == 0).mean() - chance) < allowed
    assert np.isin(result, [0, 128, 255]).all()


def test_all_pixels_are_struck_at_amount_one(digits):
    assert set(np.unique(noiselib.SaltAndPepper(amount=1)(digits))) == {0, 255}


@given(weak=st.floats(0, 1), strong=st.floats(0, 1))
def test_struck_pixels_stay_struck(weak, strong):
    weak, strong = sorted((weak, strong))
    first = noiselib.SaltAndPepper(amount=weak)(GREY[:2])
    second = noiselib.SaltAndPepper(amount=strong)(GREY[:2])
    struck = first != 128
    assert np.array_equal(second[struck], first[struck])


def test_channels_are_struck_together():
    result = noiselib.SaltAndPepper(amount=0.4)(np.full((3, 20, 20, 3), 128, np.uint8))
    assert (result == result[..., :1]).all()


def test_variances_of_repeated_noise_add():
    twice = noiselib.parse("gaussian_noise(sigma=0.06) | gaussian_noise(sigma=0.08)")
    noise = twice((GREY / 255).astype(np.float32)) - np.float32(128 / 255)
    assert noise.std() == pytest.approx(0.1, rel=0.01)
