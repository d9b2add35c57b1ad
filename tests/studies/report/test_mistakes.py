import re

import numpy as np
import pytest
from fakes import QuadrantModel
from html_page import Page

import noiselib
from models.data import load
from studies.config.study import Study
from studies.report.images import Originals
from studies.report.sweep.mistakes import confusion_section
from studies.report.sweep.report import make_context
from studies.results.sweep_results import SweepResults
from studies.store.store import Store
from studies.workflows.sweep import run_study


@pytest.fixture
def swept(tmp_path, settings, observer, fakes):
    study, data = Study.model_validate(settings), load(settings["data"])
    run_study(study, tmp_path, command="", observer=observer)
    with Store(tmp_path) as store:
        results, settings = SweepResults.of_last_sweep(store), store.runs()[-1].study
        context = make_context(results, settings, Originals(data.test_images), tmp_path)
        yield tmp_path, confusion_section(context).blocks


def test_it_shows_clean_images_and_every_maximum_severity_over_all_noise_seeds(swept, settings):
    folder, (table, _, *matrices) = swept
    titles = [group.title for group in table.groups]
    assert titles == [
        "On clean images", "Under gaussian_noise(sigma=0.5)", "Under gaussian_blur(sigma=3)",
    ]  # fmt: skip
    data = load(settings["data"])
    worst = noiselib.parse("gaussian_noise(sigma=0.5)")
    counts = np.zeros((4, 4))
    for seed in range(2):
        predicted = QuadrantModel("cnn").predict(worst(data.test_images, seed=seed, ids=0))
        np.add.at(counts, (data.test_labels, predicted.argmax(axis=1)), 1)
    assert matrices[1].title == "Confusion matrices under gaussian_noise(sigma=0.5)"
    (group,) = matrices[1].blocks[0].items[1].groups
    shares = [[cell.share for cell in cells] for _, *cells in group.rows]
    np.testing.assert_allclose(shares, counts / counts.sum(axis=1, keepdims=True))
    text = (folder / "report.html").read_text(encoding="utf-8")
    Page(text)
    assert text.count('<table class="matrix">') == 6
    assert re.search(r'alt="Accuracy of cnn against its confidence: on clean images', text)
    assert {p.stem for p in (folder / "figures").glob("calibration*.png")} == {
        "calibration-01-mlp",
        "calibration-02-cnn",
    }


def test_accuracy_in_the_section_is_that_of_the_curves(swept):
    folder, blocks = swept
    rows = blocks[0].groups[1].rows
    table = (folder / "curves.csv").read_text().splitlines()
    worst = next(line for line in table if ",1,0.5,gaussian_noise" in line and ",cnn," in line)
    accuracy = float(worst.split(",")[9])
    assert rows[1][2].replace("\N{NO-BREAK SPACE}", " ") == f"{100 * accuracy:.1f} %"
