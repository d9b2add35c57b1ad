"""Oracles of the blur family: scipy.ndimage in float64, and the published code pixel by pixel."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import convolve, correlate1d, gaussian_filter, median_filter, zoom

import noiselib
from noiselib.streams import Streams
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
        if images is digits:  # the checkerboard of the others has ties everywhere
            assert (result != expected).mean() < 0.03  # weights are rounded to 1/4096


@given(images=batches(), sigma=st.floats(0.13, 8))
def test_gaussian_blur_of_any_images_is_scipys(images, sigma):
    result = noiselib.GaussianBlur(sigma=sigma)(images.astype(np.float32) / np.float32(255))
    assert abs(result * 255 - slow_blur(images, sigma)).max() <= 1


@pytest.mark.parametrize("sigma", [1e-300, 1e-9, 0.1, 0.124])
def test_a_kernel_of_one_pixel_changes_nothing(digits, sigma):
    assert np.array_equal(noiselib.GaussianBlur(sigma=sigma)(digits), digits)


@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (2, 1, 9, 3), (1, 9, 1, 1)])
def test_a_kernel_wider_than_the_image_preserves_the_mean(shape):
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


def by_plane(images, function):
    """Apply a function of (h, w) float64 arrays to every plane."""
    n, _, _, c = images.shape
    planes = [[function(images[i, ..., k].astype(float)) for k in range(c)] for i in range(n)]
    return np.array(planes).transpose(0, 2, 3, 1)


def within(result, expected, fraction=1.0):
    """Whether a fraction of the pixels is within one grey level, after rounding both."""
    rounded = np.rint(np.clip(expected, 0, 255))
    return (abs(result.astype(float) - rounded) <= 1).mean() >= fraction


@pytest.mark.oracle("box_blur")
@pytest.mark.parametrize("width", [1.5, 2, 3, 4.25, 5, 7, 13, 15, 17, 90])
def test_box_blur_is_a_mean_of_pixels_weighted_by_coverage(digits, colours, width):
    reach = math.ceil((width - 1) / 2)
    ends = (width + 1) / 2 - reach
    kernel = np.array([ends, *[1] * (2 * reach - 1), ends]) / width
    for images in (digits[:5], colours):
        expected = by_plane(
            images,
            lambda plane: correlate1d(correlate1d(plane, kernel, 0), kernel, 1),
        )
        assert within(noiselib.BoxBlur(width=width)(images), expected)


def published_disk(radius, alias):
    """The kernel of ImageNet-C: an aliased disk, and a Gaussian that reflects at its edge."""
    side = np.arange(-8, 9) if radius <= 8 else np.arange(-radius, radius + 1)
    kernel = np.add.outer(side**2, side**2) <= radius**2
    reach = 1 if radius <= 8 else 2
    taps = np.exp(-(np.arange(-reach, reach + 1) ** 2) / (2 * alias**2))
    taps /= taps.sum()
    smooth = correlate1d(kernel / kernel.sum(), taps, 0, mode="mirror")
    return correlate1d(smooth, taps, 1, mode="mirror")


DISKS = [(3, 0.1), (4, 0.5), (6, 0.5), (8, 0.5), (10, 0.5), (0.3, 0.4), (0.5, 0.6), (1, 0.2)]
DISKS += [(1.5, 0.1), (0.4, 0.5), (2.5, 0.01)]


@pytest.mark.oracle("defocus_blur")
@pytest.mark.parametrize(("radius", "edge"), DISKS)
def test_defocus_blur_is_the_published_one(digits, colours, radius, edge):
    kernel = published_disk(radius, edge)
    result = noiselib.DefocusBlur(radius=radius, edge=edge)
    expected = by_plane(digits[:30], lambda plane: convolve(plane, kernel, mode="mirror"))
    assert within(result(digits[:30]), expected, 0.98 if radius == 8 else 0.99)
    kernel /= kernel.sum()  # the published one sums to 1.01 for radii 8 and 10
    expected = by_plane(colours, lambda plane: convolve(plane, kernel, mode="mirror"))
    assert within(result(colours), expected, 0.97 if radius in (8, 10) else 1)


def motion_by_loop(plane, radius, sigma, degrees):
    """ImageMagick's motion blur of one plane, pixel by pixel."""
    weights = [math.exp(-i * i / (2 * sigma**2)) for i in range(2 * radius + 1)]
    angle, total = math.radians(degrees), np.zeros(plane.shape)
    rows, columns = np.indices(plane.shape)
    for i, weight in enumerate(weights):
        y = rows + math.ceil(i * math.sin(angle) - 0.5 - 1e-9)
        x = columns + math.ceil(i * math.cos(angle) - 0.5 - 1e-9)
        y, x = np.clip(y, 0, plane.shape[0] - 1), np.clip(x, 0, plane.shape[1] - 1)
        total += weight / sum(weights) * plane[y, x]
    return total


