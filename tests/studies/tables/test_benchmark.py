import csv
import io

import numpy as np
import pytest
from fakes import QuadrantModel

import noiselib
from models.data import load
from noiselib.protocols import Entry, Protocol
from studies.config.study import CLEAN, Study
from studies.plan import conditions_in_order, plan_levels, plan_points
from studies.store.store import Store
from studies.workflows import sweep as session
from studies.workflows.sweep import run_study

pytestmark = pytest.mark.usefixtures("fakes", "tiny")


@pytest.fixture
def run(tmp_path, protocol_settings, observer):
    """Run the tiny protocol, with some settings changed, in one folder."""

    def run(folder="out", **changes):
        study = Study.model_validate(protocol_settings | changes)
        return run_study(study, tmp_path / folder, command="python -m studies", observer=observer)

    return run


def rows_of(path):
    return list(csv.DictReader(io.StringIO(path.read_text())))


def plain_errors(path, protocol, model, seeds):
    """Errors at each level, computed with noiselib and the model only."""
    data = load(path)

    def error(spec, seed):
        images = noiselib.parse(spec)(data.test_images, seed=seed, ids=0)
        predicted = QuadrantModel(model).predict(images).argmax(axis=1)
        return np.mean(predicted != data.test_labels)

    return {
        name: [np.mean([error(spec, seed) for seed in range(seeds)]) for spec in entry.levels]
        for name, entry in protocol.items()
    } | {CLEAN: [error("identity", 0)]}


def test_the_plan_is_the_clean_images_and_every_level(tiny):
    levels = plan_levels(tiny, seeds=(4, 7))
    assert [(level.corruption, level.level) for level in levels] == [
        (CLEAN, 0),
        ("spare_turn", 1),
        ("spare_turn", 2),
        ("noise", 1),
        ("noise", 2),
        ("tilt", 1),
        ("smear", 1),
        ("smear", 2),
    ]
    assert [item.seed for item in levels[3].conditions] == [4, 7]
    assert [item.seed for item in levels[5].conditions] == [None]
    assert len(conditions_in_order(levels)) == 10


@pytest.mark.parametrize("name", ["mnist_c", "imagenet_c", "cifar_c", "tiny_imagenet_c"])
def test_every_published_protocol_can_be_planned(name):
    protocol = noiselib.protocols.load(name)
    levels = plan_levels(protocol, seeds=(0,))
    assert len(levels) == 1 + sum(len(entry.levels) for entry in protocol.values())


def test_a_level_has_the_cell_of_a_sweep_to_the_same_strength(tiny, settings, protocol_settings):
    swept = Study.model_validate(settings | {"corruptions": ["gaussian_noise(sigma=0.4)"]})
    (maximum,) = [point for point in plan_points(swept) if point.t == 1]
    by_protocol = plan_levels(tiny, Study.model_validate(protocol_settings).seeds)
    assert set(maximum.conditions) <= {item for level in by_protocol for item in level.conditions}


def test_scores_are_those_of_a_plain_loop(run, tiny, data_file):
    benchmark = run().outputs.report.benchmark
    mlp, cnn = (plain_errors(data_file, tiny, model, 2) for model in ("mlp", "cnn"))
    assert benchmark.reference == "mlp"
    assert benchmark.clean["cnn"].estimate == pytest.approx(cnn[CLEAN][0])
    ces, relatives = {}, {}
    for section in benchmark.corruptions:
        name = section.corruption
        found = section.scores[1]
        ces[name] = sum(cnn[name]) / sum(mlp[name])
        rises = [sum(e[name]) - len(e[name]) * e[CLEAN][0] for e in (cnn, mlp)]
        relatives[name] = rises[0] / rises[1]
        assert found.error.estimate == pytest.approx(np.mean(cnn[name]))
        assert found.error.low < np.mean(cnn[name]) < found.error.high
        assert found.corruption_error.value == pytest.approx(ces[name])
        assert found.relative.value == pytest.approx(relatives[name])
    counted = ["noise", "tilt", "smear"]
    overall = benchmark.overall[1]
    assert overall.corruption_error.value == pytest.approx(np.mean([ces[n] for n in counted]))
    assert overall.relative.value == pytest.approx(np.mean([relatives[n] for n in counted]))
    assert overall.error.estimate == pytest.approx(np.mean([np.mean(cnn[n]) for n in counted]))
    assert benchmark.overall[0].corruption_error.value == 1


def test_another_reference_inverts_the_ratios(run):
    first = run().outputs.report.benchmark
    second = run(reference="cnn").outputs.report.benchmark
    assert (first.reference_chosen, second.reference_chosen) == (False, True)
    for before, after in zip(first.corruptions, second.corruptions, strict=True):
        there, back = before.scores[1].corruption_error, after.scores[0].corruption_error
        assert there.value * back.value == pytest.approx(1)


