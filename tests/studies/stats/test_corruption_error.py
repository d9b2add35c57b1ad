import numpy as np
import pytest

from studies.stats.corruption_error import (
    ErrorRatio,
    ErrorsByImage,
    corruption_errors,
    mean_ratio,
    ratio,
    relative_corruption_errors,
)

# Sums over levels: four images; "two" has two levels, "one" has one.
TOTALS = {
    ("two", "f"): [1, 0, 0, 1],
    ("two", "ref"): [2, 1, 1, 0],
    ("one", "f"): [1, 1, 0, 1],
    ("one", "ref"): [1, 0, 0, 0],
    ("spare", "f"): [1, 1, 1, 1],
    ("spare", "ref"): [0, 0, 0, 0],
}
LEVELS = {"two": 2, "one": 1, "spare": 1}
CLEAN = {"f": [0, 0, 0, 1], "ref": [0, 0, 0, 0]}


def by_image(total, levels):
    return ErrorsByImage(np.array(total, float), levels, levels)


@pytest.fixture
def errors():
    return {pair: by_image(total, LEVELS[pair[0]]) for pair, total in TOTALS.items()}


@pytest.fixture
def clean():
    return {model: by_image(total, 1) for model, total in CLEAN.items()}


NAMES = ["two", "one", "spare"]


def test_ce_and_mce_of_a_small_example(errors):
    each, mean = corruption_errors(errors, NAMES, ["two", "one"], model="f", reference="ref")
    assert [score.value for score in each] == [2 / 4, 3 / 1, None]
    assert mean.value == (0.5 + 3) / 2
    assert not each[2].missing


def test_relative_ce_and_mce_of_a_small_example(errors, clean):
    # two: f (2/4 - 2 x 1/4) = 0, ref (4/4 - 0) = 1; one: f (3/4 - 1/4), ref 1/4
    each, mean = relative_corruption_errors(
        errors, clean, NAMES, ["two", "one"], model="f", reference="ref"
    )
    assert [score.value for score in each] == [0, 2, None]
    assert mean.value == 1


def test_the_reference_has_a_ratio_of_one_and_no_interval(errors, clean):
    each, mean = corruption_errors(errors, NAMES, ["two", "one"], model="ref", reference="ref")
    assert each == [ErrorRatio(1.0), ErrorRatio(1.0), ErrorRatio(None)]
    assert mean == ErrorRatio(1.0)
    each, mean = relative_corruption_errors(
        errors, clean, NAMES, ["two", "one"], model="ref", reference="ref"
    )
    assert (each[0].value, mean.value) == (1, 1)


def test_an_undefined_ratio_makes_the_mean_undefined(errors):
    _, mean = corruption_errors(errors, NAMES, NAMES, model="f", reference="ref")
    assert mean == ErrorRatio(None)
    assert ratio(1, 0) == ratio(1, -0.2) == ratio(0, 0) == ErrorRatio(None)
    assert ratio(-0.1, 0.2) == ErrorRatio(-0.5)  # corruption may lower the error
    assert ratio(0.1, 1e-17) == ErrorRatio(None)  # zero up to rounding
    assert mean_ratio([]) == ErrorRatio(None)


def test_a_missing_cell_makes_the_ratio_and_the_mean_missing(errors, clean):
    del errors["one", "f"]
    each, mean = corruption_errors(errors, NAMES, ["two", "one"], model="f", reference="ref")
    assert [score.missing for score in each] == [False, True, False]
    assert mean.missing
    del clean["ref"]
    each, mean = relative_corruption_errors(
        errors, clean, NAMES, ["two"], model="f", reference="ref"
    )
    assert all(score.missing for score in each)
    assert mean.missing
    each, mean = corruption_errors({}, NAMES, NAMES, model="f", reference="ref")
    assert all(score.missing for score in [*each, mean])


def difficult_images(count, levels, seed):
    """Errors of two models on the same images, which are correlated."""
    random = np.random.default_rng(seed)
    share = random.beta(0.3, 2.0, count)
    other = np.clip(share * 1.5, 0, 1)
    return {
        ("c", "f"): by_image(random.binomial(levels, share), levels),
        ("c", "ref"): by_image(random.binomial(levels, other), levels),
    }


def test_intervals_have_their_nominal_coverage():
    truth = difficult_images(1_000_000, 5, 0)
    true = truth["c", "f"].total.sum() / truth["c", "ref"].total.sum()
    covered = 0
    for seed in range(1, 101):
        _, mean = corruption_errors(
            difficult_images(150, 5, seed), ["c"], ["c"], model="f", reference="ref"
        )
        covered += mean.low < true < mean.high
    assert 88 <= covered <= 99


def test_the_interval_of_the_mean_is_narrower_than_those_of_its_terms():
    errors = {}
    for number in range(8):
        simulated = difficult_images(200, 5, number)
        errors |= {(f"c{number}", model): part for (_, model), part in simulated.items()}
    names = [f"c{number}" for number in range(8)]
    each, mean = corruption_errors(errors, names, names, model="f", reference="ref")
    widths = [score.high - score.low for score in each]
    assert mean.high - mean.low < min(widths)
    assert mean.value == pytest.approx(np.mean([score.value for score in each]))
    assert mean.low < mean.value < mean.high
