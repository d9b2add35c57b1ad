from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studies.config.study import Study
from studies.plan import Condition, ImageRange, cell_key, conditions_in_order, plan_points

CONDITION = Condition("gaussian_noise(sigma=0.2)", (("gaussian_noise", 1),), 3)
IMAGES = ImageRange("abc", 0, 100)


def test_every_corruption_has_every_strength_from_clean_to_its_spec(settings):
    study = Study.model_validate(settings)
    points = plan_points(study)
    assert [(point.corruption, point.t) for point in points] == [
        (spec, t) for spec in study.corruptions for t in study.strengths
    ]
    last = [point for point in points if point.t == 1]
    assert [point.strength for point in last] == [0.5, 3]
    assert all(point.conditions[0].pipeline == point.corruption for point in last)


def test_the_clean_cell_is_shared_and_a_pipeline_without_randomness_runs_once(settings):
    points = plan_points(Study.model_validate(settings))
    clean = {point.conditions for point in points if point.t == 0}
    assert clean == {(Condition("identity", (), None),)}
    noise = [point for point in points if "noise" in point.corruption and point.t > 0]
    blur = [point for point in points if "blur" in point.corruption and point.t > 0]
    assert [[c.seed for c in point.conditions] for point in noise] == [[0, 1]] * 3
    assert [[c.seed for c in point.conditions] for point in blur] == [[None]] * 3
    assert len(conditions_in_order(points)) == 1 + 3 * 2 + 3


def test_an_interrupted_sweep_has_complete_curves_with_fewer_seeds(settings):
    order = conditions_in_order(plan_points(Study.model_validate(settings)))
    seeds = [condition.seed or 0 for condition in order]
    assert seeds == sorted(seeds)


def test_a_pipeline_is_measured_in_t(settings):
    pipeline = "gaussian_blur(sigma=2) | gaussian_noise(sigma=0.3)"
    study = Study.model_validate(settings | {"corruptions": [pipeline]})
    assert [point.strength for point in plan_points(study)] == list(study.strengths)


@pytest.mark.parametrize(
    "other",
    [
        cell_key(replace(CONDITION, pipeline="gaussian_noise(sigma=0.3)"), IMAGES, "model"),
        cell_key(replace(CONDITION, revisions=(("gaussian_noise", 2),)), IMAGES, "model"),
        cell_key(replace(CONDITION, seed=4), IMAGES, "model"),
        cell_key(replace(CONDITION, seed=None), IMAGES, "model"),
        cell_key(CONDITION, replace(IMAGES, digest="abd"), "model"),
        cell_key(CONDITION, replace(IMAGES, first=1), "model"),
        cell_key(CONDITION, replace(IMAGES, count=99), "model"),
        cell_key(CONDITION, IMAGES, "other"),
    ],
)
def test_the_key_depends_on_everything_that_the_numbers_depend_on(other):
    assert cell_key(CONDITION, IMAGES, "model") != other


def test_the_key_is_the_same_everywhere():
    # If it changed, no stored result would be found again.
    assert cell_key(CONDITION, IMAGES, "model") == "28f730280fc867d1f1c781d2612b3dc8"


@given(st.text(), st.text(), st.integers(0, 2**63 - 1))
def test_keys_are_128_bits_in_hexadecimal(pipeline, digest, seed):
    key = cell_key(Condition(pipeline, (), seed), IMAGES, digest)
    assert len(key) == 32
    assert int(key, 16) >= 0


def test_thirds_of_an_integer_strength_are_integers():
    study = Study.model_validate(
        {
            "name": "thirds",
            "data": "digits",
            "models": ["mlp"],
            "corruptions": ["gaussian_blur(sigma=3)"],
            "strengths": 4,
        }
    )
    resolved = [point.conditions[0].pipeline for point in plan_points(study)]
    assert resolved == [
        "identity",
        "gaussian_blur(sigma=1)",
        "gaussian_blur(sigma=2)",
        "gaussian_blur(sigma=3)",
    ]
