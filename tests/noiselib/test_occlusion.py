"""Oracles of the occlusion family: areas, loops, and the lines of MNIST-C in float64."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import noiselib
from noiselib.streams import Streams
from noiselib.testing.strategies import batches

IDS = np.arange(100, dtype=np.uint64)
WHITE = np.full((100, 28, 28, 1), 255, np.uint8)


def integers(words, count):
    """Return integers 0..count-1 from 32-bit words."""
    return (words.astype(object) * count) >> 32


def overlap(low, high, start, end):
    return max(0.0, min(high, end) - max(low, start))


@pytest.mark.oracle("cutout")
@pytest.mark.parametrize("size", [0.2, 0.5, 1.1])
def test_cutout_covers_its_square(colours, size):
    draws = integers(Streams("cutout", 0, 3, IDS[:3]).words((2,)), np.array([31, 22]))
    result = noiselib.Cutout(size=size, fill=0.6)(colours, seed=3)
    half = size * 22 / 2
    for image, one, (y, x) in zip(colours, result, draws, strict=True):
        rows = np.array([overlap(r, r + 1, y - half, y + half) for r in range(31)])
        columns = np.array([overlap(k, k + 1, x - half, x + half) for k in range(22)])
        mask = np.outer(rows, columns)[..., None]
        assert abs(one - np.rint(image * (1 - mask) + 255 * 0.6 * mask)).max() <= 1


def test_squares_of_integer_sides_cover_complete_pixels():
    areas = (noiselib.Cutout(size=0.5)(WHITE) == 0).sum(axis=(1, 2, 3))
    assert areas.max() == 14**2
    assert np.isin(noiselib.Cutout(size=0.5)(WHITE), [0, 255]).all()


@pytest.mark.oracle("grid_mask")
@pytest.mark.parametrize(("part", "period"), [(0.4, 0.25), (0.75, 0.5), (0.5, 0.13)])
def test_grid_mask_covers_its_squares(colours, part, period):
    draws = Streams("grid_mask", 0, 3, IDS[:3]).uniform((2,))
    result = noiselib.GridMask(part=part, period=period)(colours, seed=3)
    step = 22 * period
    for image, one, start in zip(colours, result, np.floor(draws * step), strict=True):
        sides = [
            [
                sum(
                    overlap(r, r + 1, *(first + step * (k + np.array([-part, part]) / 2)))
                    for k in range(-20, 20)
                )
                for r in range(side)
            ]
            for first, side in zip(start, (31, 22), strict=True)
        ]
        mask = np.outer(*sides)[..., None]
        assert abs(one - np.rint(image * (1 - mask))).max() <= 1


@given(part=st.floats(0.05, 1), period=st.sampled_from([0.125, 0.25, 0.5]))
def test_grid_mask_covers_its_fraction(part, period):
    white = np.full((1, 32, 32, 1), 1, np.float32)
    hidden = 1 - noiselib.GridMask(part=part, period=period)(white).mean(dtype=np.float64)
    assert hidden == pytest.approx(part**2, abs=1e-4)


@pytest.mark.oracle("row_dropout")
@pytest.mark.oracle("column_dropout")
@pytest.mark.parametrize(("name", "axis"), [("row_dropout", 1), ("column_dropout", 2)])
def test_dropout_sets_the_lines_below_the_amount(digits, name, axis):
    numbers = Streams(name, 0, 5, IDS).uniform16((28,))
    gone = np.expand_dims(numbers < round(0.3 * 65536), (3 - axis, 3))
    result = noiselib.parse(f"{name}(amount=0.3)")(digits, seed=5)
    assert np.array_equal(result, np.where(gone, 0, digits))
    dropped = (noiselib.parse(f"{name}(amount=0.3)")(WHITE) == 0).mean()
    assert abs(dropped - 0.3) < 0.06  # 2,800 lines: seven standard deviations
    assert not noiselib.parse(f"{name}(amount=1)")(WHITE).any()


@pytest.mark.oracle("stripe")
def test_stripe_is_mnist_cs(digits):
    expected = digits.copy()
    expected[:, :, :7] = 255 - digits[:, :, :7]
    expected[:, :, 21:] = 255 - digits[:, :, 21:]
    assert np.array_equal(noiselib.Stripe()(digits), expected)
    assert np.array_equal(noiselib.parse("stripe | stripe")(digits), digits)
    half = digits + 0.5 * (expected.astype(float) - digits)
    assert abs(noiselib.Stripe(amount=0.5)(digits) - half).max() <= 0.5 + 3e-4


@given(images=batches(), width=st.floats(0, 0.5))
@example(images=np.zeros((1, 1, 3, 1), np.uint8), width=0.49999999999999994)  # rounded to 0.5
def test_stripe_preserves_the_middle(images, width):
    stripe = noiselib.Stripe(width=width)
    result, w = stripe(images), images.shape[2]
    band = round(stripe.width * w)
    assert np.array_equal(result[:, :, band : w - band], images[:, :, band : w - band])
    assert np.array_equal(result[:, :, :band], 255 - images[:, :, :band])


def segment(start, end):
    """Return the brightness of a segment of MNIST-C, between (column, row) points, on 28 x 28."""
    (c0, r0), (c1, r1) = start, end
    result = np.zeros((28, 28))
    for column in range(int(np.floor(c0)), int(np.ceil(c1))):
        height = r0 + (r1 - r0) / (c1 - c0) * (column - c0)
        distance = np.minimum(abs(np.arange(28) - height), 2.3 - 1e-10)
        result[:, column] = np.maximum(1 + np.log(1 - distance / 2.3), 0)
    return result


def slow_line(draws):
    r0, r1 = integers(draws[:2], 27)
    c0, c1 = integers(draws[2:], 5)
    return segment((c0, r0), (22 + c1, r1))


def slow_dotted_line(draws):
    r0, r1 = integers(draws[:2], 27)
    result = segment((0, r0), (27, r1))
    for column in range(0, 28, 4):
        result[:, column : column + 2] = 0
    return result


def slow_zigzag(draws):
    r0, fall = integers(draws[0], 27), integers(draws[1], 10) - 5
    theta = np.arctan(fall / 23)
    length = 23 / np.cos(theta)
    corners = [(0, 0)] + [(4 * i + 2, 2 * (-1) ** i) for i in range(int((length - 2) // 4) + 1)]
    corners.append((length, corners[-1][1] / (2 * (length % 4))))
    turned = [
        (2 + a * np.cos(theta) - b * np.sin(theta), r0 + a * np.sin(theta) + b * np.cos(theta))
        for a, b in corners
    ]
    return sum(segment(*pair) for pair in pairwise(turned))


@pytest.mark.oracle("line")
@pytest.mark.oracle("dotted_line")
@pytest.mark.oracle("zigzag")
@pytest.mark.parametrize(
    ("name", "slow"),
    [("line", slow_line), ("dotted_line", slow_dotted_line), ("zigzag", slow_zigzag)],
)
def test_lines_are_mnist_cs(digits, name, slow):
    draws = Streams(name, 0, 5, IDS).words((4,))
    lines = np.stack([slow(one) for one in draws])[..., None]
    for amount in (0.4, 1):
        result = noiselib.parse(f"{name}(amount={amount})")(digits, seed=5)
        expected = 255 * np.clip(digits / 255 + amount * lines, 0, 1)
        off = abs(result - expected)
        assert (off <= 1).mean() > 0.999
        assert off.max() < 3  # heights are rounded to 1/1024, and the profile is steep


@pytest.mark.parametrize("name", ["line", "dotted_line", "zigzag"])
def test_lines_look_alike_at_every_size(name):
    """A line on 140 x 140, averaged over blocks, is close to that on 28 x 28."""
    small = noiselib.parse(name)(np.zeros((20, 28, 28, 1), np.float32))
    large = noiselib.parse(name)(np.zeros((20, 140, 140, 1), np.float32))
    blocks = large.reshape(20, 28, 5, 28, 5, 1).mean(axis=(2, 4))
    assert np.corrcoef(blocks.ravel(), small.ravel())[0, 1] > 0.95
    assert blocks.mean() == pytest.approx(small.mean(), rel=0.1)


@pytest.mark.parametrize("shape", [(2, 1, 1, 1), (1, 1, 9, 3), (1, 40, 1, 1)])
@pytest.mark.parametrize("name", ["cutout", "grid_mask", "stripe", "line", "dotted_line", "zigzag"])
def test_thin_images_work(shape, name):
    assert noiselib.parse(name)(np.full(shape, 77, np.uint8)).shape == shape