def test_benchmark_corruptions_come_first_and_approximations_are_marked(run):
    benchmark = run().outputs.report.benchmark
    names = [section.corruption for section in benchmark.corruptions]
    assert names == ["noise", "tilt", "smear", "spare_turn"]
    assert [section.corruption for section in benchmark.counted] == names[:3]
    assert benchmark.approximations == ("smear",)


def test_the_tables_are_tidy(run, tmp_path, tiny):
    run()
    rows = rows_of(tmp_path / "out" / "curves.csv")
    assert len(rows) == 8 * 2
    clean, noise = rows[0], next(row for row in rows if row["corruption"] == "noise")
    assert (clean["corruption"], clean["level"], clean["pipeline"]) == (CLEAN, "0", "identity")
    assert noise["pipeline"] == tiny["noise"].levels[0]
    assert (noise["level"], noise["fidelity"], noise["seeds"]) == ("1", "distribution", "2")
    assert all(float(row["low"]) <= float(row["accuracy"]) <= float(row["high"]) for row in rows)
    scores = rows_of(tmp_path / "out" / "corruption_errors.csv")
    assert len(scores) == 5 * 2
    mean = scores[-1]
    assert (mean["corruption"], mean["model"], mean["reference"]) == ("mean", "cnn", "mlp")
    assert float(mean["ce_low"]) < float(mean["ce"]) < float(mean["ce_high"])
    assert scores[0]["ce"] == "1.000000"
    assert scores[0]["ce_low"] == ""


def test_a_finished_protocol_computes_nothing_and_writes_the_same(run, tmp_path):
    assert run().cell_counts.computed == 20
    before = {p.name: p.read_bytes() for p in (tmp_path / "out").rglob("*.csv")}
    for path in (tmp_path / "out").rglob("*.csv"):
        path.unlink()
    assert run().cell_counts.computed == 0
    assert {p.name: p.read_bytes() for p in (tmp_path / "out").rglob("*.csv")} == before
    with Store(tmp_path / "out") as store:
        assert len(store.runs()) == 1


def test_only_what_is_new_is_computed(run, settings):
    run(models=["mlp"], seeds=1)
    assert run(seeds=1).cell_counts.computed == 8
    assert run().cell_counts.computed == 2 * 2
    sweep = {"protocol": None, "corruptions": ["gaussian_noise(sigma=0.4)"], "strengths": [0, 1]}
    assert run(**sweep).cell_counts.computed == 0  # the same folder, the same cells


def test_an_interrupted_protocol_resumes(run, tmp_path, observer, monkeypatch):
    class Stopping(QuadrantModel):
        def predict(self, images):
            if len(observer.done) == 8:
                raise KeyboardInterrupt
            return super().predict(images)

    def start(needed, data, *, threads):
        return {c.name: Stopping(c.name) for c in needed}

    with monkeypatch.context() as context:
        context.setattr(session, "load_predictors", start)
        with pytest.raises(KeyboardInterrupt):
            run()
    assert run().cell_counts.computed == 20 - 8
    run("undisturbed")
    tables = [tmp_path / folder / "corruption_errors.csv" for folder in ("out", "undisturbed")]
    assert tables[0].read_bytes() == tables[1].read_bytes()


def test_a_level_that_fails_leaves_the_rest_and_no_mean(run, tmp_path, observer, monkeypatch):
    from studies.run import engine

    original = engine.corruption_of

    def without_blur(condition):
        if "blur" in condition.pipeline:
            raise ImportError("a blur needs pillow, from the extra 'images'")
        return original(condition)

    with monkeypatch.context() as context:
        context.setattr(engine, "corruption_of", without_blur)
        ending = run()
    assert (ending.cell_counts.computed, ending.cell_counts.failed) == (16, 4)
    benchmark = ending.outputs.report.benchmark
    scores = {item.corruption: item.scores[1] for item in benchmark.corruptions}
    assert scores["noise"].corruption_error.value is not None
    assert scores["smear"].corruption_error.missing
    assert scores["smear"].error is None
    assert benchmark.overall[1].corruption_error.missing
    page = (tmp_path / "out" / "report.html").read_text()
    assert "There is no mCE† of cnn: cells are missing." in page
    assert "needs pillow" in page
    assert run().cell_counts.computed == 4


def test_undefined_ratios_are_reported(run, tmp_path, add_protocol):
    # Nothing happens to the images, so nothing rises above the clean error.
    same = Entry(levels=("identity",), fidelity="exact")
    add_protocol(Protocol(name="same_c", title="Same-C", source="x", entries={"same": same}))
    benchmark = run(protocol="same_c").outputs.report.benchmark
    assert benchmark.corruptions[0].scores[1].relative.value is None
    assert benchmark.overall[1].relative.value is None
    page = (tmp_path / "out" / "report.html").read_text()
    assert "undefined" in page
    assert "Undefined: the errors of the reference, or their increase, are not positive" in page
    assert not any(word in page for word in (">inf", "nan %"))
