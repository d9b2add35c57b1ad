import os
import signal

import pytest
from served import wait_for

from studies.config.files import load_study
from studies.core.errors import StudyError
from studies.explorer.folders import open_folder
from studies.explorer.small_sweep import (
    cells_of,
    data_source,
    free_name,
    model_sources,
    small_study,
)
from studies.explorer.sweep_desk import SweepDesk, SweepState, after, desk_at, to_toml
from studies.explorer.sweep_view import headline


@pytest.fixture
def form(data_file):
    """What the form asks for, at first."""
    return {
        "name": "sweep-1",
        "data": str(data_file),
        "models": ["explorer_pages:quick", "explorer_pages:slow"],
        "corruptions": ["gaussian_noise", "rotation"],
        "strengths": 3.0,
        "seeds": 1.0,
        "images": 20.0,
    }


@pytest.fixture
def desk():
    """A desk whose process, if any, is gone at the end."""
    desk = SweepDesk()
    yield desk
    if desk._process is not None:
        desk._process.kill()
        wait_for(lambda: not desk.state.busy, 20, "the process to end")


def ended(desk):
    return wait_for(lambda: None if desk.state.busy else desk.state, 120, "the sweep to end")


def test_a_form_is_a_study(form):
    study = small_study(**form)
    assert study.strengths == (0.0, 0.5, 1.0)
    assert study.corruptions == ("gaussian_noise(sigma=0.5)", "rotation(degrees=90)")
    assert (study.seeds, study.images) == ((0,), 20)
    assert cells_of(study) == 10
    assert small_study(**form | {"images": None}).images is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"strengths": None}, "strengths: a whole number is needed, got nothing"),
        ({"seeds": 1.5}, r"seeds: a whole number is needed, got 1\.5"),
        ({"images": 0}, "images: "),
        ({"name": "../out"}, "name: "),
        ({"name": ""}, "name: "),
        ({"models": []}, "models: at least one"),
        ({"corruptions": []}, "corruptions: at least one"),
        ({"corruptions": ["gausian_noise"]}, "gaussian_noise"),
        ({"corruptions": ["rotation", "rotation(degrees=90)"]}, "more than once"),
        ({"strengths": 1}, r"strengths: .* must lie in \[2, 1001\]"),
        ({"strengths": 500, "seeds": 20}, "at most 5,000"),
    ],
)
def test_a_mistake_in_the_form_is_named(form, changes, message):
    with pytest.raises(StudyError, match=message):
        small_study(**form | changes)


def test_names_of_sweeps_are_counted(tmp_path):
    assert free_name(tmp_path) == "sweep-1"
    (tmp_path / "sweep-1").mkdir()
    (tmp_path / "sweep-3").mkdir()
    assert free_name(tmp_path) == "sweep-2"


def test_trained_models_are_taken_from_the_folder(tmp_path, data_file, monkeypatch):
    study = load_study("quickstart", {"models": ["mlp", "cnn", "explorer_pages:quick"]})
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "cnn.keras").touch()
    assert model_sources(study, tmp_path) == {
        "mlp": "mlp",
        "cnn": str(tmp_path / "models" / "cnn.keras"),
        "quick": "explorer_pages:quick",
    }
    assert data_source(study) == "digits"
    monkeypatch.chdir(data_file.parent)
    assert data_source(load_study("quickstart", {"data": data_file.name})) == str(data_file)


def test_a_study_file_reads_back(form, tmp_path):
    study = small_study(**form)
    (tmp_path / "study.toml").write_text(to_toml(study))
    assert load_study(tmp_path / "study.toml") == study


