import numpy as np
import pytest

from studies.stats.variance_components import variance_components


def simulated(random, deviation, trainings, images, seeds=2):
    """Trainings with true accuracies around 0.7, on images of different difficulty."""
    from scipy.special import ndtr, ndtri

    hardness = random.standard_normal(images)
    levels = 0.7 + deviation * random.standard_normal(trainings)
    chances = ndtr((ndtri(levels)[:, np.newaxis] + 0.8 * hardness) / 0.6)
    # ndtri(level) is reached by averaging over hardness: sqrt(0.8^2 + 0.6^2) = 1
    return [random.random((seeds, images)) < chance for chance in chances]


def test_the_two_variances_are_separated():
    random = np.random.default_rng(0)
    found = variance_components(simulated(random, 0.03, 60, 3000))
    assert found.training_deviation == pytest.approx(0.03, rel=0.25)
    simulated_error = np.std([item.mean() for item in simulated(random, 0.0, 400, 3000)])
    assert simulated_error < found.sampling_error < 0.01  # the images are common to all trainings
    assert found.low < found.value < found.high


def test_equal_trainings_have_no_variance():
    same = np.random.default_rng(0).random((1, 500)) < 0.8
    found = variance_components([same] * 4)
    assert found.training_deviation == 0
    assert found.sampling_error == pytest.approx(np.sqrt(same.var(ddof=1) / 500))


def test_more_images_reduce_the_sampling_error_only():
    random = np.random.default_rng(1)
    few, many = (variance_components(simulated(random, 0.05, 40, n)) for n in (200, 5000))
    assert many.sampling_error < few.sampling_error / 3
    assert many.training_deviation == pytest.approx(few.training_deviation, rel=0.5)


def test_the_interval_has_its_nominal_coverage():
    random = np.random.default_rng(2)
    found = [variance_components(simulated(random, 0.03, 5, 300)) for _ in range(400)]
    assert 0.91 <= np.mean([item.low <= 0.7 <= item.high for item in found]) <= 0.99


@pytest.mark.parametrize(
    "correct",
    [[], [np.ones((1, 5), bool)], [np.ones((1, 5), bool), np.ones((1, 6), bool)]],
)
def test_less_than_two_trainings_on_the_same_images_are_refused(correct):
    with pytest.raises(ValueError, match="two or more trainings"):
        variance_components(correct)


def test_perfect_predictions_have_an_interval_of_one():
    found = variance_components([np.ones((1, 5), bool)] * 2)
    assert (found.value, found.low, found.high) == (1, 1, 1)
