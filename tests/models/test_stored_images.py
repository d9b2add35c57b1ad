"""Images that stay in their files: the same values as in memory, and invalid files."""

import os
import pickle
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from models import data
from models.data import DataError, Dataset, class_folders, digest_cache, npy
from models.stored_images import StoredImages, first_images
from models.training.config import TrainConfig, TrainingError

COUNT, SHAPE = 23, (6, 5, 3)


@pytest.fixture(autouse=True)
def everything_is_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(npy, "MAX_IN_MEMORY", 0)
    monkeypatch.setattr("models.data.npz.MAX_IN_MEMORY", 0)
    monkeypatch.setattr(class_folders, "MAX_DECODED", 0)
    monkeypatch.setattr(digest_cache, "LARGE", 1)
    monkeypatch.setattr("models.dataset.DIGEST_BLOCK", 7 * 90)  # seven images


@pytest.fixture(scope="module")
def arrays() -> dict[str, np.ndarray]:
    generator = np.random.default_rng(5)
    return {
        "x_train": generator.integers(0, 256, (COUNT + 4, *SHAPE), np.uint8),
        "y_train": np.arange(COUNT + 4) % 3,
        "x_test": generator.integers(0, 256, (COUNT, *SHAPE), np.uint8),
        "y_test": np.arange(COUNT) % 3,
    }


@pytest.fixture(scope="module")
def in_memory(arrays: dict[str, np.ndarray]) -> Dataset:
    return Dataset("a", *arrays.values(), ("0", "1", "2"))


@pytest.fixture
def folder(tmp_path: Path, arrays: dict[str, np.ndarray]) -> Path:
    return write_folder(tmp_path / "big", arrays)


def write_folder(folder: Path, arrays: dict[str, np.ndarray]) -> Path:
    folder.mkdir()
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    return folder


def write_archive(folder: Path, arrays: dict[str, np.ndarray]) -> Path:
    np.savez(folder / "big.npz", **arrays)
    return folder / "big.npz"


def write_image_files(folder: Path) -> Path:
    from PIL import Image

    generator = np.random.default_rng(1)
    for label in "abc":
        (folder / label).mkdir(parents=True)
        for number in range(7):
            pixels = generator.integers(0, 256, SHAPE, np.uint8)
            Image.fromarray(pixels).save(folder / label / f"{number}.png")
    return folder


def message(source: Path) -> str:
    with pytest.raises(DataError) as caught:
        data.load(source)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.fixture(params=["folder", "archive"])
def source(request: pytest.FixtureRequest, tmp_path: Path, arrays: dict[str, np.ndarray]) -> Path:
    if request.param == "folder":
        return write_folder(tmp_path / "big", arrays)
    return write_archive(tmp_path, arrays)


