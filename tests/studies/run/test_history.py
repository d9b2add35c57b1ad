import json

import pytest

from models.store import Sidecar
from models.training.config import TrainConfig
from studies.run.diagnosis import read_history


@pytest.fixture
def sidecar():
    return Sidecar(
        model_digest="d",
        config=TrainConfig(architecture="mlp"),
        history=({"epoch": 1.0, "loss": 0.3, "accuracy": 0.9},),
        kept_epoch=1,
        seconds=1,
        data_name="a",
        data_digest="e",
        class_names=("a", "b"),
        augmentation="",
        provenance={},
    ).model_dump(mode="json")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (None, "no record of its training lies beside it"),
        ({"history": []}, "records no epoch"),
        ({"model_digest": "other"}, "describes another model"),
        ({"seconds": "long"}, "cannot be read"),
    ],
)
def test_a_model_without_a_history_says_so(tmp_path, sidecar, change, words):
    if change is not None:
        (tmp_path / "net.json").write_text(json.dumps(sidecar | change))
    history = read_history("net", tmp_path / "net.keras", "d")
    assert history.epochs == ()
    assert history.missing.startswith("net has no learning curves: ")
    assert words in history.missing


def test_the_history_is_the_one_beside_the_model(tmp_path, sidecar):
    (tmp_path / "net.json").write_text(json.dumps(sidecar))
    history = read_history("net", tmp_path / "net.keras", "d")
    assert history.missing == ""
    assert history.epochs == ({"epoch": 1.0, "loss": 0.3, "accuracy": 0.9},)
