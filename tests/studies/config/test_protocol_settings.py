import pytest

from studies.config.files import load_study
from studies.config.study import Study
from studies.core.errors import StudyError

FILE = """
name = "mine"
data = "digits"
models = ["mlp", "cnn"]
protocol = "mnist_c"
reference = "cnn"
"""


@pytest.fixture
def written(tmp_path):
    def written(text=FILE):
        path = tmp_path / "mine.toml"
        path.write_text(text)
        return path

    return written


def test_a_file_may_name_a_protocol_in_place_of_corruptions(written):
    study = load_study(written())
    assert (study.protocol, study.reference) == ("mnist_c", "cnn")
    assert (study.corruptions, study.strengths) == ((), ())
    assert Study.model_validate(study.model_dump(mode="json")) == study


def test_a_study_without_a_protocol_has_none():
    study = load_study("quickstart")
    assert (study.protocol, study.reference, len(study.strengths)) == (None, None, 11)
    assert Study.model_validate(study.model_dump(mode="json")) == study


def test_an_override_replaces_what_it_excludes(written):
    study = load_study("quickstart", {"protocol": "cifar_c", "reference": "cnn"})
    assert (study.protocol, study.corruptions, study.strengths) == ("cifar_c", (), ())
    study = load_study(written(), {"corruptions": ["contrast"]})
    assert (study.protocol, study.reference, len(study.strengths)) == (None, None, 11)


def test_the_reference_may_be_named_by_its_file(written, tmp_path):
    (tmp_path / "net.keras").touch()
    text = FILE.replace('"mlp", "cnn"', '"mlp", "net.keras"').replace('"cnn"', '"net.keras"')
    assert load_study(written(text)).reference == "net"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"protocol": "mnist-c"}, "protocol: .*'mnist-c'; did you mean 'mnist_c'"),
        ({"protocol": "zzz"}, "protocol: .*there are cifar_c, imagenet_c"),
        ({"protocol": 3}, "protocol: .*got 3"),
        ({"reference": "mpl"}, "reference: 'mpl' is not among the models .* mlp, cnn"),
        ({"strengths": 3}, "strengths: protocol 'mnist_c' has levels of its own"),
        (
            {"protocol": "mnist_c", "corruptions": ["contrast"]},
            "corruptions: protocol 'mnist_c' has corruptions of its own",
        ),
        ({"corruptions": ["contrast"], "reference": "mlp"}, "reference: only a protocol has"),
        ({"corruptions": []}, "corruptions: at least one is needed, or a protocol"),
    ],
)
def test_each_error_is_one_sentence_with_its_path(written, change, sentence):
    with pytest.raises(StudyError, match=sentence) as caught:
        load_study(written(), change)
    assert "\n" not in str(caught.value)


def test_neither_corruptions_nor_a_protocol_is_an_error(written):
    with pytest.raises(StudyError, match="corruptions: at least one is needed, or a protocol"):
        load_study(written('name = "a"\ndata = "digits"\nmodels = ["mlp"]'))


def test_all_errors_are_reported_at_once(written):
    text = FILE.replace('"cnn"\n', '"nobody"\n') + (
        'corruptions = ["contrast"]\nstrengths = 5\nseeds = 0\n'
    )
    with pytest.raises(StudyError) as caught:
        load_study(written(text))
    lines = str(caught.value).splitlines()
    assert lines[0].endswith("4 errors:")
    paths = {line.split(":")[0].strip() for line in lines[1:]}
    assert paths == {"reference", "corruptions", "strengths", "seeds"}


def test_an_unknown_protocol_does_not_hide_other_errors(written):
    with pytest.raises(StudyError) as caught:
        load_study(written(), {"protocol": "mnist", "models": ["mpl"]})
    assert "2 errors" in str(caught.value)
    with pytest.raises(StudyError) as caught:
        load_study(written(), {"protocol": "mnist", "reference": "bob"})
    assert "reference: 'bob' is not among" in str(caught.value)
