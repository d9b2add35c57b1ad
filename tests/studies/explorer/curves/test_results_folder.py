import sqlite3

import pytest
from quick_models import sweep_into

import noiselib
from studies.core.errors import StudyError
from studies.explorer.curves.results_folder import open_folder
from studies.store.store import FILE_NAME


@pytest.fixture(scope="module")
def swept(tmp_path_factory, data_file):
    """A finished sweep of one quick model."""
    folder = tmp_path_factory.mktemp("results") / "done"
    with pytest.MonkeyPatch.context() as patch:
        sweep_into(folder, data_file, patch)
    return folder


def damage(folder):
    folder.mkdir(parents=True)
    (folder / FILE_NAME).write_bytes(b"no database")


def test_a_sweep_opens_as_charts_with_lines(swept):
    folder = open_folder(swept)
    assert (folder.finished, folder.planned, folder.failures) == (7, 7, 0)
    assert folder.models == ("quick",)
    noise, contrast = folder.charts
    assert (noise.title, noise.ends) == ("Gaussian noise", (0.0, 0.5))
    assert (contrast.title, contrast.ends) == ("Contrast", (1.0, 0.1))
    points = noise.lines[0].points
    assert [(point.x, point.strength) for point in points] == [
        (0.0, "sigma 0"),
        (0.25, "sigma 0.25"),
        (0.5, "sigma 0.5"),
    ]
    assert [len(point.conditions) for point in points] == [1, 2, 2]
    assert all(0 <= point.low <= point.accuracy <= point.high <= 1 for point in points)
    assert points[0].accuracy > points[2].accuracy


def test_a_strength_that_begins_at_infinity_is_shown_by_its_fraction(
    tmp_path, data_file, monkeypatch
):
    spec = "shot_noise(photons=3)"
    sweep_into(tmp_path / "shots", data_file, monkeypatch, corruptions=[spec])
    (chart,) = open_folder(tmp_path / "shots").charts
    assert chart.ends == (0.0, 1.0)
    assert chart.axis == f"fraction of the severity range of {spec}"
    assert [point.strength for point in chart.lines[0].points] == ["t 0", "t 0.5", "t 1"]


def test_a_unit_that_is_the_name_of_the_parameter_appears_once(tmp_path, data_file, monkeypatch):
    sweep_into(tmp_path / "turn", data_file, monkeypatch, corruptions=["rotation(degrees=90)"])
    (chart,) = open_folder(tmp_path / "turn").charts
    assert chart.lines[0].points[1].strength == "45 degrees"


def test_a_protocol_is_shown_by_its_levels(tmp_path, data_file, monkeypatch, tiny):
    changes = {"protocol": tiny.name, "corruptions": [], "strengths": []}
    sweep_into(tmp_path / "levels", data_file, monkeypatch, **changes)
    charts = {chart.corruption: chart for chart in open_folder(tmp_path / "levels").charts}
    assert list(charts) == ["spare_turn", "noise", "tilt", "smear"]
    points = charts["noise"].lines[0].points
    assert [point.strength for point in points] == ["clean", "level 1", "level 2"]
    assert (charts["noise"].ends, charts["tilt"].ends) == ((0.0, 2.0), (0.0, 1.0))
    assert points[2].conditions[0].pipeline == str(noiselib.parse("gaussian_noise(sigma=0.4)"))


def test_an_unfinished_sweep_is_shown_as_far_as_it_is_finished(swept, tmp_path):
    part = tmp_path / "part"
    part.mkdir()
    with sqlite3.connect(swept / FILE_NAME) as source, sqlite3.connect(part / FILE_NAME) as copy:
        source.backup(copy)
        copy.execute("PRAGMA foreign_keys = OFF")
        copy.execute("DELETE FROM cells WHERE pipeline LIKE 'contrast%'")
    source.close(), copy.close()
    folder = open_folder(part)
    assert (folder.finished, folder.planned) == (5, 7)
    assert folder.charts[1].ends == (1.0, 0.1)
    assert [len(line.points) for chart in folder.charts for line in chart.lines] == [3, 1]


def test_the_error_for_a_damaged_folder_names_it(tmp_path):
    damage(tmp_path / "damaged")
    with pytest.raises(StudyError, match=r"damaged.results\.sqlite is damaged"):
        open_folder(tmp_path / "damaged")
    with pytest.raises(StudyError, match=r"there are no results in .*nowhere"):
        open_folder(tmp_path / "nowhere")


def test_the_error_for_a_sweep_without_a_cell_names_it(swept, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    with sqlite3.connect(swept / FILE_NAME) as source, sqlite3.connect(empty / FILE_NAME) as copy:
        source.backup(copy)
        copy.execute("DELETE FROM cells")
    source.close(), copy.close()
    with pytest.raises(StudyError, match=r"no cell is finished in .*empty yet"):
        open_folder(empty)
