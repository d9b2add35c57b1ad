"""Oracles of the affine family: scipy.ndimage and scikit-image; and the affine group."""

import numpy as np
import pytest
import skimage.transform
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import affine_transform

import noiselib
from noiselib.operations.warp import BORDERS, affine_matrices
from noiselib.streams import Streams

MODES = {"constant": "grid-constant", "nearest": "nearest", "reflect": "reflect"}


def slow_warp(images, forward, shift=(0, 0), border="constant", fill=0.0):
    """Resample by scipy: `forward` on columns (x, y) about the centre, then `shift` (x, y)."""
    inverse = np.linalg.inv(np.asarray(forward, float))[::-1, ::-1]  # on rows (y, x)
    centre = (np.array(images.shape[1:3]) - 1) / 2
    offset = centre - inverse @ (centre + np.asarray(shift, float)[::-1])
    result = np.empty(images.shape)
    for i, image in enumerate(images):
        for k in range(images.shape[3]):
            result[i, ..., k] = affine_transform(
                image[..., k].astype(float),
                inverse,
                offset,
                order=1,
                mode=MODES[border],
                cval=255 * fill,
            )
    return result


def turn(degrees):
    """Return a counter-clockwise rotation on (x, y) with y downwards."""
    angle = np.deg2rad(degrees)
    return [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]


def close(result, expected):
    return abs(result - expected).max() <= 1.01


@pytest.mark.oracle("rotation")
@pytest.mark.parametrize("border", BORDERS)
def test_rotation_is_scipys(digits, colours, border):
    for images in (digits[:10], colours):
        result = noiselib.Rotation(degrees=25, border=border, fill=0.25)(images)
        assert close(result, slow_warp(images, turn(25), border=border, fill=0.25))


@pytest.mark.parametrize("quarters", [1, 2, 3, 4, -1])
def test_quarter_turns_are_exactly_rot90(digits, quarters):
    result = noiselib.Rotation(degrees=90 * quarters)(digits)
    assert np.array_equal(result, np.rot90(digits, quarters, axes=(1, 2)))


def test_rotation_is_scikit_images(digits):
    result = noiselib.Rotation(degrees=33)(digits[:5])
    for one, digit in zip(result, digits, strict=False):
        expected = skimage.transform.rotate(digit[..., 0] / 255, 33, order=1, mode="constant")
        assert abs(one[..., 0] / 255 - expected).max() < 0.01


@pytest.mark.oracle("translation")
@pytest.mark.parametrize(("x", "y"), [(3, 0), (0, -2), (-4, 5)])
def test_integer_translations_move_pixels(colours, x, y):
    result = noiselib.Translation(x=x, y=y)(colours)
    expected = np.zeros_like(colours)
    h, w = colours.shape[1:3]
    rows, columns = slice(max(0, y), h + min(0, y)), slice(max(0, x), w + min(0, x))
    back = slice(max(0, -y), h + min(0, -y)), slice(max(0, -x), w + min(0, -x))
    expected[:, rows, columns] = colours[:, back[0], back[1]]
    assert np.array_equal(result, expected)


@pytest.mark.parametrize("border", BORDERS)
def test_fractional_translations_are_scipys(colours, border):
    result = noiselib.Translation(x=2.3, y=-40.6, border=border, fill=1)(colours)
    assert close(result, slow_warp(colours, np.eye(2), (2.3, -40.6), border, 1))


@pytest.mark.oracle("zoom")
@pytest.mark.parametrize("factor", [0.4, 0.5, 1.7])
def test_zoom_is_scipys(digits, factor):
    assert close(noiselib.Zoom(factor=factor)(digits), slow_warp(digits, np.eye(2) * factor))


@pytest.mark.oracle("shear")
@pytest.mark.parametrize("factor", [-0.4, 1])
def test_shear_is_scipys(digits, factor):
    expected = slow_warp(digits, [[1, factor], [0, 1]])
    assert close(noiselib.Shear(factor=factor)(digits), expected)


@pytest.mark.oracle("affine")
@pytest.mark.parametrize("border", BORDERS)
def test_affine_is_its_composition(colours, border):
    forward = turn(20) @ np.diag([0.8, 0.8 * 1.2]) @ [[1, 0.3], [0, 1]]
    affine = noiselib.Affine(
        degrees=20, factor=0.8, stretch=1.2, shear=0.3, x=2, y=-1.5, border=border
    )
    assert close(affine(colours), slow_warp(colours, forward, (2, -1.5), border))


def signed(name, seed, count):
    """Return the six random numbers of each image, in (-1, 1)."""
    words = Streams(name, 0, seed, np.arange(count, dtype=np.uint64)).words((6,))
    return (words + 0.5) / 2**31 - 1


