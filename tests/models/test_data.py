"""Data sets: what they guarantee, and the errors for invalid ones."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models import data
from models.data import DataError, Dataset

IMAGES = np.arange(3 * 4 * 4, dtype=np.uint8).reshape(3, 4, 4, 1)
LABELS = np.array([0, 1, 1])


def small(**changes: object) -> Dataset:
    parts: dict[str, object] = {
        "name": "small",
        "train_images": IMAGES,
        "train_labels": LABELS,
        "test_images": IMAGES,
        "test_labels": LABELS,
        "class_names": ("a", "b"),
    }
    return Dataset(**(parts | changes))  # type: ignore[arg-type]


def write(path: Path, **changes: np.ndarray | None) -> Path:
    arrays = {"x_train": IMAGES, "y_train": LABELS, "x_test": IMAGES, "y_test": LABELS} | changes
    np.savez(path, **{key: array for key, array in arrays.items() if array is not None})
    return path


class TestDataset:
    def test_arrays_are_typed_contiguous_and_read_only(self) -> None:
        every_other = np.repeat(IMAGES, 2, axis=0)[::2]
        dataset = small(train_images=every_other, train_labels=LABELS.astype(np.uint8))
        assert dataset.train_images.flags.c_contiguous
        assert dataset.train_labels.dtype == np.int64
        for array in (dataset.train_images, dataset.test_labels):
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 0

    def test_owner_keeps_write_access(self) -> None:
        images = IMAGES.copy()
        small(train_images=images)
        images[0] = 0

    def test_shape_and_classes(self) -> None:
        assert small().image_shape == (4, 4, 1)
        assert small().classes == 2

    def test_digest_is_of_the_content_alone(self) -> None:
        assert small().digest == small(name="other").digest
        assert len(small().digest) == 64

    @pytest.mark.parametrize(
        "change",
        [
            {"train_images": IMAGES[::-1]},
            {"train_images": IMAGES.reshape(3, 2, 8, 1), "test_images": IMAGES.reshape(3, 2, 8, 1)},
            {"train_labels": 1 - LABELS},
            {"test_images": IMAGES + np.uint8(1)},
            {"test_labels": LABELS[::-1]},
            {"class_names": ("a", "c")},
        ],
    )
    def test_digest_sees_every_change(self, change: dict[str, object]) -> None:
        assert small(**change).digest != small().digest

    def test_a_known_digest_is_kept(self) -> None:
        assert replace(small(), digest="known").digest == "known"

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"train_images": IMAGES / 255}, "small: train images must be uint8.* got float64"),
            (
                {"test_images": IMAGES[..., 0]},
                r"test images must have the shape .* got \(3, 4, 4\)",
            ),
            ({"train_images": IMAGES[:, :0], "test_images": IMAGES[:, :0]}, "images are empty"),
            ({"test_images": IMAGES[:0], "test_labels": LABELS[:0]}, "there are no test images"),
            ({"train_labels": LABELS[:2]}, "3 train images but 2 train labels"),
            ({"test_labels": LABELS * 1.0}, "test labels must be integers, got float64"),
            ({"test_labels": LABELS[:, None]}, r"must have the shape \(n,\), got \(3, 1\)"),
            ({"test_labels": LABELS + 1}, r"must lie in 0\.\.1 \(2 classes\), got 1\.\.2"),
            ({"train_labels": LABELS - 1}, r"must lie in 0\.\.1 .* got -1\.\.0"),
            ({"test_images": IMAGES[:, :2]}, r"one shape, got \(4, 4, 1\) and \(2, 4, 1\)"),
            ({"class_names": ("a", "a")}, "class names must be distinct"),
            ({"class_names": ()}, "at least one"),
        ],
    )
    def test_parts_that_do_not_fit_are_named(self, change: dict[str, object], message: str) -> None:
        with pytest.raises(DataError, match=message):
            small(**change)


class TestDigits:
    def test_frame_and_split(self, digits: Dataset) -> None:
        assert digits.train_images.shape == (1297, 28, 28, 1)
        assert digits.test_images.shape == (500, 28, 28, 1)
        margin = np.ones((28, 28, 1), bool)
        margin[4:24, 4:24] = False
        for images in (digits.train_images, digits.test_images):
            assert not images[:, margin].any()
            assert images.max() == 255

    def test_split_is_stratified(self, digits: Dataset) -> None:
        everywhere = np.bincount(digits.train_labels) + np.bincount(digits.test_labels)
        expected = everywhere * 500 / 1797
        assert np.abs(np.bincount(digits.test_labels) - expected).max() < 1

    def test_every_image_is_there_once(self, digits: Dataset) -> None:
        from sklearn.datasets import load_digits

        images = np.concatenate([digits.train_images, digits.test_images])
        assert len(np.unique(images, axis=0)) == len(np.unique(load_digits().images, axis=0))

    def test_enlarging_keeps_ink_and_place(self, digits: Dataset) -> None:
        """The first original is the first training or test image; compare its 4x4 block means."""
        from sklearn.datasets import load_digits

        original = load_digits().images[0] * (255 / 16)
        enlarged = (digits.train_images, digits.test_images)
        # 8 -> 4 and 20 -> 4: both grids divide.
        blocks = original.reshape(4, 2, 4, 2).mean(axis=(1, 3))
        distances = [
            np.abs(
                images[:, 4:24, 4:24, 0].reshape(-1, 4, 5, 4, 5).mean(axis=(2, 4)) - blocks
            ).mean(axis=(1, 2))
            for images in enlarged
        ]
        assert min(distance[0] for distance in distances) < 6
        assert np.median(np.concatenate(distances)) > 20

    def test_same_bytes_every_time(self, digits: Dataset) -> None:
        assert data.load("digits").digest == digits.digest


class TestNpz:
    def test_grey_images_get_a_channel(self, tmp_path: Path) -> None:
        path = write(tmp_path / "grey.npz", x_train=IMAGES[..., 0], x_test=IMAGES[..., 0])
        dataset = data.load(path)
        assert dataset.name == "grey"
        assert dataset.train_images.shape == (3, 4, 4, 1)
        assert dataset.class_names == ("0", "1")

    def test_text_and_path_are_alike(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a.npz")
        assert data.load(str(path)).digest == data.load(path).digest

    def test_class_names_are_read(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a.npz", class_names=np.array(["cat", "dog", "owl"]))
        assert data.load(path).class_names == ("cat", "dog", "owl")

    def test_labels_in_a_column(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a.npz", y_train=LABELS[:, None], y_test=LABELS[:, None])
        np.testing.assert_array_equal(data.load(path).train_labels, LABELS)

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"x_test": None}, "x_test missing; it holds x_train, y_train, y_test"),
            ({"x_train": IMAGES / 255}, "a.npz: a: train images must be uint8"),
            ({"y_train": LABELS * 0.5}, "a.npz: y_train must hold integers"),
            ({"y_test": LABELS[:0]}, "y_test must hold integers"),
            ({"y_test": LABELS[:1]}, "3 test images but 1 test labels"),
            ({"y_test": LABELS - 1}, "must lie in"),
            ({"x_train": IMAGES[:0], "y_train": LABELS}, "0 train images but 3 train labels"),
            ({"x_train": np.array([{}, 1], object)}, "a.npz must hold plain arrays"),
        ],
    )
    def test_unfit_content(
        self, tmp_path: Path, changes: dict[str, np.ndarray | None], message: str
    ) -> None:
        with pytest.raises(DataError, match=message):
            data.load(write(tmp_path / "a.npz", **changes))

    def test_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match=r"there is no file .*none\.npz"):
            data.load(tmp_path / "none.npz")

    def test_folder(self, tmp_path: Path) -> None:
        with pytest.raises(
            DataError,
            match="must hold a folder of image files for each of at least 2 classes, got none",
        ):
            data.load(tmp_path)

    def test_class_names_of_named_data_sets(self, tmp_path: Path) -> None:
        labels = np.arange(10)
        images = np.zeros((10, 4, 4), np.uint8)
        parts = {"x_train": images, "x_test": images, "y_train": labels, "y_test": labels}
        kmnist = data.load(write(tmp_path / "kmnist.npz", **parts))
        fashion = data.load(write(tmp_path / "fashion_mnist.npz", **parts))
        assert (kmnist.class_names[1], fashion.class_names[9]) == ("ki", "ankle boot")
        fewer = data.load(write(tmp_path / "kmnist.npz"))
        assert fewer.class_names == ("0", "1")

    def test_a_label_that_is_no_class(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a.npz", y_test=LABELS + np.int64(2**40))
        with pytest.raises(DataError, match="labels must be numbers of classes, got up to 1,099"):
            data.load(path)

    @pytest.mark.parametrize("content", [b"", b"not a zip at all", b"PK\x03\x04"])
    def test_another_kind_of_file(self, tmp_path: Path, content: bytes) -> None:
        path = tmp_path / "a.npz"
        path.write_bytes(content)
        with pytest.raises(DataError, match=r"is not an \.npz file, or is damaged or cut short"):
            data.load(path)

    def test_every_truncation_is_noticed(self, tmp_path: Path) -> None:
        whole = write(tmp_path / "a.npz").read_bytes()
        path = tmp_path / "cut.npz"
        for length in range(0, len(whole), 97):
            path.write_bytes(whole[:length])
            with pytest.raises(DataError, match="cut"):
                data.load(path)

    def test_changed_bytes_are_noticed(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a.npz")
        content = bytearray(path.read_bytes())
        content[content.index(IMAGES.tobytes()) + 5] ^= 1
        path.write_bytes(content)
        with pytest.raises(DataError, match=r"a\.npz is damaged"):
            data.load(path)


class TestPublishedFiles:
    """KMNIST and its relatives come in four files of one array."""

    def write(self, folder: Path, prefix: str = "kmnist", **changes: np.ndarray) -> Path:
        labels = np.array([0, 9, 4], np.uint8)
        for part in ("train", "test"):
            arrays = {"imgs": IMAGES[..., 0], "labels": labels} | changes
            for content, array in arrays.items():
                np.savez_compressed(folder / f"{prefix}-{part}-{content}.npz", array)
        return folder

    def test_four_files(self, tmp_path: Path) -> None:
        kmnist = data.load(self.write(tmp_path))
        assert (kmnist.name, kmnist.image_shape, kmnist.classes) == ("kmnist", (4, 4, 1), 10)
        np.testing.assert_array_equal(kmnist.train_labels, [0, 9, 4])
        assert kmnist.class_names[9] == "wo"

    def test_a_relative_has_numbers(self, tmp_path: Path) -> None:
        assert data.load(self.write(tmp_path, "k49")).class_names[:2] == ("0", "1")

    def test_one_is_missing(self, tmp_path: Path) -> None:
        (self.write(tmp_path) / "kmnist-test-imgs.npz").unlink()
        with pytest.raises(DataError, match=r"kmnist-test-imgs\.npz missing"):
            data.load(tmp_path)

    def test_two_data_sets(self, tmp_path: Path) -> None:
        self.write(self.write(tmp_path), "k49")
        with pytest.raises(DataError, match="holds several data sets: k49, kmnist"):
            data.load(tmp_path)

    def test_one_is_cut_short(self, tmp_path: Path) -> None:
        file = self.write(tmp_path) / "kmnist-train-imgs.npz"
        file.write_bytes(file.read_bytes()[:60])
        with pytest.raises(DataError, match=r"kmnist-train-imgs\.npz is not an \.npz file, or is"):
            data.load(tmp_path)

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"labels": LABELS * 0.5}, r"kmnist-train-labels\.npz must hold integers"),
            ({"labels": LABELS[:2]}, "3 train images but 2 train labels"),
            ({"imgs": IMAGES / 255}, "must be uint8"),
        ],
    )
    def test_unfit_content(
        self, tmp_path: Path, changes: dict[str, np.ndarray], message: str
    ) -> None:
        with pytest.raises(DataError, match=message):
            data.load(self.write(tmp_path, **changes))


class TestNames:
    def test_a_data_set_that_keras_does_not_have(self) -> None:
        with pytest.raises(DataError, match=r"kmnist is not downloaded .*kmnist-train-imgs\.npz"):
            data.load("kmnist")

    def test_unknown_name_gets_the_nearest(self) -> None:
        with pytest.raises(DataError, match=r"'mnits'; did you mean 'mnist'.*or name an .npz file"):
            data.load("mnits")

    def test_nothing_near(self) -> None:
        with pytest.raises(DataError, match="no data set is called 'zzz'; known are digits, mnist"):
            data.load("zzz")

    @pytest.mark.parametrize("name", ["mnist", "fashion_mnist", "cifar10"])
    def test_offline(self, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        import keras

        def fail() -> None:
            raise Exception("URL fetch failure on https://host/file: None -- unreachable\nmore")  # noqa: TRY002

        monkeypatch.setattr(getattr(keras.datasets, name), "load_data", fail)
        with pytest.raises(DataError, match=r"could not be downloaded.*unreachable.*npz") as caught:
            data.load(name)
        assert "\n" not in str(caught.value)

    def test_download(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import keras

        colour = np.repeat(IMAGES, 3, axis=3)
        parts = ((colour, LABELS[:, None]), (colour, LABELS[:, None]))
        monkeypatch.setattr(keras.datasets.cifar10, "load_data", lambda: parts)
        dataset = data.load("cifar10")
        assert dataset.class_names[3] == "cat"
        assert dataset.image_shape == (4, 4, 3)


@pytest.mark.mnist
def test_real_mnist(mnist_path: Path) -> None:
    mnist = data.load(mnist_path)
    assert mnist.train_images.shape == (60_000, 28, 28, 1)
    assert mnist.test_images.shape == (10_000, 28, 28, 1)
    assert mnist.train_labels[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert mnist.train_images.mean() / 255 == pytest.approx(0.1307, abs=1e-4)
    assert mnist.class_names == tuple("0123456789")
