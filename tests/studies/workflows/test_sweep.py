import numpy as np
import pytest
from fakes import QuadrantModel, write_data

import noiselib
from models.data import load
from studies.config.study import Study
from studies.core.errors import StudyError
from studies.plan import ImageRange
from studies.store.store import Store
from studies.workflows import sweep as session
from studies.workflows.sweep import run_study

pytestmark = pytest.mark.usefixtures("fakes")


@pytest.fixture
def run(tmp_path, settings, observer):
    """Run the small study, with some settings changed, in one folder."""

    def run(folder="out", **changes):
        study = Study.model_validate(settings | changes)
        return run_study(study, tmp_path / folder, command="python -m studies", observer=observer)

    return run


def table(tmp_path, folder="out"):
    return (tmp_path / folder / "curves.csv").read_bytes()


def test_every_cell_of_the_plan_is_computed_and_shown(run, tmp_path, observer):
    ending = run()
    # clean, 3 strengths x 2 seeds of noise, 3 of blur; two models each
    assert (ending.cell_counts.planned, ending.cell_counts.computed, ending.cell_counts.failed) == (
        20,
        20,
        0,
    )
    assert len(observer.done) == 20
    assert [(c.corruption.split("(")[0], c.model) for c in ending.outputs.report.curves] == [
        ("gaussian_noise", "mlp"),
        ("gaussian_noise", "cnn"),
        ("gaussian_blur", "mlp"),
        ("gaussian_blur", "cnn"),
    ]
    written = {str(p.relative_to(tmp_path / "out")) for p in (tmp_path / "out").rglob("*.*")}
    assert {"results.sqlite", "curves.csv", "report.html", "figures/accuracy.png"} <= written
    assert not [name for name in written if ".partial" in name]


def test_the_numbers_are_those_of_a_plain_loop(run, settings):
    curves = run().outputs.report.curves
    curve = next(c for c in curves if c.model == "mlp" and "noise" in c.corruption)
    data = load(settings["data"])
    worst = noiselib.parse("gaussian_noise(sigma=0.5)")
    for row in curve.rows:
        right = []
        for seed in range(2):
            noisy = worst.at(row.t)(data.test_images, seed=seed, ids=0)
            predicted = QuadrantModel("mlp").predict(noisy).argmax(axis=1)
            right.append(predicted == data.test_labels)
        assert row.accuracy == pytest.approx(np.mean(right))
        assert row.low < row.accuracy <= row.high
        assert row.seeds == (1 if row.t == 0 else 2)
        assert row.images == len(data.test_images)
    assert curve.worst.accuracy < curve.clean.accuracy - 0.2


def test_a_finished_study_computes_nothing_and_writes_the_same_table(run, tmp_path, observer):
    run()
    before = table(tmp_path)
    (tmp_path / "out" / "curves.csv").unlink()
    (tmp_path / "out" / "report.html").unlink()
    observer.done.clear()
    ending = run()
    assert ending.cell_counts.computed == 0
    assert observer.done == []
    assert "nothing is left to compute" in observer.notes[-2]
    assert table(tmp_path) == before
    assert (tmp_path / "out" / "report.html").exists()
    with Store(tmp_path / "out") as store:
        assert len(store.runs()) == 1


def test_a_finished_study_starts_no_model(run, monkeypatch):
    run()

    def start(needed, data, *, threads):
        assert needed == []
        return {}

    monkeypatch.setattr(session, "load_predictors", start)
    run()
    run(strengths=[0, 1])  # a part of a finished study is finished


def test_more_models_strengths_seeds_and_corruptions_compute_only_what_is_new(run, tmp_path):
    run(models=["mlp"], strengths=[0, 1], seeds=1)
    assert run(models=["mlp", "cnn"], strengths=[0, 1], seeds=1).cell_counts.computed == 3
    assert run(strengths=[0, 1], seeds=2).cell_counts.computed == 2
    assert run(strengths=[0, 1], corruptions=["contrast"]).cell_counts.computed == 2
    assert run().cell_counts.computed == 20 - 8
    run("whole")
    assert table(tmp_path) == table(tmp_path, "whole")


