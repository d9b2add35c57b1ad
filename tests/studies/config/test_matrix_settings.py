"""The settings of a matrix: trainings, tests, and all errors at once."""

import pytest

import noiselib
from studies.config.files import default_folder, load_study, preset_names
from studies.config.matrix import labels_of, load_matrix
from studies.core.errors import StudyError
from studies.plan import columns_of, sweep_of, trainings_of

SMALL = """
[matrix]
name = "small"
data = "quadrants.npz"
corruptions = ["gaussian_noise(sigma=0.50)", "rotation(degrees=90)"]
strengths = 2
[matrix.training]
architecture = "mlp"
"""


@pytest.fixture
def write(tmp_path):
    def write(text):
        path = tmp_path / "study.toml"
        path.write_text(text)
        return path

    return write


def test_the_preset_is_a_matrix_and_no_sweep():
    assert preset_names("matrix") == ["matrix"]
    assert "matrix" not in preset_names()
    matrix = load_matrix("matrix")
    assert len(trainings_of(matrix)) == 1 + len(matrix.corruptions) + 2 + len(matrix.mixtures)
    assert str(default_folder("matrix", matrix)) == "results/matrix"
    other = load_matrix("matrix", {"data": "mnist"})
    assert str(default_folder("matrix", other)) == "results/matrix-mnist"


def test_each_kind_of_study_names_its_command(write):
    with pytest.raises(StudyError, match=r"is a matrix, not a sweep; .*studies matrix matrix"):
        load_study("matrix")
    with pytest.raises(StudyError, match=r"is a sweep, not a matrix; .*studies sweep quickstart"):
        load_matrix("quickstart")
    with pytest.raises(StudyError, match=r"no study file gone\.toml, and the presets are matrix"):
        load_matrix("gone.toml")
    with pytest.raises(StudyError, match="not valid TOML"):
        load_matrix(write("[matrix"))


def test_a_file_is_read_with_defaults_and_paths_relative_to_its_folder(write, tmp_path):
    matrix = load_matrix(write(SMALL))
    assert matrix.data == str(tmp_path / "quadrants.npz")
    assert matrix.corruptions == ("gaussian_noise(sigma=0.5)", "rotation(degrees=90)")
    assert matrix.strengths == (0.5, 1.0)
    assert (matrix.seeds, matrix.training_seeds, matrix.mixtures) == ((0, 1, 2), (0,), {})


@pytest.mark.parametrize(
    ("given", "found"), [(0.3, (0.3,)), (1, (1.0,)), (4, (0.25, 0.5, 0.75, 1.0)), ([0.1], (0.1,))]
)
def test_strengths_may_be_a_number_a_fraction_or_a_list(write, given, found):
    assert load_matrix(write(SMALL), {"strengths": given}).strengths == found


def test_options_replace_settings_those_of_the_training_too(write):
    matrix = load_matrix(write(SMALL), {"architecture": "cnn", "epochs": 3, "seeds": 1})
    assert (matrix.training.architecture, matrix.training.epochs) == ("cnn", 3)
    assert matrix.seeds == (0,)


def test_all_errors_are_reported_at_once_with_their_paths(write):
    text = """
author = "me"
[matrix]
name = "no spaces, please"
data = "digits"
corruptions = ["gausian_noise"]
strengths = [0, 1]
seeds = 0
training_seeds = [1, 1]
corruption = "fog"
[matrix.training]
architecture = "mpl"
epochs = 0
[matrix.mixtures]
nothing = "identity"
"""
    with pytest.raises(StudyError) as caught:
        load_matrix(write(text))
    told = str(caught.value)
    for words in (
        "10 errors",
        "author: there is no such setting",
        "matrix.name: ",
        "matrix.corruptions.0: no corruption is called 'gausian_noise'",
        "matrix.strengths: strengths must increase, be above 0",
        "matrix.seeds: the number of seeds must lie in [1, 1000], got 0",
        "matrix.training_seeds: 1 is given more than once",
        "matrix.corruption: there is no such setting; did you mean 'matrix.corruptions'?",
        "matrix.training.architecture: no architecture is called 'mpl'; did you mean 'mlp'?",
        "matrix.training.epochs: ",
        "matrix.mixtures.nothing: 'identity' changes nothing",
    ):
        assert words in told
    assert told.count("\n") == 10


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"strengths": 1.5}, "at most 1, got [1.5]"),
        ({"strengths": 0}, "number of strengths must lie in [1, 1000], got 0"),
        ({"strengths": [0.5, 0.2]}, "must increase"),
        ({"strengths": True}, "matrix.strengths"),
        ({"seeds": [2**31]}, "must lie below 2147483648"),
        ({"training_seeds": [2**31]}, "must lie below 2147483648"),
        ({"seed": 3}, "write the seeds of the trainings into training_seeds"),
        ({"images": 1}, "matrix.images"),
        ({"mixtures": {"all": "fog"}}, "'all' is the name of another training"),
        ({"mixtures": {"rotation": "fog"}}, "'rotation' is the name of another training"),
        ({"mixtures": {"a/b": "fog"}}, "matrix.mixtures"),
        ({"mixtures": {"b": "fogg"}}, "no corruption is called 'fogg'"),
        ({"corruptions": []}, "at least one is needed"),
        ({"corruptions": ["fog", "fog()"]}, "given more than once"),
        ({"patience": 2, "validation_fraction": 0.0}, "early stopping needs"),
    ],
)
def test_an_invalid_setting_is_one_sentence(write, changes, words):
    with pytest.raises(StudyError) as caught:
        load_matrix(write(SMALL), changes)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_trainings_are_clean_each_all_clean_and_all_and_the_named(write):
    named = {"half": "sometimes(fog, p=0.5)"}
    trainings = trainings_of(load_matrix(write(SMALL), {"mixtures": named}))
    noise, turn = "vary(gaussian_noise(sigma=0.5))", "vary(rotation(degrees=90))"
    assert [(item.label, item.kind, item.spec) for item in trainings] == [
        ("clean", "clean", "identity"),
        ("gaussian noise", "single", noise),
        ("rotation", "single", turn),
        ("all", "mixture", f"one_of({noise}, {turn})"),
        ("clean and all", "mixture", f"one_of(identity, {noise}, {turn})"),
        ("half", "mixture", str(noiselib.parse(named["half"]))),
    ]
    assert all(str(noiselib.parse(item.spec)) == item.spec for item in trainings)


def test_one_corruption_needs_no_mixture_of_itself(write):
    trainings = trainings_of(load_matrix(write(SMALL), {"corruptions": ["fog"]}))
    assert [item.label for item in trainings] == ["clean", "fog", "clean and all"]


def test_tests_and_sweep_follow_the_corruptions(write):
    matrix = load_matrix(write(SMALL))
    assert [test.label for test in columns_of(matrix)] == ["clean", "gaussian noise", "rotation"]
    study = sweep_of(matrix, ["mlp"])
    assert study.strengths == (0.0, 0.5, 1.0)
    assert (study.corruptions, study.seeds) == (matrix.corruptions, matrix.seeds)


def test_names_are_short_where_they_are_unique():
    specs = [
        str(noiselib.parse(text))
        for text in ("zoom | fog", "fog", "rotation(degrees=10)", "rotation(degrees=20)",
                     "vary(fog)")
    ]  # fmt: skip
    assert list(labels_of(specs).values()) == [
        "zoom | fog", "fog", "rotation(degrees=10)", "rotation(degrees=20)", specs[-1],
    ]  # fmt: skip
