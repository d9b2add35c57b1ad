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
from fakes import write_data
from served import wait_for
from typer.testing import CliRunner

from models.resumable import train_to_file
from models.training import TrainConfig
from studies.__main__ import app
from studies.cli import explore as command
from studies.config.files import load_study
from studies.core.errors import StudyError
from studies.core.provenance import now
from studies.explorer import listening, server
from studies.explorer.context import Context, State
from studies.explorer.preparation import prepare, study_to_explore
from studies.run import models as classifiers
from studies.store.store import Store


@pytest.fixture
def serve(monkeypatch):
    """Catch what would be served."""
    calls = []
    monkeypatch.setattr(server, "serve", lambda *given, **options: calls.append((given, options)))
    return calls


def explore(*words):
    return CliRunner().invoke(app, ["explore", *map(str, words)])


def test_it_listens_on_this_machine_alone(serve, tmp_path):
    done = explore(tmp_path / "results", "--port", 0, "--no-open")
    assert done.exit_code == 0, done.output
    ((context, host, port), options) = serve[0]
    assert host == "127.0.0.1"
    assert port > 0
    assert options["browser"] is False
    assert "warning" not in done.stderr
    assert f"http://127.0.0.1:{port}" in done.stdout
    assert (context.study.data, context.study.models) == ("digits", ("mlp", "cnn"))
    assert context.state == State("waiting")


def test_another_address_is_warned_of(serve, tmp_path):
    done = explore(tmp_path, "--host", "0.0.0.0", "--port", 0, "--no-open")  # noqa: S104
    assert done.exit_code == 0
    assert serve[0][0][1] == "0.0.0.0"  # noqa: S104
    assert "warning: listening on 0.0.0.0; whoever reaches this machine" in done.stderr


def test_a_port_in_use_is_a_sentence_with_the_next_step(serve, tmp_path):
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        taken = other.getsockname()[1]
        done = explore(tmp_path, "--port", taken, "--no-open")
    assert done.exit_code == 2
    assert not serve
    assert f"error: port {taken} is in use" in done.stderr
    free = int(re.search(r"type --port (\d+)", done.stderr)[1])
    assert taken < free <= taken + 20


def test_a_foreign_address_is_a_sentence(serve, tmp_path):
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
def test_mistakes_are_told_before_anything_is_served(serve, tmp_path, words, sentence):
    done = explore(tmp_path, *words, "--no-open")
    assert done.exit_code == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.output
    assert not serve


def test_a_broken_results_folder_is_named(serve, tmp_path):
    (tmp_path / "results.sqlite").write_text("no database")
    done = explore(tmp_path, "--no-open")
    assert done.exit_code == 2
    assert str(tmp_path / "results.sqlite") in done.stderr
    assert not serve


def test_without_nicegui_it_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "nicegui", None)
    done = explore(tmp_path, "--port", 0, "--no-open")
    assert done.exit_code == 2
    assert 'python -m pip install -e ".[app,explorer]"' in done.stderr


def test_the_data_and_models_of_a_results_folder_are_taken(tmp_path):
    study = load_study("quickstart", {"models": ["lenet"], "training_seed": 5})
    with Store(tmp_path, create=True) as store:
        store.begin_run(
            started=now(), command="", study=study.model_dump(mode="json"), provenance={}
        )
    found, folder = study_to_explore(tmp_path, {})
    assert (found.models, found.training_seed, folder) == (("lenet",), 5, tmp_path)
    assert study_to_explore(tmp_path, {"models": ["mlp"]})[0].models == ("mlp",)


def train_briefly(name, seed, data, path, observer, *, threads):
    """Train as the true function does, for two epochs."""
    config = TrainConfig(architecture=name, seed=seed, epochs=2)
    train_to_file(
        config,
        data,
        path,
        on_epoch=lambda report: observer.epoch_done(name, report.epoch, 2, report.accuracy),
    )


def test_models_are_trained_where_there_are_none_and_then_found(tmp_path, monkeypatch):
    data = write_data(tmp_path / "quadrants.npz")
    study = load_study("quickstart", {"data": str(data), "models": ["mlp"]})
    told = []
    monkeypatch.setattr(classifiers, "_train", train_briefly)
    material = prepare(study, tmp_path / "results", lambda *given: told.append(given))
    assert material.predictors["mlp"].predict(material.data.test_images[:3]).shape == (3, 4)
    fractions = [fraction for _, fraction in told]
    assert fractions == sorted(fractions)
    assert any(re.search(r"Training mlp: epoch 1 of 2, accuracy", text) for text, _ in told)

    def refuse(*_, **__):
        raise AssertionError("it was trained already")

    monkeypatch.setattr(classifiers, "_train", refuse)
    again = prepare(study, tmp_path / "results", lambda *_: None)
    assert again.predictors["mlp"].digest == material.predictors["mlp"].digest


def test_a_failed_preparation_is_told_and_can_be_repeated(tmp_path, data_file):
    study = load_study("quickstart", {"data": str(data_file)})
    tries = []

    def fail(_tell):
        tries.append(None)
        raise [StudyError("no models here"), RuntimeError("a fault")][len(tries) - 1]

    context = Context(study, tmp_path, fail)
    with pytest.raises(StudyError, match="not ready yet"):
        _ = context.data
    for sentence in ("no models here", "RuntimeError: a fault"):
        context.start()
        wait_for(lambda: context.state.step == "failed")
        assert context.state.text == sentence
        assert not context.ready


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_addresses_are_known(host):
    assert listening.is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "::", "example.org"])  # noqa: S104
def test_other_addresses_are_known(host):
    assert not listening.is_loopback(host)


def test_the_icon_is_a_picture():
    assert ET.fromstring(command.ICON).tag.endswith("svg")  # noqa: S314 - our own text


def test_ctrl_c_ends_it_without_a_word(tmp_path):
    """The true command, from its first line to its end."""
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
