import re
import sys

import pytest
from html_page import Page
from typer.testing import CliRunner

from studies.__main__ import app


@pytest.fixture
def invoke(tmp_path, monkeypatch, fakes, tiny):
    """Call the command line in an empty folder; an exception that is no exit is raised."""
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments):
        monkeypatch.setattr(sys, "argv", ["studies", *map(str, arguments)])
        return CliRunner().invoke(app, [*map(str, arguments)], catch_exceptions=False)

    return invoke


@pytest.fixture
def small(data_file):
    """Arguments of a small sweep of the tiny protocol."""
    return ["sweep", "--data", data_file, "--models", "mlp,cnn", "--protocol", "tiny_c",
            "--seeds", "1", "--out", "out"]  # fmt: skip


def joined(text):
    """Return printed text with the breaks of its lines undone."""
    return " ".join(text.split())


def test_the_table_shows_fidelity_marks_and_the_means(invoke, small):
    result = invoke(*small)
    assert result.exit_code == 0, result.output
    text = joined(result.output)
    for words in ("clean images", "distribution", "smear†", "approximation", "(spare_turn)",
                  "mCE†", "mean of 3", "corruption_errors.csv"):  # fmt: skip
        assert words in text, words
    assert "The reference is mlp, the first model, as none was named: its mCE is 100 %" in text
    assert "† An approximation: similar to the eye" in text
    assert "With smear in it, the mCE† compares the models here with each other" in text
    assert "In parentheses: not in the mCE." in text
    (line,) = re.findall(r"│ mCE†.*", result.output)
    assert re.search(r"mlp .* 100\.0\s%\s+│\s+100\.0\s%", line)


def test_a_named_reference_is_said(invoke, small):
    text = joined(invoke(*small, "--reference", "cnn").output)
    assert "The reference is cnn: its mCE is 100 % by definition." in text
    assert "none was named" not in text


def test_without_approximations_there_is_no_dagger(invoke, small, add_protocol, tiny):
    from dataclasses import replace

    entries = {
        name: entry for name, entry in tiny.items() if entry.fidelity in {"exact", "distribution"}
    }
    add_protocol(replace(tiny, name="true_c", entries=entries))
    small[small.index("tiny_c")] = "true_c"
    result = invoke(*small)
    assert result.exit_code == 0
    assert "†" not in result.output
    assert "mCE" in result.output


def test_one_model_is_its_own_reference(invoke, small, tmp_path):
    small[small.index("mlp,cnn")] = "mlp"
    result = invoke(*small)
    assert result.exit_code == 0
    assert not (tmp_path / "out" / "figures" / "corruption-error.png").exists()
    assert (tmp_path / "out" / "figures" / "accuracy-02-tilt.svg").is_file()


def test_the_report_has_answer_errors_levels_and_marks(invoke, small, tmp_path):
    invoke(*small)
    text = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    page = Page(text)
    assert page.open == []
    assert all(address.startswith(("data:", "#")) for address in page.addresses)
    assert len(page.images) == 1 + 4
    assert page.images[1]["alt"].startswith("Accuracy at each level of noise: mlp ")
    words = joined(" ".join(page.words))
    order = (
        "Tiny-C on quadrants",
        "Error on the 60 clean test images of quadrants: mlp ",
        "On average over the 3 benchmark corruptions of Tiny-C, cnn makes",
        "is the most harmful corruption for mlp",
        "Corruption errors",
        "mean of 3",
        "Not in the mean",
        "† An approximation: similar to the eye",
        "Accuracy at the published levels",
        "an index, not a dose",
        "All levels",
        "tiny_c: nobody 2020",
    )
    at = 0
    for part in order:  # the contents at the top name some of them, too
        at = words.index(part, at)
    assert "other draws &lt;here&gt;" in text
    assert "gaussian_noise(sigma=0.4)" in text


def test_report_writes_a_protocol_again_from_the_database(invoke, small, tmp_path):
    invoke(*small)
    paths = [tmp_path / "out" / name for name in ("corruption_errors.csv", "report.html")]
    before = [path.read_bytes() for path in paths]
    for path in paths:
        path.unlink()
    assert invoke("report", "out").exit_code == 0
    assert [path.read_bytes() for path in paths] == before


def test_list_shows_the_protocols(invoke):
    result = invoke("list")
    assert result.exit_code == 0
    for word in ("Protocols", "mnist_c", "imagenet_c", "tiny_c", "1 approximation", "nobody 2020"):
        assert word in result.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--protocol", "tinyc"], "did you mean 'tiny_c'?"),
        (["--reference", "resnet"], "'resnet' is not among the models of the study"),
        (["--corruptions", "contrast"], "protocol 'tiny_c' has corruptions of its own"),
        (["--strengths", "3"], "protocol 'tiny_c' has levels of its own"),
    ],
)
def test_bad_input_is_one_sentence(invoke, small, arguments, words):
    result = invoke(*small, *arguments)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    assert words in result.stderr


def test_a_reference_without_a_protocol_is_one_sentence(invoke, data_file):
    result = invoke("sweep", "--data", data_file, "--reference", "mlp")
    assert result.exit_code == 2
    assert "only a protocol has a reference model" in result.stderr


def test_a_corruption_that_needs_what_is_not_there_fails_its_cells_alone(
    invoke, small, monkeypatch
):
    from studies.run import engine

    original = engine.corruption_of

    def without_blur(condition):
        if "blur" in condition.pipeline:
            raise ImportError("this needs Pillow: the extra 'images'")
        return original(condition)

    monkeypatch.setattr(engine, "corruption_of", without_blur)
    result = invoke(*small)
    assert result.exit_code == 1
    assert "4 cells are missing; the same command tries them again" in result.output
    assert "this needs Pillow" in result.output
    assert "missing" in result.output
