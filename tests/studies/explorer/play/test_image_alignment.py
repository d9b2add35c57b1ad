import numpy as np
import pytest

from models.data import load
from studies.explorer.play.image_alignment import measure_alignment, render_drawing

LINE = [[(0.1, 0.8), (0.1, 0.9)], [(0.1, 0.7), (0.1, 0.8)]]  # short, and far from the middle


def test_an_alignment_is_measured(alignment_of):
    alignment = alignment_of()
    assert (alignment.background, alignment.foreground, alignment.extent) == (0, 200, 16)
    assert alignment.centre == pytest.approx((13.5, 12.5))
    assert alignment.plain_background
    assert not alignment_of(dark_on_light=True).foreground > 100


def test_the_strokes_of_real_digits_are_measured():
    alignment = measure_alignment(load("digits").train_images)
    assert 19 <= alignment.extent <= 21
    assert 2 <= alignment.stroke_width <= 4.5
    assert alignment.plain_background


def test_photographs_have_no_plain_background():
    noise = np.random.default_rng(0).integers(0, 256, (30, 16, 16, 3), dtype=np.uint8)
    assert not measure_alignment(noise).plain_background


def test_a_drawing_has_the_size_and_the_place_of_the_data(alignment_of):
    alignment = alignment_of()
    image = render_drawing(LINE, alignment)
    assert image.shape == (28, 28, 1)
    rows, columns = np.nonzero(image[..., 0] > 100)
    assert np.ptp(rows) + 1 == pytest.approx(alignment.extent, abs=2)
    assert rows.mean() == pytest.approx(alignment.centre[0], abs=0.6)
    assert columns.mean() == pytest.approx(alignment.centre[1], abs=0.6)
    assert image.max() == 200


def test_a_drawing_has_the_levels_of_the_data(alignment_of):
    image = render_drawing(LINE, alignment_of(dark_on_light=True, channels=3))
    assert image.shape == (28, 28, 3)
    assert image[0, 0].tolist() == [255, 255, 255]
    assert image.min() < 80


def test_a_dot_stays_small(alignment_of):
    image = render_drawing([[(0.5, 0.5)]], alignment_of())
    assert 0 < (image > 50).sum() < 0.3 * image.size


def test_drawings_are_deterministic(alignment_of):
    np.testing.assert_array_equal(
        render_drawing(LINE, alignment_of()), render_drawing(LINE, alignment_of())
    )
