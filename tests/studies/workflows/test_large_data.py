"""Data larger than memory: streamed, with the same cells as data in memory."""

import zipfile

import numpy as np
import pytest

from models.data import npy
from models.stored_images import StoredImages
from studies.config.study import Study
from studies.store.store import Store
from studies.workflows import sweep as session
from studies.workflows.sweep import run_study


@pytest.fixture(autouse=True)
def prepared(monkeypatch, tmp_path, fakes):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(session, "write_outputs", lambda *_, **__: None)
    monkeypatch.setattr("studies.run.engine.BLOCK", 7)


@pytest.fixture
def unpacked(data_file, tmp_path):
    """The small data set as a folder of .npy files of the same name."""
    folder = tmp_path / "quadrants"
    with zipfile.ZipFile(data_file) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture
def run(settings, tmp_path, observer):
    """Run the small study on some data, and return its cells: key -> outcomes."""

    def run(data, out, **changes):
        study = Study.model_validate(settings | {"data": str(data)} | changes)
        run_study(study, tmp_path / out, command="", observer=observer)
        with Store(tmp_path / out) as store:
            return {key: store.outcomes(key) for key in store.finished_keys()}

    return run


@pytest.fixture
def everything_is_large(monkeypatch):
    monkeypatch.setattr(npy, "MAX_IN_MEMORY", 0)
    monkeypatch.setattr("models.data.npz.MAX_IN_MEMORY", 0)


@pytest.mark.parametrize("images", [None, 31])
def test_the_cells_are_those_of_data_in_memory(
    run, data_file, unpacked, monkeypatch, everything_is_large, images
):
    with monkeypatch.context() as small:
        small.setattr("models.data.npz.MAX_IN_MEMORY", 2**28)
        in_memory = run(data_file, "memory", images=images)
    read = []
    original = StoredImages.__getitem__

    def watched(self, key):
        found = original(self, key)
        read.append(len(found) if isinstance(key, slice) else 1)
        return found

    monkeypatch.setattr(StoredImages, "__getitem__", watched)
    for source in (data_file, unpacked):
        read.clear()
        streamed = run(source, source.stem + source.suffix, images=images)
        assert streamed.keys() == in_memory.keys()
        for key, outcomes in in_memory.items():
            for quantity in type(outcomes).__slots__:
                np.testing.assert_array_equal(
                    getattr(streamed[key], quantity), getattr(outcomes, quantity)
                )
        conditions = len(in_memory) // 2  # two models predict each of them
        of_digest = 40 + 60
        shown = images or 60
        assert sum(read) == of_digest + 1 + conditions * shown
        assert sorted(read)[-3] <= 7  # except for the digest, at most one block


def test_a_file_that_changes_during_a_sweep_fails_later_cells(
    run, unpacked, observer, monkeypatch, everything_is_large
):
    path = unpacked / "x_test.npy"
    done = observer.cell_done

    def change_after_five(model, pipeline, accuracy):
        done(model, pipeline, accuracy)
        if len(observer.done) == 5:
            path.write_bytes(path.read_bytes())  # the same bytes with another modification time

    observer.cell_done = change_after_five
    cells = run(unpacked, "out")
    assert 5 <= len(cells) < 20
    assert len(cells) + len(observer.failed) == 20
    assert all("was changed after it was first read" in error for *_, error in observer.failed)
    assert run(unpacked, "out").keys() > cells.keys()


def test_data_without_training_images_can_evaluate_trained_models(
    run, unpacked, everything_is_large
):
    (unpacked / "x_train.npy").unlink()
    (unpacked / "y_train.npy").unlink()
    assert len(run(unpacked, "out")) == 20