class TestSameNumbers:
    def test_digest_and_values_are_those_of_arrays(self, source: Path, in_memory: Dataset) -> None:
        stored = data.load(source)
        assert isinstance(stored.train_images, StoredImages)
        assert isinstance(stored.test_images, StoredImages)
        assert stored.digest == in_memory.digest
        assert (stored.image_shape, stored.classes) == (in_memory.image_shape, 3)
        np.testing.assert_array_equal(np.asarray(stored.test_images), in_memory.test_images)
        np.testing.assert_array_equal(np.asarray(stored.train_images), in_memory.train_images)

    @pytest.mark.parametrize(
        "key",
        [
            0,
            -1,
            slice(3, 9),
            slice(20, 99),
            slice(None, None, -2),
            slice(5, 5),
            [4, 4, 0, 22, 21],
            np.array([], np.intp),
            np.array([7, 8, 9, -1, 2]),
            np.arange(COUNT) % 4 == 1,
        ],
    )
    def test_parts_are_those_of_an_array(
        self, source: Path, arrays: dict[str, np.ndarray], key: object
    ) -> None:
        stored = data.load(source).test_images
        found = stored[key]  # type: ignore[index]
        assert type(found) is np.ndarray
        assert found.dtype == np.uint8
        np.testing.assert_array_equal(found, arrays["x_test"][key])  # type: ignore[index]

    @pytest.mark.parametrize("key", [COUNT, -COUNT - 1, [0, COUNT], (slice(None), 0), "x"])
    def test_an_index_out_of_range(self, source: Path, key: object) -> None:
        with pytest.raises(IndexError):
            data.load(source).test_images[key]  # type: ignore[index]

    def test_it_has_the_attributes_of_an_array(self, source: Path, in_memory: Dataset) -> None:
        stored = data.load(source).test_images
        for name in ("shape", "dtype", "ndim", "nbytes", "size"):
            assert getattr(stored, name) == getattr(in_memory.test_images, name), name
        assert len(stored) == COUNT
        assert len(list(stored)) == COUNT
        assert np.asarray(stored, np.float32).dtype == np.float32
        with pytest.raises(ValueError, match="without being read"):
            np.asarray(stored, copy=False)

    def test_the_first_images_are_taken_without_reading(
        self, source: Path, monkeypatch: pytest.MonkeyPatch, arrays: dict[str, np.ndarray]
    ) -> None:
        stored = data.load(source).test_images
        assert isinstance(stored, StoredImages)
        with monkeypatch.context() as context:
            context.setattr(type(stored), "_read", None)
            few = first_images(stored, 4)
            assert (len(few), len(first_images(few, 99)), len(first_images(few, None))) == (4, 4, 4)
        np.testing.assert_array_equal(few[2:], arrays["x_test"][2:4])
        with pytest.raises(IndexError):
            few[4]

    def test_pickles_hold_no_pixels(self, source: Path, in_memory: Dataset) -> None:
        packed = pickle.dumps(data.load(source).test_images)
        assert len(packed) < 600
        np.testing.assert_array_equal(pickle.loads(packed)[3:9], in_memory.test_images[3:9])  # noqa: S301

    def test_threads_read_concurrently(self, source: Path, in_memory: Dataset) -> None:
        stored, wrong = data.load(source).test_images, []

        def look(start: int) -> None:
            for _ in range(50):
                found = stored[start : start + 5]
                if not np.array_equal(found, in_memory.test_images[start : start + 5]):
                    wrong.append(start)

        threads = [threading.Thread(target=look, args=(start,)) for start in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []

    def test_grey_images_get_a_channel(self, tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
        grey = arrays | {key: arrays[key][..., 0] for key in ("x_train", "x_test")}
        stored = data.load(write_folder(tmp_path / "grey", grey))
        assert stored.image_shape == (6, 5, 1)
        np.testing.assert_array_equal(stored.test_images[2:4,], grey["x_test"][2:4, ..., None])

    def test_columns_first_are_read_whole(
        self, tmp_path: Path, arrays: dict[str, np.ndarray], in_memory: Dataset
    ) -> None:
        columns = arrays | {"x_test": np.asfortranarray(arrays["x_test"])}
        stored = data.load(write_folder(tmp_path / "big", columns))
        assert isinstance(stored.test_images, np.ndarray)
        assert stored.digest == in_memory.digest


class TestImageFiles:
    def test_decoding_later_gives_the_same_images(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pets = write_image_files(tmp_path / "pets")
        reports: list[str] = []
        later = data.load(pets, on_progress=reports.append)
        assert isinstance(later.test_images, StoredImages)
        assert any("decoded each time they are needed" in sentence for sentence in reports)
        monkeypatch.setattr(class_folders, "MAX_DECODED", 2**30)
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "another"))
        at_once = data.load(pets)
        assert isinstance(at_once.test_images, np.ndarray)
        assert later.digest == at_once.digest
        np.testing.assert_array_equal(later.test_images[1:4], at_once.test_images[1:4])
        np.testing.assert_array_equal(later.train_images[[9, 0]], at_once.train_images[[9, 0]])

    def test_a_changed_image_file_is_an_error(self, tmp_path: Path) -> None:
        later = data.load(write_image_files(tmp_path / "pets"))
        for path in (tmp_path / "pets" / "a").iterdir():
            os.utime(path, ns=(1, 1))
        with pytest.raises(DataError, match=r"pets/a/\d.png was changed after it was first read"):
            np.asarray(later.test_images)

    def test_a_damaged_image_file_is_named_once(self, tmp_path: Path) -> None:
        path = write_image_files(tmp_path / "pets") / "b" / "3.png"
        path.write_bytes(path.read_bytes()[:-30])
        text = message(tmp_path / "pets")
        assert text.startswith(f"{path} cannot be read as PNG or JPEG")


class TestDigestOfLargeData:
    def test_it_is_computed_once_and_again_after_a_change(
        self, source: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        read: list[int] = []
        original = npy.NpyImages._read

        def watched(self: npy.NpyImages, numbers: np.ndarray) -> np.ndarray:
            read.append(len(numbers))
            return original(self, numbers)

        monkeypatch.setattr(npy.NpyImages, "_read", watched)
        first = data.load(source).digest
        assert sum(read) == 2 * COUNT + 4
        assert max(read) == 7  # never all of them in memory
        read.clear()
        assert data.load(source).digest == first
        assert read == []
        changed = source / "y_test.npy" if source.is_dir() else source
        os.utime(changed, ns=(1, 1))
        assert data.load(source).digest == first
        assert sum(read) == 2 * COUNT + 4

    def test_progress_is_reported(self, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("models.data.progress.INTERVAL", 0)
        reports: list[str] = []
        data.load(source, on_progress=reports.append)
        assert reports[0] == "reading the images of big: 7 of 50"
        assert reports[-1] == "reading the images of big: 50 of 50"


class TestWithoutTrainingImages:
    @pytest.fixture(params=["folder", "archive"])
    def for_testing(
        self, request: pytest.FixtureRequest, tmp_path: Path, arrays: dict[str, np.ndarray]
    ) -> Dataset:
        few = {key: arrays[key] for key in ("x_test", "y_test")}
        write = {"folder": lambda: write_folder(tmp_path / "big", few)}
        write["archive"] = lambda: write_archive(tmp_path, few)
        return data.load(write[request.param]())

    def test_test_images_are_enough(self, for_testing: Dataset, in_memory: Dataset) -> None:
        assert len(for_testing.train_images) == len(for_testing.train_labels) == 0
        assert (for_testing.image_shape, for_testing.classes) == (SHAPE, 3)
        assert for_testing.digest != in_memory.digest

    def test_training_on_them_is_an_error(self, for_testing: Dataset) -> None:
        from models.trials.crossvalidation import split

        with pytest.raises(TrainingError, match="big has no training images, so nothing can be"):
            TrainConfig(architecture="mlp").resolved(for_testing)
        with pytest.raises(TrainingError, match="big has no training images"):
            next(split(for_testing, 3, 0))


class TestBadFiles:
    @pytest.mark.parametrize(
        ("name", "array", "words"),
        [
            ("x_test", np.zeros((COUNT, *SHAPE)), "x_test.npy must hold uint8 images .* float64"),
            ("x_test", np.zeros((COUNT, 6), np.uint8), r"must hold uint8 .* of shape \(23, 6\)"),
            ("x_test", np.zeros((3, *SHAPE), np.uint8), "big: 3 test images but 23 test labels"),
            ("x_test", np.zeros((COUNT, 5, 5, 3), np.uint8), "train and test images must have one"),
            ("x_test", np.zeros((0, *SHAPE), np.uint8), "0 test images but 23 test labels"),
            ("x_test", np.array([{}], object), "x_test.npy must hold uint8 images .* got object"),
            (
                "y_test",
                np.zeros(COUNT),
                "y_test.npy must hold integers, one for each image, got float",
            ),
            ("y_test", np.zeros(COUNT - 1, int), "23 test images but 22 test labels"),
            ("y_test", np.array([{}] * COUNT), "y_test.npy is not an .npy file of plain values"),
            ("class_names", np.array(["a", "b"]), r"labels must lie in 0\.\.1 \(2 classes\)"),
        ],
    )
    def test_unfit_content(self, folder: Path, name: str, array: np.ndarray, words: str) -> None:
        np.save(folder / f"{name}.npy", array)
        with pytest.raises(DataError, match=words) as caught:
            data.load(folder)
        assert "\n" not in str(caught.value)

    @pytest.mark.parametrize("name", ["x_test", "y_test", "x_train", "y_train"])
    def test_every_truncation_is_noticed(self, folder: Path, name: str) -> None:
        path = folder / f"{name}.npy"
        whole = path.read_bytes()
        for length in (0, 3, 9, 40, 127, 128, len(whole) // 2, len(whole) - 1):
            path.write_bytes(whole[:length])
            assert f"{name}.npy" in message(folder)

    @pytest.mark.parametrize("name", ["x_test", "y_test", "x_train", "y_train"])
    def test_a_missing_file_is_named(self, folder: Path, name: str) -> None:
        (folder / f"{name}.npy").unlink()
        assert message(folder) == f"{folder}: {name}.npy missing"

    def test_another_kind_of_file(self, folder: Path) -> None:
        (folder / "x_test.npy").write_text("no array at all, but long enough to be one" * 9)
        assert "x_test.npy is not an .npy file, or is damaged" in message(folder)

    @pytest.mark.parametrize("change", ["shorter", "newer", "gone"])
    def test_a_file_that_changes_during_use_is_an_error(self, folder: Path, change: str) -> None:
        images = data.load(folder).test_images
        path = folder / "x_test.npy"
        changes: dict[str, Callable[[], object]] = {
            "shorter": lambda: path.write_bytes(path.read_bytes()[:-5]),
            "newer": lambda: os.utime(path, ns=(1, 1)),
            "gone": path.unlink,
        }
        changes[change]()
        words = "cannot be read" if change == "gone" else "was changed after it was first read"
        with pytest.raises(DataError, match=words):
            images[:3]

    def test_changed_bytes_in_an_archive_are_noticed(
        self, tmp_path: Path, arrays: dict[str, np.ndarray]
    ) -> None:
        path = write_archive(tmp_path, arrays)
        content = bytearray(path.read_bytes())
        content[content.index(arrays["x_test"].tobytes()) + 5] ^= 1
        path.write_bytes(content)
        assert "big.npz is damaged: Bad CRC-32 for file 'x_test.npy'" in message(path)


class TestCompressed:
    def test_it_is_unpacked_into_memory_with_a_note(
        self, tmp_path: Path, arrays: dict[str, np.ndarray], in_memory: Dataset
    ) -> None:
        path = tmp_path / "small.npz"
        np.savez_compressed(path, **arrays)
        reports: list[str] = []
        found = data.load(path, on_progress=reports.append)
        assert isinstance(found.test_images, np.ndarray)
        assert found.digest == in_memory.digest
        assert f"type `unzip {path} -d FOLDER` and name the folder" in reports[0]

    def test_an_unzipped_archive_is_a_folder_of_arrays(
        self, tmp_path: Path, arrays: dict[str, np.ndarray], in_memory: Dataset
    ) -> None:
        np.savez_compressed(tmp_path / "small.npz", **arrays)
        with zipfile.ZipFile(tmp_path / "small.npz") as archive:
            archive.extractall(tmp_path / "small")
        found = data.load(tmp_path / "small")
        assert isinstance(found.test_images, StoredImages)
        assert found.digest == in_memory.digest

    def test_insufficient_memory_is_one_sentence(
        self, tmp_path: Path, arrays: dict[str, np.ndarray], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "small.npz"
        np.savez_compressed(path, **arrays)

        def full(*_: object) -> None:
            raise MemoryError("Unable to allocate 40 GiB")

        monkeypatch.setattr(np.lib.npyio.NpzFile, "__getitem__", full)
        assert message(path) == f"{path} does not fit into memory: Unable to allocate 40 GiB"
