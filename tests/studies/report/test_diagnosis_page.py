import csv
import re
import sys
from collections import Counter

import numpy as np
import pytest
from fakes import QuadrantModel, find_fakes, make_images, start_fakes
from html_page import Page
from typer.testing import CliRunner

import noiselib
from models.data import load
from studies.__main__ import app
from studies.workflows import sweep as session

MARKUP = "<script>alert('1')</script>"
SPEC = "gaussian_noise(sigma=0.5)"


class Broken:
    def predict(self, images):
        raise RuntimeError(f"no luck {MARKUP}")


def start_some(needed, data, *, threads):
    """Let every model whose name says so fail."""
    return {
        name: Broken() if "broken" in name else model
        for name, model in start_fakes(needed, data, threads=threads).items()
    }


def invoke(folder, *arguments):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(sys, "argv", ["studies", *map(str, arguments)])
        return CliRunner().invoke(app, ["diagnose", *map(str, arguments)], catch_exceptions=False)


def write(path, classes=None, count=60):
    (x_train, y_train), (x_test, y_test) = make_images(40, 1), make_images(count, 0)
    names = {} if classes is None else {"class_names": np.array(classes)}
    np.savez(path, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test, **names)
    return path


@pytest.fixture(scope="module")
def patched():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "load_models", find_fakes)
        patch.setattr(session, "load_predictors", start_some)
        yield patch


@pytest.fixture(scope="module")
def done(tmp_path_factory, patched):
    """One diagnosis of two models and one that fails, of classes with odd names."""
    folder = tmp_path_factory.mktemp("diagnosis")
    write(folder / "data.npz", [MARKUP, "b", "c", "$x_2$"])
    (folder / "broken.keras").touch()
    arguments = ["--data", "data.npz", "--models", "mlp,cnn,broken.keras"]
    result = invoke(folder, *arguments, "--corruption", SPEC, "--seed", 2, "--out", "out")
    return folder / "out" / "diagnosis" / "gaussian_noise-sigma=0.5-seed=2", result


@pytest.fixture(scope="module")
def page(done):
    text = (done[0] / "diagnosis.html").read_text(encoding="utf-8")
    return text, Page(text)


def test_it_ends_with_a_table_the_files_and_the_next_step(done):
    folder, result = done
    assert result.exit_code == 1, result.output  # one model failed
    for words in (
        "clean images",
        SPEC,
        "ECE",
        "confusion.csv",
        "Next: open",
        "2 predictions are missing",
    ):
        assert words in result.output
    assert (folder / "diagnosis.html").is_file()
    pictures = {path.stem for path in (folder / "figures").glob("*.png")}
    assert pictures == {path.stem for path in (folder / "figures").glob("*.svg")}
    kinds = Counter(name.split("-0")[0] for name in pictures)
    assert kinds["confusion-counts"] == kinds["confusion-shares"] == kinds["samples"] == 4
    assert {"calibration-clean", "calibration-corrupted", "plane-corrupted"} <= pictures


def test_the_page_stands_alone_and_is_well_formed(page):
    text, parsed = page
    assert parsed.open == []
    assert all(address.startswith(("data:", "#")) for address in parsed.addresses)
    assert not re.search(r"@import|url\(|<script", text)
    assert "width=device-width" in text


def test_names_with_markup_are_shown_not_obeyed(page):
    text, parsed = page
    assert text.count("&lt;script&gt;") > 10
    assert any(MARKUP in image["alt"] for image in parsed.images)
    assert f"no luck {MARKUP}" in " ".join(parsed.words)


def test_every_picture_says_what_it_shows(page):
    alts = [image["alt"] for image in page[1].images]
    assert all(len(alt) > 20 for alt in alts)
    assert len(set(alts)) == len(alts)


def test_who_is_right_every_time_has_no_gallery_but_a_sentence(page, done):
    words = " ".join(page[1].words)
    clean = QuadrantModel("mlp")
    data = load(done[0].parents[2] / "data.npz")
    assert (clean.predict(data.test_images).argmax(axis=1) == data.test_labels).all()
    assert "mlp misclassifies none of the 60 images on clean images." in words
    assert "mlp confuses no pair on clean images." in words
    assert "mlp none, all predictions are correct" in words
    assert not (done[0] / "figures" / "wrong-01-mlp-clean.png").exists()


