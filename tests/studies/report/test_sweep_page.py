import base64
import io
import re
import shlex

import numpy as np
import pytest
from fakes import QuadrantModel, find_fakes, write_data
from html_page import Page
from PIL import Image

import noiselib
from models.data import load
from studies.config.study import Study
from studies.plan import plan_points
from studies.report.images import Originals, thumbnail, thumbnail_side
from studies.report.sweep.context import MANY, by_family, family
from studies.report.write import write_outputs
from studies.results.sweep_results import SweepResults
from studies.store.store import Store, StoredModel
from studies.tables.failures import find_first_failures
from studies.workflows import sweep as session
from studies.workflows.sweep import run_study

MARKUP = "<script>alert('1')</script>"


@pytest.fixture
def page_of(tmp_path, settings, observer, fakes):
    def page_of(**changes):
        study = Study.model_validate(settings | changes)
        run_study(study, tmp_path, command="python -m studies sweep", observer=observer)
        return (tmp_path / "report.html").read_text(encoding="utf-8")

    return page_of


def words_of(text):
    return " ".join(" ".join(Page(text).words).split())


def test_the_report_stands_alone_and_is_well_formed(page_of):
    text = page_of()
    page = Page(text)
    assert page.open == []
    assert all(address.startswith(("data:", "#")) for address in page.addresses)
    assert not re.search(r"@import|url\(|<script", text)
    assert len(text) < 3_000_000
    assert '<html lang="en">' in text
    assert "width=device-width" in text
    assert "@media print" in text


def test_every_picture_says_what_it_shows(page_of):
    page = Page(page_of())
    assert len(page.drawings) == 3  # the mean accuracies, and two corruptions
    assert re.match(
        r"Mean accuracy over the severity range. All corruptions: mlp \d", page.drawings[0]
    )
    assert re.match(
        r"Accuracy from the clean images to gaussian_noise.*mlp goes from", page.drawings[1]
    )
    alts = [image["alt"] for image in page.images]
    assert sum(alt.startswith("Accuracy of ") for alt in alts) == 2  # calibration, a model each
    failed = [alt for alt in alts if alt.startswith("Image ")]
    assert len(failed) + 2 == len(alts) > 2
    assert all(
        re.search(r"of class \d, at sigma = .*: mlp predicts .* and cnn predicts ", a)
        for a in failed
    )


def test_it_opens_with_the_answer_and_ends_with_where_it_is_from(page_of):
    words = words_of(page_of())
    order = (
        "Accuracy on the 60 clean test images of quadrants: mlp ",
        "Mean accuracy of each model from the clean images to maximum severity",
        "Overview",
        "Accuracy against strength",
        "First failures",
        "Areas and critical strengths",
        "Confusion matrices",
        "Calibration",
        "All points",
        "Next steps",
        "Repeat with",
    )
    at = 0
    for heading in order:
        at = words.index(heading, at)
    assert "Gaussian noise is the most harmful corruption for cnn:" in words
    assert "python -m studies sweep" in words
    assert "is missing" not in words


def test_one_model_and_one_corruption_read_well(page_of):
    words = words_of(page_of(models=["cnn"], corruptions=["contrast"]))
    assert "Contrast is the most harmful corruption for cnn:" in words
    assert "least" not in words
    assert "over all corruptions and strengths" not in words
    assert "All corruptions" not in words
    assert "Test images needed" not in words  # nobody to compare with


def test_names_with_markup_are_shown_not_obeyed(page_of, tmp_path, monkeypatch, settings):
    def find(study, data, folder, store, observer, *, threads):
        found = find_fakes(study, data, folder, store, observer, threads=threads)
        digest = store.model("mlp").digest
        store.remember_model(StoredModel("mlp", digest, "x", "[]", {"config": {"a": MARKUP}}))
        return found

    monkeypatch.setattr(session, "load_models", find)
    page_of()
    with Store(tmp_path) as store:
        with store.transaction() as connection:
            connection.execute("UPDATE study SET data_name = ?", (MARKUP,))
            connection.execute("UPDATE runs SET command = ?", (MARKUP,))
        write_outputs(store, tmp_path)
    text = (tmp_path / "report.html").read_text()
    assert "<script" not in text
    assert text.count("&lt;script&gt;") >= 4
    Page(text)


