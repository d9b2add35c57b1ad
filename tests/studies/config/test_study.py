import os

import pytest

from studies.config.files import default_folder, load_study, preset_names
from studies.config.study import Study
from studies.core.errors import StudyError

FILE = """
name = "mine"
data = "digits"
models = ["mlp"]
corruptions = ["rotation(degrees=30.0)|gaussian_noise(sigma=.20)", "contrast"]
strengths = 3
seeds = [4, 7]
"""


def written(folder, text):
    path = folder / "mine.toml"
    path.write_text(text)
    return path


def test_a_file_becomes_a_study_in_canonical_form(tmp_path):
    study = load_study(written(tmp_path, FILE))
    assert study.corruptions[0] == "rotation(degrees=30) | gaussian_noise(sigma=0.2)"
    assert study.corruptions[1].startswith("contrast(factor=")
    assert study.strengths == (0, 0.5, 1)
    assert study.seeds == (4, 7)


def test_settings_have_defaults(tmp_path):
    text = 'name = "a"\ndata = "digits"\nmodels = ["mlp"]\ncorruptions = ["rotation"]'
    study = load_study(written(tmp_path, text))
    assert len(study.strengths) == 11
    assert study.strengths[3] == 0.3
    assert study.seeds == (0, 1, 2)


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_is_valid(name):
    assert load_study(name).name == name


def test_overrides_replace_the_settings_of_the_file(tmp_path):
    study = load_study(written(tmp_path, FILE), {"seeds": 2, "models": ["cnn", "mlp"]})
    assert study.seeds == (0, 1)
    assert study.models == ("cnn", "mlp")


def test_all_errors_are_reported_at_once_with_their_paths(tmp_path):
    text = """
    name = "a/b"
    data = ""
    models = ["mlp", "mpl", "gone/model.keras"]
    corruptions = ["rotation(degrees=30)", "gausian_noise", "rotation(30)", "identity"]
    strengths = 1
    seeds = [1, 2.5, -1]
    training_seed = true
    sedes = 4
    """
    with pytest.raises(StudyError) as caught:
        load_study(written(tmp_path, text))
    lines = str(caught.value).splitlines()
    assert lines[0].endswith("mine.toml has 12 errors:")
    paths = [line.split(":")[0].strip() for line in lines[1:]]
    assert sorted(paths) == sorted(
        [
            "name",
            "data",
            "models.1",
            "models.2",
            "corruptions.1",
            "corruptions.2",
            "corruptions.3",
            "strengths",
            "seeds.1",
            "seeds.2",
            "training_seed",
            "sedes",
        ]
    )
    message = str(caught.value)
    assert "did you mean 'gaussian_noise'?" in message
    assert "did you mean 'seeds'?" in message
    assert "by keyword" in message
    assert "pydantic" not in message.lower()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"models": []}, "models: at least one is needed"),
        ({"models": ["mlp", "mlp"]}, "models: mlp is given more than once"),
        ({"corruptions": ["contrast", "contrast"]}, "is given more than once"),
        ({"strengths": [0.5, 1]}, "strengths: strengths must increase from 0"),
        ({"strengths": [0, 0.5, 0.5]}, "must increase from 0"),
        ({"strengths": [0, 1.5]}, "at most 1"),
        ({"strengths": [0, float("nan")]}, "must increase from 0"),
        ({"strengths": True}, "strengths: "),
        ({"strengths": 5000}, r"must lie in \[2, 1001\], got 5000"),
        ({"seeds": 0}, r"must lie in \[1, 1000\], got 0"),
        ({"seeds": []}, "seeds: at least one is needed"),
        ({"seeds": [2**63]}, "seeds.0: "),
        ({"images": 0}, "images: .*got 0"),
        ({"threads": "two"}, "threads: .*got 'two'"),
    ],
)
def test_each_error_is_one_sentence_with_its_path(tmp_path, change, sentence):
    with pytest.raises(StudyError, match=sentence) as caught:
        load_study(written(tmp_path, FILE), change)
    assert "\n" not in str(caught.value)


def test_two_models_of_one_name_are_refused(tmp_path):
    (tmp_path / "mlp.keras").touch()
    with pytest.raises(StudyError, match="2 models are called 'mlp'"):
        load_study(written(tmp_path, FILE), {"models": ["mlp", str(tmp_path / "mlp.keras")]})


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"name = [}", "not valid TOML.*line 1"), (b"\xff\xfe\x00", "cannot be read")],
)
def test_a_file_that_is_no_toml_is_one_sentence(tmp_path, content, sentence):
    path = tmp_path / "broken.toml"
    path.write_bytes(content)
    with pytest.raises(StudyError, match=sentence):
        load_study(path)


def test_a_missing_file_names_the_presets(tmp_path):
    with pytest.raises(StudyError, match=r"no study file .*gone.toml.*quickstart"):
        load_study(tmp_path / "gone.toml")


def test_paths_in_a_file_are_relative_to_its_folder(tmp_path, monkeypatch):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "net.keras").touch()
    text = FILE.replace('"digits"', '"pictures.npz"').replace('["mlp"]', '["net.keras"]')
    path = written(tmp_path / "sub", text)
    monkeypatch.chdir(tmp_path)
    study = load_study("sub/mine.toml")
    assert study.data == str(path.relative_to(tmp_path).parent / "pictures.npz")
    assert study.models == (f"sub{os.sep}net.keras",)
    assert load_study("sub/mine.toml", {"data": "other.npz"}).data == "other.npz"


def test_each_study_and_data_has_its_own_folder(tmp_path):
    path = written(tmp_path, FILE)
    study = load_study(path)
    assert str(default_folder(path, study)) == "results/mine"
    other = load_study(path, {"data": "../odd name!/mnist.npz"})
    assert str(default_folder(path, other)) == "results/mine-mnist"
    assert str(default_folder("quickstart", load_study("quickstart"))) == "results/quickstart"


def test_a_study_is_the_same_after_json():
    study = load_study("quickstart")
    assert Study.model_validate(study.model_dump(mode="json")) == study