def test_messages_move_the_state_on():
    state = SweepState("working", "sweep-1")
    state = after(state, ("epoch", "mlp", 2, 5))
    assert state.text == "training mlp: epoch 2 of 5"
    state = after(state, ("begins", 8, 10))
    assert (state.done, state.planned, state.fraction) == (2, 10, 0.2)
    state = after(state, ("cell", "mlp", "rotation(degrees=9)", 0.5))
    assert (state.done, state.text) == (3, "mlp: 50.0 % under rotation(degrees=9)")
    assert headline(state) == "Running sweep-1: 3 of 10 cells"
    state = after(state, ("cell failed", "mlp", "identity", "why"))
    assert (state.done, state.text) == (3, "mlp failed under identity: why")
    assert after(state, ("done", 7)).text == "7 of 10 cells failed"
    assert headline(after(state, ("done", 0))) == "sweep-1 is done: 3 of 10 cells."
    assert after(state, ("note", "drawing")).text == "drawing"
    assert not after(state, ("stopped",)).busy
    with pytest.raises(ValueError, match="no message of a sweep"):
        after(state, ("sung",))


def test_there_is_one_desk_a_place(tmp_path):
    assert desk_at(tmp_path) is desk_at(tmp_path)
    assert desk_at(tmp_path) is not desk_at(tmp_path / "other")
    assert desk_at(tmp_path).state == SweepState()


def test_a_sweep_is_stopped_and_goes_on_to_its_end(form, tmp_path, desk):
    changes = {"models": ["explorer_pages:slow"], "corruptions": ["rotation"], "strengths": 8}
    study, folder = small_study(**form | changes), tmp_path / "sweep-1"
    desk.start(study, folder)
    with pytest.raises(StudyError, match="the sweep sweep-1 is at work"):
        desk.start(study, folder)
    wait_for(lambda: desk.state.done >= 2, 60, "two cells")
    desk.cancel()
    assert desk.state.step == "stopping"
    desk.cancel()
    stopped = ended(desk)
    assert stopped.step == "stopped"
    assert 2 <= stopped.done < stopped.planned == 8
    assert open_folder(folder).finished == stopped.done

    desk.start(load_study(folder / "study.toml"), folder)
    assert ended(desk).text == ""
    assert (desk.state.step, desk.state.done) == ("done", 8)
    assert (folder / "report.html").is_file()
    assert open_folder(folder).finished == 8


def test_what_the_study_finds_wrong_is_said(form, tmp_path, desk):
    desk.start(small_study(**form | {"images": 61}), tmp_path / "sweep-1")
    state = ended(desk)
    assert state.step == "failed"
    assert state.text.startswith("images: the test set of quadrants has 60")


def test_a_process_that_dies_is_told_of(form, tmp_path, desk):
    desk.start(small_study(**form), tmp_path / "sweep-1")
    os.kill(desk._process.pid, signal.SIGKILL)
    state = ended(desk)
    assert (state.step, state.text) == ("failed", "its process ended with status -9")


def test_a_sweep_that_does_not_listen_is_ended(form, tmp_path, desk, monkeypatch):
    monkeypatch.setattr("studies.explorer.sweep_desk.PATIENCE", 0.1)
    desk.start(small_study(**form), tmp_path / "sweep-1")
    desk.cancel()  # while it still imports
    assert ended(desk).step == "stopped"


def test_a_folder_that_cannot_be_written_is_said(form, tmp_path, desk):
    (tmp_path / "sweep-1").write_text("a file")
    with pytest.raises(StudyError, match="sweep-1 cannot be written"):
        desk.start(small_study(**form), tmp_path / "sweep-1")
    assert not desk.state.busy


def test_a_folder_of_something_else_is_left_alone(form, tmp_path, desk):
    (tmp_path / "sweep-1").mkdir()
    (tmp_path / "sweep-1" / "study.toml").write_text("mine")
    with pytest.raises(StudyError, match="sweep-1 holds something else already"):
        desk.start(small_study(**form), tmp_path / "sweep-1")
    assert (tmp_path / "sweep-1" / "study.toml").read_text() == "mine"
    assert not desk.state.busy


def test_cancelling_nothing_does_nothing(desk):
    desk.cancel()
    assert desk.state == SweepState()
