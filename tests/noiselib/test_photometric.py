"""Oracles of the photometric family: each formula in float64."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import noiselib
from noiselib.operations.exact import image_means, integer_image_means
from noiselib.operations.lookup_table import LookupTable, look_up
from noiselib.operations.scaling import shift_uint8
from noiselib.streams import Streams

LEVELS = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)


def rounded(unit):
    return np.floor(255 * np.clip(unit, 0, 1) + 0.5)


def signed(name, count, seed):
    numbers = Streams(name, 0, seed, np.arange(count, dtype=np.uint64)).words(())
    return ((numbers + 0.5) / 2**31 - 1)[:, None, None, None]


def nearly_equal(result, expected):
    """Whether arrays are equal except at ties, which float32 and float64 may round differently."""
    return abs(result - expected).max() <= 1 and (result != expected).mean() < 0.003


@pytest.mark.oracle("brightness")
@given(shift=st.floats(-1, 1))
def test_brightness_is_its_formula(shift):
    result = noiselib.Brightness(shift=shift)(LEVELS)
    exact = 255 * np.clip(LEVELS / 255 + shift, 0, 1)
    assert abs(result - exact).max() <= 0.5 + 3e-4


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
    assert abs(twice(images) - once(images)).max() < 3 / (255 * 4096)  # rounding to 1/4096 level


def test_the_table_of_a_pipeline_is_its_float_result(digits):
    pipeline = noiselib.parse("brightness(shift=0.2) | brightness(shift=-0.35)")
    table = pipeline(np.concatenate([digits] * 3))[:100]
    expected = rounded(np.clip(digits / 255 + 0.2, 0, 1) - 0.35)
    assert abs(table - expected).max() <= 1
    assert np.array_equal(table[:1], pipeline(digits[:1]))  # too small for a table


@pytest.mark.oracle("gamma")
@given(exponent=st.floats(0.05, 20))
def test_gamma_is_its_formula(exponent):
    corruption = noiselib.Gamma(gamma=exponent)
    exact = 255 * (LEVELS / 255) ** corruption.gamma
    assert abs(corruption(LEVELS) - exact).max() <= 0.5 + 3e-4


def test_gamma_moves_in_equal_ratios():
    assert noiselib.Gamma(gamma=4).at(0.5) == noiselib.Gamma(gamma=2)
    assert noiselib.Gamma(gamma=0.25).at(0.5) == noiselib.Gamma(gamma=0.5)


def test_gammas_multiply():
    images = LEVELS.astype(np.float32) / np.float32(255)
    twice = noiselib.parse("gamma(gamma=0.5) | gamma(gamma=3)")
    assert abs(twice(images) - noiselib.Gamma(gamma=1.5)(images)).max() < 1e-6


@pytest.mark.oracle("inversion")
@given(amount=st.floats(0, 1))
def test_inversion_is_its_formula(amount):
    result = noiselib.Inversion(amount=amount)(LEVELS)
    x = LEVELS / 255
    assert abs(result - 255 * ((1 - amount) * x + amount * (1 - x))).max() <= 0.5 + 3e-4


def test_inverting_twice_is_the_identity(digits):
    assert np.array_equal(noiselib.Inversion()(digits), 255 - digits)
    assert np.array_equal(noiselib.Inversion()(noiselib.Inversion()(digits)), digits)


@pytest.mark.oracle("solarize")
@pytest.mark.parametrize("threshold", [0, 1, 64, 128, 200, 255])
def test_solarize_is_pillows(colours, threshold):
    image_ops = pytest.importorskip("PIL.ImageOps")
    image = pytest.importorskip("PIL.Image")
    expected = np.asarray(image_ops.solarize(image.fromarray(colours[0]), threshold))
    result = noiselib.Solarize(threshold=threshold / 256)(colours)
    assert np.array_equal(result[0], expected)


@given(amount=st.floats(0, 1), threshold=st.floats(0, 1))
def test_solarize_is_blended(amount, threshold):
    x = LEVELS / 255
    exact = 255 * ((1 - amount) * x + amount * np.where(x >= np.float32(threshold), 1 - x, x))
    result = noiselib.Solarize(amount=amount, threshold=threshold)(LEVELS)
    level = abs(x - threshold) < 1e-6  # ties depend on the rounding of float32
    assert abs(result - exact)[~level].max() <= 0.5 + 3e-4


@pytest.mark.oracle("quantize")
@pytest.mark.parametrize("bits", [5, 4, 3, 2, 1])
def test_quantize_is_that_of_mnist_c(bits):
    x = LEVELS.astype(np.float64) * (2**bits - 1) / 255
    expected = np.rint(x.round() * 255 / (2**bits - 1))
    result = noiselib.Quantize(bits=bits)(LEVELS)
    assert np.array_equal(result, expected)
    assert len(np.unique(result)) == 2**bits
    assert {0, 255} <= set(result.flat)


@pytest.mark.oracle("posterize")
@pytest.mark.parametrize("bits", range(1, 9))
def test_posterize_is_pillows(colours, bits):
    image_ops = pytest.importorskip("PIL.ImageOps")
    image = pytest.importorskip("PIL.Image")
    expected = np.asarray(image_ops.posterize(image.fromarray(colours[0]), bits))
    assert np.array_equal(noiselib.Posterize(bits=bits)(colours)[0], expected)


def test_bits_move_in_steps_of_one():
    bits = [noiselib.Posterize(bits=1).at(t).bits for t in np.arange(8) / 7]
    assert bits == [8, 7, 6, 5, 4, 3, 2, 1]


@pytest.mark.oracle("threshold")
@given(amount=st.floats(0, 1), level=st.integers(0, 255))
def test_threshold_is_its_formula(amount, level):
    levels = LEVELS.astype(float)
    exact = (1 - amount) * levels + amount * 255 * (levels >= level)
    result = noiselib.Threshold(amount=amount, level=level / 255)(LEVELS)
    assert abs(result - exact).max() <= 0.5 + 3e-4


def test_threshold_is_idempotent_at_amount_one(digits):
    once = noiselib.Threshold()(digits)
    assert set(np.unique(once)) == {0, 255}
    assert np.array_equal(noiselib.Threshold()(once), once)


@pytest.mark.oracle("vignette")
@pytest.mark.parametrize("loss", [0.2, 0.5, 1])
def test_vignette_is_its_formula(digits, colours, loss):
    for images in (digits[:3], colours, digits[:2, :1], digits[:2, :1, :1]):
        h, w = images.shape[1:3]
        rows, columns = np.indices((h, w)) - np.array([h - 1, w - 1])[:, None, None] / 2
        corner = np.hypot((h - 1) / 2, (w - 1) / 2) or 1
        light = 1 - loss * (np.hypot(rows, columns) / corner) ** 2
        assert nearly_equal(
            noiselib.Vignette(loss=loss)(images), rounded(images / 255 * light[..., None])
        )


def test_vignette_at_the_centre_and_in_the_corners():
    white = np.full((1, 9, 15, 3), 255, np.uint8)
    dark = noiselib.Vignette(loss=0.8)(white)
    assert (dark[0, 4, 7] == 255).all()
    assert (dark[0, [0, 0, -1, -1], [0, -1, 0, -1]] == 51).all()


@pytest.mark.parametrize("spec", ["gamma(gamma=3)", "inversion", "quantize(bits=3)", "posterize"])
def test_tables_are_the_float_results(digits, spec):
    corruption = noiselib.parse(spec)
    table = corruption(np.concatenate([digits] * 3))[:100]
    assert np.array_equal(table, rounded(corruption(digits.astype(np.float32) / np.float32(255))))


@pytest.mark.parametrize("shift", [-255, -100, -1, 0, 1, 77, 255])
@pytest.mark.parametrize("contiguous", [True, False])
def test_a_saturating_shift_is_its_table(shift, contiguous):
    images = np.arange(2 * 256, dtype=np.uint8).reshape(2, 16, 16, 1)[:, :: 1 if contiguous else 2]
    table = LookupTable(np.clip(np.arange(256) + shift, 0, 255).astype(np.uint8))
    assert table.shift == shift
    out = np.empty_like(images)
    look_up(images, table, out)
    assert np.array_equal(out, np.frombuffer(table.levels, np.uint8)[images])


def test_other_tables_are_not_shifts():
    for results in (np.zeros(256), np.arange(256)[::-1], np.arange(256) // 2, np.full(256, 255)):
        table = LookupTable(results.astype(np.uint8))
        out = np.empty_like(LEVELS)
        look_up(LEVELS, table, out)
        assert np.array_equal(out, results.astype(np.uint8)[LEVELS])


@pytest.mark.parametrize(("start", "turned"), [(1, 255), (64, 64), (128, 127), (200, 3), (255, 9)])
@pytest.mark.parametrize(("kept", "flipped"), [(255, 0), (255, 255), (0, 7), (0xE0, 0), (0x5A, 3)])
def test_bit_operations_reproduce_their_table(kept, flipped, start, turned):
    levels = np.arange(256)
    for jump in (0, turned):
        results = (levels & kept) ^ flipped ^ np.where(levels >= start, jump, 0)
        table = LookupTable(results.astype(np.uint8))
        assert table.bits is not None
        out = np.empty_like(LEVELS)
        look_up(LEVELS, table, out)
        assert np.array_equal(out.ravel(), results)


def test_other_tables_are_not_bit_operations():
    levels = np.arange(256)
    two_jumps = (levels >= 50) * 3 ^ (levels >= 60) * 3
    for results in (levels // 2, np.minimum(levels + 9, 255), two_jumps, levels**2 // 255):
        table = LookupTable(results.astype(np.uint8))
        assert table.bits is None
        out = np.empty_like(LEVELS)
        look_up(LEVELS, table, out)
        assert np.array_equal(out.ravel(), results)


@pytest.mark.parametrize("shape", [(3, 1, 1, 1), (2, 28, 28, 1), (2, 40, 50, 3)])
def test_each_image_is_shifted_by_its_own_levels_with_saturation(shape):
    images = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    shifts = np.array([-255, 77, 255][: shape[0]], np.int16).reshape(-1, 1, 1, 1)
    expected = np.clip(images.astype(int) + shifts, 0, 255)
    assert np.array_equal(shift_uint8(images, shifts), expected)


@pytest.mark.parametrize(
    "shape", [(3, 5, 7, 1), (2, 40, 30, 3), (1, 300, 1, 2), (1, 70_000, 1, 2), (1, 1, 70_000, 1)]
)
def test_means_of_integer_levels_are_those_of_floats(shape):
    levels = np.random.default_rng(0).integers(0, 256, shape).astype(np.float32)
    expected = levels.astype(np.float64).mean(axis=(1, 2), keepdims=True)
    assert np.array_equal(integer_image_means(levels), image_means(levels))
    assert abs(integer_image_means(levels) - expected).max() < 1e-12