RANDOM = {
    "random_rotation": ({"degrees": 40}, lambda u: (turn(40 * u[0]), (0, 0))),
    "random_translation": ({"x": 3, "y": 5}, lambda u: (np.eye(2), (3 * u[0], 5 * u[1]))),
    "random_zoom": ({"factor": 1.6}, lambda u: (np.eye(2) * 1.6 ** u[0], (0, 0))),
    "random_shear": ({"factor": 0.5}, lambda u: ([[1, 0.5 * u[0]], [0, 1]], (0, 0))),
    "random_affine": (
        {"degrees": 30, "factor": 1.3, "stretch": 1.2, "shear": 0.2, "x": 2, "y": 3},
        lambda u: (
            turn(30 * u[0])
            @ np.diag([1.3 ** u[1], 1.3 ** u[1] * 1.2 ** u[2]])
            @ [[1, 0.2 * u[3]], [0, 1]],
            (2 * u[4], 3 * u[5]),
        ),
    ),
}


@pytest.mark.oracle("random_rotation")
@pytest.mark.oracle("random_translation")
@pytest.mark.oracle("random_zoom")
@pytest.mark.oracle("random_shear")
@pytest.mark.oracle("random_affine")
@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("name", RANDOM)
def test_random_forms_are_scipys_image_by_image(colours, digits, name, border):
    parameters, by_hand = RANDOM[name]
    corruption = noiselib.registry()[name](border=border, fill=0.5, **parameters)
    for images in (colours, digits[:6]):
        result = corruption(images, seed=9)
        for i, u in enumerate(signed(name, 9, len(images))):
            forward, shift = by_hand(u)
            expected = slow_warp(images[i : i + 1], forward, shift, border, 0.5)
            assert close(result[i : i + 1], expected)


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("name", ["random_translation", "random_shear"])
def test_rows_may_leave_the_image(colours, name, border):
    parameters = {"x": 90, "y": 70} if name == "random_translation" else {"factor": 6}
    corruption = noiselib.registry()[name](border=border, fill=0.5, **parameters)
    result = corruption(colours, seed=3)
    for i, u in enumerate(signed(name, 3, len(colours))):
        shift = (90 * u[0], 70 * u[1]) if name == "random_translation" else (0, 0)
        forward = np.eye(2) if name == "random_translation" else [[1, 6 * u[0]], [0, 1]]
        expected = slow_warp(colours[i : i + 1], forward, shift, border, 0.5)
        assert close(result[i : i + 1], expected)


@pytest.mark.parametrize("name", [*RANDOM, "random_perspective", "elastic_transform"])
@pytest.mark.parametrize("channels", [2, 6])
def test_all_channels_are_resampled_in_the_same_way(name, channels):
    images = np.random.default_rng(0).integers(0, 256, (3, 9, 14, channels), np.uint8)
    corruption = noiselib.registry()[name]()
    together = corruption(images, seed=1)
    for k in range(channels):
        assert np.array_equal(together[..., k], corruption(images[..., k : k + 1], seed=1)[..., 0])


@given(first=st.floats(-180, 180), second=st.floats(-180, 180))
def test_rotations_are_a_group(first, second):
    product = affine_matrices(degrees=first)[0, :, :2] @ affine_matrices(degrees=second)[0, :, :2]
    assert np.allclose(product, affine_matrices(degrees=first + second)[0, :, :2], atol=1e-6)


@given(
    degrees=st.floats(-180, 180),
    factor=st.floats(0.3, 3),
    stretch=st.floats(0.5, 2),
    shear=st.floats(-1, 1),
)
def test_the_matrix_is_the_inverse_of_the_forward_map(degrees, factor, stretch, shear):
    matrix = affine_matrices(degrees=degrees, factor=factor, stretch=stretch, shear=shear)[0]
    forward = turn(degrees) @ np.diag([factor, factor * stretch]) @ [[1, shear], [0, 1]]
    assert np.allclose(matrix[::-1, [1, 0]] @ forward, np.eye(2), atol=1e-5)


@given(x=st.integers(-6, 6), y=st.integers(-6, 6))
def test_a_translation_and_its_inverse_are_the_identity_inside(x, y):
    picture = np.zeros((1, 30, 30, 1), np.uint8)
    picture[0, 8:22, 8:22, 0] = np.arange(196).reshape(14, 14)
    there = noiselib.Translation(x=x, y=y) if x or y else noiselib.identity
    back = noiselib.Translation(x=-x, y=-y) if x or y else noiselib.identity
    assert np.array_equal((there | back)(picture), picture)


@pytest.mark.parametrize("shape", [(2, 1, 1, 1), (1, 1, 9, 3), (1, 40, 1, 1)])
@pytest.mark.parametrize("border", BORDERS)
def test_thin_images_work(shape, border):
    images = np.full(shape, 77, np.uint8)
    for cls in (noiselib.Rotation, noiselib.RandomAffine):
        assert cls(degrees=33, border=border)(images).shape == shape
        if border != "constant":
            assert (cls(degrees=33, border=border)(images) == 77).all()


def test_one_map_for_all_agrees_with_one_for_each():
    """The sparse operator and the resampling by image agree within a grey level."""
    from noiselib.operations.warp import affine_operator, warp_all, warp_each

    images = np.random.default_rng(0).random((4, 19, 24, 3), np.float32)
    matrix = affine_matrices(degrees=12, factor=0.9, x=0.3)
    for border in BORDERS:
        together = warp_all(images, affine_operator(19, 24, matrix, border), 0.2)
        separate = warp_each(images, np.repeat(matrix, 4, axis=0), border, 0.2)
        assert abs(together - separate).max() < 1 / 255
