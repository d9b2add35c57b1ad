"""Oracles of the digital family: Pillow and scikit-image."""

import builtins
import io

import numpy as np
import pytest
import skimage.feature
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import noiselib
from noiselib.operations.box_means import block_means
from noiselib.operations.jpeg import dct_matrix, quantization_scale, quantization_table
from noiselib.testing.strategies import batches


def resized(images, fraction, method):
    """Return images resized by Pillow to a fraction of their sides, and back."""
    result = []
    for image in images:
        h, w = image.shape[:2]
        small = max(1, int(w * fraction)), max(1, int(h * fraction))
        picture = Image.fromarray(image[..., 0] if image.shape[2] == 1 else image)
        back = picture.resize(small, method).resize((w, h), method)
        result.append(np.asarray(back).reshape(image.shape))
    return np.stack(result)


FRACTIONS = [0.95, 0.9, 0.85, 0.75, 0.65, 0.6, 0.5, 0.4, 0.3, 0.25, 0.1]


@pytest.mark.oracle("pixelate")
@pytest.mark.parametrize("fraction", FRACTIONS)
def test_pixelate_is_pillows_box(digits, colours, fraction):
    for images in (digits, colours):
        result = noiselib.Pixelate(fraction=fraction)(images).astype(int)
        expected = resized(images, fraction, Image.Resampling.BOX)
        assert abs(result - expected).max() <= 1


@pytest.mark.oracle("downscale")
@pytest.mark.parametrize("fraction", FRACTIONS)
def test_downscale_is_pillows_bilinear(digits, colours, fraction):
    for images in (digits, colours):
        result = noiselib.Downscale(fraction=fraction)(images).astype(int)
        expected = resized(images, fraction, Image.Resampling.BILINEAR)
        assert (abs(result - expected) <= 1).mean() >= 0.99  # Pillow rounds after each pass
        assert abs(result - expected).max() <= 2


def test_pixels_repeat_if_the_sides_are_divisible():
    images = np.random.default_rng(0).integers(0, 256, (2, 12, 8, 3), np.uint8)
    result = noiselib.Pixelate(fraction=0.25)(images)
    means = images.reshape(2, 3, 4, 2, 4, 3).mean(axis=(2, 4))
    assert abs(result[:, ::4, ::4] - means).max() <= 0.51
    assert np.array_equal(result, result[:, ::4, ::4].repeat(4, axis=1).repeat(4, axis=2))


@pytest.mark.parametrize("name", ["pixelate", "downscale"])
def test_at_least_one_pixel_is_kept(name, digits):
    result = noiselib.registry()[name](fraction=0.001)(digits[:5])
    assert (result == result[:, :1, :1]).all()


def stored(image, quality):
    """Return an image after encoding and decoding by Pillow."""
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=quality)
    return np.asarray(Image.open(file))


PUBLISHED = [25, 18, 15, 10, 7, 80, 65, 58, 50, 40]


@pytest.mark.oracle("jpeg_compression")
@pytest.mark.parametrize("quality", [*PUBLISHED, 1, 30, 95, 99])
def test_grey_jpeg_is_pillows_on_nearly_every_pixel(digits, quality):
    result = noiselib.JpegCompression(quality=quality)(digits)[..., 0].astype(int)
    expected = np.stack([stored(image[..., 0], quality) for image in digits])
    assert (result == expected).mean() > 0.999  # all pixels with libjpeg-turbo
    assert abs(result - expected).max() <= 1


@given(images=batches(channels=(1,)), quality=st.integers(1, 99))
def test_grey_jpeg_of_any_size_is_pillows(images, quality):
    result = noiselib.JpegCompression(quality=quality)(images)
    for image, one in zip(images, result, strict=True):
        assert abs(one[..., 0].astype(int) - stored(image[..., 0], quality)).max() <= 1


@pytest.mark.parametrize("quality", [7, 25, 80])
def test_colour_jpeg_is_pillows(colours, quality):
    result = noiselib.JpegCompression(quality=quality)(colours)
    assert np.array_equal(result, np.stack([stored(image, quality) for image in colours]))


