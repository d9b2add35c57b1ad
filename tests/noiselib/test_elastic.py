"""Oracles of perspective, lens and elastic maps: scipy.ndimage and scikit-image."""

import numpy as np
import pytest
import skimage.transform
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter, gaussian_filter1d, map_coordinates

import noiselib
from noiselib.operations.smooth import WIDE, cosine_matrix, smooth_noise
from noiselib.operations.warp import BORDERS
from noiselib.streams import Streams

MODES = {"constant": "grid-constant", "nearest": "nearest", "reflect": "reflect"}
IDS = np.arange(10, dtype=np.uint64)


def resampled(image, y, x, border="constant", fill=0.0):
    """Return one channel, resampled at positions in float64."""
    return map_coordinates(
        image.astype(float), [y, x], order=1, mode=MODES[border], cval=255 * fill
    )


def slow_perspective(image, corners, border="constant", fill=0.0):
    """Move the corners of the image, at pixel edges, to `corners`, (x, y) from 0 to 1."""
    h, w = image.shape[:2]
    square = np.array([(0, 0), (w, 0), (w, h), (0, h)]) - 0.5
    forward = skimage.transform.ProjectiveTransform.from_estimate(square, corners * (w, h) - 0.5)
    rows, columns = np.mgrid[0:h, 0:w]
    x, y = forward.inverse(np.stack([columns.ravel(), rows.ravel()], axis=-1)).T.reshape(2, h, w)
    # Beyond the horizon there is no image: the map would fold it back from the other side.
    planes = [resampled(image[..., k], y, x, border, fill) for k in range(image.shape[-1])]
    return np.stack(planes, axis=-1)


@pytest.mark.oracle("perspective")
@pytest.mark.parametrize("narrowing", [0.3, 0.6, -0.5])
@pytest.mark.parametrize("border", ["constant", "nearest"])
def test_perspective_is_scikit_images(colours, narrowing, border):
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], float)
    edge = slice(0, 2) if narrowing > 0 else slice(2, 4)
    corners[edge, 0] = 0.5 + (corners[edge, 0] - 0.5) * (1 - abs(narrowing))
    result = noiselib.Perspective(narrowing=narrowing, border=border, fill=0.25)(colours)
    for one, image in zip(result, colours, strict=True):
        expected = slow_perspective(image, corners, border, 0.25)
        assert abs(one - expected).max() <= 1.01


@pytest.mark.oracle("random_perspective")
@pytest.mark.parametrize("border", ["constant", "nearest"])
def test_random_perspective_is_scikit_images(digits, border):
    draws = Streams("random_perspective", 0, 7, IDS).uniform((4, 2))
    result = noiselib.RandomPerspective(distortion=0.5, border=border)(digits[:10], seed=7)
    for one, image, (a, b, c, d) in zip(result, digits, draws / 4, strict=False):
        corners = np.array([a, (1 - b[0], b[1]), 1 - c, (d[0], 1 - d[1])])
        assert abs(one - slow_perspective(image, corners, border)).max() <= 1.5


@given(seed=st.integers(0, 2**64 - 1))
def test_perspectives_stay_finite(seed):
    images = np.full((3, 9, 14, 1), 0.5, np.float32)
    for border in ("nearest", "reflect"):
        result = noiselib.RandomPerspective(distortion=0.6, border=border)(images, seed=seed)
        assert abs(result - 0.5).max() < 1e-6


@pytest.mark.oracle("barrel_distortion")
@pytest.mark.parametrize("bend", [0.6, -0.3, 3])
@pytest.mark.parametrize("border", BORDERS)
def test_barrel_distortion_is_its_formula(colours, bend, border):
    y, x = np.mgrid[0:31, 0:22] - np.array([15, 10.5])[:, None, None]
    factor = 1 + bend * (y**2 + x**2) / (15**2 + 10.5**2)
    result = noiselib.BarrelDistortion(bend=bend, border=border, fill=0.5)(colours)
    for one, image in zip(result, colours, strict=True):
        for k in range(3):
            places = (15 + y * factor, 10.5 + x * factor)
            expected = resampled(image[..., k], *places, border, 0.5)
            assert abs(one[..., k] - expected).max() <= 1.01


