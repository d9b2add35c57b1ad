import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))  # fakes.py and served.py start programs,
sys.path.insert(0, str(Path(__file__).parent))  # so they are modules

from fakes import QuadrantModel
from served import Served, wait_for

from models.data import load
from studies.config.files import load_study
from studies.explorer.context import Context, Material


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """An explorer with cheap models; whatever happens, it writes no word to its log."""
    server = Served(tmp_path_factory.mktemp("explorer"))
    server.start()
    yield server
    server.stop()
    assert server.log() == ""


@pytest.fixture
def context(data_file, tmp_path):
    """A context with cheap models, ready."""
    study = load_study("quickstart", {"data": str(data_file)})
    models = {name: QuadrantModel(name) for name in ("mlp", "cnn")}
    ready = Context(study, tmp_path, lambda _tell: Material(load(str(data_file)), models))
    ready.start()
    wait_for(lambda: ready.ready)
    return ready