def test_a_smaller_study_shows_its_own_points_only(run):
    run()
    ending = run(strengths=[0, 1], models=["cnn"])
    assert ending.cell_counts.computed == 0
    assert [len(curve.rows) for curve in ending.outputs.report.curves] == [2, 2]


def test_failed_cells_are_reported_and_computed_again(run, tmp_path, observer, monkeypatch):
    class Breaking(QuadrantModel):
        def predict(self, images):
            if self.name == "cnn" and images.mean() > 80 and images.std() > 60:
                raise RuntimeError("no <b>luck</b>")
            return super().predict(images)

    def start(needed, data, *, threads):
        return {c.name: Breaking(c.name) for c in needed}

    with monkeypatch.context() as context:
        context.setattr(session, "load_predictors", start)
        ending = run()
    assert ending.cell_counts.failed == len(observer.failed) > 0
    assert ending.cell_counts.computed == 20 - ending.cell_counts.failed
    assert ending.outputs.missing == ending.cell_counts.failed == len(ending.outputs.failures)
    page = (tmp_path / "out" / "report.html").read_text()
    assert "no &lt;b&gt;luck&lt;/b&gt;" in page

    again = run()
    assert again.cell_counts.computed == ending.cell_counts.failed
    assert again.outputs.missing == 0
    run("undisturbed")
    assert table(tmp_path) == table(tmp_path, "undisturbed")


def test_an_interrupted_study_resumes(run, tmp_path, observer, monkeypatch):
    class Stopping:
        def __init__(self, name):
            self.model = QuadrantModel(name)

        def predict(self, images):
            if len(observer.done) == 8:
                raise KeyboardInterrupt
            return self.model.predict(images)

    def start(needed, data, *, threads):
        return {c.name: Stopping(c.name) for c in needed}

    with monkeypatch.context() as context:
        context.setattr(session, "load_predictors", start)
        with pytest.raises(KeyboardInterrupt):
            run()
    first = set(observer.done)
    assert run().cell_counts.computed == 20 - 8
    assert len(observer.done) == 20
    assert len(first) <= 8
    run("undisturbed")
    assert table(tmp_path) == table(tmp_path, "undisturbed")


def test_a_folder_of_other_data_is_refused_and_unchanged(run, tmp_path):
    run()
    before = table(tmp_path)
    other = write_data(tmp_path / "other.npz", seed=9)
    with pytest.raises(StudyError, match="holds the results of"):
        run(data=str(other))
    with pytest.raises(StudyError, match="holds the results of"):
        run(name="another")
    with pytest.raises(StudyError, match="holds the results of"):
        run(images=10)
    assert table(tmp_path) == before


def test_part_of_the_images_is_another_study(run, tmp_path):
    ending = run(images=10)
    assert ending.outputs.report.curves[0].clean.images == 10
    with Store(tmp_path / "out") as store:
        assert store.evaluation_set().images == ImageRange(
            store.evaluation_set().images.digest, 0, 10
        )
    with pytest.raises(StudyError, match=r"the test set of quadrants has 60, but .* 61"):
        run("more", images=61)


def test_models_with_one_digest_are_computed_once(run, tmp_path, monkeypatch):
    from fakes import find_fakes

    def find(*arguments, **keywords):
        found = find_fakes(*arguments, **keywords)
        store = arguments[3]
        twin = store.model("mlp")
        store.remember_model(type(twin)("cnn", twin.digest, "x", "[]", {}))
        return [type(c)(c.name, found[0].digest, c.path) for c in found]

    monkeypatch.setattr(session, "load_models", find)
    ending = run()
    assert ending.cell_counts.computed == ending.cell_counts.planned == 10
    assert {curve.model for curve in ending.outputs.report.curves} == {"mlp", "cnn"}


def test_the_provenance_is_stored_with_the_cells(run, tmp_path):
    run()
    with Store(tmp_path / "out") as store:
        (record,) = store.runs()
    assert record.command == "python -m studies"
    assert record.study["corruptions"][0] == "gaussian_noise(sigma=0.5)"
    assert record.finished is not None
    assert record.provenance["packages"]["numpy"] == np.__version__
    assert record.provenance["threads"] >= 1
    assert {"python", "platform", "git"} <= set(record.provenance)
