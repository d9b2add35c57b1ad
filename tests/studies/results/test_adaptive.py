"""Adaptive strengths: settings, rounds, and the points that reports and exports find again."""

import io
import sys
from itertools import pairwise

import pytest
from fakes import QuadrantModel, write_data
from rich.console import Console
from typer.testing import CliRunner

from studies.__main__ import app
from studies.config.files import load_study
from studies.config.study import Study
from studies.core.errors import StudyError
from studies.core.terminal import BarObserver, LineObserver
from studies.report.images import STRIP_LENGTH, make_strips
from studies.results.adaptive import Accuracies
from studies.results.sweep_results import SweepResults
from studies.stats.curves import START
from studies.store.store import Store
from studies.tables.curves import curves_csv, make_curves
from studies.workflows import sweep as session
from studies.workflows.sweep import run_study

NOISE, BLUR = "gaussian_noise(sigma=0.5)", "gaussian_blur(sigma=3)"


@pytest.fixture
def data(tmp_path):
    return str(write_data(tmp_path / "quadrants.npz", count=200))


@pytest.fixture
def run(tmp_path, settings, observer, monkeypatch, data, fakes):
    """Run an adaptive study with some settings changed; tables and figures are not written."""
    monkeypatch.setattr(session, "write_outputs", lambda *_, **__: None)

    def run(folder="out", **changes):
        study = Study.model_validate(settings | {"data": data, "strengths": "auto"} | changes)
        return run_study(study, tmp_path / folder, command="", observer=observer).cell_counts

    return run


@pytest.fixture
def table(tmp_path):
    """Return the curves of a folder as CSV, from the store alone."""

    def table(folder="out"):
        with Store(tmp_path / folder) as store:
            results = SweepResults.of_last_sweep(store)
            return curves_csv(make_curves(results))

    return table


@pytest.fixture
def areas(tmp_path):
    """Return (corruption, model) -> the row of ``areas.csv``."""
    from studies.tables.sweep import make_tables

    def areas(folder="out", **options):
        with Store(tmp_path / folder) as store:
            results = SweepResults.of_last_sweep(store)
            options = {"threshold": None} | options
            found = make_tables(results, **options)
        return {(row.corruption, row.model): row for row in found.areas if row.parameter}

    return areas


def strengths_of(folder):
    with Store(folder) as store:
        plan = SweepResults.of_last_sweep(store).points
    return {name: [p.t for p in plan if p.corruption == name] for name in (NOISE, BLUR)}


def cells(folder):
    with Store(folder) as store:
        return store.finished_keys()


# --- settings -------------------------------------------------------------------------------------


def test_auto_has_five_strengths_and_a_tolerance(settings):
    study = Study.model_validate(settings | {"strengths": "auto"})
    assert (study.strengths, study.tolerance) == (START, 0.01)
    assert Study.model_validate(study.model_dump()) == study
    assert Study.model_validate(settings | {"strengths": "auto", "tolerance": 0.1}).tolerance == 0.1
    explicit = settings | {"strengths": "auto", "tolerance": None}
    assert Study.model_validate(explicit).tolerance == 0.01
    assert Study.model_validate(settings).tolerance is None
    refined = Study.model_validate(settings | {"strengths": 3, "tolerance": 0.05})
    assert (refined.strengths, refined.tolerance) == ((0, 0.5, 1), 0.05)


def test_other_strengths_replace_those_of_a_file_and_their_tolerance(tmp_path):
    file = tmp_path / "a.toml"
    file.write_text(
        'name = "a"\ndata = "digits"\nmodels = ["mlp"]\ncorruptions = ["contrast"]\n'
        'strengths = "auto"\ntolerance = 0.02\n'
    )
    assert load_study(file).tolerance == 0.02
    assert load_study(file, {"tolerance": 0.1}).strengths == START
    assert load_study(file, {"strengths": 3}).tolerance is None
    assert load_study(file, {"strengths": 3, "tolerance": 0.1}).tolerance == 0.1
    protocol = load_study(file, {"protocol": "mnist_c"})
    assert (protocol.strengths, protocol.tolerance) == ((), None)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--strengths", "automatic"], 'strengths are a number, a list or "auto"'),
        (["--strengths", "2.5"], "got '2.5'"),
        (["--strengths", "auto", "--tolerance", "0.0001"], "in [0.001, 0.25], got 0.0001"),
        (["--tolerance", "0.5"], "tolerance: a tolerance is a fraction of the severity range"),
        (["--tolerance", "nan"], "got nan"),
        (["--strengths", "auto", "--protocol", "mnist_c"], "levels of its own"),
        (["--tolerance", "0.1", "--protocol", "mnist_c"], "no strengths between them"),
        (["--strengths", "auto", "--protocol", "minst_c"], "did you mean 'mnist_c'?"),
    ],
)
def test_bad_input_is_one_sentence(arguments, words, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["sweep", *arguments], catch_exceptions=False)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    assert words in result.stderr