def test_models_without_a_history_say_so(page):
    words = " ".join(page[1].words)
    assert "mlp has no learning curves: no record of its training lies beside it." in words


def test_the_tables_are_those_of_a_plain_loop(done):
    folder, _ = done
    data = load(folder.parents[2] / "data.npz")
    noisy = noiselib.parse(SPEC)(data.test_images, seed=2, ids=0)
    predicted = QuadrantModel("cnn").predict(noisy).argmax(axis=1)
    with (folder / "confusion.csv").open(encoding="utf-8") as file:
        rows = [
            row for row in csv.DictReader(file) if (row["condition"], row["model"]) == (SPEC, "cnn")
        ]
    assert len(rows) == 16
    names = data.class_names
    for row in rows:
        true, other = names.index(row["true_class"]), names.index(row["predicted_class"])
        both = (data.test_labels == true) & (predicted == other)
        assert int(row["images"]) == both.sum()
        assert float(row["share"]) == pytest.approx(
            both.sum() / (data.test_labels == true).sum(), abs=1e-6
        )
    with (folder / "classes.csv").open(encoding="utf-8") as file:
        rows = [
            row for row in csv.DictReader(file) if (row["condition"], row["model"]) == (SPEC, "cnn")
        ]
    for number, row in enumerate(rows):
        hits = ((data.test_labels == number) & (predicted == number)).sum()
        assert float(row["recall"]) == pytest.approx(
            hits / (data.test_labels == number).sum(), abs=1e-6
        )
        assert float(row["precision"]) == pytest.approx(
            hits / (predicted == number).sum(), abs=1e-6
        )


def test_answers_are_kept_and_not_asked_for_again(done, patched, monkeypatch):
    from studies.report.diagnosis import report

    root = done[0].parents[2]
    asked = []
    monkeypatch.setattr(
        session,
        "load_predictors",
        lambda needed, data, *, threads: (
            asked.append(1) or start_some(needed, data, threads=threads)
        ),
    )
    monkeypatch.setattr(report, "SECTIONS", (report.calibration_section,))  # the others are slow
    arguments = ["--data", "data.npz", "--models", "mlp", "--out", "out"]
    result = invoke(root, *arguments)
    assert result.exit_code == 0, result.output
    assert (done[0].parent / "clean" / "diagnosis.html").is_file()
    assert "To see the effect of a corruption" in result.output
    assert asked == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--corruption", "gausian_noise"], ["corruption: ", "did you mean 'gaussian_noise'?"]),
        (["--corruption", "identity"], ["changes nothing"]),
        (["--corruption", "rotation(degrees=9999)"], ["degrees must lie in"]),
        (["--models", "mpl"], ["no architecture is called 'mpl'"]),
        (["--models", "gone.keras"], ["there is no model file gone.keras"]),
        (["--models", "broken.keras"], ["no model could be evaluated: broken", "no luck"]),
        (["--data", "gone.npz"], ["gone.npz"]),
        (["--data", "empty.npz"], ["empty.npz: y_test"]),
        (["--out", "file/below"], ["cannot be written"]),
    ],
)
def test_bad_input_is_one_sentence(tmp_path, patched, arguments, words):
    (tmp_path / "file").touch()
    (tmp_path / "broken.keras").touch()
    write(tmp_path / "empty.npz", tuple("abcd"), count=0)
    write(tmp_path / "data.npz")
    result = invoke(tmp_path, "--data", "data.npz", "--models", "mlp", *arguments)
    assert result.exit_code == 2, result.output
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    for word in words:
        assert word in result.stderr


def test_a_folder_of_other_data_is_refused(done, patched):
    root = done[0].parents[2]
    write(root / "other.npz", count=50)
    result = invoke(root, "--data", "other.npz", "--models", "mlp", "--out", "out")
    assert result.exit_code == 2
    assert "holds the results of study 'diagnosis' on 60 images of data" in result.stderr


def test_ctrl_c_says_how_to_go_on(tmp_path, patched, monkeypatch):
    def start(needed, data, *, threads):
        raise KeyboardInterrupt

    monkeypatch.setattr(session, "load_predictors", start)
    write(tmp_path / "data.npz")
    result = invoke(tmp_path, "--data", "data.npz", "--models", "mlp", "--out", "out")
    assert result.exit_code == 130
    assert result.output.splitlines()[-1].endswith("--data data.npz --models mlp --out out")
