import sqlite3

import pytest
from explorer_pages import sweep_into

import noiselib
from studies.core.errors import StudyError
from studies.explorer.folder_list import list_folders, root_of
from studies.explorer.folders import open_folder
from studies.store.store import FILE_NAME, Store


@pytest.fixture(scope="module")
def swept(tmp_path_factory, data_file):
    """A finished sweep of one quick model."""
    folder = tmp_path_factory.mktemp("results") / "done"
    with pytest.MonkeyPatch.context() as patch:
        sweep_into(folder, data_file, patch)
    return folder


def begun(folder, started):
    """Make a results folder of which one sweep began."""
    folder.mkdir(parents=True)
    with Store(folder, create=True) as store:
        store.begin_run(started=started, command="typed", study={}, provenance={})


def broken(folder):
    folder.mkdir(parents=True)
    (folder / FILE_NAME).write_bytes(b"no database")


def test_folders_beside_and_below_are_listed_the_latest_first(tmp_path):
    begun(tmp_path / "old", "2026-01-01T10:00:00+00:00")
    begun(tmp_path / "new", "2026-03-01T10:00:00+00:00")
    begun(tmp_path / "mine" / "inner", "2026-02-01T10:00:00+00:00")
    broken(tmp_path / "broken")
    assert list(list_folders(tmp_path)) == ["new", "mine/inner", "old", "broken"]
    assert list_folders(tmp_path / "old") == list_folders(tmp_path)
    assert list_folders(tmp_path / "missing") == list_folders(tmp_path)
    assert list_folders(tmp_path)["mine/inner"] == tmp_path / "mine" / "inner"


def test_a_folder_that_was_never_swept_is_not_listed(tmp_path):
    (tmp_path / "results" / "quickstart").mkdir(parents=True)
    with Store(tmp_path / "results" / "quickstart", create=True):
        pass
    assert list_folders(tmp_path / "results" / "quickstart") == {}
    assert list_folders(tmp_path / "nowhere") == {}


def test_new_sweeps_go_beside_the_folder_before_and_after_it_has_results(tmp_path):
    folder = tmp_path / "results" / "quickstart"
    assert root_of(folder) == tmp_path / "results"
    broken(folder)
    assert root_of(folder) == tmp_path / "results"
    assert root_of(tmp_path / "results") == tmp_path / "results"


def test_a_sweep_opens_as_panels_of_lines(swept):
    opened = open_folder(swept)
    assert (opened.finished, opened.planned, opened.failures) == (7, 7, 0)
    assert opened.models == ("quick",)
    noise, contrast = opened.panels
    assert (noise.title, noise.ends) == ("Gaussian noise", (0.0, 0.5))
    assert (contrast.title, contrast.ends) == ("Contrast", (1.0, 0.1))
    dots = noise.lines[0].dots
    assert [(dot.x, dot.where) for dot in dots] == [
        (0.0, "sigma 0"),
        (0.25, "sigma 0.25"),
        (0.5, "sigma 0.5"),
    ]
    assert [len(dot.conditions) for dot in dots] == [1, 2, 2]
    assert all(0 <= dot.low <= dot.accuracy <= dot.high <= 1 for dot in dots)
    assert dots[0].accuracy > dots[2].accuracy


def test_a_strength_that_begins_at_infinity_is_shown_by_its_part(tmp_path, data_file, monkeypatch):
    spec = "shot_noise(photons=3)"
    sweep_into(tmp_path / "shots", data_file, monkeypatch, corruptions=[spec])
    (panel,) = open_folder(tmp_path / "shots").panels
    assert panel.ends == (0.0, 1.0)
    assert panel.axis == f"part of the way to {spec}"
    assert [dot.where for dot in panel.lines[0].dots] == ["t 0", "t 0.5", "t 1"]


def test_a_unit_that_is_the_parameters_name_is_said_once(tmp_path, data_file, monkeypatch):
    sweep_into(tmp_path / "turn", data_file, monkeypatch, corruptions=["rotation(degrees=90)"])
    (panel,) = open_folder(tmp_path / "turn").panels
    assert panel.lines[0].dots[1].where == "45 degrees"


def test_a_protocol_is_shown_by_its_levels(tmp_path, data_file, monkeypatch, tiny):
    changes = {"protocol": tiny.name, "corruptions": [], "strengths": []}
    sweep_into(tmp_path / "levels", data_file, monkeypatch, **changes)
    panels = {panel.corruption: panel for panel in open_folder(tmp_path / "levels").panels}
    assert list(panels) == ["spare_turn", "noise", "tilt", "smear"]
    dots = panels["noise"].lines[0].dots
    assert [dot.where for dot in dots] == ["clean", "level 1", "level 2"]
    assert (panels["noise"].ends, panels["tilt"].ends) == ((0.0, 2.0), (0.0, 1.0))
    assert dots[2].conditions[0].pipeline == str(noiselib.parse("gaussian_noise(sigma=0.4)"))


def test_an_unfinished_sweep_is_shown_as_far_as_it_came(swept, tmp_path):
    part = tmp_path / "part"
    part.mkdir()
    with sqlite3.connect(swept / FILE_NAME) as source, sqlite3.connect(part / FILE_NAME) as copy:
        source.backup(copy)
        copy.execute("PRAGMA foreign_keys = OFF")
        copy.execute("DELETE FROM cells WHERE pipeline LIKE 'contrast%'")
    source.close(), copy.close()
    opened = open_folder(part)
    assert (opened.finished, opened.planned) == (5, 7)
    assert opened.panels[1].ends == (1.0, 0.1)
    assert [len(line.dots) for panel in opened.panels for line in panel.lines] == [3, 1]


def test_a_broken_folder_is_named(tmp_path):
    broken(tmp_path / "broken")
    with pytest.raises(StudyError, match=r"broken.results\.sqlite is damaged"):
        open_folder(tmp_path / "broken")
    with pytest.raises(StudyError, match=r"there are no results in .*nowhere"):
        open_folder(tmp_path / "nowhere")


def test_a_sweep_without_a_cell_is_named(swept, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    with sqlite3.connect(swept / FILE_NAME) as source, sqlite3.connect(empty / FILE_NAME) as copy:
        source.backup(copy)
        copy.execute("DELETE FROM cells")
    source.close(), copy.close()
    with pytest.raises(StudyError, match=r"no cell is finished in .*empty yet"):
        open_folder(empty)
