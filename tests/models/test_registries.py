"""Data sets, data formats and model formats: registering one is all that it takes to use it."""

from pathlib import Path

import numpy as np
import pytest

from models import data
from models.data import DataError, Dataset, describe_sources
from models.data import registry as data_registry
from models.errors import ModelError
from models.predictors import (
    Predictor,
    describe_endings,
    files_of,
    known_endings,
    load_predictor,
    packages_of,
)
from models.predictors import registry as model_registry
from models.predictors.function_predictor import FunctionPredictor

IMAGES = np.zeros((2, 4, 4, 1), np.uint8)
LABELS = np.array([0, 1])
SHAPE = (4, 4, 1)


def dataset(name: str) -> Dataset:
    return Dataset(name, IMAGES, LABELS, IMAGES, LABELS, ("a", "b"))


@pytest.fixture(autouse=True)
def registries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work on copies of what is registered."""
    describe_sources()
    describe_endings()
    monkeypatch.setattr("models.data.registry.NAMED", dict(data_registry.NAMED))
    monkeypatch.setattr("models.data.sources.NAMED", data_registry.NAMED)
    monkeypatch.setattr("models.data.registry.FORMATS", list(data_registry.FORMATS))
    monkeypatch.setattr("models.data.sources.FORMATS", data_registry.FORMATS)
    monkeypatch.setattr("models.predictors.registry.FORMATS", dict(model_registry.FORMATS))
    monkeypatch.setattr("models.predictors.formats.FORMATS", model_registry.FORMATS)


class TestDataSets:
    def test_a_new_one_is_loaded_and_listed(self) -> None:
        @data_registry.data_set("crosses")
        def load_crosses() -> Dataset:
            return dataset("crosses")

        assert data.load("crosses").class_names == ("a", "b")
        assert "crosses" in data.names()
        assert "digits, crosses, mnist" in describe_sources()

    def test_a_name_is_registered_once(self) -> None:
        with pytest.raises(ValueError, match="'digits' is registered already"):
            data_registry.data_set("digits")(lambda: dataset("digits"))

    def test_a_missing_package_is_one_sentence(self) -> None:
        @data_registry.data_set("crosses", extra="images")
        def load_crosses() -> Dataset:
            import a_package_that_is_absent  # type: ignore[import-not-found]  # noqa: F401

            return dataset("crosses")

        with pytest.raises(DataError, match=r"^crosses needs a_package_that_is_absent, .*'images'"):
            data.load("crosses")


class TestDataFormats:
    def test_a_new_ending_is_read_and_described(self, tmp_path: Path) -> None:
        @data_registry.data_format("a .dots file", ending=".dots")
        def read_dots(path: Path, _on_progress: object) -> Dataset:
            return dataset(path.stem)

        (tmp_path / "mine.dots").touch()
        assert data.load(tmp_path / "mine.dots").name == "mine"
        assert "a .dots file" in describe_sources()
        with pytest.raises(DataError, match=r"there is no file none\.dots"):
            data.load("none.dots")

    def test_a_new_folder_is_recognized_before_class_folders(self, tmp_path: Path) -> None:
        def has_marker(path: Path) -> bool:
            return (path / "marker").exists()

        @data_registry.data_format("a folder with a marker", recognizes=has_marker)
        def read_marked(path: Path, _on_progress: object) -> Dataset:
            return dataset(path.name)

        (tmp_path / "marker").touch()
        assert data.load(tmp_path).name == tmp_path.name


class TestModelFormats:
    def register(self) -> None:
        @model_registry.model_format(".half", packages=("half",))
        def load_half(path: Path, image_shape: object, threads: int | None) -> Predictor:
            def predict(images: np.ndarray) -> np.ndarray:
                return np.full((len(images), 2), 0.5)

            return FunctionPredictor(predict, path.stem, "digest", SHAPE, 2, threads or 1)

    def test_a_new_ending_is_loaded_and_listed(self, tmp_path: Path) -> None:
        self.register()
        path = tmp_path / "net.half"
        path.touch()
        assert load_predictor(path).predict(IMAGES).tolist() == [[0.5, 0.5]] * 2
        assert describe_endings() == ".half, .keras, .onnx or .skops"
        assert ".half" in known_endings()
        assert files_of(path) == (path,)
        assert packages_of(".half") == ("half",)

    def test_an_ending_is_registered_once(self) -> None:
        self.register()
        with pytest.raises(ValueError, match=r"the ending \.half is registered already"):
            self.register()

    def test_without_one_the_ending_is_not_read(self, tmp_path: Path) -> None:
        (tmp_path / "net.half").touch()
        with pytest.raises(ModelError, match=r"name a \.keras, \.onnx or \.skops file"):
            load_predictor(tmp_path / "net.half")