def test_other_numbers_of_channels_are_processed_by_plane(digits):
    four = np.concatenate([digits[:3], digits[3:6], digits[6:9], digits[9:12]], axis=-1)
    corruption = noiselib.JpegCompression(quality=20)
    result = corruption(four)
    for k in range(4):
        assert np.array_equal(result[..., k], corruption(four[..., k : k + 1])[..., 0])


def test_colour_jpeg_without_pillow_names_the_extra(monkeypatch, colours, digits):
    real = builtins.__import__

    def without_pillow(name, *arguments, **more):
        if name == "PIL":
            raise ImportError(name)
        return real(name, *arguments, **more)

    monkeypatch.setattr(builtins, "__import__", without_pillow)
    with pytest.raises(ValueError, match=r"jpeg_compression: RGB images need Pillow.*`images`"):
        noiselib.JpegCompression(quality=20)(colours)
    assert noiselib.JpegCompression(quality=20)(digits).shape == digits.shape


def test_quality_is_linear_in_the_quantization_scale():
    whole = noiselib.JpegCompression(quality=10)
    for t in (0.1, 0.25, 0.5, 0.75, 0.9):
        scale = quantization_scale(whole.at(t).quality)
        assert scale == pytest.approx(500 * t, abs=20)
    assert whole.at(0).quality == 100


def test_quantization_tables_are_those_of_pillow():
    for quality in (1, 7, 25, 49, 50, 80, 100):
        file = io.BytesIO()
        Image.new("L", (8, 8)).save(file, "JPEG", quality=quality)
        written = np.array(Image.open(file).quantization[0]).reshape(8, 8)
        assert np.array_equal(quantization_table(quality), written)


def test_the_transform_is_a_cosine_transform():
    frequency, place = np.arange(8)[:, None], np.arange(8)
    cosines = np.sqrt(2) * np.cos((2 * place + 1) * frequency * np.pi / 16)
    cosines[0] = 1
    assert abs(dct_matrix() / 2**13 - cosines).max() < 2e-4


@pytest.mark.oracle("canny_edges")
def test_canny_edges_are_scikit_images(digits):
    result = noiselib.CannyEdges(amount=1)(digits)[..., 0]
    expected = np.stack([skimage.feature.canny(digit[..., 0] / 255.0) for digit in digits])
    assert set(np.unique(result)) <= {0, 255}
    assert (result == 255 * expected).mean() >= 0.999


@given(images=batches(side=st.integers(1, 25)))
def test_canny_edges_of_any_images_are_nearly_scikit_images(images):
    edges = noiselib.CannyEdges(amount=1)(images)
    for image, one in zip(images, edges, strict=True):
        for k in range(image.shape[-1]):
            expected = skimage.feature.canny(image[..., k] / 255.0)
            # Symmetric pictures have ties, which the original breaks by the last bits of its sums.
            assert (one[..., k] == 255 * expected).mean() >= 0.75


@pytest.mark.parametrize("amount", [0.25, 0.5])
def test_canny_edges_are_blended(digits, amount):
    edges = noiselib.CannyEdges(amount=1)(digits).astype(float)
    result = noiselib.CannyEdges(amount=amount)(digits)
    assert abs(result - ((1 - amount) * digits + amount * edges)).max() <= 0.51


@pytest.mark.parametrize(("height", "width"), [(1, 2), (2, 1), (4, 4), (16, 8), (16, 16), (1, 1)])
def test_block_means_are_rounded_with_ties_up(height, width):
    levels = np.random.default_rng(0).integers(0, 256, (2, 32, 48, 3), np.uint8)
    levels[1] = 255
    split = levels.reshape(2, 32 // height, height, 48 // width, width, 3).astype(float)
    means = np.floor(split.mean(axis=(2, 4)) + 0.5)
    expected = means.repeat(height, axis=1).repeat(width, axis=2)
    assert np.array_equal(block_means(levels, height, width), expected)
