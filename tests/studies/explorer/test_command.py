import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
import xml.etree.ElementTree as ET
from contextlib import closing

import pytest
from explorer_server import wait_for
from fakes import write_data
from typer.testing import CliRunner

from studies.__main__ import app
from studies.cli import explore as command
from studies.explorer import server
from studies.explorer.state import LoadingStatus


@pytest.fixture
def serve(monkeypatch):
    """Record the calls of `serve`."""
    calls = []
    monkeypatch.setattr(server, "serve", lambda *args, **options: calls.append((args, options)))
    return calls


def explore(*words):
    return CliRunner().invoke(app, ["explore", *map(str, words)])


def test_it_listens_on_this_machine_only(serve, tmp_path):
    done = explore(tmp_path / "results", "--port", 0, "--no-open")
    assert done.exit_code == 0, done.output
    ((state, host, port), options) = serve[0]
    assert host == "127.0.0.1"
    assert port > 0
    assert options["browser"] is False
    assert "warning" not in done.stderr
    assert f"http://127.0.0.1:{port}" in done.stdout
    assert (state.study.data, state.study.models) == ("digits", ("mlp", "cnn"))
    assert state.status == LoadingStatus("idle")


def test_another_address_is_a_warning(serve, tmp_path):
    done = explore(tmp_path, "--host", "0.0.0.0", "--port", 0, "--no-open")  # noqa: S104
    assert done.exit_code == 0
    assert serve[0][0][1] == "0.0.0.0"  # noqa: S104
    assert "warning: listening on 0.0.0.0; anyone who can reach this machine" in done.stderr


def test_the_error_for_a_port_in_use_names_a_free_one(serve, tmp_path):
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        taken = other.getsockname()[1]
        done = explore(tmp_path, "--port", taken, "--no-open")
    assert done.exit_code == 2
    assert not serve
    assert f"error: port {taken} is in use" in done.stderr
    free = int(re.search(r"type --port (\d+)", done.stderr)[1])
    assert taken < free <= taken + 20


def test_an_address_of_another_machine_is_an_error(serve, tmp_path):
    done = explore(tmp_path, "--host", "203.0.113.9", "--no-open")
    assert done.exit_code == 2
    assert "cannot listen on 203.0.113.9" in done.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--data", "digit"], "no data set is called 'digit'; did you mean 'digits'?"),
        (["--models", "mlpp"], "'mlpp'"),
        (["--models", "mlp,missing.onnx"], "there is no model file missing.onnx"),
    ],
)
def test_mistakes_are_errors_before_anything_is_served(serve, tmp_path, words, sentence):
    done = explore(tmp_path, *words, "--no-open")
    assert done.exit_code == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.output
    assert not serve


def test_the_error_for_a_damaged_results_folder_names_it(serve, tmp_path):
    (tmp_path / "results.sqlite").write_text("no database")
    done = explore(tmp_path, "--no-open")
    assert done.exit_code == 2
    assert str(tmp_path / "results.sqlite") in done.stderr
    assert not serve


def test_the_error_without_nicegui_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "nicegui", None)
    done = explore(tmp_path, "--port", 0, "--no-open")
    assert done.exit_code == 2
    assert 'python -m pip install -e ".[app,explorer]"' in done.stderr


def test_the_icon_is_an_image():
    assert ET.fromstring(command.ICON).tag.endswith("svg")  # noqa: S314 - our own text


def test_ctrl_c_ends_it_silently(tmp_path):
    """The real command in a process of its own."""
    data = write_data(tmp_path / "quadrants.npz")
    words = [str(tmp_path), "--data", str(data), "--models", "absent:function"]
    process = subprocess.Popen(
        [sys.executable, "-m", "studies", "explore", *words, "--port", "0", "--no-open"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={name: value for name, value in os.environ.items() if "PYTEST" not in name},
    )
    line = process.stdout.readline()
    address = re.search(r"http://127\.0\.0\.1:\d+", line)[0]

    def answers():
        try:
            with urllib.request.urlopen(address, timeout=5) as page:  # noqa: S310 - ours
                return page.read()
        except OSError:
            return None

    page = wait_for(answers).decode()
    assert "Robustness explorer" in page
    process.send_signal(signal.SIGINT)
    rest, errors = process.communicate(timeout=60)
    assert (process.returncode, rest, errors) == (0, "", "")
