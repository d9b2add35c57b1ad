import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # fakes.py is also a script

from fakes import find_fakes, start_fakes, write_data

from noiselib import protocols
from noiselib.protocols import Entry, Protocol
from studies.plan import Condition, ImageRange
from studies.store.store import EvaluationSet
from studies.workflows import sweep as session

CLEAN = Condition("identity", (), None)


@pytest.fixture(scope="session")
def data_file(tmp_path_factory):
    return write_data(tmp_path_factory.mktemp("data") / "quadrants.npz")


@pytest.fixture
def fakes(monkeypatch):
    """Replace trained models by cheap ones."""
    monkeypatch.setattr(session, "load_models", find_fakes)
    monkeypatch.setattr(session, "load_predictors", start_fakes)


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


TINY = Protocol(
    name="tiny_c",
    title="Tiny-C",
    source="nobody 2020",
    entries={
        "spare_turn": Entry(
            levels=("rotation(degrees=60)", "rotation(degrees=75)"),
            fidelity="exact",
            benchmark=False,
        ),
        "noise": Entry(
            levels=("gaussian_noise(sigma=0.1)", "gaussian_noise(sigma=0.4)"),
            fidelity="distribution",
            note="other draws <here>",
        ),
        "tilt": Entry(levels=("rotation(degrees=40)",), fidelity="exact"),
        "smear": Entry(
            levels=(
                "translation(x=3) | gaussian_blur(sigma=1)",
                "translation(x=4, y=4) | gaussian_blur",
            ),
            fidelity="approximation",
        ),
    },
)


@pytest.fixture
def add_protocol(monkeypatch):
    """Register a protocol beside the published ones."""

    def add(protocol):
        load, names = protocols.load, protocols.NAMES
        monkeypatch.setattr(protocols, "NAMES", (*names, protocol.name))
        monkeypatch.setattr(
            protocols, "load", lambda name: protocol if name == protocol.name else load(name)
        )
        return protocol

    return add


@pytest.fixture
def tiny(add_protocol):
    """A protocol of three benchmark corruptions and an extra one, called ``tiny_c``."""
    return add_protocol(TINY)


@pytest.fixture
def protocol_settings(data_file):
    """The settings of a study of the tiny protocol, ready for `Study.model_validate`."""
    return {
        "name": "small",
        "data": str(data_file),
        "models": ["mlp", "cnn"],
        "protocol": "tiny_c",
        "seeds": 2,
    }


@pytest.fixture
def evaluation_set():
    import numpy as np

    return EvaluationSet(
        study="small",
        data="quadrants",
        images=ImageRange("d" * 64, 0, 3),
        class_names=("a", "b", "c"),
        labels=np.array([0, 2, 1]),
        example=np.arange(12, dtype=np.uint8).reshape(2, 2, 3),
    )


class Quiet:
    """An observer that records what it receives."""

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
