import sqlite3
import sys

import numpy as np
import pytest
from fakes import write_data
from typer.testing import CliRunner

from studies.__main__ import app
from studies.config.study import Study
from studies.report.sweep.comparison import closing_sentences, verdict
from studies.stats.paired import compare_shares
from studies.tables.gate import OVERALL, ModelPair, compare_models
from studies.workflows import sweep as session
from studies.workflows.sweep import run_study

PAIR = ModelPair("old", "new")


@pytest.fixture
def invoke(tmp_path, monkeypatch, fakes):
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments):
        monkeypatch.setattr(sys, "argv", ["studies", *map(str, arguments)])
        return CliRunner().invoke(app, [*map(str, arguments)], catch_exceptions=False)

    return invoke


@pytest.fixture
def sweep(invoke, tmp_path, settings, observer, monkeypatch):
    """Sweep cheap models; the one called cnn is the worse one."""
    monkeypatch.setattr(session, "write_outputs", lambda *_, **__: None)  # the slow part
    data = write_data(tmp_path / "quadrants.npz", count=200)
    noise = {"strengths": 3, "seeds": 2, "corruptions": ["gaussian_noise(sigma=0.5)"]}

    def sweep(out, models=("mlp",), **changes):
        study = Study.model_validate(
            settings | noise | {"data": str(data), "models": models} | changes
        )
        run_study(study, tmp_path / out, command="", observer=observer)

    return sweep


def assert_one_sentence(result, *words):
    assert result.exit_code == 2, result.output
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    for word in words:
        assert word in result.stderr


def shares(**by_place):
    return {place: np.asarray(values, float) for place, values in by_place.items()}


def test_two_models_of_one_folder(sweep, invoke):
    sweep("here", models=["mlp", "cnn"])
    result = invoke("compare", "here:mlp", "here:cnn", "--fail-if-worse", 0.01)
    assert result.exit_code == 1
    for words in ("cnn against mlp", "clean", "gaussian_noise(sigma=0.5)", OVERALL, "worse"):
        assert words in result.output
    assert "FAIL: cnn loses" in result.output
    assert "there are 200." in result.output
    assert invoke("compare", "here:cnn", "here:mlp", "--fail-if-worse", 0.01).exit_code == 0
    assert invoke("compare", "here:mlp", "here:cnn").exit_code == 0  # only reports


def test_a_loss_below_the_margin_passes(sweep, invoke):
    sweep("here", models=["mlp", "cnn"])
    result = invoke("compare", "here:mlp", "here:cnn", "--fail-if-worse", 0.9)
    assert result.exit_code == 0
    assert "PASS" in result.output
    assert "worse, within the margin" in result.output


def test_two_folders_pair_models_by_name(sweep, invoke):
    sweep("one", models=["mlp", "cnn"])
    sweep("two", models=["mlp", "cnn"])
    result = invoke("compare", "one", "two", "--fail-if-worse", 0)
    assert result.exit_code == 0
    for words in ("mlp against mlp", "cnn against cnn", "no significant difference", "PASS"):
        assert words in result.output


def test_two_folders_with_one_model_each_need_no_equal_names(sweep, invoke):
    sweep("one", models=["mlp"])
    sweep("two", models=["cnn"])
    assert "cnn against mlp" in invoke("compare", "one", "two").output


def test_a_protocol_is_compared_over_its_levels(sweep, invoke, tiny):
    sweep("here", ["mlp", "cnn"], corruptions=(), strengths=(), protocol="tiny_c")
    result = invoke("compare", "here:mlp", "here:cnn", "--fail-if-worse", 0.01)
    assert result.exit_code == 1
    for name in ("clean", "noise", "tilt", "smear", "spare_turn", OVERALL):
        assert name in result.output


def test_other_images_or_settings_are_refused(sweep, invoke, tmp_path):
    sweep("one")
    other = write_data(tmp_path / "other.npz", count=200, seed=5)
    sweep("data", data=str(other))
    assert_one_sentence(invoke("compare", "one", "data"), "on the same images only")
    sweep("seeds", seeds=3)
    assert_one_sentence(invoke("compare", "one", "seeds"), "seeds of one are 0, 1", "0, 1, 2")
    sweep("strengths", strengths=5)
    assert_one_sentence(invoke("compare", "one", "strengths"), "the strengths of one are 0, 0.5, 1")
    sweep("blur", corruptions=["gaussian_blur(sigma=3)"])
    assert_one_sentence(invoke("compare", "one", "blur"), "gaussian_noise", "gaussian_blur")


