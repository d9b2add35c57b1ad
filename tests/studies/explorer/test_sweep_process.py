import multiprocessing
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from explorer_server import wait_for
from quick_models import MODELS

from studies.config.files import load_study
from studies.core.errors import StudyError
from studies.explorer.curves.results_folder import open_folder
from studies.explorer.curves.sweep_panel import summarize
from studies.explorer.study import small_study
from studies.explorer.sweep_process import StatusObserver, SweepProcess, SweepStatus, shared_process


@pytest.fixture
def form(data_file):
    """The fields of the form, as they are at first."""
    return {
        "name": "sweep-1",
        "data": str(data_file),
        "models": list(MODELS),
        "corruptions": ["gaussian_noise", "rotation"],
        "strengths": 3.0,
        "seeds": 1.0,
        "images": 20.0,
    }


@pytest.fixture
def process():
    """A sweep process that is ended after the test."""
    process = SweepProcess()
    yield process
    if process._process is not None:
        process._process.kill()
        wait_for(lambda: not process.status.busy, 20, "the process to end")


def ended(process):
    return wait_for(
        lambda: None if process.status.busy else process.status, 120, "the sweep to end"
    )


def test_an_observer_sends_each_change_of_the_status():
    here, there = multiprocessing.Pipe()
    observer = StatusObserver(there, SweepStatus("running", "sweep-1", Path("sweep-1")))

    def sent():
        return here.recv()

    observer.epoch_done("mlp", 2, 5, 0.9)
    assert sent().text == "training mlp: epoch 2 of 5"
    observer.sweep_begins(8, 10)
    status = sent()
    assert (status.done, status.planned, status.fraction) == (2, 10, 0.2)
    observer.cell_done("mlp", "rotation(degrees=9)", 0.5)
    status = sent()
    assert (status.done, status.text) == (3, "mlp: 50.0 % under rotation(degrees=9)")
    assert summarize(status) == "Running sweep-1: 3 of 10 cells"
    observer.cell_failed("mlp", "identity", "why")
    status = sent()
    assert (status.done, status.text) == (3, "mlp failed under identity: why")
    assert summarize(replace(status, step="done")) == "sweep-1 is done: 3 of 10 cells."
    observer.note("drawing")
    assert sent().text == "drawing"
    assert not replace(status, step="stopped").busy
    here.send("stop")
    with pytest.raises(KeyboardInterrupt):
        observer.note("more")


def test_there_is_one_process_for_each_root(tmp_path):
    assert shared_process(tmp_path) is shared_process(tmp_path)
    assert shared_process(tmp_path) is not shared_process(tmp_path / "other")
    assert shared_process(tmp_path).status == SweepStatus()


def test_a_sweep_is_stopped_and_resumed(form, tmp_path, process):
    changes = {"models": ["quick_models:slow"], "corruptions": ["rotation"], "strengths": 8}
    study, folder = small_study(**form | changes), tmp_path / "sweep-1"
    process.start(study, folder)
    with pytest.raises(StudyError, match="the sweep sweep-1 is running"):
        process.start(study, folder)
    wait_for(lambda: process.status.done >= 2, 60, "two cells")
    process.cancel()
    assert process.status.step == "stopping"
    process.cancel()
    stopped = ended(process)
    assert stopped.step == "stopped"
    assert 2 <= stopped.done < stopped.planned == 8
    assert open_folder(folder).finished == stopped.done

    process.start(load_study(folder / "study.toml"), folder)
    assert ended(process).text == ""
    assert (process.status.step, process.status.done) == ("done", 8)
    assert (folder / "report.html").is_file()
    assert open_folder(folder).finished == 8


def test_an_error_of_the_study_is_shown(form, tmp_path, process):
    process.start(small_study(**form | {"images": 61}), tmp_path / "sweep-1")
    status = ended(process)
    assert status.step == "failed"
    assert status.text.startswith("images: the test set of quadrants has 60")


def test_a_process_that_dies_is_a_failure(form, tmp_path, process):
    process.start(small_study(**form), tmp_path / "sweep-1")
    os.kill(process._process.pid, signal.SIGKILL)
    status = ended(process)
    assert (status.step, status.text) == ("failed", "its process ended with status -9")


def test_a_sweep_that_does_not_stop_is_terminated(form, tmp_path, process, monkeypatch):
    monkeypatch.setattr("studies.explorer.sweep_process.STOP_TIMEOUT", 0.1)
    process.start(small_study(**form), tmp_path / "sweep-1")
    process.cancel()  # while it still imports
    assert ended(process).step == "stopped"


def test_a_folder_that_cannot_be_written_is_an_error(form, tmp_path, process):
    (tmp_path / "sweep-1").write_text("a file")
    with pytest.raises(StudyError, match="sweep-1 cannot be written"):
        process.start(small_study(**form), tmp_path / "sweep-1")
    assert not process.status.busy


def test_a_folder_with_other_contents_is_not_changed(form, tmp_path, process):
    (tmp_path / "sweep-1").mkdir()
    (tmp_path / "sweep-1" / "study.toml").write_text("mine")
    with pytest.raises(StudyError, match="sweep-1 has other contents"):
        process.start(small_study(**form), tmp_path / "sweep-1")
    assert (tmp_path / "sweep-1" / "study.toml").read_text() == "mine"
    assert not process.status.busy


def test_cancelling_nothing_does_nothing(process):
    process.cancel()
    assert process.status == SweepStatus()
