import pytest
from quick_models import MODELS

from studies.config.files import load_study
from studies.core.errors import StudyError
from studies.core.provenance import now
from studies.explorer.curves.sweep_panel import free_name
from studies.explorer.study import (
    count_cells,
    data_source,
    list_folders,
    model_sources,
    results_root,
    small_study,
    study_to_explore,
    to_toml,
)
from studies.store.store import FILE_NAME, Store


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


def test_the_study_has_the_data_and_models_of_the_last_run(tmp_path):
    study = load_study("quickstart", {"models": ["lenet"], "training_seed": 5})
    with Store(tmp_path, create=True) as store:
        store.begin_run(
            started=now(), command="", study=study.model_dump(mode="json"), provenance={}
        )
    found, folder = study_to_explore(tmp_path, {})
    assert (found.models, found.training_seed, folder) == (("lenet",), 5, tmp_path)
    assert study_to_explore(tmp_path, {"models": ["mlp"]})[0].models == ("mlp",)


def test_a_form_is_a_study(form):
    study = small_study(**form)
    assert study.strengths == (0.0, 0.5, 1.0)
    assert study.corruptions == ("gaussian_noise(sigma=0.5)", "rotation(degrees=90)")
    assert (study.seeds, study.images) == ((0,), 20)
    assert count_cells(study) == 10
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
def test_the_error_for_the_form_names_the_field(form, changes, message):
    with pytest.raises(StudyError, match=message):
        small_study(**form | changes)


def test_names_of_sweeps_are_numbered(tmp_path):
    assert free_name(tmp_path) == "sweep-1"
    (tmp_path / "sweep-1").mkdir()
    (tmp_path / "sweep-3").mkdir()
    assert free_name(tmp_path) == "sweep-2"


def test_trained_models_are_those_of_the_folder(tmp_path, data_file, monkeypatch):
    study = load_study("quickstart", {"models": ["mlp", "cnn", "quick_models:quick"]})
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "cnn.keras").touch()
    assert model_sources(study, tmp_path) == {
        "mlp": "mlp",
        "cnn": str(tmp_path / "models" / "cnn.keras"),
        "quick": "quick_models:quick",
    }
    assert data_source(study) == "digits"
    monkeypatch.chdir(data_file.parent)
    assert data_source(load_study("quickstart", {"data": data_file.name})) == str(data_file)


def test_a_study_file_round_trips(form, tmp_path):
    study = small_study(**form)
    (tmp_path / "study.toml").write_text(to_toml(study))
    assert load_study(tmp_path / "study.toml") == study


def start_sweep(folder, started):
    """Make a results folder in which a sweep was started."""
    folder.mkdir(parents=True)
    with Store(folder, create=True) as store:
        store.begin_run(started=started, command="typed", study={}, provenance={})


def damage(folder):
    folder.mkdir(parents=True)
    (folder / FILE_NAME).write_bytes(b"no database")


def test_folders_beside_and_below_are_listed_the_latest_first(tmp_path):
    start_sweep(tmp_path / "old", "2026-01-01T10:00:00+00:00")
    start_sweep(tmp_path / "new", "2026-03-01T10:00:00+00:00")
    start_sweep(tmp_path / "mine" / "inner", "2026-02-01T10:00:00+00:00")
    damage(tmp_path / "damaged")
    assert list(list_folders(tmp_path)) == ["new", "mine/inner", "old", "damaged"]
    assert list_folders(tmp_path / "old") == list_folders(tmp_path)
    assert list_folders(tmp_path / "missing") == list_folders(tmp_path)
    assert list_folders(tmp_path)["mine/inner"] == tmp_path / "mine" / "inner"


def test_a_folder_that_was_never_swept_is_not_listed(tmp_path):
    (tmp_path / "results" / "quickstart").mkdir(parents=True)
    with Store(tmp_path / "results" / "quickstart", create=True):
        pass
    assert list_folders(tmp_path / "results" / "quickstart") == {}
    assert list_folders(tmp_path / "nowhere") == {}


def test_new_sweeps_are_written_beside_the_folder_of_the_explorer(tmp_path):
    folder = tmp_path / "results" / "quickstart"
    assert results_root(folder) == tmp_path / "results"
    damage(folder)
    assert results_root(folder) == tmp_path / "results"
    assert results_root(tmp_path / "results") == tmp_path / "results"
