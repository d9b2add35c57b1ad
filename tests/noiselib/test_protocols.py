"""Protocols: every level is a valid spec, and `exact` entries of MNIST-C are as published.

The originals are written here from their descriptions, image by image in float64; the pixels of
real MNIST digits must agree within a grey level on 99 %.
"""

import colorsys
import io

import numpy as np
import pytest
import skimage.feature
import skimage.transform
from PIL import Image
from scipy.ndimage import gaussian_filter
from scipy.ndimage import zoom as spline_zoom

import noiselib
from noiselib.protocols import NAMES, load
from noiselib.testing.strategies import pictures

LEVELS = [
    pytest.param(name, entry, id=f"{protocol}-{name}")
    for protocol in NAMES
    for name, entry in load(protocol).items()
]
ANGLES = (0.2, 0.4, 0.6, 0.8, 1.0)


@pytest.mark.parametrize(("name", "entry"), LEVELS)
def test_every_level_is_read_and_runs(name, entry):
    assert len(entry.levels) in (1, 5)
    for spec in entry.levels:
        transform = noiselib.parse(spec)
        assert str(transform) == spec, "not canonical"
        for shape in ((2, 28, 28, 1), (1, 20, 24, 3)):
            images = pictures("smooth", shape, 0)
            assert transform(images).shape == shape
    assert entry.fidelity == "exact" or entry.note or name.endswith("noise") or name in DRAWN


DRAWN = {"spatter"}


@pytest.mark.parametrize(
    ("name", "benchmark", "others"),
    [("mnist_c", 15, 14), ("imagenet_c", 15, 4), ("cifar_c", 15, 4), ("tiny_imagenet_c", 15, 4)],
)
def test_the_tables_are_complete(name, benchmark, others):
    counts = [entry.benchmark for entry in load(name).values()]
    assert (counts.count(True), counts.count(False)) == (benchmark, others)
    assert load(name).name == name


def test_unknown_protocols_are_named():
    message = "no protocol is called 'mnist'; choose from cifar_c, imagenet_c, mnist_c"
    with pytest.raises(ValueError, match=message):
        load("mnist")


def warped(image, inverse):
    """Return the warp of scikit-image by an inverse map on (x, y) about the centre; 0 outside."""
    centre = np.array([13.5, 13.5])
    matrix = np.eye(3)
    matrix[:2, :2] = inverse
    matrix[:2, 2] = centre - inverse @ centre
    return 255 * skimage.transform.warp(image, matrix, order=1, mode="constant")


def turned(angle):
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def old_shear(angle):
    """Return the inverse map of AffineTransform(shear=angle) in 2019."""
    return np.array([[1, -np.sin(angle)], [0, np.cos(angle)]])


def shifted(image, x, y):
    padded = np.pad(255 * image, 5)
    return padded[5 - y : 33 - y, 5 - x : 33 - x]


def striped(image):
    result = 255 * image.copy()
    for columns in (slice(0, 7), slice(21, 28)):
        result[:, columns] = 255 - result[:, columns]
    return result


def jpeg(image, quality):
    stream = io.BytesIO()
    Image.fromarray(np.rint(255 * image).astype(np.uint8)).save(stream, "JPEG", quality=quality)
    return np.asarray(Image.open(stream), float)


def pixelated(image, part):
    picture = Image.fromarray(np.rint(255 * image).astype(np.uint8))
    small = picture.resize((int(28 * part), int(28 * part)), Image.Resampling.BOX)
    return np.asarray(small.resize((28, 28), Image.Resampling.BOX), float)


def zoomed(image, factor):
    """Return the middle, stretched by splines of order 1, and cut to its middle."""
    side = int(np.ceil(28 / factor))
    top = (28 - side) // 2
    large = spline_zoom(image[top : top + side, top : top + side], factor, order=1)
    trim = (large.shape[0] - 28) // 2
    return large[trim : trim + 28, trim : trim + 28]


def zoom_blurred(image, factors):
    return 255 * (image + sum(zoomed(image, factor) for factor in factors)) / (len(factors) + 1)


ORIGINALS = {
    # name: the possible results of an image at a level, one for each random sign
    "shear": lambda x, i: [warped(x, old_shear(s * ANGLES[i])) for s in (1, -1)],
    "rotate": lambda x, i: [warped(x, turned(s * ANGLES[i])) for s in (1, -1)],
    "scale": lambda x, i: [warped(x, np.eye(2) / (0.9, 0.8, 0.7, 0.6, 0.5)[i])],
    "translate": lambda x, i: [
        shifted(x, a * (i + 1), b * (i + 1)) for a in (1, -1) for b in (1, -1)
    ],
    "brightness": lambda x, i: [255 * np.clip(x + (0.1, 0.2, 0.3, 0.4, 0.5)[i], 0, 1)],
    "stripe": lambda x, _: [striped(x)],
    "canny_edges": lambda x, _: [255 * skimage.feature.canny(x)],
    "gaussian_blur": lambda x, i: [255 * gaussian_filter(x, (1, 2, 3, 4, 6)[i])],
    "contrast": lambda x, i: [255 * ((x - x.mean()) * (0.4, 0.3, 0.2, 0.1, 0.05)[i] + x.mean())],
    "jpeg_compression": lambda x, i: [jpeg(x, (25, 18, 15, 10, 7)[i])],
    "pixelate": lambda x, i: [pixelated(x, (0.6, 0.5, 0.4, 0.3, 0.25)[i])],
    "quantize": lambda x, i: [np.rint(x * (2 ** (5 - i) - 1)) / (2 ** (5 - i) - 1) * 255],
    "inverse": lambda x, _: [255 * (1 - x)],
    "zoom_blur": lambda x, i: [
        zoom_blurred(
            x,
            (
                np.arange(1, 1.11, 0.01),
                np.arange(1, 1.16, 0.01),
                np.arange(1, 1.21, 0.02),
                np.arange(1, 1.26, 0.02),
                np.arange(1, 1.31, 0.03),
            )[i],
        )
    ],
}


@pytest.mark.parametrize(
    ("name", "level"),
    [
        (name, i)
        for name, entry in load("mnist_c").items()
        if entry.fidelity == "exact"
        for i in range(len(entry.levels))
    ],
)
def test_exact_entries_are_the_published_definition(digits, name, level):
    result = noiselib.parse(load("mnist_c")[name].levels[level])(digits[:60], seed=1)
    within = []
    for digit, one in zip(digits, result, strict=False):
        possible = ORIGINALS[name](digit[..., 0] / 255, level)
        within.append(max((abs(one[..., 0] - p) <= 1.0001).mean() for p in possible))
    assert np.mean(within) >= 0.99, f"{np.mean(within):.4f} of the pixels"


@pytest.mark.parametrize("level", range(5))
def test_brightness_of_imagenet_c_is_that_of_hsv(colours, level):
    entry = load("imagenet_c")["brightness"]
    result = noiselib.parse(entry.levels[level])(colours[:1, :8, :8])
    shift = (0.1, 0.2, 0.3, 0.4, 0.5)[level]
    for before, after in zip(colours[0, :8, :8].reshape(-1, 3), result.reshape(-1, 3), strict=True):
        hue, saturation, value = colorsys.rgb_to_hsv(*(before / 255))
        expected = colorsys.hsv_to_rgb(hue, saturation, min(value + shift, 1))
        assert np.allclose(after, 255 * np.array(expected), atol=1.01)
