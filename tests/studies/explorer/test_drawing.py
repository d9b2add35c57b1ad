import io

import numpy as np
import pytest
from PIL import Image

from models.data import load
from studies.core.errors import StudyError
from studies.explorer.drawing import MOST_POINTS, draw, read_strokes
from studies.explorer.frame import measure_frame
from studies.explorer.uploads import MOST_BYTES, read_upload

LINE = [[(0.1, 0.8), (0.1, 0.9)], [(0.1, 0.7), (0.1, 0.8)]]  # short, and far from the middle


def frame_of(**changes):
    """The frame of 40 images of one bright square on black."""
    images = np.zeros((40, 28, 28, changes.pop("channels", 1)), np.uint8)
    images[:, 6:22, 8:18] = 200
    return measure_frame(255 - images if changes.pop("dark_on_light", False) else images)


def file_of(array, kind="PNG", **options):
    file = io.BytesIO()
    Image.fromarray(array).save(file, kind, **options)
    return file.getvalue()


def test_a_frame_is_measured():
    frame = frame_of()
    assert (frame.ground, frame.ink, frame.extent) == (0, 200, 16)
    assert frame.centre == pytest.approx((13.5, 12.5))
    assert frame.plain
    assert not frame_of(dark_on_light=True).ink > 100


def test_the_strokes_of_real_digits_are_measured():
    frame = measure_frame(load("digits").train_images)
    assert 19 <= frame.extent <= 21
    assert 2 <= frame.stroke <= 4.5
    assert frame.plain


def test_photographs_have_no_plain_background():
    noise = np.random.default_rng(0).integers(0, 256, (30, 16, 16, 3), dtype=np.uint8)
    assert not measure_frame(noise).plain


def test_a_drawing_has_the_size_and_the_place_of_the_data():
    frame = frame_of()
    image = draw(LINE, frame)
    assert image.shape == (28, 28, 1)
    rows, columns = np.nonzero(image[..., 0] > 100)
    assert np.ptp(rows) + 1 == pytest.approx(frame.extent, abs=2)
    assert rows.mean() == pytest.approx(frame.centre[0], abs=0.6)
    assert columns.mean() == pytest.approx(frame.centre[1], abs=0.6)
    assert image.max() == 200


def test_a_drawing_has_the_colours_of_the_data():
    image = draw(LINE, frame_of(dark_on_light=True, channels=3))
    assert image.shape == (28, 28, 3)
    assert image[0, 0].tolist() == [255, 255, 255]
    assert image.min() < 80


def test_a_dot_stays_a_dot():
    image = draw([[(0.5, 0.5)]], frame_of())
    assert 0 < (image > 50).sum() < 0.3 * image.size


def test_drawings_are_the_same_each_time():
    np.testing.assert_array_equal(draw(LINE, frame_of()), draw(LINE, frame_of()))


@pytest.mark.parametrize(
    "sent",
    [None, {"x": 1}, [[1, 2]], [[["a", "b"]]], [[[0.1]]], [[[0.5, 1.5]]], [[[0.5, float("nan")]]]],
)
def test_only_strokes_are_read(sent):
    with pytest.raises(StudyError):
        read_strokes(sent)


def test_drawings_have_an_end():
    with pytest.raises(StudyError, match="at most"):
        read_strokes([[[0.5, 0.5]] * (MOST_POINTS + 1)])
    with pytest.raises(StudyError, match="at most"):
        read_strokes([[[0.5, 0.5]]] * 201)
    assert read_strokes([[], [[0, 1]]]) == [[(0.0, 1.0)]]


def test_a_picture_of_the_right_size_is_taken_as_it_is():
    image = np.random.default_rng(1).integers(0, 256, (28, 28), dtype=np.uint8)
    read, done = read_upload(file_of(image), frame_of())
    np.testing.assert_array_equal(read[..., 0], image)
    assert done == "Taken as it is."


def test_black_on_white_is_inverted_for_data_on_black():
    paper = np.full((90, 120, 3), 255, np.uint8)
    paper[30:60, 50:70] = 0
    read, done = read_upload(file_of(paper), frame_of())
    assert read.shape == (28, 28, 1)
    assert read[0, 0, 0] == 0
    assert read[14, 14, 0] == 255
    assert done.startswith("Brought from 120 x 90 to 28 x 28 pixels, and inverted")


def test_transparent_pictures_lie_on_white():
    clear = np.zeros((50, 50, 4), np.uint8)
    read, _ = read_upload(file_of(clear), frame_of(dark_on_light=True))
    assert read.min() == 255


def test_photographs_are_turned_upright():
    image = np.zeros((40, 40, 3), np.uint8)
    image[5:20, 5:35] = 255  # in the upper half; the camera was upside down
    turned = Image.Exif()
    turned[0x0112] = 3
    read, _ = read_upload(file_of(image, "JPEG", exif=turned), frame_of(channels=3))
    assert read[7, 14].mean() < 20
    assert read[20, 14].mean() > 235


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg/>", b"\x89PNG\r\n\x1a\n" + bytes(50)])
def test_what_is_no_picture_is_refused(content):
    with pytest.raises(StudyError, match="not a picture that can be read"):
        read_upload(content, frame_of())


def test_large_files_and_pictures_are_refused(monkeypatch):
    with pytest.raises(StudyError, match=r"the file has 10.0 MB; 10 MB are the most"):
        read_upload(bytes(MOST_BYTES + 1), frame_of())
    monkeypatch.setattr("studies.explorer.uploads.MOST_PIXELS", 1000)
    with pytest.raises(StudyError, match="the picture has 40 x 40 pixels"):
        read_upload(file_of(np.zeros((40, 40), np.uint8)), frame_of())