# --- rounds ---------------------------------------------------------------------------------------


def test_critical_strengths_are_those_of_a_fine_grid_with_fewer_cells(run, areas):
    grid = run("grid", strengths=101)
    auto = run()
    assert auto.computed == auto.planned < grid.planned / 2
    fine, coarse = areas("grid"), areas()
    assert fine.keys() == coarse.keys()
    assert any(row.reached for row in fine.values())
    for place, row in fine.items():
        assert coarse[place].reached == row.reached
        assert coarse[place].area == pytest.approx(row.area, abs=0.01)
        if row.reached:
            assert coarse[place].critical_t == pytest.approx(row.critical_t, abs=0.01)


def test_every_critical_strength_lies_in_an_interval_of_the_tolerance(run, areas, tmp_path):
    run(tolerance=0.03, threshold=0.6)
    t = strengths_of(tmp_path / "out")
    reached = [row for row in areas(threshold=0.6).values() if row.reached]
    assert reached
    for row in reached:
        ends = pairwise(t[row.corruption])
        assert [b - a for a, b in ends if a < row.critical_t <= b] == [0.015625]


def test_the_same_command_again_computes_nothing(run, table, observer):
    first = run()
    before = table()
    observer.done.clear()
    again = run()
    assert (again.planned, again.computed) == (first.planned, 0)
    assert observer.done == []
    assert "nothing is left to compute" in observer.notes[-2]
    assert table() == before


@pytest.mark.parametrize("stops", [(3, 9, 31, 0), (14, 20, 11, 1)])
def test_an_interruption_in_any_round_leads_to_the_same_cells(
    run, table, tmp_path, observer, monkeypatch, stops
):
    run("uninterrupted")
    for stop in stops:
        observer.done.clear()

        class Stopping(QuadrantModel):
            def predict(self, images, stop=stop):
                if len(observer.done) >= stop:
                    raise KeyboardInterrupt
                return super().predict(images)

        with monkeypatch.context() as context:
            context.setattr(
                session,
                "load_predictors",
                lambda needed, *_, **__: {c.name: Stopping(c.name) for c in needed},
            )
            with pytest.raises(KeyboardInterrupt):
                run()
        assert cells(tmp_path / "out") < cells(tmp_path / "uninterrupted")
    observer.done.clear()
    assert run().computed == len(observer.done) > 0
    assert cells(tmp_path / "out") == cells(tmp_path / "uninterrupted")
    assert table() == table("uninterrupted")


def test_other_cells_in_the_folder_have_no_effect(run, table):
    run(strengths=14, models=["cnn"])
    run(strengths="auto", tolerance=0.1, seeds=3)
    run()
    run("uninterrupted")
    assert table() == table("uninterrupted")


def test_another_model_adds_to_the_strengths(run, tmp_path):
    first = run(models=["mlp"])
    alone = strengths_of(tmp_path / "out")
    both = run()
    together = strengths_of(tmp_path / "out")
    assert both.computed == both.planned - first.planned
    for corruption, t in alone.items():
        assert set(t) <= set(together[corruption])


def test_strengths_depend_on_the_corruption_and_not_on_the_model(run, tmp_path):
    run()
    t = strengths_of(tmp_path / "out")
    assert t[NOISE] != t[BLUR]
    with Store(tmp_path / "out") as store:
        results = SweepResults.of_last_sweep(store)
        curves = make_curves(results)
    for curve in curves:
        assert [row.t for row in curve.rows] == t[curve.corruption]


def test_a_model_that_fails_does_not_delay_the_others(run, table, tmp_path, monkeypatch):
    class Breaking(QuadrantModel):
        def predict(self, images):
            if self.name == "cnn" and images.std() > 60:
                raise RuntimeError("out of memory")
            return super().predict(images)

    run("alone", models=["mlp"])
    with monkeypatch.context() as context:
        context.setattr(
            session,
            "load_predictors",
            lambda needed, *_, **__: {c.name: Breaking(c.name) for c in needed},
        )
        first = run()
        again = run()
    assert first.failed == again.failed > 0
    assert again.computed == 0
    assert strengths_of(tmp_path / "out")[NOISE] == strengths_of(tmp_path / "alone")[NOISE]
    assert run().failed == 0
    run("uninterrupted")
    assert table() == table("uninterrupted")


