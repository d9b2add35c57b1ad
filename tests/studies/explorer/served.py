"""The explorer in a process of its own, with cheap models, and waiting for what it does."""

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

from fakes import write_data

SCRIPT = Path(__file__).with_name("serving.py")


def wait_for(condition, seconds=60, what="it"):
    """Return what a condition gives as soon as that is true."""
    end = time.monotonic() + seconds
    while True:
        if found := condition():
            return found
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.03)


def free_port():
    """Return a port that no client is given by chance before a server listens there."""
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)  # clients have 32,768 and above
        with closing(socket.socket()) as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Served:
    """An explorer in a process of its own, with the cheap models of `fakes`."""

    def __init__(self, folder):
        self.folder = folder / "results"
        self.folder.mkdir()
        self.data = write_data(folder / "quadrants.npz")
        self.gate = folder / "gate"
        self.gate.touch()
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._log = folder / "log.txt"
        self._process = None

    def start(self):
        """Start the server and wait until it answers."""
        arguments = [self.port, self.folder, self.data, self.gate]
        hidden = {"PYTEST_CURRENT_TEST", "PYTEST_VERSION"}  # NiceGUI asks for them
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, str(SCRIPT), *map(str, arguments)],
                stdout=log,
                stderr=subprocess.STDOUT,
                env={name: value for name, value in os.environ.items() if name not in hidden},
            )
        wait_for(self._answers, what="the server")

    def stop(self):
        """End the server."""
        self._process.terminate()
        self._process.wait(60)

    def log(self):
        """Return what the server wrote."""
        return self._log.read_text()

    def _answers(self):
        assert self._process.poll() is None, self.log()
        try:
            with urllib.request.urlopen(self.address, timeout=5) as answer:  # noqa: S310 - ours
                return answer.status == 200
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False
