"""Stored models: the round trip, and invalid files."""

import dataclasses
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from models import store
from models.data import Dataset
from models.digests import model_digest
from models.store import ModelError
from models.training import Trained


@pytest.fixture
def saved(trained: Trained, tmp_path: Path) -> Path:
    return store.save(trained, tmp_path / "mlp.keras")


class TestRoundTrip:
    def test_everything_comes_back(self, saved: Path, trained: Trained) -> None:
        loaded = store.load(saved)
        for field in dataclasses.fields(Trained):
            if field.name != "model":
                assert getattr(loaded, field.name) == getattr(trained, field.name), field.name

    def test_same_predictions(self, saved: Path, trained: Trained, tiny: Dataset) -> None:
        before = trained.model.predict_on_batch(tiny.test_images)
        after = store.load(saved).model.predict_on_batch(tiny.test_images)
        assert before.tobytes() == after.tobytes()

    def test_sidecar_is_readable_json(self, saved: Path, trained: Trained) -> None:
        assert store.sidecar_path(saved) == saved.with_suffix(".json")
        content = json.loads(saved.with_suffix(".json").read_text())
        assert content["model_digest"] == trained.digest
        assert content["config"]["seed"] == 3
        assert content["class_names"] == ["top", "upper", "lower", "bottom"]
        assert {"backend", "python", "keras"} <= set(content["provenance"])

    def test_folders_are_created_and_no_other_files_are_left(
        self, trained: Trained, tmp_path: Path
    ) -> None:
        path = store.save(trained, tmp_path / "a" / "b" / "net.keras")
        assert sorted(file.name for file in path.parent.iterdir()) == ["net.json", "net.keras"]

    def test_saving_again_replaces(self, saved: Path, trained: Trained) -> None:
        store.save(dataclasses.replace(trained, seconds=77.0), saved)
        assert store.load(saved).seconds == 77

    def test_no_optimizer_is_stored(self, saved: Path, trained: Trained) -> None:
        weights = sum(array.nbytes for array in trained.model.get_weights())
        assert saved.stat().st_size < 1.2 * weights


class TestDigest:
    def test_names_of_layers_do_not_count(self, trained: Trained) -> None:
        import keras

        copy = keras.models.clone_model(
            trained.model, clone_function=lambda layer: _renamed(layer, f"other_{layer.name}")
        )
        copy.set_weights(trained.model.get_weights())
        assert [layer.name for layer in copy.layers] != [
            layer.name for layer in trained.model.layers
        ]
        assert model_digest(copy) == trained.digest

    def test_one_weight_counts(self, trained: Trained) -> None:
        import keras

        copy = keras.models.clone_model(trained.model)
        weights = trained.model.get_weights()
        copy.set_weights(weights)
        assert model_digest(copy) == trained.digest
        weights[-1][0] = np.nextafter(weights[-1][0], np.float32(9))
        copy.set_weights(weights)
        assert model_digest(copy) != trained.digest

    def test_structure_counts(self) -> None:
        import keras

        def digest(activation: str, dtype: str = "float32") -> str:
            layer = keras.layers.Activation(activation, dtype=dtype)
            return model_digest(keras.Sequential([keras.Input((4,)), layer]))

        assert len({digest("relu"), digest("tanh"), digest("relu", "float16")}) == 3
        assert digest("relu") == digest("relu")

    def test_connections_count(self) -> None:
        import keras

        def digest(first: int, second: int) -> str:
            inputs = keras.Input((4,))
            branches = [keras.layers.Activation(name)(inputs) for name in ("relu", "tanh")]
            joined = keras.layers.Subtract()([branches[first], branches[second]])
            return model_digest(keras.Model(inputs, joined))

        assert digest(0, 1) == digest(0, 1)
        assert digest(0, 1) != digest(1, 0)

    def test_initial_values_do_not_count(self) -> None:
        import keras

        def digest(initializer: str) -> str:
            layer = keras.layers.Dense(2, kernel_initializer=initializer)
            model = keras.Sequential([keras.Input((3,)), layer])
            model.set_weights([np.ones((3, 2)), np.zeros(2)])
            return model_digest(model)

        assert digest("zeros") == digest("he_normal")


