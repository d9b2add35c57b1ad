import numpy as np
import pytest

import noiselib
from studies.explorer.layout import difference
from studies.explorer.play import evaluator as evaluator_module
from studies.explorer.play.evaluator import Evaluator, Superseded, confidence_curve
from studies.explorer.view import ImageSource, PlayView, own_image

SPEC = "gaussian_noise(sigma=0.5)"


@pytest.fixture
def evaluator(state):
    return Evaluator(state)


def test_a_test_image_has_the_noise_of_a_sweep(evaluator, state):
    transform = noiselib.parse(SPEC)
    result = evaluator.evaluate(PlayView(ImageSource("test", 7), SPEC, 0.4, 3), transform)
    swept = transform.at(0.4)(state.data.test_images, seed=3, ids=0)
    np.testing.assert_array_equal(result.corrupted, swept[7])
    np.testing.assert_array_equal(result.clean, state.data.test_images[7])
    assert result.label == state.data.test_labels[7]


def test_the_top_three_are_the_most_probable_classes_in_order(evaluator, state):
    result = evaluator.evaluate(
        PlayView(ImageSource("test", 2), SPEC, 0.8, 1), noiselib.parse(SPEC)
    )
    for prediction in result.predictions:
        probabilities = state.predictors[prediction.model].predict(result.corrupted[None])[0]
        best = sorted(range(len(probabilities)), key=lambda number: -probabilities[number])[:3]
        assert [number for number, _ in prediction.top] == best
        assert [value for _, value in prediction.top] == pytest.approx(probabilities[best])
        assert prediction.correct == (best[0] == result.label)


def test_the_class_of_a_drawing_is_not_known(evaluator, state):
    source = own_image("drawn", state.data.test_images[3])
    result = evaluator.evaluate(PlayView(source, SPEC, 0.1, 0), noiselib.parse(SPEC))
    assert result.label is None
    assert {prediction.correct for prediction in result.predictions} == {None}


@pytest.mark.parametrize("drawn", [False, True])
def test_a_curve_is_that_of_single_predictions(evaluator, state, drawn):
    image = state.data.test_images[5]
    source = own_image("drawn", image) if drawn else ImageSource("test", 5)
    transform = noiselib.parse(SPEC)
    curves = evaluator.confidence_curves(PlayView(source, SPEC, 0.5, 2), transform)
    for curve in curves:
        predict = state.predictors[curve.model].predict
        corrupted = [
            transform.at(t / 100)(image[None], seed=2, ids=source.number) for t in range(101)
        ]
        probabilities = predict(np.concatenate(corrupted))
        reference = probabilities[0].argmax() if drawn else state.data.test_labels[5]
        assert curve.reference == reference
        assert curve.probabilities == pytest.approx(probabilities[:, reference])
        errors = [t / 100 for t in range(101) if probabilities[t].argmax() != reference]
        assert curve.first_error == (errors[0] if errors else None)


def test_some_images_are_misclassified_and_some_are_not(evaluator):
    transform = noiselib.parse(SPEC)
    first_errors = [
        curve.first_error
        for number in range(12)
        for curve in evaluator.confidence_curves(
            PlayView(ImageSource("test", number), SPEC), transform
        )
    ]
    assert None in first_errors
    assert any(first_errors)


def test_an_image_misclassified_when_clean_is_misclassified_from_t_0():
    probabilities = np.array([[0.4, 0.6], [0.9, 0.1]], np.float32)
    assert confidence_curve("m", probabilities, label=0).first_error == 0
    assert confidence_curve("m", probabilities, label=None).first_error == 1


def test_a_curve_is_computed_once_for_every_strength(evaluator, state):
    transform = noiselib.parse(SPEC)
    evaluator.confidence_curves(PlayView(ImageSource("test", 1), SPEC), transform)
    calls = [model.calls for model in state.predictors.values()]
    evaluator.confidence_curves(PlayView(ImageSource("test", 1), SPEC, 0.9), transform)
    cached = evaluator.evaluate(PlayView(ImageSource("test", 1), SPEC, 0.37), transform)
    assert [model.calls for model in state.predictors.values()] == calls
    fresh = Evaluator(state).evaluate(PlayView(ImageSource("test", 1), SPEC, 0.37), transform)
    for one, other in zip(cached.predictions, fresh.predictions, strict=True):
        assert [value for _, value in one.top] == pytest.approx([value for _, value in other.top])


def test_strengths_between_the_steps_are_computed(evaluator, state):
    transform = noiselib.parse(SPEC)
    evaluator.confidence_curves(PlayView(ImageSource("test", 1), SPEC), transform)
    result = evaluator.evaluate(PlayView(ImageSource("test", 1), SPEC, 0.3725), transform)
    probabilities = state.predictors["mlp"].predict(result.corrupted[None])[0]
    assert result.predictions[0].top[0][1] == pytest.approx(probabilities.max())


def test_a_superseded_computation_ends_and_is_not_cached(evaluator, state):
    transform = noiselib.parse(SPEC)
    view = PlayView(ImageSource("test", 4), SPEC)
    asked = []

    def wanted():
        asked.append(None)
        return len(asked) < 5

    with pytest.raises(Superseded):
        evaluator.confidence_curves(view, transform, wanted)
    assert len(asked) == 5
    assert all(model.calls == 0 for model in state.predictors.values())
    assert len(evaluator.confidence_curves(view, transform)) == 2


def test_large_images_have_fewer_steps(state, monkeypatch):
    monkeypatch.setattr(evaluator_module, "SMALL", 10)
    few = Evaluator(state)
    (curve, _) = few.confidence_curves(PlayView(ImageSource("test", 0), SPEC), noiselib.parse(SPEC))
    assert len(curve.probabilities) == 21


def test_the_difference_is_visible_where_something_changed():
    clean = np.full((1, 3, 1), 100, np.uint8)
    corrupted = np.array([100, 255, 0], np.uint8).reshape(1, 3, 1)
    unchanged, brighter, darker = difference(clean, corrupted)[0]
    assert unchanged[3] == 0
    assert brighter[0] > brighter[2]  # orange
    assert darker[2] > darker[0]  # blue
    assert brighter[3] == round(255 * (155 / 255) ** 0.5)
