import numpy as np
import pytest

import noiselib
from studies.explorer import workbench
from studies.explorer.seen import course_of, difference
from studies.explorer.view import Source, View, given
from studies.explorer.workbench import Superseded, Workbench

SPEC = "gaussian_noise(sigma=0.5)"


@pytest.fixture
def bench(context):
    return Workbench(context)


def test_a_test_image_meets_what_it_meets_in_a_sweep(bench, context):
    transform = noiselib.parse(SPEC)
    seen = bench.look(View(Source("test", 7), SPEC, 0.4, 3), transform)
    swept = transform.at(0.4)(context.data.test_images, seed=3, ids=0)
    np.testing.assert_array_equal(seen.corrupted, swept[7])
    np.testing.assert_array_equal(seen.clean, context.data.test_images[7])
    assert seen.truth == context.data.test_labels[7]


def test_the_top_three_are_the_likeliest_classes_in_order(bench, context):
    seen = bench.look(View(Source("test", 2), SPEC, 0.8, 1), noiselib.parse(SPEC))
    for answer in seen.answers:
        shares = context.predictors[answer.model].predict(seen.corrupted[None])[0]
        best = sorted(range(len(shares)), key=lambda number: -shares[number])[:3]
        assert [number for number, _ in answer.top] == best
        assert [share for _, share in answer.top] == pytest.approx(shares[best])
        assert answer.right == (best[0] == seen.truth)


def test_nobody_knows_whether_an_answer_to_a_drawing_is_right(bench, context):
    source = given("drawn", context.data.test_images[3])
    seen = bench.look(View(source, SPEC, 0.1, 0), noiselib.parse(SPEC))
    assert seen.truth is None
    assert {answer.right for answer in seen.answers} == {None}


@pytest.mark.parametrize("drawn", [False, True])
def test_a_course_is_what_single_looks_give(bench, context, drawn):
    image = context.data.test_images[5]
    source = given("drawn", image) if drawn else Source("test", 5)
    transform = noiselib.parse(SPEC)
    courses = bench.courses(View(source, SPEC, 0.5, 2), transform)
    for course in courses:
        predict = context.predictors[course.model].predict
        pictures = [
            transform.at(t / 100)(image[None], seed=2, ids=source.number) for t in range(101)
        ]
        shares = predict(np.concatenate(pictures))
        reference = shares[0].argmax() if drawn else context.data.test_labels[5]
        assert course.reference == reference
        assert course.shares == pytest.approx(shares[:, reference])
        lost = [t / 100 for t in range(101) if shares[t].argmax() != reference]
        assert course.lost == (lost[0] if lost else None)


def test_some_images_are_lost_and_some_are_kept(bench):
    transform = noiselib.parse(SPEC)
    losses = [
        course.lost
        for number in range(12)
        for course in bench.courses(View(Source("test", number), SPEC), transform)
    ]
    assert None in losses
    assert any(losses)


def test_wrong_on_the_clean_picture_is_lost_at_once():
    shares = np.array([[0.4, 0.6], [0.9, 0.1]], np.float32)
    assert course_of("m", shares, truth=0).lost == 0
    assert course_of("m", shares, truth=None).lost == 1


def test_a_path_is_computed_once_and_then_serves_every_strength(bench, context):
    transform = noiselib.parse(SPEC)
    bench.courses(View(Source("test", 1), SPEC), transform)
    calls = [model.calls for model in context.predictors.values()]
    bench.courses(View(Source("test", 1), SPEC, 0.9), transform)
    known = bench.look(View(Source("test", 1), SPEC, 0.37), transform)
    assert [model.calls for model in context.predictors.values()] == calls
    fresh = Workbench(context).look(View(Source("test", 1), SPEC, 0.37), transform)
    for one, other in zip(known.answers, fresh.answers, strict=True):
        assert [share for _, share in one.top] == pytest.approx([share for _, share in other.top])


def test_strengths_between_the_steps_are_computed(bench, context):
    transform = noiselib.parse(SPEC)
    bench.courses(View(Source("test", 1), SPEC), transform)
    seen = bench.look(View(Source("test", 1), SPEC, 0.3725), transform)
    shares = context.predictors["mlp"].predict(seen.corrupted[None])[0]
    assert seen.answers[0].top[0][1] == pytest.approx(shares.max())


def test_what_nobody_waits_for_is_dropped_and_not_remembered(bench, context):
    transform = noiselib.parse(SPEC)
    view = View(Source("test", 4), SPEC)
    asked = []

    def wanted():
        asked.append(None)
        return len(asked) < 5

    with pytest.raises(Superseded):
        bench.courses(view, transform, wanted)
    assert len(asked) == 5
    assert all(model.calls == 0 for model in context.predictors.values())
    assert len(bench.courses(view, transform)) == 2


def test_large_images_are_tried_at_fewer_strengths(context, monkeypatch):
    monkeypatch.setattr(workbench, "SMALL", 10)
    few = Workbench(context)
    (course, _) = few.courses(View(Source("test", 0), SPEC), noiselib.parse(SPEC))
    assert len(course.shares) == 21


def test_the_difference_is_seen_where_something_changed():
    clean = np.full((1, 3, 1), 100, np.uint8)
    corrupted = np.array([100, 255, 0], np.uint8).reshape(1, 3, 1)
    unchanged, brighter, darker = difference(clean, corrupted)[0]
    assert unchanged[3] == 0
    assert brighter[0] > brighter[2]  # orange
    assert darker[2] > darker[0]  # blue
    assert brighter[3] == round(255 * (155 / 255) ** 0.5)


def test_the_hardest_images_are_those_the_models_are_least_sure_of(context):
    data = context.data
    sure = [
        np.mean([m.predict(data.test_images[[n]])[0, label] for m in context.predictors.values()])
        for n, label in enumerate(data.test_labels)
    ]
    order = context.hardest()
    assert sorted(order) == list(range(len(data.test_labels)))
    assert np.diff(np.array(sure)[order]).min() >= -1e-6
