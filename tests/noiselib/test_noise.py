"""Oracles of the noise family: definitions in float64, moments, fractions."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri, pdtr

import noiselib
from noiselib.streams import Streams

GREY = np.full((40, 50, 50, 1), 128, np.uint8)


def bernstein(count, variance, span, chance=1e-10):
    """Return a bound on the deviation of a mean of `count` bounded values, at 1 - 10**-10."""
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
    assert (result != expected).mean() < 1e-4  # ties in float32 and float64


@given(sigma=st.floats(0.01, 0.08), seed=st.integers(0, 2**64 - 1))
def test_gaussian_noise_has_mean_zero_and_its_variance(sigma, seed):
    noise = noiselib.GaussianNoise(sigma=sigma)((GREY / 255).astype(np.float32), seed=seed)
    z = (noise.astype(np.float64) - np.float32(128 / 255)) / sigma
    assert abs(z.mean()) < bernstein(z.size, 1, 5)
    assert abs((z**2).mean() - 1) < bernstein(z.size, 2, 20) + 1e-3
    neighbours = (z[:, 1:] * z[:, :-1]).mean(), (z[:, :, 1:] * z[:, :, :-1]).mean()
    assert max(map(abs, neighbours)) < bernstein(z[:, 1:].size, 1, 20)


@pytest.mark.oracle("salt_and_pepper")
def test_salt_and_pepper_is_its_definition(digits):
    numbers = Streams("salt_and_pepper", 0, 5, np.arange(100, dtype=np.uint64)).uniform16(
        (28, 28, 1)
    )
    half = 0.3 / 2 * 65536
    expected = np.where(
        numbers < round(half), 0, np.where(numbers >= 65536 - round(half), 255, digits)
    )
    assert np.array_equal(noiselib.SaltAndPepper(amount=0.3)(digits, seed=5), expected)


@given(amount=st.floats(0.01, 1), seed=st.integers(0, 2**64 - 1))
def test_salt_and_pepper_are_equally_frequent(amount, seed):
    result = noiselib.SaltAndPepper(amount=amount)(GREY, seed=seed)
    chance = amount / 2
    allowed = bernstein(result.size, chance * (1 - chance), 1) + 2**-16
    assert abs((result == 255).mean() - chance) < allowed
    assert abs((result == 0).mean() - chance) < allowed
    assert np.isin(result, [0, 128, 255]).all()


def test_all_pixels_change_at_amount_one(digits):
    assert set(np.unique(noiselib.SaltAndPepper(amount=1)(digits))) == {0, 255}


@given(weak=st.floats(0, 1), strong=st.floats(0, 1))
def test_changed_pixels_are_nested(weak, strong):
    weak, strong = sorted((weak, strong))
    first = noiselib.SaltAndPepper(amount=weak)(GREY[:2])
    second = noiselib.SaltAndPepper(amount=strong)(GREY[:2])
    changed = first != 128
    assert np.array_equal(second[changed], first[changed])


def test_channels_change_together():
    result = noiselib.SaltAndPepper(amount=0.4)(np.full((3, 20, 20, 3), 128, np.uint8))
    assert (result == result[..., :1]).all()


def test_variances_of_repeated_noise_add():
    twice = noiselib.parse("gaussian_noise(sigma=0.06) | gaussian_noise(sigma=0.08)")
    noise = twice((GREY / 255).astype(np.float32)) - np.float32(128 / 255)
    assert noise.std() == pytest.approx(0.1, rel=0.01)


@pytest.mark.oracle("impulse_noise")
def test_impulse_noise_is_its_definition_on_every_channel(colours):
    numbers = Streams("impulse_noise", 0, 5, np.arange(3, dtype=np.uint64)).uniform16((31, 22, 3))
    half = round(0.27 / 2 * 65536)
    expected = np.where(numbers < half, 0, np.where(numbers >= 65536 - half, 255, colours))
    assert np.array_equal(noiselib.ImpulseNoise(amount=0.27)(colours, seed=5), expected)


@given(amount=st.floats(0.01, 1), seed=st.integers(0, 2**64 - 1))
def test_impulses_are_independent_between_channels_and_equally_frequent(amount, seed):
    result = noiselib.ImpulseNoise(amount=amount)(np.repeat(GREY, 3, axis=-1), seed=seed)
    chance = amount / 2
    allowed = bernstein(result.size, chance * (1 - chance), 1) + 2**-16
    for level in (0, 255):
        assert abs((result == level).mean() - chance) < allowed
    changed = result != 128
    both = changed[..., 0] & changed[..., 1]
    assert abs(both.mean() - amount**2) < bernstein(both.size, 0.25, 1) + 2**-14


@pytest.mark.oracle("salt")
@pytest.mark.oracle("pepper")
@pytest.mark.parametrize(("name", "level"), [("salt", 255), ("pepper", 0)])
@pytest.mark.parametrize("amount", [0.001, 0.3, 1])
def test_salt_and_pepper_alone_are_their_definitions(digits, colours, name, level, amount):
    for images in (digits, colours):
        streams = Streams(name, 0, 5, np.arange(len(images), dtype=np.uint64))
        numbers = streams.uniform16(images.shape[1:3])[..., None]
        expected = np.where(numbers < amount * 65536, level, images)
        result = noiselib.registry()[name](amount=amount)(images, seed=5)
        assert np.array_equal(result, expected)


@given(
    name=st.sampled_from(["salt", "pepper"]),
    amount=st.floats(0.01, 1),
    seed=st.integers(0, 2**64 - 1),
)
def test_the_frequencies_of_salt_and_pepper(name, amount, seed):
    result = noiselib.registry()[name](amount=amount)(GREY, seed=seed)
    changed = result == {"salt": 255, "pepper": 0}[name]
    assert (result[~changed] == 128).all()
    assert abs(changed.mean() - amount) < bernstein(changed.size, amount * (1 - amount), 1) + 2**-16


@given(
    photons=st.one_of(st.floats(20, 1000), st.floats(1000, 1e5)),
    level=st.one_of(st.floats(0.0625, 0.3125, width=32), st.just(0.2)),
    seed=st.integers(0, 2**64 - 1),
)
def test_the_mean_and_variance_of_shot_noise(photons, level, seed):
    images = np.full((20, 40, 40, 1), level, np.float32)  # 0.2 is a grey level, 51 / 255
    result = noiselib.ShotNoise(photons=photons)(images, seed=seed).astype(np.float64)
    mean = float(images.flat[0]) * photons
    z = (result * photons - mean) / np.sqrt(mean)
    clipped = 1 - pdtr(math.ceil(photons), mean)  # the tail beyond white is clipped
    assert abs(z.mean()) < bernstein(z.size, 1, 12) + 1e-3 + 10 * clipped
    fourth = 2 + 1 / mean
    assert abs((z**2).mean() - 1) < bernstein(z.size, fourth, 60) + 2e-3 + 100 * clipped


@pytest.mark.oracle("speckle_noise")
def test_speckle_noise_is_its_formula(digits):
    streams = Streams("speckle_noise", 0, 5, np.arange(100, dtype=np.uint64))
    x, z = digits / 255, ndtri((streams.uniform16((28, 28, 1)) + 0.5) / 65536)
    expected = np.rint(255 * np.clip(x + x * 0.45 * z, 0, 1))
    result = noiselib.SpeckleNoise(sigma=0.45)(digits, seed=5)
    assert abs(result - expected).max() <= 1
    assert (result != expected).mean() < 1e-4
    assert not result[digits == 0].any()


@given(sigma=st.floats(0.01, 0.15), level=st.integers(20, 128), seed=st.integers(0, 2**64 - 1))
def test_the_deviation_of_speckle_noise_is_proportional(sigma, level, seed):
    x = np.full((20, 50, 50, 1), level / 255, np.float32)
    z = (noiselib.SpeckleNoise(sigma=sigma)(x, seed=seed).astype(np.float64) / x - 1) / sigma
    assert abs(z.mean()) < bernstein(z.size, 1, 5)
    assert abs((z**2).mean() - 1) < bernstein(z.size, 2, 20) + 1e-3


@pytest.mark.oracle("uniform_noise")
def test_uniform_noise_is_its_formula(digits):
    streams = Streams("uniform_noise", 0, 5, np.arange(100, dtype=np.uint64))
    u = (streams.uniform16((28, 28, 1)) + 0.5) / 32768 - 1
    expected = np.rint(255 * np.clip(digits / 255 + 0.35 * u, 0, 1))
    result = noiselib.UniformNoise(width=0.35)(digits, seed=5)
    assert abs(result - expected).max() <= 1
    assert (result != expected).mean() < 1e-4


@given(width=st.floats(0.01, 0.45), seed=st.integers(0, 2**64 - 1))
def test_uniform_noise_has_mean_zero_and_its_variance(width, seed):
    grey = (GREY / 255).astype(np.float32)
    u = (noiselib.UniformNoise(width=width)(grey, seed=seed).astype(np.float64) - grey) / width
    assert abs(u).max() <= 1 + 1e-5
    assert abs(u.mean()) < bernstein(u.size, 1 / 3, 2)
    assert abs((u**2).mean() - 1 / 3) < bernstein(u.size, 4 / 45, 1) + 1e-5


@pytest.mark.parametrize("name", ["gaussian_noise", "speckle_noise", "impulse_noise"])
def test_noise_differs_between_channels(name):
    result = noiselib.registry()[name]()(np.full((1, 20, 20, 3), 128, np.uint8))
    assert (result[..., 0] != result[..., 1]).any()


def test_white_noise_has_a_flat_spectrum():
    """As in the published code: all frequencies have equal power."""
    grey = np.full((200, 28, 28, 1), 0.5, np.float32)
    specs = ["gaussian_noise(sigma=0.08)", "shot_noise(photons=60)", "speckle_noise(sigma=0.15)"]
    for spec in [*specs, "impulse_noise(amount=0.27)", "uniform_noise(width=0.3)"]:
        noise = noiselib.parse(spec)(grey)[..., 0] - 0.5
        power = np.square(abs(np.fft.fft2(noise - noise.mean()))).mean(axis=0)
        assert abs(power / power.mean() - 1).max() < 6 / np.sqrt(200), spec
