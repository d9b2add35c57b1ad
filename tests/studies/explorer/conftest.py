import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))  # processes import fakes.py and
sys.path.insert(0, str(Path(__file__).parent))  # quick_models.py, so they are modules

from explorer_server import ExplorerServer, wait_for
from fakes import QuadrantModel, write_data

from models.data import load
from studies.config.files import load_study
from studies.explorer.state import ExplorerState, LoadedData


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """An explorer with cheap models; it never writes to its log."""
    folder = tmp_path_factory.mktemp("explorer")
    (folder / "results").mkdir()
    (folder / "gate").touch()
    data = write_data(folder / "quadrants.npz")
    server = ExplorerServer(folder / "results", data, folder / "log.txt", folder / "gate")
    server.start()
    yield server
    server.stop()
    assert server.log() == ""


@pytest.fixture
def state(data_file, tmp_path):
    """The state of an explorer with cheap models, ready."""
    study = load_study("quickstart", {"data": str(data_file)})
    models = {name: QuadrantModel(name) for name in ("mlp", "cnn")}
    ready = ExplorerState(study, tmp_path, lambda *_: LoadedData(load(str(data_file)), models))
    ready.start_loading()
    wait_for(lambda: ready.ready)
    return ready