def test_first_failures_are_the_first_and_what_the_models_say(page_of, tmp_path, settings):
    page_of()
    study, data = Study.model_validate(settings), load(settings["data"])
    models = {name: QuadrantModel(name) for name in ("mlp", "cnn")}
    digests = {name: model.digest for name, model in models.items()}
    checked = 0
    with Store(tmp_path) as store:
        results = SweepResults(store, plan_points(study), digests)
        for path in results.severity_ranges:
            found = find_first_failures(results, path, each=4)
            assert [item.model for item in found] == ["mlp", "cnn"]
            corrupt = noiselib.parse(path.corruption)
            for failures in found:
                answers = [
                    models[failures.model].predict(corrupt.at(point.t)(data.test_images, seed=0))
                    for point in path.points
                ]
                right = np.array([a.argmax(axis=1) for a in answers]) == data.test_labels
                assert failures.clean_correct == right[0].sum()
                assert failures.failed == (right[0] & ~right.all(axis=0)).sum()
                assert len(failures.images) == min(4, failures.failed)
                for failed in failures.images:
                    at = [point.strength for point in path.points].index(failed.strength)
                    assert right[:at, failed.number].all()
                    assert not right[at, failed.number]
                    assert failed.true == data.test_labels[failed.number]
                    image = Originals(data.test_images).shown(failed.number, failed.condition, 0)
                    for said in failed.predictions:
                        seen = models[said.model].predict(image[np.newaxis, ..., np.newaxis])[0]
                        assert said.predicted == seen.argmax()
                        assert said.confidence == pytest.approx(seen.max())
                        checked += 1
                strengths = [failed.strength for failed in failures.images]
                assert strengths == sorted(strengths)
    assert checked > 8


def test_data_that_is_gone_or_changed_costs_the_pictures_and_nothing_else(
    tmp_path, settings, page_of
):
    path = write_data(tmp_path / "mine.npz")
    whole = page_of(data=str(path), name="small")
    for change, reason in (
        (lambda: write_data(path, seed=7), "has other images now than when it was swept"),
        (path.unlink, "there is no file"),
    ):
        change()
        with Store(tmp_path) as store:
            write_outputs(store, tmp_path)
        text = (tmp_path / "report.html").read_text()
        assert "Without pictures, because the images are not available:" in words_of(text)
        assert reason in words_of(text)
        assert text.count('class="tile"') == whole.count('class="tile"') > 0
        assert all("Image " not in image["alt"] for image in Page(text).images)


def test_the_next_steps_are_commands_that_exist(page_of):
    from typer.main import get_command

    from studies.__main__ import app

    text = page_of()
    commands = re.findall(r'<code class="command">(.*?)</code>', text)
    assert len(commands) == 4
    known = get_command(app).commands
    for line in commands:
        words = shlex.split(line.replace("&#39;", "'"))
        assert words[:3] == ["python", "-m", "studies"]
        options = {name for option in known[words[3]].params for name in option.opts}
        assert {word for word in words[4:] if word.startswith("--")} <= options


def test_many_corruptions_are_folded_by_family():
    specs = sorted(noiselib.registry())
    assert by_family(specs[:MANY], specs[:MANY]) == [("", specs[:MANY])]
    groups = dict(by_family(specs, specs))
    assert "gaussian_noise" in groups["Noise"]
    assert sorted(spec for group in groups.values() for spec in group) == specs
    assert family("rotation | gaussian_noise") == "Combinations"


@pytest.mark.parametrize(("shape", "kind"), [((28, 28), "png"), ((300, 200, 3), "webp")])
def test_thumbnails_are_small_and_show_the_image(shape, kind):
    image = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    head, _, content = thumbnail(image, thumbnail_side(10)).partition(",")
    assert head == f"data:image/{kind};base64"
    shown = Image.open(io.BytesIO(base64.b64decode(content)))
    if kind == "png":
        np.testing.assert_array_equal(np.asarray(shown), image)
    else:
        assert shown.size == (64, 96)
    assert len(thumbnail(image, thumbnail_side(1000))) < min(len(content), 3000)
