import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # fakes.py is also a script, so it is no fixture

from fakes import find_fakes, start_fakes, write_data

from studies import session
from studies.cells import Condition, ImageRange
from studies.records import Subject

CLEAN = Condition("identity", (), None)


@pytest.fixture(scope="session")
def data_file(tmp_path_factory):
    return write_data(tmp_path_factory.mktemp("data") / "quadrants.npz")


@pytest.fixture
def fakes(monkeypatch):
    """Let studies use cheap models in place of trained ones."""
    monkeypatch.setattr(session, "find_classifiers", find_fakes)
    monkeypatch.setattr(session, "start_predicting", start_fakes)


@pytest.fixture
def settings(data_file):
    """The settings of a small study, ready for `Study.model_validate`."""
    return {
        "name": "small",
        "data": str(data_file),
        "models": ["mlp", "cnn"],
        "corruptions": ["gaussian_noise(sigma=0.5)", "gaussian_blur(sigma=3)"],
        "strengths": 4,
        "seeds": 2,
    }


@pytest.fixture
def subject():
    import numpy as np

    return Subject(
        study="small",
        data="quadrants",
        images=ImageRange("d" * 64, 0, 3),
        class_names=("a", "b", "c"),
        labels=np.array([0, 2, 1]),
        example=np.arange(12, dtype=np.uint8).reshape(2, 2, 3),
    )


class Quiet:
    """An observer that only keeps what it heard."""

    def __init__(self):
        self.notes = []
        self.done = []
        self.failed = []
        self.missing = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def note(self, text):
        self.notes.append(text)

    def epoch_done(self, model, epoch, epochs, _accuracy):
        self.notes.append((model, epoch, epochs))

    def sweep_begins(self, missing, _planned):
        self.missing = missing

    def cell_done(self, model, pipeline, _accuracy):
        self.done.append((model, pipeline))

    def cell_failed(self, model, pipeline, error):
        self.failed.append((model, pipeline, error))


@pytest.fixture
def observer():
    return Quiet()