def test_cells_that_were_never_tried_have_no_curve(run, tmp_path):
    run()
    with Store(tmp_path / "out") as store:
        points = SweepResults.of_last_sweep(store).points
        digests = {"mlp": "0" * 64}
        assert Accuracies(store, digests).curves(points[:3]) is None
        assert Accuracies(store, {}).curves(points[:3]).shape == (0, 3)


# --- progress, report and export ------------------------------------------------------------------


def test_rounds_are_counted():
    screen = Console(file=io.StringIO(), width=160)
    with LineObserver(screen, pause=10, clock=iter(range(0, 1000, 7)).__next__) as watcher:
        watcher.sweep_begins(4, 5)
        for _ in range(4):
            watcher.cell_done("mlp", "identity", 0.5)
        watcher.sweep_begins(3, 8)
        watcher.cell_done("mlp", "identity", 0.5)
        watcher.cell_done("mlp", "identity", 0.5)
    lines = screen.file.getvalue().splitlines()
    assert lines[0] == "sweep: 4 of 5 cells to compute"
    assert "sweep, round 2: 3 of 8 cells to compute" in lines
    assert lines[-1].startswith("sweep, round 2: 7 of 8 cells")

    bar = Console(file=io.StringIO(), width=160, force_terminal=True)
    with BarObserver(bar) as watcher:
        watcher.sweep_begins(4, 5)
        watcher.sweep_begins(3, 8)
    assert "sweep, round 2" in bar.file.getvalue()
    assert "5/8" in bar.file.getvalue()


@pytest.fixture
def invoke(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments):
        monkeypatch.setattr(sys, "argv", ["studies", *map(str, arguments)])
        return CliRunner().invoke(app, [*map(str, arguments)], catch_exceptions=False)

    return invoke


def test_example_images_above_a_chart_do_not_overlap(run, tmp_path):
    run()
    with Store(tmp_path / "out") as store:
        results = SweepResults.of_last_sweep(store)
        curves = make_curves(results)
    strips = make_strips(curves, results.evaluation_set.example, number=0, seed=0)
    for strip in strips.values():
        t = [frame.row.t for frame in strip]
        assert (t[0], t[-1]) == (0, 1)
        assert 4 <= len(t) <= STRIP_LENGTH
        assert min(b - a for a, b in pairwise(t)) >= 0.16


def test_the_report_and_the_export_have_the_strengths(run, table, tmp_path, invoke):
    run(corruptions=[BLUR], models=["mlp"])
    assert invoke("report", "out").exit_code == 0
    assert (tmp_path / "out" / "curves.csv").read_bytes() == table()
    page = (tmp_path / "out" / "report.html").read_text()
    assert "until critical strengths are known to 0.01 in t" in page
    assert "cells are missing" not in page
    assert invoke("export", "out").exit_code == 0
    exported = (tmp_path / "out" / "export" / "cells.csv").read_text().splitlines()
    assert len(exported) == len(table().splitlines())  # blur is not random, so a cell is a point
    for name in ("failures.csv", "areas.csv", "comparisons.csv", "metrics.csv", "classes.csv"):
        assert (tmp_path / "out" / name).exists()
    lines = (tmp_path / "out" / "failures.csv").read_text().splitlines()
    assert len(lines) == len(table().splitlines())


def test_sweeps_with_different_strengths_are_compared_at_the_common_ones(run, tmp_path, invoke):
    run("one", models=["mlp"])
    run("two", models=["cnn"])
    first, second = strengths_of(tmp_path / "one"), strengths_of(tmp_path / "two")
    shared = sum(len(set(first[name]) & set(second[name])) for name in first)
    assert shared < sum(map(len, first.values()))
    result = invoke("compare", "one", "two")
    assert result.exit_code == 0, result.stderr
    assert f"Compared at the {shared} strengths that both sweeps have." in result.output
    result = invoke("compare", "one", "one")
    assert result.exit_code == 2
    run("three", models=["mlp"])
    result = invoke("compare", "one", "three")
    assert result.exit_code == 0
    assert "points of the paths" not in result.output


def test_a_wrong_tolerance_in_a_file_has_its_path(settings, tmp_path):
    file = tmp_path / "a.toml"
    file.write_text(
        'name = "a"\ndata = "digits"\nmodels = ["mlp"]\ncorruptions = ["contrast"]\n'
        'strengths = "often"\ntolerance = 7\n'
    )
    with pytest.raises(StudyError) as caught:
        load_study(file)
    paths = {line.split(":")[0].strip() for line in str(caught.value).splitlines()[1:]}
    assert paths == {"strengths", "tolerance"}
