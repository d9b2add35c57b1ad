"""Folders of class folders: classes, split, order, sizes, and damaged image files."""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models import data
from models.data import DataError, progress
from models.data.image_files import read_image, shape_of

CLASSES = ("ant", "bee", "cow")


def paint(path: Path, level: int, size: tuple[int, int] = (6, 8), mode: str = "L") -> Path:
    """Save an image of one grey level; `size` is height and width."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.new("L", size[::-1], level).convert(mode)
    image.save(path)
    return path


def fill(folder: Path, count: int = 10, classes: Sequence[str] = CLASSES, mode: str = "L") -> Path:
    """Save `count` images for each class; the level is 50 times the class, plus a number."""
    for label, name in enumerate(classes):
        for number in range(count):
            paint(folder / name / f"{number}.png", 50 * label + number, mode=mode)
    return folder


def message(folder: Path) -> str:
    with pytest.raises(DataError) as caught:
        data.load(folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


class TestSplit:
    def test_train_and_test_folders(self, tmp_path: Path) -> None:
        fill(tmp_path / "pets" / "train", 7)
        fill(tmp_path / "pets" / "test", 2)
        pets = data.load(tmp_path / "pets")
        assert (pets.name, pets.class_names, pets.image_shape) == ("pets", CLASSES, (6, 8, 1))
        assert (len(pets.train_images), len(pets.test_images)) == (21, 6)
        levels = pets.train_images[:, 0, 0, 0].astype(int)
        np.testing.assert_array_equal(levels // 50, pets.train_labels)
        assert np.bincount(pets.test_labels).tolist() == [2, 2, 2]

    def test_one_level_keeps_a_fifth_of_each_class_for_testing(self, tmp_path: Path) -> None:
        pets = data.load(fill(tmp_path, 11))
        assert np.bincount(pets.test_labels).tolist() == [3, 3, 3]
        seen = np.concatenate([pets.train_images, pets.test_images])[:, 0, 0, 0]
        assert sorted(seen.tolist()) == sorted(50 * c + n for c in range(3) for n in range(11))

    def test_the_split_is_fixed(self, tmp_path: Path) -> None:
        first = data.load(fill(tmp_path / "a"))
        assert data.load(fill(tmp_path / "b")).digest == first.digest
        paint(tmp_path / "b" / "ant" / "new.png", 200)
        grown = data.load(tmp_path / "b")
        stay = np.intersect1d(first.test_images[:, 0, 0, 0], grown.test_images[:, 0, 0, 0])
        assert len(stay) >= len(first.test_images) - 1

    def test_the_first_images_are_of_all_classes(self, tmp_path: Path) -> None:
        pets = data.load(fill(tmp_path, 40))
        assert set(pets.test_labels[:12].tolist()) == {0, 1, 2}

    def test_other_files_are_skipped(self, tmp_path: Path) -> None:
        before = data.load(fill(tmp_path)).digest
        (tmp_path / "notes.txt").touch()
        (tmp_path / ".hidden").mkdir()
        (tmp_path / "ant" / "Thumbs.db").touch()
        (tmp_path / "ant" / ".DS_Store.png").touch()
        assert data.load(tmp_path).digest == before


class TestSizes:
    def test_any_colour_makes_all_rgb(self, tmp_path: Path) -> None:
        fill(tmp_path)
        paint(tmp_path / "ant" / "red.PNG", 9, mode="RGBA")
        pets = data.load(tmp_path)
        assert pets.image_shape == (6, 8, 3)
        assert (pets.train_images == pets.train_images[..., :1]).all()

    def test_two_sizes_are_an_error_that_names_both(self, tmp_path: Path) -> None:
        paint(fill(tmp_path) / "bee" / "wide.png", 9, (6, 9))
        text = message(tmp_path)
        assert "6 x 9" in text
        assert "6 x 8" in text
        assert f"into {tmp_path / 'dataset.toml'}" in text

    def test_images_are_scaled_and_cropped_to_a_declared_size(self, tmp_path: Path) -> None:
        path = paint(fill(tmp_path) / "bee" / "wide.png", 0, (10, 40))
        image = np.zeros((10, 40), np.uint8)
        image[:, 15:25] = 240  # the middle square
        Image.fromarray(image).save(path)
        (tmp_path / "dataset.toml").write_text("size = 5\nchannels = 3")
        assert data.load(tmp_path).image_shape == (5, 5, 3)
        assert read_image(path, (5, 5, 1)).min() > 200

    def test_shrinking_averages(self, tmp_path: Path) -> None:
        path = tmp_path / "checks.png"
        Image.fromarray((np.indices((32, 32)).sum(axis=0) % 2 * 255).astype(np.uint8)).save(path)
        assert np.abs(read_image(path, (4, 4, 1)).astype(int) - 128).max() <= 8

    def test_jpeg_is_turned_upright(self, tmp_path: Path) -> None:
        path = tmp_path / "a.jpg"
        image = Image.fromarray(np.repeat([[0], [250]], 8, axis=1).repeat(4, 0).astype(np.uint8))
        exif = Image.Exif()
        exif[0x0112] = 6  # to be turned by 90 degrees clockwise
        image.resize((16, 8)).save(path, exif=exif)
        assert shape_of(path) == (16, 8, 1)
        upright = read_image(path, (16, 8, 1))[..., 0]
        assert upright[:, :2].mean() > 200
        assert upright[:, -2:].mean() < 50

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("size =", "cannot be read as TOML"),
            ("size = 0", "size"),
            ("size = [1, 2, 3]", "size"),
            ("channels = 2", "channels: input should be 1 or 3, got 2"),
            ("sizes = 3", "did you mean 'size'?"),
        ],
    )
    def test_errors_in_the_settings(self, tmp_path: Path, text: str, words: str) -> None:
        (fill(tmp_path) / "dataset.toml").write_text(text)
        with pytest.raises(DataError, match=r"dataset\.toml") as caught:
            data.load(tmp_path)
        assert words in str(caught.value)


class TestBadFolders:
    def test_train_without_test(self, tmp_path: Path) -> None:
        fill(tmp_path / "train")
        assert "has a folder train, but none called test" in message(tmp_path)

    def test_other_classes_in_test(self, tmp_path: Path) -> None:
        fill(tmp_path / "train")
        fill(tmp_path / "test", classes=("ant", "bee", "dog"))
        assert message(tmp_path).endswith("the same classes; in one only: cow, dog")

    def test_one_class(self, tmp_path: Path) -> None:
        assert "at least 2 classes, got ant" in message(fill(tmp_path, classes=["ant"]))

    def test_a_class_without_image_files(self, tmp_path: Path) -> None:
        (fill(tmp_path) / "dog").mkdir()
        assert "dog holds no image file (.png, .jpg, .jpeg)" in message(tmp_path)

    def test_one_image_cannot_be_split(self, tmp_path: Path) -> None:
        assert "at least 2 image files, one to train" in message(fill(tmp_path, 1))

    @pytest.mark.parametrize("length", [0, 30, 60])
    def test_a_truncated_image(self, tmp_path: Path, length: int) -> None:
        path = fill(tmp_path) / "bee" / "3.png"
        noise = np.random.default_rng(0).integers(0, 256, (6, 8), dtype=np.uint8)
        Image.fromarray(noise).save(path)
        path.write_bytes(path.read_bytes()[:length])
        assert f"{path} cannot be read as PNG or JPEG, or is damaged" in message(tmp_path)

    def test_a_truncated_jpeg(self, tmp_path: Path) -> None:
        path = fill(tmp_path) / "bee" / "3.jpg"
        noise = np.random.default_rng(0).integers(0, 256, (6, 8), dtype=np.uint8)
        Image.fromarray(noise).save(path)
        path.write_bytes(path.read_bytes()[:-30])
        assert f"{path} cannot be read" in message(tmp_path)

    def test_another_format_with_this_ending(self, tmp_path: Path) -> None:
        Image.new("L", (8, 6)).save(fill(tmp_path) / "bee" / "3.png", format="GIF")
        assert "3.png cannot be read as PNG or JPEG" in message(tmp_path)

    def test_sixteen_bits(self, tmp_path: Path) -> None:
        path = fill(tmp_path) / "bee" / "3.png"
        Image.fromarray(np.zeros((6, 8), np.uint16)).save(path)
        assert "must have 8 bits for each channel, grey or colour, got mode I;16" in message(
            tmp_path
        )

    def test_without_pillow(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        fill(tmp_path)
        monkeypatch.setitem(sys.modules, "PIL.Image", None)
        assert "needs Pillow, which is not installed; it comes with the extra 'images'" in message(
            tmp_path
        )


def test_progress_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path / "pets", 2)
    reports: list[str] = []
    data.load(tmp_path / "pets", on_progress=reports.append)
    assert reports == []
    monkeypatch.setattr(progress, "INTERVAL", 0)
    data.load(tmp_path / "pets", on_progress=reports.append)
    assert "reading the image files of pets/test: 3 of 3" in reports


def test_a_reporter_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    reports: list[str] = []
    moments = iter([0.0, 1.9, 2.0, 2.0, 3.9, 4.1, 4.1])
    reporter = progress.ProgressReporter(
        "counting", 5000, reports.append, clock=lambda: next(moments)
    )
    for done in (1, 1000, 2000, 3000):
        reporter.update(done)
    assert reports == ["counting: 1,000 of 5,000", "counting: 3,000 of 5,000"]