class TestBrokenFiles:
    def test_missing(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match=r"there is no model file .*none\.keras"):
            store.load(tmp_path / "none.keras")

    def test_missing_sidecar(self, saved: Path) -> None:
        saved.with_suffix(".json").unlink()
        with pytest.raises(
            ModelError, match=r"sidecar of the model is missing: there is no file .*mlp\.json"
        ):
            store.load(saved)
        assert store.load_keras(saved).name == "mlp"

    @pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.9999])
    def test_cut_short(self, saved: Path, share: float) -> None:
        content = saved.read_bytes()
        saved.write_bytes(content[: int(share * len(content))])
        with pytest.raises(ModelError, match=r"is not a \.keras file, or is damaged or cut short"):
            store.load(saved)

    def test_another_kind_of_zip(self, tmp_path: Path) -> None:
        path = tmp_path / "a.keras"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("readme.txt", "hello")
        with pytest.raises(ModelError, match="cannot be read as a Keras model: ") as caught:
            store.load(path)
        assert "\n" not in str(caught.value)

    def test_weights_missing(self, saved: Path, tmp_path: Path) -> None:
        path = tmp_path / "a.keras"
        with zipfile.ZipFile(saved) as source, zipfile.ZipFile(path, "w") as target:
            for name in source.namelist():
                if not name.endswith(".h5"):
                    target.writestr(name, source.read(name))
        with pytest.raises(ModelError, match="cannot be read as a Keras model"):
            store.load_keras(path)

    def test_other_ending(self, saved: Path, tmp_path: Path) -> None:
        path = saved.rename(tmp_path / "mlp.zip")
        with pytest.raises(ModelError, match=r"mlp\.zip is not a \.keras file"):
            store.load(path)

    def test_lambda_layer_is_not_run(self, tmp_path: Path) -> None:
        import keras

        path = tmp_path / "lambda.keras"
        model = keras.Sequential([keras.Input((2,)), keras.layers.Lambda(lambda x: x + 1)])
        model.save(path)
        with pytest.raises(ModelError, match="holds a Lambda layer, which is code") as caught:
            store.load_keras(path)
        assert "\n" not in str(caught.value)

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"", "is damaged: the file: "),
            (b"{", "is damaged: the file: "),
            (b"\xff\xfe", "is damaged: the file: "),
            (b"{}", "is damaged: model_digest: Field required"),
        ],
    )
    def test_damaged_sidecar(self, saved: Path, content: bytes, message: str) -> None:
        saved.with_suffix(".json").write_bytes(content)
        with pytest.raises(ModelError, match=message):
            store.load(saved)

    def test_sidecar_with_an_impossible_setting(self, saved: Path) -> None:
        sidecar = saved.with_suffix(".json")
        content = json.loads(sidecar.read_text())
        content["config"]["epochs"] = -1
        sidecar.write_text(json.dumps(content))
        with pytest.raises(ModelError, match=r"is damaged: config\.epochs: Input should be"):
            store.load(saved)

    def test_sidecar_of_another_model(self, saved: Path, trained: Trained) -> None:
        sidecar = saved.with_suffix(".json")
        sidecar.write_text(sidecar.read_text().replace(trained.digest, "0" * 64))
        with pytest.raises(ModelError, match="describes another model than"):
            store.load(saved)


class TestSaving:
    def test_other_ending(self, trained: Trained, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match=r"must end in \.keras, got .*net\.h5"):
            store.save(trained, tmp_path / "net.h5")

    def test_a_file_at_the_path_of_the_folder(self, trained: Trained, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(ModelError, match=r"the folder .* cannot be created"):
            store.save(trained, tmp_path / "file" / "net.keras")

    def test_a_folder_at_the_path_of_the_file(self, trained: Trained, tmp_path: Path) -> None:
        (tmp_path / "net.keras").mkdir()
        with pytest.raises(ModelError, match=r"net\.keras cannot be written"):
            store.save(trained, tmp_path / "net.keras")

    def test_unwritable_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(store.os, "access", lambda _path, _mode: False)
        with pytest.raises(ModelError, match=r"net\.keras cannot be written"):
            store.writable(tmp_path / "net.keras")

    def test_a_failure_halfway_leaves_the_old_files(
        self, saved: Path, trained: Trained, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = {file.name: file.read_bytes() for file in saved.parent.iterdir()}

        def fill_disk(_model: object, path: Path) -> None:
            path.write_bytes(b"half")
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(type(trained.model), "save", fill_disk)
        with pytest.raises(ModelError, match="cannot be written: No space left on device"):
            store.save(trained, saved)
        assert {file.name: file.read_bytes() for file in saved.parent.iterdir()} == before


def _renamed(layer: object, name: str) -> object:
    config = layer.get_config() | {"name": name}  # type: ignore[attr-defined]
    return type(layer).from_config(config)  # type: ignore[attr-defined]
