import threading

import numpy as np
import pytest
from fakes import QuadrantModel, make_images

import noiselib
from studies.plan import Condition
from studies.run import engine
from studies.run.engine import BLOCK, Computed, Failed, Job, LocalEngine
from studies.stats.predictions import Outcomes, outcomes_of

NOISE = Condition("gaussian_noise(sigma=0.4)", (("gaussian_noise", 1),), 5)
CLEAN = Condition("identity", (), None)


@pytest.fixture(scope="module")
def data():
    return make_images(2 * BLOCK + 300, 0)


def engine_for(data, **predictors):
    return LocalEngine(*data, predictors)


def test_cells_equal_corruption_and_prediction_of_all_images_at_once(data):
    images, labels = data
    model = QuadrantModel("mlp")
    jobs = [Job(CLEAN, {"mlp": "a"}), Job(NOISE, {"mlp": "b"})]
    cells = list(engine_for(data, mlp=model).run(jobs))
    assert [(cell.key, cell.model) for cell in cells] == [("a", "mlp"), ("b", "mlp")]
    noisy = noiselib.parse(NOISE.pipeline)(images, seed=5, ids=0)
    for cell, shown in zip(cells, (images, noisy), strict=True):
        expected = outcomes_of(model.predict(shown), labels)
        for name in Outcomes.__slots__:
            np.testing.assert_array_equal(
                getattr(cell.outcomes, name), getattr(expected, name), err_msg=name
            )


def test_the_number_of_the_first_image_counts(data):
    images, labels = data
    part = slice(700, 900)
    whole = next(engine_for(data, mlp=QuadrantModel("mlp")).run([Job(NOISE, {"mlp": "k"})]))
    later = LocalEngine(images[part], labels[part], {"mlp": QuadrantModel("mlp")}, first=700)
    cell = next(later.run([Job(NOISE, {"mlp": "k"})]))
    np.testing.assert_array_equal(cell.outcomes.confidence, whole.outcomes.confidence[part])


def test_a_block_is_corrupted_once_for_all_models(data, monkeypatch):
    starts, shown = [], {"a": [], "b": []}

    def corruption_of(condition):
        def corrupt(images, first):
            starts.append((condition, first))
            return images.copy()

        return corrupt

    class Watching(QuadrantModel):
        def predict(self, images):
            shown[self.name].append(id(images))
            return super().predict(images)

    monkeypatch.setattr(engine, "corruption_of", corruption_of)
    models = {"a": Watching("a"), "b": Watching("b")}
    jobs = [Job(CLEAN, {"a": "1", "b": "2"}), Job(NOISE, {"b": "3"})]
    cells = list(engine_for(data, **models).run(jobs))
    assert [cell.key for cell in cells] == ["1", "2", "3"]
    assert starts == [(c, s) for c in (CLEAN, NOISE) for s in (0, BLOCK, 2 * BLOCK)]
    assert shown["a"] == shown["b"][:3]
    assert models["a"].calls == 3


def test_the_next_block_is_corrupted_while_this_one_is_predicted(data, monkeypatch):
    second_is_corrupted = threading.Event()

    def corruption_of(condition):
        def corrupt(images, first):
            if first == BLOCK:
                second_is_corrupted.set()
            return images

        return corrupt

    class Waiting(QuadrantModel):
        overlapped = None

        def predict(self, images):
            if self.overlapped is None:
                self.overlapped = second_is_corrupted.wait(timeout=60)
            return super().predict(images)

    monkeypatch.setattr(engine, "corruption_of", corruption_of)
    model = Waiting("mlp")
    list(engine_for(data, mlp=model).run([Job(CLEAN, {"mlp": "k"})]))
    assert model.overlapped is True


def test_a_failing_model_fails_no_other(data):
    class Breaking(QuadrantModel):
        def predict(self, images):
            if self.calls == 1:
                raise RuntimeError("out of\n  luck")
            return super().predict(images)

    models = {"bad": Breaking("bad"), "good": QuadrantModel("good")}
    jobs = [Job(CLEAN, {"bad": "1", "good": "2"}), Job(NOISE, {"good": "3"})]
    cells = list(engine_for(data, **models).run(jobs))
    assert [type(cell) for cell in cells] == [Failed, Computed, Computed]
    assert cells[0].error == "prediction failed: RuntimeError: out of luck"
    assert models["bad"].calls == 1


def test_a_failing_corruption_fails_its_cells_and_no_others(data, monkeypatch):
    original = engine.corruption_of

    def corruption_of(condition):
        if condition is NOISE:
            raise ValueError("too noisy")
        return original(condition)

    monkeypatch.setattr(engine, "corruption_of", corruption_of)
    models = {"a": QuadrantModel("a"), "b": QuadrantModel("b")}
    jobs = [Job(NOISE, {"a": "1", "b": "2"}), Job(CLEAN, {"a": "3"})]
    cells = list(engine_for(data, **models).run(jobs))
    assert [(type(cell), cell.key) for cell in cells] == [
        (Failed, "1"),
        (Failed, "2"),
        (Computed, "3"),
    ]
    assert cells[0].error == "corruption failed: ValueError: too noisy"


def test_invalid_probabilities_fail_the_cell(data):
    class Wrong(QuadrantModel):
        def predict(self, images):
            return super().predict(images) * np.nan

    (cell,) = engine_for(data, mlp=Wrong("mlp")).run([Job(CLEAN, {"mlp": "k"})])
    assert isinstance(cell, Failed)
    assert "NaN" in cell.error


def test_blocks_are_whole_slices_of_the_predictors():
    from models import predictors

    assert BLOCK % predictors.SLICE == 0


def test_an_exception_is_described_in_one_line():
    assert engine.describe(KeyError()) == "KeyError"
    long = engine.describe(ValueError("x" * 1000))
    assert len(long) == 300
    assert long.endswith("...")


def test_no_jobs_give_no_cells(data):
    assert list(engine_for(data).run([])) == []