@pytest.mark.oracle("motion_blur")
@pytest.mark.parametrize("degrees", [0, 30, -45, 100, 180, -77.5])
@pytest.mark.parametrize(("radius", "sigma"), [(10, 3), (15, 8), (20, 15), (6, 1), (40, 30)])
def test_motion_blur_is_imagemagicks(digits, colours, radius, sigma, degrees):
    corruption = noiselib.MotionBlur(radius=radius, sigma=sigma, degrees=degrees)
    for images in (digits[:5], colours):
        expected = by_plane(images, lambda plane: motion_by_loop(plane, radius, sigma, degrees))
        assert within(corruption(images), expected)


@pytest.mark.oracle("random_motion_blur")
def test_random_motion_blur_is_motion_blur_at_the_angle_of_each_image(digits):
    words = Streams("random_motion_blur", 0, 5, np.arange(100, dtype=np.uint64)).words(())
    result = noiselib.RandomMotionBlur(sigma=5, radius=12, degrees=40)(digits, seed=5)
    for i, word in enumerate(words):
        degrees = 40 * ((2 * (int(word) >> 27) + 1) / 32 - 1)
        expected = by_plane(digits[i : i + 1], lambda p, d=degrees: motion_by_loop(p, 12, 5, d))
        assert within(result[i : i + 1], expected)
    assert len(np.unique(words >> 27)) > 25


@pytest.mark.oracle("glass_blur")
def test_glass_blur_is_its_definition(digits):
    images = digits[:20]
    words = Streams("glass_blur", 0, 3, np.arange(20, dtype=np.uint64)).words((28, 28))
    words = words.astype(np.int64)
    part = [words >> shift & 63 for shift in (0, 6, 12, 18)]
    moving = words >> 24 < round(0.7 * 256)
    down = np.floor(6.5 * (part[0] - part[1]) / 64 + 0.5).astype(int) * moving
    right = np.floor(6.5 * (part[2] - part[3]) / 64 + 0.5).astype(int) * moving
    rows, columns = np.indices((28, 28))
    smooth = slow_blur(images, 0.9)[..., 0]
    moved = np.stack(
        [
            one[np.clip(rows + y, 0, 27), np.clip(columns + x, 0, 27)]
            for one, y, x in zip(smooth, down, right, strict=True)
        ]
    )
    expected = slow_blur(moved[..., None], 0.9)
    assert within(noiselib.GlassBlur(reach=6.5, sigma=0.9, share=0.7)(images, seed=3), expected)


@pytest.mark.parametrize(("d", "times"), [(1, 2), (2, 1), (3, 2), (4, 2)])
def test_glass_moves_as_far_as_the_published_swaps(d, times):
    """The mean square displacement is that of the sequential swaps, away from the border."""
    random = np.random.default_rng(0)
    side, margin = 90, 20
    places = np.stack(np.indices((side, side)), axis=-1).tolist()
    for _ in range(times):
        for y in range(side - d, d, -1):
            for x in range(side - d, d, -1):
                down, right = random.integers(-d, d, 2)
                other = places[y + down][x + right]
                places[y + down][x + right], places[y][x] = places[y][x], other
    inside = slice(margin, side - margin)
    swapped = (np.array(places) - np.stack(np.indices((side, side)), axis=-1))[inside, inside]
    from noiselib.operations.displacement import displacements

    words = Streams("glass_blur", 0, 0, np.arange(4, dtype=np.uint64)).words((side, side))
    actual = np.array(displacements(words, 2 * math.sqrt(times * (d * d + 1)), 1))
    assert np.square(actual).mean() == pytest.approx(np.square(swapped).mean(), rel=0.2)
    assert abs(actual.mean()) < 0.1


def published_zoom(plane, z):
    """One zoom of the published code: cut, stretch, trim."""
    side = len(plane)
    cut = math.ceil(side / z)
    top = (side - cut) // 2
    large = zoom(plane[top : top + cut, top : top + cut], (z, z), order=1)
    trim = (len(large) - side) // 2
    return large[trim : trim + side, trim : trim + side]


ZOOMS = [(1.11, 12, 0.01, 1.11), (1.15, 16, 0.01, 1.16), (1.2, 11, 0.02, 1.21)]
ZOOMS += [(1.24, 13, 0.02, 1.26), (1.3, 11, 0.03, 1.31), (1.06, 7, 0.01, 1.06)]


