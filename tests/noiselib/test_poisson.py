"""Shot noise: its quantiles against scipy, its moments, and its severity range."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri
from scipy.stats import poisson

import noiselib
from noiselib.operations.poisson import EXACT_UP_TO, approximate_noise
from noiselib.streams import Streams

ALL_LEVELS = np.tile(np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1), (40, 4, 4, 1))


def uniforms(images, seed):
    streams = Streams("shot_noise", 0, seed, np.arange(len(images), dtype=np.uint64))
    return (streams.words(images.shape[1:]) + 0.5) / 2**32


def quantiles(images, photons, seed):
    """Return the definition, by scipy: counts over photons, clipped."""
    counts = poisson.ppf(uniforms(images, seed), images * photons)
    return np.minimum(np.where(images == 0, 0, counts) / photons, 1)


@pytest.mark.oracle("shot_noise")
@pytest.mark.parametrize("photons", [0.1, 0.7, 3, 12, 60, 255.5, 1000])
def test_counts_are_the_quantiles_of_scipy(photons):
    expected = quantiles(ALL_LEVELS / 255, photons, 5)
    shot = noiselib.ShotNoise(photons=photons)
    rounded = np.floor(255 * expected + 0.5 + 1e-9)  # ties up
    assert np.array_equal(shot(ALL_LEVELS, seed=5), rounded)
    unit = shot(ALL_LEVELS.astype(np.float32) / np.float32(255), seed=5)
    assert abs(unit - expected).max() < 1e-6


@given(
    photons=st.floats(0.1, EXACT_UP_TO),
    low=st.floats(0, 1, width=32),
    high=st.floats(0, 1, width=32),
    seed=st.integers(0, 2**64 - 1),
)
def test_values_between_levels_have_their_own_quantiles(photons, low, high, seed):
    images = np.linspace(low, high, 800, dtype=np.float32).reshape(2, 20, 20, 1)
    result = noiselib.ShotNoise(photons=photons)(images, seed=seed)
    photons = noiselib.ShotNoise(photons=photons).photons
    assert abs(result - quantiles(images.astype(np.float64), photons, seed)).max() < 1e-6


def test_a_value_does_not_depend_on_whether_others_are_levels():
    images = ALL_LEVELS.astype(np.float32) / np.float32(255)
    alone = noiselib.ShotNoise(photons=20)(images)
    images[:, ::2] *= np.float32(0.999)
    assert np.array_equal(noiselib.ShotNoise(photons=20)(images)[:, 1::2], alone[:, 1::2])


@pytest.mark.parametrize("photons", [1000.001, 5000, 1e5])
def test_the_expansion_is_close_to_the_quantiles(photons):
    images = ALL_LEVELS.astype(np.float32) / np.float32(255)
    result = noiselib.ShotNoise(photons=photons)(images, seed=5)
    inner = abs(uniforms(images, 5) - 0.5) < 0.49998  # the normal table ends beyond
    difference = (result - quantiles(images.astype(np.float64), photons, 5))[inner]
    # Half a photon for rounding, and half for the expansion, the normal table and float32.
    assert abs(difference).max() < 1.2 / photons + 0.05 / np.sqrt(photons) + 1e-6


@given(photons=st.floats(0.1, 1e7), seed=st.integers(0, 2**64 - 1))
def test_black_is_preserved(photons, seed):
    assert not noiselib.ShotNoise(photons=photons)(np.zeros((2, 30, 30), np.uint8), seed=seed).any()


def test_infinitely_many_photons_have_no_noise():
    assert np.array_equal(noiselib.ShotNoise(photons=np.inf)(ALL_LEVELS), ALL_LEVELS)
    assert np.array_equal(noiselib.ShotNoise(photons=1e12)(ALL_LEVELS), ALL_LEVELS)
    assert str(noiselib.ShotNoise().at(0)) == "shot_noise(photons=inf)"


def test_noise_grows_in_proportion_to_t():
    grey = np.full((20, 40, 40, 1), 0.25, np.float32)
    shot = noiselib.ShotNoise(photons=20)
    deviations = [float((shot.at(t)(grey) - grey).std()) / t for t in (0.01, 0.1, 0.3, 1)]
    assert deviations == pytest.approx([np.sqrt(0.25 / 20)] * 4, rel=0.02)


def test_the_same_number_is_drawn_at_every_strength():
    """Coupled: values far above their mean at one strength are above it at the others."""
    grey = np.full((5, 40, 40, 1), 0.4, np.float32)
    shot = noiselib.ShotNoise(photons=30)
    noise = [shot.at(t)(grey).ravel() for t in (0.05, 0.5, 1)]
    assert np.corrcoef(noise).min() > 0.97


@pytest.mark.mnist
def test_the_distribution_is_that_of_the_original(mnist_images):
    """Mean, variance and histogram on real digits, against ``clip(poisson(x * c) / c)``."""
    x, random = mnist_images / 255, np.random.Generator(np.random.Philox(3))
    for photons in (60, 25, 12, 5, 3):
        original = np.clip(random.poisson(x * photons) / photons, 0, 1)
        actual = noiselib.ShotNoise(photons=photons)((x).astype(np.float32), seed=1)
        for bright in (x > 0.9, (x > 0.3) & (x < 0.7), x < 0.1):
            assert actual[bright].mean() == pytest.approx(original[bright].mean(), abs=0.006)
            assert actual[bright].std() == pytest.approx(original[bright].std(), rel=0.02)
        counts = [np.bincount(np.rint(y * photons).astype(int).ravel()) for y in (actual, original)]
        assert abs(counts[0] - counts[1]).max() < 7 * np.sqrt(2 * counts[1].max())
        assert abs(counts[0] / x.size - counts[1] / x.size).sum() < 0.01


def test_many_photons_follow_the_expansion_of_cornish_and_fisher():
    words = np.arange(0, 2**32, 2**22 + 12345, dtype=np.uint64).astype(np.uint32)
    z = ndtri(((words >> 16) + 0.5) / 65536)
    for value in (0.0, 0.25, 1.0):
        images = np.full(words.shape, value, np.float32)
        expected = value + z * np.sqrt(value / 2000) + (z * z - 1) / (6 * 2000) * (value > 0)
        assert np.allclose(approximate_noise(images, words, 2000.0), expected, rtol=0, atol=1e-6)