def test_models_that_are_missing_or_unclear_are_refused(sweep, invoke):
    sweep("one", models=["mlp", "cnn"])
    sweep("two", models=["mlp"])
    assert_one_sentence(invoke("compare", "one", "two"), "no model 'cnn' in two, which has mlp")
    assert_one_sentence(invoke("compare", "one", "one"), "one:mlp one:cnn")
    assert_one_sentence(invoke("compare", "one:mpl", "two"), "no model 'mpl' in one")
    assert invoke("compare", "one:mlp", "two").exit_code == 0
    assert "mlp against cnn" in invoke("compare", "one:cnn", "two").output


def test_invalid_folders_are_refused(sweep, invoke, tmp_path):
    sweep("one")
    assert_one_sentence(invoke("compare", "one", "gone"), "no results folder gone")
    (tmp_path / "empty").mkdir()
    assert_one_sentence(invoke("compare", "one", "empty"), "there are no results in empty")
    sweep("newer")
    with sqlite3.connect(tmp_path / "newer" / "results.sqlite") as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    assert_one_sentence(invoke("compare", "one", "newer"), "newer version of this toolkit")


def test_missing_cells_are_refused(sweep, invoke, tmp_path):
    sweep("one")
    sweep("two")
    with sqlite3.connect(tmp_path / "two" / "results.sqlite") as connection:
        connection.execute("DELETE FROM outcomes WHERE cell IN (SELECT key FROM cells LIMIT 1)")
        connection.execute("DELETE FROM cells WHERE key IN (SELECT key FROM cells LIMIT 1)")
    connection.close()
    assert_one_sentence(invoke("compare", "one", "two"), "1 cell of mlp in two are missing")


@pytest.mark.parametrize("margin", ["-0.1", "1.5", "much"])
def test_a_margin_is_a_fraction(sweep, invoke, margin):
    result = invoke("compare", "one", "two", "--fail-if-worse", margin)
    assert result.exit_code == 2
    assert "--fail-if-worse" in result.stderr


def test_it_fails_only_when_the_loss_is_over_the_margin_and_significant():
    random = np.random.default_rng(0)
    good = random.random(300) < 0.9
    unsure = good.copy()
    unsure[np.flatnonzero(good)[:20]] = False
    unsure[np.flatnonzero(~good)[:14]] = True  # two points less, and 34 images changed
    (finding,) = compare_models({PAIR: (shares(clean=good), shares(clean=unsure))})
    assert finding.drop == pytest.approx(0.02)
    assert finding.lowest_drop < 0
    assert not finding.is_worse(0.01)
    assert verdict(finding, 0.01) == "no significant difference"
    sure = good.copy()
    sure[np.flatnonzero(good)[:20]] = False
    (finding,) = compare_models({PAIR: (shares(clean=good), shares(clean=sure))})
    assert finding.lowest_drop > 0.01
    assert finding.is_worse(0.01)
    assert not finding.is_worse(0.1)
    assert verdict(finding, 0.1) == "worse, within the margin"
    assert "loses 6.7 points on clean images" in closing_sentences([finding], 0.01, 300)[0]


def test_more_lines_make_wider_intervals():
    random = np.random.default_rng(1)
    first, second = random.random((2, 400)) < 0.8
    alone = compare_models({PAIR: (shares(a=first), shares(a=second))})[0]
    many = compare_models(
        {PAIR: (shares(a=first, b=first, c=first), shares(a=second, b=first, c=first))}
    )[0]
    expected = compare_shares(first * 1.0, second * 1.0, p=1, level=1 - 0.05 / 3)
    assert many.difference.low < alone.difference.low
    assert many.difference.low == pytest.approx(expected.low)


def test_an_equal_candidate_fails_in_few_of_many_trials():
    random = np.random.default_rng(2)
    failures = 0
    for _ in range(300):
        first, second = (
            {f"c{place}": (random.random(150) < 0.8) * 1.0 for place in range(6)} for _ in range(2)
        )
        found = compare_models({PAIR: (first, second)})
        failures += any(finding.is_worse(0.01) for finding in found)
    assert failures <= 15  # one in forty is expected, one in twenty accepted