def slow_elastic(image, moves, field, jitter, displacement):
    """Return the map by its three points, with positions by linear algebra in float64."""
    h, w = image.shape[:2]
    side = min(h, w)
    points = np.array([(1, 1), (1, -1), (-1, -1)]) * side / 3
    solution = np.linalg.solve(np.column_stack([points, np.ones(3)]), jitter * side * moves)
    rows, columns = np.mgrid[0:h, 0:w].astype(float)
    here = np.stack([rows - (h - 1) / 2, columns - (w - 1) / 2, np.ones((h, w))], axis=-1)
    y, x = np.moveaxis(here @ solution, -1, 0) + displacement * side * field
    return resampled(image[..., 0], rows + y, columns + x, "reflect")


@pytest.mark.oracle("elastic_transform")
@pytest.mark.parametrize(
    ("displacement", "sigma", "jitter"), [(0.06, 0.1, 0), (0.03, 0.03, 0.1), (0.01, 0.3, 0.2)]
)
def test_elastic_transform_is_its_formula(digits, displacement, sigma, jitter):
    streams = Streams("elastic_transform", 0, 7, IDS)
    moves = streams.signed((3, 2))
    if sigma * 28 < WIDE:
        noise = (streams.uniform16((2, 28, 28)) // 32 + 0.5) / 1024 - 1
        smooth = np.array(
            [[gaussian_filter(one, sigma * 28, truncate=3) for one in two] for two in noise]
        )
        kernel = gaussian_filter1d(np.eye(28), sigma * 28, axis=0, truncate=3)
        field = smooth * np.sqrt(3) / (np.square(kernel).sum() / 28)
    else:
        rows = cosine_matrix(28, sigma * 28)
        waves = streams.normal((2, rows.shape[1], rows.shape[1])).astype(float)
        field = rows @ waves @ rows.T
    corruption = noiselib.ElasticTransform(displacement=displacement, sigma=sigma, jitter=jitter)
    result = corruption(digits[:10], seed=7)
    for i in range(10):
        expected = slow_elastic(digits[i], moves[i], field[i], jitter, displacement)
        assert (abs(result[i, ..., 0] - expected) <= 1.5).mean() > 0.98  # the noise is rounded


@pytest.mark.parametrize(("side", "sigma"), [(28, 5), (28, 20), (50, 4), (224, 18), (224, 171)])
def test_waves_are_smoothed_white_noise(side, sigma):
    """White noise smoothed by a Gaussian has this covariance between any two positions."""
    kernel = gaussian_filter1d(np.eye(side), sigma, axis=0, mode="reflect", truncate=3)
    smoothed = kernel @ kernel.T / (np.square(kernel).sum() / side)
    waves = cosine_matrix(side, sigma)
    assert abs(waves @ waves.T - smoothed).max() < 0.03 * smoothed.max()


@pytest.mark.parametrize("sigma", [0, 0.3, 1, 3.9, 4.1, 12])
def test_smooth_noise_has_variance_one(sigma):
    streams = Streams("test", 0, 1, np.arange(400, dtype=np.uint64))
    field = smooth_noise(streams, 2, (40, 31), sigma)
    each = np.square(field.astype(float)).mean(axis=(1, 2, 3))
    assert each.mean() == pytest.approx(1, abs=6 * each.std() / 20)
    assert abs((field[:, 0] * field[:, 1]).mean()) < 6 * each.std() / 20


@given(sigma=st.floats(0, 1), jitter=st.floats(0, 1))
def test_elastic_transform_preserves_constants(sigma, jitter):
    images = np.full((2, 11, 17, 3), 99, np.uint8)
    corruption = noiselib.ElasticTransform(displacement=0.2, sigma=sigma, jitter=jitter)
    assert (corruption(images) == 99).all()


def test_the_displacement_is_relative_to_the_side():
    """A ramp moves by the same fraction of the side on images of any size."""
    for side in (28, 56, 140):
        ramp = np.broadcast_to(np.linspace(0.25, 0.75, side, dtype=np.float32), (60, side, side))
        moved = noiselib.ElasticTransform(displacement=0.03)(ramp.copy()[..., None])[..., 0]
        inner = (moved - ramp)[:, side // 4 : -side // 4, side // 4 : -side // 4]
        assert 2 * np.sqrt(np.square(inner.astype(float)).mean()) == pytest.approx(0.028, rel=0.15)


@pytest.mark.parametrize("shape", [(2, 1, 1, 1), (1, 1, 9, 3), (1, 40, 1, 1)])
@pytest.mark.parametrize("border", BORDERS)
def test_thin_images_work(shape, border):
    images = np.full(shape, 77, np.uint8)
    for name in ("perspective", "random_perspective", "barrel_distortion", "elastic_transform"):
        result = noiselib.parse(f"{name}(border='{border}')")(images)
        assert result.shape == shape
        if border != "constant":
            assert (result == 77).all()
