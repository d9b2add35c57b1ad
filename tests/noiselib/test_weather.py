"""Oracles of the weather family: loops and scipy.ndimage in float64 on the same draws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import correlate1d, gaussian_filter, zoom

import noiselib
from noiselib.operations.frost_texture import frost_pane
from noiselib.operations.plasma import clouds, noise_count
from noiselib.streams import Streams

IDS = np.arange(20, dtype=np.uint64)
THIN = [(2, 1, 1, 1), (1, 1, 9, 3), (1, 40, 1, 1), (1, 3, 50, 3)]


def close(result, expected, share=0.99):
    """Whether almost all pixels are within a grey level: the noise is rounded to be exact."""
    return (abs(result - np.clip(expected, 0, 255)) <= 1).mean() > share


def slow_plasma(decay, size, noise):
    """Diamond-square on a torus, point by point; `noise(step)` gives numbers for all points."""
    points, step, strength = np.zeros((size, size)), size, 1.0
    while step >= 2:
        half, drawn = step // 2, noise(step // 2)
        for parity in ("centres", "edges"):
            for row in range(0, size, half):
                for column in range(0, size, half):
                    odd = row % step > 0, column % step > 0
                    if parity == "centres" and all(odd):
                        moves = [(-half, -half), (-half, half), (half, -half), (half, half)]
                    elif parity == "edges" and odd[0] != odd[1]:
                        moves = [(-half, 0), (half, 0), (0, -half), (0, half)]
                    else:
                        continue
                    around = [points[(row + y) % size, (column + x) % size] for y, x in moves]
                    number = drawn[row // half, column // half]
                    points[row, column] = np.mean(around) + strength * number
        step, strength = half, strength / decay**2
    return (points - points.min()) / np.ptp(points)


def original_plasma(decay, size, random):
    """Diamond-square level by level, with noise of numpy."""
    points, step, strength = np.zeros((size, size)), size, 1.0
    while step >= 2:
        half = step // 2
        corners = points[::step, ::step]
        shape = corners.shape

        def around(*four, strength=strength, shape=shape):
            return sum(four) / 4 + strength * random.uniform(-1, 1, shape)

        lower = np.roll(corners, -1, axis=0)
        right, both = np.roll(corners, -1, axis=1), np.roll(lower, -1, axis=1)
        centres = around(corners, lower, right, both)
        points[half::step, half::step] = centres
        points[::step, half::step] = around(corners, right, centres, np.roll(centres, 1, axis=0))
        points[half::step, ::step] = around(corners, lower, centres, np.roll(centres, 1, axis=1))
        step, strength = half, strength / decay**2
    return (points - points.min()) / np.ptp(points)


def numbered(numbers):
    """Return the noise of each level, as `noiselib.operations.plasma` takes it: coarsest first."""
    start = 0

    def noise(half):
        nonlocal start
        side = 28 * 8 // 7 // half
        start += side * side
        return (numbers[start - side * side : start].reshape(side, side) - 32767.5) / 4

    return noise


@pytest.mark.oracle("fog")
@pytest.mark.parametrize(("density", "decay"), [(3, 1.4), (0.5, 2.5)])
def test_fog_is_diamond_square(digits, density, decay):
    numbers = Streams("fog", 0, 4, IDS[:3]).uniform16((noise_count(28, 28, 0.875),))
    result = noiselib.Fog(density=density, decay=decay)(digits[:3], seed=4)
    for image, one, own in zip(digits, result, numbers, strict=False):
        plasma = slow_plasma(decay, 32, numbered(own.astype(float)))[:28, :28, None]
        x, peak = image / 255, image.max() / 255
        expected = 255 * (x + density * plasma) * peak / (peak + density)
        assert abs(one - expected).max() <= 0.51


@pytest.mark.parametrize("view", [0.109375, 0.875])
@pytest.mark.parametrize("decay", [1.4, 2])
def test_fog_is_distributed_as_the_original(view, decay):
    """Values, their deviation within an image, and the differences of neighbours."""
    random, size = np.random.default_rng(3), round(28 / view)
    originals = np.stack([original_plasma(decay, size, random)[:28, :28] for _ in range(300)])
    numbers = random.integers(0, 65536, (2000, noise_count(28, 28, view)), np.uint16)
    actual = clouds(numbers, 28, 28, view, decay)
    for measure, allowed in (
        (lambda x: x.mean(), 0.1),
        (lambda x: x.std(), 0.15),
        (lambda x: x.std(axis=(1, 2)).mean(), 0.15),
        (lambda x: abs(np.diff(x, axis=1)).mean(), 0.1),
        (lambda x: abs(np.diff(x, axis=2)).mean(), 0.1),
    ):
        assert measure(actual) == pytest.approx(measure(originals), rel=allowed)


@given(view=st.floats(0.05, 1), h=st.integers(1, 60), w=st.integers(1, 60))
def test_clouds_are_in_range_at_any_size(view, h, w):
    numbers = np.random.default_rng(0).integers(0, 65536, (3, noise_count(h, w, view)), np.uint16)
    layers = clouds(numbers, h, w, view, 1.7)
    assert layers.shape == (3, h, w)
    assert layers.min() >= 0
    assert layers.max() <= 1


def test_fog_preserves_black_images():
    assert not noiselib.Fog()(np.zeros((3, 20, 20, 1), np.uint8)).any()


@pytest.mark.oracle("frost")
@pytest.mark.parametrize("colour", [False, True])
def test_frost_is_a_piece_of_the_pane(digits, colours, colour):
    images = colours if colour else digits[:20]
    h, w = images.shape[1:3]
    words = Streams("frost", 0, 9, IDS[: len(images)]).words((3,)).astype(object)
    result = noiselib.Frost(ice=0.5, light=0.8)(images, seed=9)
    tint = np.array([0.87, 0.95, 1]) if colour else 1
    for image, one, (y, x, mirror) in zip(images, result, words, strict=True):
        top, left = ((word >> 8) * 3 * max(h, w) >> 24 for word in (y, x))
        piece = frost_pane(max(h, w))[top : top + h, left : left + w].astype(float)
        piece = piece[::-1] if mirror & 1 else piece
        piece = piece[:, ::-1] if mirror & 2 else piece
        expected = 0.8 * image + 0.5 * 255 * piece[..., None] * tint
        assert abs(one - np.clip(expected, 0, 255)).max() <= 0.51


def test_the_pane_is_the_same_at_every_size():
    panes = {side: frost_pane(side)[: 3 * side, : 3 * side].astype(float) for side in (16, 32, 96)}
    for side, one in panes.items():
        assert one.mean() == pytest.approx(0.4, abs=0.05)
        assert 0.15 < one.std() < 0.3
        again = frost_pane(side)[3 * side :, 3 * side :]
        assert np.array_equal(again, frost_pane(side)[:side, :side])
    blocks = panes[96].reshape(48, 6, 48, 6).mean(axis=(1, 3))
    assert np.corrcoef(blocks.ravel(), panes[16].ravel())[0, 1] > 0.9


def slow_motion(layer, radius, sigma, degrees):
    """Blur by half a Gaussian along a line, pixel by pixel, with the border nearest."""
    h, w = layer.shape
    along = np.arange(2 * radius + 1)
    weights = np.exp(-(along**2) / (2 * sigma**2))
    rows, columns = np.mgrid[0:h, 0:w]
    total = np.zeros((h, w))
    for step, weight in zip(along, weights / weights.sum(), strict=True):
        down, right = (
            int(np.ceil(round(step * f(np.deg2rad(degrees)), 9) - 0.5)) for f in (np.sin, np.cos)
        )
        total += weight * layer[np.clip(rows + down, 0, h - 1), np.clip(columns + right, 0, w - 1)]
    return total


def middle(layer, h, w):
    top, left = (layer.shape[0] - h) // 2, (layer.shape[1] - w) // 2
    return layer[top : top + h, left : left + w]


@pytest.mark.oracle("snow")
@pytest.mark.parametrize(("flake", "side"), [(2, 28), (2.5, 28), (1, 17), (4.5, 36)])
def test_snow_is_the_original_on_the_same_noise(flake, side):
    images = np.random.default_rng(1).integers(0, 256, (20, side, side, 3), np.uint8)
    points = int(np.ceil(side / flake))
    streams = Streams("snow", 0, 2, IDS)
    normal, which = streams.normal((points, points)), streams.words(()) >> 28
    snow = noiselib.Snow(
        mean=0.45, deviation=0.3, flake=flake, threshold=0.7, radius=6, sigma=3, keep=0.7
    )
    expected = []
    for image, noise, angle in zip(images / 255, normal.astype(float), which, strict=True):
        layer = middle(zoom(0.45 + 0.3 * noise, flake, order=1), side, side)
        layer = np.clip(np.where(layer < 0.7, 0, layer), 0, 1)
        fallen = slow_motion(layer, 6, 3, -135 + 90 * (angle + 0.5) / 16)
        grey = image @ [0.299, 0.587, 0.114]
        faded = 0.7 * image + 0.3 * np.maximum(image, 1.5 * grey[..., None] + 0.5)
        expected.append(255 * (faded + (fallen + np.rot90(fallen, 2))[..., None]))
    assert close(snow(images, seed=2), np.stack(expected))


@pytest.mark.oracle("rain")
@pytest.mark.parametrize("side", [28, 168])
def test_rain_is_its_formula(side):
    """Points 1/112 of the side apart fall along lines, whose brightness fades to both sides."""
    images = np.random.default_rng(1).integers(0, 256, (3, side, side, 1), np.uint8)
    radius, size = round(0.3 * side / 2), max(1, side / 112)
    shape = np.array([side + 2 * radius, side + 4 * radius])
    points = np.ceil(shape / size).astype(int)
    streams = Streams("rain", 0, 2, IDS[:3])
    drops = streams.uniform16(tuple(points)) < round(0.05 * 65536)
    which = streams.words(()) >> 28
    expected = []
    for image, fallen, angle in zip(images, drops, which, strict=True):
        layer = np.zeros(shape)
        for drop in np.argwhere(fallen):
            layer[tuple(np.rint(drop * (shape - 1) / (points - 1)).astype(int))] = 1
        degrees = -90 - 15 + 30 * (angle + 0.5) / 16
        streaks = slow_motion(layer, radius, radius + 0.5, degrees)
        streaks = streaks[2 * radius :, 2 * radius : 2 * radius + side]
        sideways = np.maximum(0, 1 - abs(np.arange(-3, 4)) / size)
        wide = correlate1d(streaks, sideways / sideways.sum(), axis=1, mode="nearest")
        layer = np.minimum(size**2 * (radius + 0.5) * wide, 1)[..., None]
        expected.append(0.75 * image + 255 * (0.1 + 0.6 * layer))
    result = noiselib.Rain(drops=0.05, length=0.3, slant=15)(images, seed=2)
    assert close(result, np.stack(expected))


def smoothed(normal, sigma):
    return gaussian_filter(normal.astype(float), sigma, mode="nearest", truncate=4)


MUDS = [(0.65, 0.3, 4, 0.69, 0.6), (0.65, 0.3, 2, 0.68, 0.5), (0.65, 0.3, 1, 0.65, 1.5)]


@pytest.mark.oracle("spatter")
@pytest.mark.parametrize(("mean", "deviation", "sigma", "threshold", "softness"), MUDS)
def test_mud_is_mnist_cs_on_the_same_noise(digits, mean, deviation, sigma, threshold, softness):
    normal = Streams("spatter", 0, 2, IDS).normal((28, 28))
    expected = []
    for image, noise in zip(digits, normal, strict=False):
        mask = smoothed(mean + deviation * smoothed(noise, sigma) > threshold, softness)
        mask = np.where(mask < 0.8, 0, mask)[..., None]
        expected.append(image * (1 - mask) + 63 * mask)
    spatter = noiselib.Spatter(
        mean=mean, deviation=deviation, sigma=sigma, threshold=threshold, softness=softness
    )
    assert close(spatter(digits[:20], seed=2), np.stack(expected))


def test_mud_is_brown_and_water_pale_turquoise():
    grey = np.full((5, 40, 40, 3), 100, np.uint8)
    muddy = noiselib.Spatter()(grey)
    changed = muddy[(muddy != 100).any(axis=-1)]
    assert np.array_equal(changed.min(axis=0), [63, 42, 20])
    wet = noiselib.Spatter(liquid="water", amount=0.5)(grey).astype(int) - 100
    assert np.array_equal(wet.max(axis=(0, 1, 2)), np.rint([175 / 2, 119, 119]))
    assert wet.min() == 0
    assert (wet[..., 1] == wet[..., 2]).all()
    assert (abs(wet.max(axis=(1, 2, 3)) - 119) <= 1).all()  # the maximum of every image


def test_water_lies_where_the_noise_is_above_the_threshold():
    normal = Streams("spatter", 0, 2, IDS).normal((50, 50))
    images = np.zeros((20, 50, 50, 1), np.uint8)
    wet = noiselib.Spatter(liquid="water", sigma=3, threshold=0.68)(images, seed=2)[..., 0] > 0
    inside = np.stack([0.65 + 0.3 * smoothed(noise, 3) > 0.68 for noise in normal])
    assert (wet <= inside).mean() > 0.999  # except where the noise equals the threshold
    assert 0.3 < wet.sum() / inside.sum() <= 1


@pytest.mark.parametrize("shape", THIN)
@pytest.mark.parametrize(
    "spec", ["fog", "fog(view=0.1)", "frost", "snow", "rain", "spatter", "spatter(liquid='water')"]
)
def test_thin_images_work(shape, spec):
    result = noiselib.parse(spec)(np.full(shape, 77, np.uint8))
    assert result.shape == shape
