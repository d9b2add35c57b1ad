import re

import pytest
from explorer_server import wait_for
from fakes import write_data

from models.resumable import train_to_file as resumable_training
from studies.config.files import load_study
from studies.core.errors import StudyError
from studies.explorer.state import ExplorerState, load_data_and_models


def train_briefly(config, data, path, *, on_epoch):
    """Train as the real function does, for two epochs."""
    resumable_training(config.model_copy(update={"epochs": 2}), data, path, on_epoch=on_epoch)


def test_missing_models_are_trained_once(tmp_path, monkeypatch):
    data = write_data(tmp_path / "quadrants.npz")
    study = load_study("quickstart", {"data": str(data), "models": ["mlp"]})
    reports = []
    monkeypatch.setattr("models.resumable.train_to_file", train_briefly)
    loaded = load_data_and_models(
        study, tmp_path / "results", lambda *report: reports.append(report)
    )
    assert loaded.predictors["mlp"].predict(loaded.data.test_images[:3]).shape == (3, 4)
    fractions = [fraction for _, fraction in reports]
    assert fractions == sorted(fractions)
    assert any(re.search(r"Training mlp: epoch 1 of 2, accuracy", text) for text, _ in reports)

    def refuse(*_, **__):
        raise AssertionError("the model is trained already")

    monkeypatch.setattr("models.resumable.train_to_file", refuse)
    again = load_data_and_models(study, tmp_path / "results", lambda *_: None)
    assert again.predictors["mlp"].digest == loaded.predictors["mlp"].digest


def test_failed_loading_is_reported_and_can_be_repeated(tmp_path, data_file):
    study = load_study("quickstart", {"data": str(data_file)})
    tries = []

    def fail(*_):
        tries.append(None)
        raise [StudyError("no models here"), RuntimeError("a fault")][len(tries) - 1]

    state = ExplorerState(study, tmp_path, fail)
    with pytest.raises(StudyError, match="not loaded yet"):
        _ = state.data
    for sentence in ("no models here", "RuntimeError: a fault"):
        state.start_loading()
        wait_for(lambda: state.status.step == "failed")
        assert state.status.text == sentence
        assert not state.ready
