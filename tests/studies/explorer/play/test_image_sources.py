import io

import numpy as np
import pytest
from PIL import Image

from studies.core.errors import StudyError
from studies.explorer.play.image_sources import (
    MAX_BYTES,
    MAX_POINTS,
    parse_strokes,
    rank_by_difficulty,
    read_upload,
    select_hardest,
    select_image,
)

LABELS = np.array([0, 1, 0, 1, 1])


def test_next_and_previous_wrap_around_within_the_class():
    generator = np.random.default_rng(0)
    assert select_image("next", 1, 1, LABELS, generator) == 3
    assert select_image("next", 4, 1, LABELS, generator) == 1
    assert select_image("previous", 1, 1, LABELS, generator) == 4
    assert select_image("previous", 2, 1, LABELS, generator) == 1
    assert select_image("next", 4, None, LABELS, generator) == 0
    assert select_image("previous", 0, None, LABELS, generator) == 4
    assert select_image("next", 0, 7, LABELS, generator) == 1  # a class without test images: any


def test_a_random_image_is_another_one_of_the_class():
    generator = np.random.default_rng(0)
    assert {select_image("random", 1, 1, LABELS, generator) for _ in range(40)} == {3, 4}
    assert {select_image("random", 0, None, LABELS, generator) for _ in range(80)} == {1, 2, 3, 4}
    assert select_image("random", 0, None, LABELS[:1], generator) == 0


def test_the_hardest_images_follow_their_rank_and_repeat():
    hardest = np.array([4, 0, 3, 2, 1])
    assert [select_hardest(rank, None, LABELS, hardest) for rank in range(6)] == [4, 0, 3, 2, 1, 4]
    assert [select_hardest(rank, 1, LABELS, hardest) for rank in range(4)] == [4, 3, 1, 4]


def test_the_hardest_images_have_the_lowest_probability_of_the_true_class(state):
    data = state.data
    confidence = [
        np.mean([m.predict(data.test_images[[n]])[0, label] for m in state.predictors.values()])
        for n, label in enumerate(data.test_labels)
    ]
    order = rank_by_difficulty(state)
    assert sorted(order) == list(range(len(data.test_labels)))
    assert np.diff(np.array(confidence)[order]).min() >= -1e-6


def file_of(array, kind="PNG", **options):
    file = io.BytesIO()
    Image.fromarray(array).save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    "message",
    [None, {"x": 1}, [[1, 2]], [[["a", "b"]]], [[[0.1]]], [[[0.5, 1.5]]], [[[0.5, float("nan")]]]],
)
def test_only_strokes_are_valid(message):
    with pytest.raises(StudyError):
        parse_strokes(message)


def test_large_drawings_are_refused():
    with pytest.raises(StudyError, match="at most"):
        parse_strokes([[[0.5, 0.5]] * (MAX_POINTS + 1)])
    with pytest.raises(StudyError, match="at most"):
        parse_strokes([[[0.5, 0.5]]] * 201)
    assert parse_strokes([[], [[0, 1]]]) == [[(0.0, 1.0)]]


def test_an_image_of_the_size_of_the_data_is_used_unchanged(alignment_of):
    image = np.random.default_rng(1).integers(0, 256, (28, 28), dtype=np.uint8)
    read, text = read_upload(file_of(image), alignment_of())
    np.testing.assert_array_equal(read[..., 0], image)
    assert text == "Used unchanged."


def test_black_on_white_is_inverted_for_data_on_black(alignment_of):
    paper = np.full((90, 120, 3), 255, np.uint8)
    paper[30:60, 50:70] = 0
    read, text = read_upload(file_of(paper), alignment_of())
    assert read.shape == (28, 28, 1)
    assert read[0, 0, 0] == 0
    assert read[14, 14, 0] == 255
    assert text.startswith("Resized from 120 x 90 to 28 x 28 pixels and inverted")


def test_transparent_images_get_a_white_background(alignment_of):
    clear = np.zeros((50, 50, 4), np.uint8)
    read, _ = read_upload(file_of(clear), alignment_of(dark_on_light=True))
    assert read.min() == 255


def test_photographs_are_rotated_upright(alignment_of):
    image = np.zeros((40, 40, 3), np.uint8)
    image[5:20, 5:35] = 255  # in the upper half; the camera was upside down
    turned = Image.Exif()
    turned[0x0112] = 3
    read, _ = read_upload(file_of(image, "JPEG", exif=turned), alignment_of(channels=3))
    assert read[7, 14].mean() < 20
    assert read[20, 14].mean() > 235


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg/>", b"\x89PNG\r\n\x1a\n" + bytes(50)])
def test_files_that_are_no_images_are_refused(content, alignment_of):
    with pytest.raises(StudyError, match="not an image that can be read"):
        read_upload(content, alignment_of())


def test_large_files_and_images_are_refused(monkeypatch, alignment_of):
    with pytest.raises(StudyError, match=r"the file has 10.0 MB; at most 10 MB are allowed"):
        read_upload(bytes(MAX_BYTES + 1), alignment_of())
    monkeypatch.setattr("studies.explorer.play.image_sources.MAX_PIXELS", 1000)
    with pytest.raises(StudyError, match="the image has 40 x 40 pixels"):
        read_upload(file_of(np.zeros((40, 40), np.uint8)), alignment_of())
