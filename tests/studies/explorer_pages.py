"""Models that answer at once, a sweep of them, and the explorer as a server of its own.

As a script, ``python explorer_pages.py PORT FOLDER DATA`` serves the pages of these models.
"""

import os
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

from fakes import QuadrantModel

from studies.config.study import Study
from studies.workflows import sweep as session

MODELS = ("explorer_pages:quick", "explorer_pages:slow")


def quick(images):
    """Answer by the quadrants' grey levels."""
    return QuadrantModel("quick").predict(images)


def slow(images):
    """Answer by parts of the quadrants, after a while."""
    time.sleep(0.25)
    return QuadrantModel("cnn").predict(images)


class Unmoved:
    """An observer that keeps nothing."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def note(self, text):
        pass

    def sweep_begins(self, missing, planned):
        pass

    def cell_done(self, model, pipeline, accuracy):
        pass


def sweep_into(folder, data, monkeypatch, **changes):
    """Sweep the quick models into a folder, without a report; return the study."""
    settings = {
        "name": folder.name,
        "data": str(data),
        "models": ["explorer_pages:quick"],
        "corruptions": ["gaussian_noise(sigma=0.5)", "contrast(factor=0.1)"],
        "strengths": 3,
        "seeds": 2,
    }
    study = Study.model_validate(settings | changes)
    monkeypatch.setattr(session, "write_outputs", lambda *_, **__: None)
    session.run_study(study, folder, command="typed", observer=Unmoved())
    return study


@contextmanager
def serving(folder, data):
    """Serve the pages in a process of its own; give their address."""
    from served import free_port, wait_for  # of the tests alone, not of the script

    port = free_port()
    command = [sys.executable, __file__, str(port), str(folder), str(data)]
    # NiceGUI behaves otherwise where it finds itself in a test.
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    server = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=plain
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: _answers(address, server), 60, "the server to answer")
        yield address
    finally:
        server.terminate()
        said = server.communicate(timeout=60)[0]
    assert "Traceback" not in said, said


def _answers(address, server):
    assert server.poll() is None, server.stdout.read()
    try:
        with urllib.request.urlopen(f"{address}/gallery", timeout=10) as answer:  # noqa: S310 - ours
            return answer.status == 200
    except (URLError, ConnectionError, TimeoutError):
        return False


if __name__ == "__main__":
    from studies.config.files import load_study
    from studies.explorer.context import Context
    from studies.explorer.preparation import preparation
    from studies.explorer.server import serve

    here = load_study("quickstart", {"data": sys.argv[3], "models": list(MODELS)})
    results = Path(sys.argv[2])
    serve(Context(here, results, preparation(here, results)), "127.0.0.1", int(sys.argv[1]))
