"""The explorer in a process of its own, with cheap models.

As a script, ``python explorer_server.py PORT FOLDER DATA [GATE]`` serves the pages. Without GATE,
the models are those of `quick_models`, loaded as usual. With it, loading waits until the file GATE
exists, and fails with the text in it unless it is empty.
"""

import os
import random
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing, suppress
from pathlib import Path


def wait_for(condition, seconds=60, what="it"):
    """Return the result of a condition as soon as it is true."""
    end = time.monotonic() + seconds
    while True:
        if found := condition():
            return found
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.03)


def free_port():
    """Return a port that no client gets by chance before a server listens on it."""
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)  # clients get 32,768 and above
        with closing(socket.socket()) as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class ExplorerServer:
    """An explorer in a process of its own; nothing may be written to its log."""

    def __init__(self, results, data, log, gate=None):
        self.data = data
        self.gate = gate
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._arguments = [self.port, results, data, *([] if gate is None else [gate])]
        self._log = log
        self._process = None

    def start(self):
        """Start the server and wait until it responds."""
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, __file__, *map(str, self._arguments)],
                stdout=log,
                stderr=subprocess.STDOUT,
                # NiceGUI behaves otherwise in a test.
                env={name: text for name, text in os.environ.items() if "PYTEST" not in name},
            )
        wait_for(self._responds, what="the server")

    def stop(self):
        """End the server."""
        self._process.terminate()
        self._process.wait(60)

    def log(self):
        """Return what the server wrote."""
        return self._log.read_text()

    def _responds(self):
        assert self._process.poll() is None, self.log()
        try:
            with urllib.request.urlopen(f"{self.address}/gallery", timeout=10) as page:  # noqa: S310 - ours
                return page.status == 200
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False


def serve_pages(port, results, data, gate):
    """Serve until the process ends."""
    from fakes import QuadrantModel
    from quick_models import MODELS

    from models.data import load
    from studies.config.files import load_study
    from studies.core.errors import StudyError
    from studies.explorer.server import serve
    from studies.explorer.state import ExplorerState, LoadedData

    def load_behind_gate(_study, _folder, on_progress):
        on_progress("Training mlp: epoch 3 of 8", 0.375)
        while not gate.exists():
            time.sleep(0.02)
        if sentence := gate.read_text():
            raise StudyError(sentence)
        return LoadedData(load(data), {name: QuadrantModel(name) for name in ("mlp", "cnn")})

    if gate is None:
        study = load_study("quickstart", {"data": data, "models": list(MODELS)})
        state = ExplorerState(study, results)
    else:
        state = ExplorerState(load_study("quickstart", {"data": data}), results, load_behind_gate)
    serve(state, "127.0.0.1", port)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    serve_pages(
        int(sys.argv[1]),
        Path(sys.argv[2]),
        sys.argv[3],
        Path(sys.argv[4]) if sys.argv[4:] else None,
    )
