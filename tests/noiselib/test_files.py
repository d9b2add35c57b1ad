"""Image files: what is read, passed to the transform, and written."""

import numpy as np
import pytest
from PIL import Image

from noiselib.files import (
    PICTURES,
    check_output,
    corrupt_file,
    read_images,
    read_picture,
    write_picture,
)

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 6, 7), np.uint8)


class Recorder:
    """Replaces a transform: inverts images, and records the arguments of its calls."""

    def __init__(self):
        self.calls = []

    def __call__(self, images, **keywords):
        self.calls.append(keywords)
        return 255 - images


@pytest.fixture
def invert():
    return Recorder()


def run(transform, source, target, *, keys=()):
    return corrupt_file(transform, source, target, seed=7, keys=list(keys), workers=3)


def test_the_images_of_an_npz_are_corrupted_and_the_rest_is_copied(invert, tmp_path):
    arrays = {"x_train": IMAGES, "x_test": IMAGES[:2], "y_test": np.arange(2), "max": IMAGES,
              "images": IMAGES[1:2]}  # fmt: skip
    np.savez(tmp_path / "a.npz", **arrays)
    done = run(invert, tmp_path / "a.npz", tmp_path / "b.npz")
    assert done == "5 images of x_train, 2 images of x_test, 1 images of images"
    assert invert.calls == [{"seed": 7, "workers": 3}] * 3
    with np.load(tmp_path / "b.npz") as result:
        assert list(result) == list(arrays)
        for key, array in arrays.items():
            chosen = key.startswith("x") or key == "images"
            assert np.array_equal(result[key], 255 - array if chosen else array)
    assert (tmp_path / "b.npz").stat().st_size < (tmp_path / "a.npz").stat().st_size + 500


def test_an_npz_is_written_compressed(invert, tmp_path):
    np.savez(tmp_path / "a.npz", x=np.zeros((9, 99, 99), np.uint8))
    run(invert, tmp_path / "a.npz", tmp_path / "b.npz")
    assert (tmp_path / "b.npz").stat().st_size < 2_000


def test_keys_choose_the_arrays(invert, tmp_path):
    np.savez(tmp_path / "a.npz", x=IMAGES, other=IMAGES)
    assert (
        run(invert, tmp_path / "a.npz", tmp_path / "b.npz", keys=["other"]) == "5 images of other"
    )
    with np.load(tmp_path / "b.npz") as result:
        assert np.array_equal(result["x"], IMAGES)


def test_an_npy(invert, tmp_path):
    np.save(tmp_path / "a.npy", IMAGES)
    assert run(invert, tmp_path / "a.npy", tmp_path / "b.npy") == "5 images"
    assert invert.calls == [{"seed": 7, "workers": 3}]
    assert np.array_equal(np.load(tmp_path / "b.npy"), 255 - IMAGES)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_the_id_of_a_picture_is_its_name(invert, tmp_path, mode):
    pixels = IMAGES[0] if mode == "L" else IMAGES[:3].transpose(1, 2, 0)
    Image.fromarray(np.ascontiguousarray(pixels)).save(tmp_path / "cat.png")
    assert run(invert, tmp_path / "cat.png", tmp_path / "b.bmp") == "1 picture"
    assert invert.calls == [{"seed": 7, "ids": ["cat.png"]}]
    with Image.open(tmp_path / "b.bmp") as result:
        assert result.mode == mode
        assert np.array_equal(np.asarray(result), 255 - pixels)


def test_a_folder_of_pictures(invert, tmp_path):
    source, target = tmp_path / "in", tmp_path / "new" / "out"
    source.mkdir()
    for name in ("b.PNG", "a.png"):
        Image.fromarray(IMAGES[0]).save(source / name)
    (source / "notes.txt").write_text("no picture")
    for _ in range(2):  # an existing folder is used
        assert run(invert, source, target) == "2 pictures"
    assert invert.calls[:2] == [{"seed": 7, "ids": [name]} for name in ("a.png", "b.PNG")]
    assert sorted(path.name for path in target.iterdir()) == ["a.png", "b.PNG"]
    assert np.array_equal(read_picture(target / "b.PNG")[0, ..., 0], 255 - IMAGES[0])


@pytest.mark.parametrize(
    ("mode", "becomes"),
    [("1", 1), ("L", 1), ("I;16", 1), ("I", 1), ("RGB", 3), ("RGBA", 3), ("P", 3), ("CMYK", 3)],
)
def test_pictures_are_grey_or_rgb(tmp_path, mode, becomes):
    suffix = "tif" if mode in ("CMYK", "I;16", "I") else "png"
    Image.new(mode, (5, 4)).save(tmp_path / f"one.{suffix}")
    picture = read_picture(tmp_path / f"one.{suffix}")
    assert (picture.shape, picture.dtype) == ((1, 4, 5, becomes), np.uint8)


def test_images_of_a_gallery(tmp_path):
    np.savez(tmp_path / "all.npz", x_train=IMAGES[4:], images=IMAGES[2:4], x_test=IMAGES)
    np.savez(tmp_path / "some.npz", x_train=IMAGES[4:], images=IMAGES[2:4])
    np.savez(tmp_path / "train.npz", x_train=IMAGES[4:], other=IMAGES)
    np.save(tmp_path / "a.npy", IMAGES[..., None].repeat(3, axis=-1))
    Image.fromarray(IMAGES[0]).save(tmp_path / "a.png")
    assert np.array_equal(read_images(tmp_path / "all.npz", 3), IMAGES[:3, ..., None])
    assert np.array_equal(read_images(tmp_path / "some.npz", 3), IMAGES[2:4, ..., None])
    assert np.array_equal(read_images(tmp_path / "train.npz", 3), IMAGES[4:, ..., None])
    assert read_images(tmp_path / "a.npy", 2).shape == (2, 6, 7, 3)
    assert np.array_equal(read_images(tmp_path / "a.png", 2), IMAGES[:1, ..., None])


def test_formats_of_pictures(tmp_path):
    for suffix in (".png", ".jpg", ".JPEG", ".bmp", ".gif", ".tif", ".tiff", ".webp"):
        target = tmp_path / f"a{suffix}"
        assert check_output(target, PICTURES) == target
        write_picture(IMAGES[:1, ..., None], target)
        assert read_picture(target).shape[:3] == (1, 6, 7)
