import re
import shlex
import sys
import tomllib

import pytest
from typer.testing import CliRunner

from studies.__main__ import app
from studies.cli.init import write_study_file
from studies.config.files import PRESETS, load_study, preset_names
from studies.config.study import Study
from studies.core.errors import StudyError

SWEEPS = preset_names()


@pytest.fixture
def init(tmp_path, monkeypatch):
    """Call the command in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KERAS_BACKEND", raising=False)

    def init(*arguments):
        monkeypatch.setattr(sys, "argv", ["studies", "init", *arguments])
        return CliRunner().invoke(app, ["init", *arguments], catch_exceptions=False)

    return init


def assert_one_sentence(result, *words):
    assert result.exit_code == 2, result.output
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    for word in words:
        assert word in result.stderr


def test_it_writes_the_first_study_and_prints_the_next_step(init, tmp_path):
    result = init()
    assert result.exit_code == 0, result.output
    assert load_study(tmp_path / "study.toml") == load_study("quickstart")
    assert result.output.rstrip().endswith("-m studies sweep study.toml")


@pytest.mark.parametrize("preset", [*SWEEPS, *preset_names("matrix")])
def test_every_preset_is_copied_exactly(init, tmp_path, preset):
    result = init("new folder/mine.toml", "--preset", preset)
    assert result.exit_code == 0, result.output
    written = tmp_path / "new folder" / "mine.toml"
    assert written.read_bytes() == (PRESETS / f"{preset}.toml").read_bytes()
    kind = "sweep" if preset in SWEEPS else "matrix"
    command = shlex.split(result.output.splitlines()[-1])
    assert command[1:] == ["-m", "studies", kind, "new folder/mine.toml"]


def test_common_questions_have_a_preset():
    assert {"quickstart", "protocol", "gate"} <= set(SWEEPS)
    assert load_study("protocol").protocol == "mnist_c"
    assert len(load_study("gate").strengths) < len(load_study("quickstart").strengths)


@pytest.mark.parametrize("preset", SWEEPS)
def test_a_preset_explains_every_setting(preset):
    text = (PRESETS / f"{preset}.toml").read_text()
    for setting in Study.model_fields:
        assert re.search(rf"^(# )?{setting} +?= ", text, re.MULTILINE), setting
    for line in text.splitlines():
        assert len(line) <= 120, line


def test_settings_in_comments_are_valid_and_show_defaults(tmp_path):
    text = (PRESETS / "quickstart.toml").read_text()
    shown = re.sub(r"^# (tolerance|threshold|images|threads) ", r"\1 ", text, flags=re.MULTILINE)
    settings = tomllib.loads(shown)
    settings["images"] = 100  # the digits have 500
    study = Study.model_validate(settings)
    assert (study.tolerance, study.threshold, study.threads) == (0.01, 0.8, 2)
    few = {"name": "a", "data": "digits", "models": ["mlp"], "corruptions": ["contrast"]}
    by_default = Study.model_validate(few)
    for setting in ("strengths", "seeds", "training_seed"):
        assert getattr(load_study("quickstart"), setting) == getattr(by_default, setting)
    published = re.sub(r"^# (protocol|reference) ", r"\1 ", text, flags=re.MULTILINE)
    path = tmp_path / "mine.toml"
    path.write_text(re.sub(r"(?ms)^corruptions = .*?^\]|^strengths.*?$", "", published))
    assert load_study(path).reference == "mlp"


def test_a_file_that_exists_is_left_unchanged(init, tmp_path):
    (tmp_path / "study.toml").write_text("mine")
    assert_one_sentence(init(), "study.toml exists already, and is left unchanged")
    assert (tmp_path / "study.toml").read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--preset", "gaet"], ["no preset is called 'gaet'; did you mean 'gate'?"]),
        (["--preset", "zzz"], ["there are gate, ", "quickstart"]),
        (["--preset", "../quickstart"], ["no preset is called"]),
        (["quickstart"], ["a study file is called NAME.toml, got quickstart"]),
        (["."], ["NAME.toml"]),
        (["folder.toml"], ["exists already"]),
        (["file/below.toml"], ["file"]),
    ],
)
def test_bad_input_is_one_sentence_and_writes_nothing(init, tmp_path, arguments, words):
    (tmp_path / "file").touch()
    (tmp_path / "folder.toml").mkdir()
    assert_one_sentence(init(*arguments), *words)
    assert {path.name for path in tmp_path.rglob("*")} == {"file", "folder.toml"}


def test_the_written_file_can_be_shared(tmp_path):
    command = write_study_file(tmp_path / "it's mine.toml", "gate")
    assert shlex.split(command)[-1] == str(tmp_path / "it's mine.toml")
    with pytest.raises(StudyError, match="exists already"):
        write_study_file(tmp_path / "it's mine.toml", "gate")


MISTAKEN = """
name = "a/b"
models = ["mlp", "cnn", "x/cnn.keras", ""]
protocol = "mnist_d"
reference = "resnet"
corruptions = "contrast"
strengths = "many"
tolerance = 5
seeds = [0, 0]
threshold = 1.5
images = 0
training_seed = -1
threads = "all"
colour = "red"
"""


def test_all_errors_in_a_file_are_named_with_their_paths(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(MISTAKEN)
    with pytest.raises(StudyError) as caught:
        load_study(path)
    heading, *lines = str(caught.value).splitlines()
    paths = [line.split(":")[0].strip() for line in lines]
    wanted = "name data models.2 models.3 protocol corruptions strengths tolerance seeds threshold"
    assert set(paths) >= {*wanted.split(), "images", "training_seed", "threads", "colour"}
    assert f"has {len(lines)} errors" in heading
    assert "  corruptions: must be a list, got 'contrast'" in lines


def test_models_of_one_name_are_reported_with_the_other_errors(tmp_path):
    path = tmp_path / "mine.toml"
    (tmp_path / "mlp.keras").touch()
    path.write_text('name = "a"\ndata = ""\nmodels = ["mlp", "./mlp.keras"]\ncorruptions = ["fog"]')
    with pytest.raises(StudyError, match="has 2 errors") as caught:
        load_study(path)
    assert "  models: 2 models are called 'mlp'; rename one" in str(caught.value)


def test_a_folder_of_data_beside_the_file_needs_no_slash(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "sub"
    (folder / "pets").mkdir(parents=True)
    text = 'name = "a"\nmodels = ["mlp"]\ncorruptions = ["fog"]\ndata = '
    (folder / "mine.toml").write_text(f'{text}"pets"')
    assert load_study("sub/mine.toml").data == str((folder / "pets").relative_to(tmp_path))
    (folder / "mine.toml").write_text(f'{text}"mnist"')
    assert load_study("sub/mine.toml").data == "mnist"