@pytest.mark.oracle("zoom_blur")
@pytest.mark.parametrize(("factor", "count", "step", "end"), ZOOMS)
def test_zoom_blur_is_the_published_one(digits, factor, count, step, end):
    published = np.arange(1, end, step)
    assert np.allclose(published, np.linspace(1, factor, count))
    colour = np.random.default_rng(1).integers(0, 256, (1, 61, 61, 3), np.uint8)
    for images in (digits[:20], colour):
        expected = by_plane(
            images,
            lambda plane: (plane + sum(published_zoom(plane, z) for z in published)) / (count + 1),
        )
        assert within(noiselib.ZoomBlur(factor=factor, count=count)(images), expected, 0.99)


@pytest.mark.oracle("median_blur")
@pytest.mark.parametrize("radius", [1, 2, 3, 4, 5])
def test_median_blur_is_scipys(digits, colours, radius):
    for images in (digits[:10], colours):
        size = (1, 2 * radius + 1, 2 * radius + 1, 1)
        expected = median_filter(images, size, mode="reflect")
        assert np.array_equal(noiselib.MedianBlur(radius=radius)(images), expected)


BLURS = {
    "box_blur": {"width": 60},
    "defocus_blur": {"radius": 20},
    "motion_blur": {"sigma": 30, "radius": 50, "degrees": 20},
    "random_motion_blur": {"sigma": 30, "radius": 50},
    "glass_blur": {"reach": 40, "sigma": 10},
    "zoom_blur": {"factor": 8},
    "median_blur": {"radius": 5},
}


@pytest.mark.parametrize("name", BLURS)
@pytest.mark.parametrize("shape", [(3, 1, 1, 1), (2, 1, 9, 3), (1, 9, 1, 1), (2, 2, 3, 2)])
def test_kernels_wider_than_the_image_preserve_constants_and_range(name, shape):
    corruption = noiselib.registry()[name](**BLURS[name])
    assert (corruption(np.full(shape, 99, np.uint8)) == 99).all()
    images = np.random.default_rng(0).integers(50, 200, shape, np.uint8)
    result = corruption(images)
    assert result.min() >= images.min()
    assert result.max() <= images.max()


SHORT = {
    "box_blur": {"width": 9},
    "defocus_blur": {"radius": 9},
    "motion_blur": {"sigma": 5, "radius": 12},
    "median_blur": {"radius": 5},
}


@pytest.mark.parametrize("name", SHORT)
def test_small_and_large_images_have_the_same_result(name):
    """Wide and narrow images have different memory layouts; the interior agrees."""
    wide = np.random.default_rng(0).integers(0, 256, (2, 80, 150, 3), np.uint8)
    corruption = noiselib.registry()[name](**SHORT[name])
    whole, part = corruption(wide), corruption(np.ascontiguousarray(wide[:, :, 40:100]))
    inner = slice(25, 35)
    assert np.array_equal(whole[:, 30:50, 40:100][:, :, inner], part[:, 30:50, inner])


@pytest.mark.parametrize("sigma", [0.4, 1, 6, 40])
def test_gaussian_blur_of_large_images_is_scipys(sigma):
    """Large matrices are multiplied in bands."""
    images = np.random.default_rng(0).integers(0, 256, (2, 130, 97, 3), np.uint8)
    result = noiselib.GaussianBlur(sigma=sigma)(images)
    assert abs(result - np.rint(slow_blur(images, sigma))).max() <= 1


def test_bands_give_the_bits_of_the_full_product():
    from noiselib.operations.linear import gaussian_matrix, matmul_columns, matmul_rows

    random = np.random.default_rng(0)
    rows = gaussian_matrix(150, 4)
    planes = random.integers(0, 4081, (3, 150, 20)).astype(np.float32)
    assert np.array_equal(matmul_rows(rows, planes), np.matmul(rows, planes))
    lines = random.integers(0, 4081, (40, 150)).astype(np.float32)
    assert np.array_equal(matmul_columns(lines, rows), lines @ rows.T)


def test_random_motion_of_large_images_is_that_of_small_ones():
    """Large images are blurred tap by tap; the middle of a small one inside a large one agrees."""
    large = np.random.default_rng(0).integers(0, 256, (3, 70, 70, 1), np.uint8)
    corruption = noiselib.RandomMotionBlur(sigma=3, radius=8)
    whole, part = corruption(large, seed=4), corruption(large[:, 10:60, 10:60].copy(), seed=4)
    assert np.array_equal(whole[:, 30:40, 30:40], part[:, 20:30, 20:30])


def test_zooms_of_large_images_are_those_of_small_ones():
    """Large images are zoomed along each side, small ones by one operator."""
    from noiselib.operations.linear import as_planes, from_planes, to_sixteenths
    from noiselib.operations.zooming import average_zooms, zoom_blur

    images = np.random.default_rng(0).random((2, 33, 40, 3), np.float32)
    separate = from_planes(average_zooms(to_sixteenths(as_planes(images)), 1.4, 9), images)
    assert abs(zoom_blur(images, 1.4, 9) - separate).max() < 0.75 / 255
