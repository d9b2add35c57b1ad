import numpy as np
import pytest

from studies.stats.predictions import outcomes_of
from studies.tables.diagnosis import evaluate


def test_noise_seeds_are_counted_together():
    probabilities = np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]], np.float32)
    labels = np.array([0, 1, 1])
    outcomes = [
        outcomes_of(item, labels) for item in (probabilities, probabilities[:, ::-1].copy())
    ]
    evaluation = evaluate("fog", "mlp", outcomes, labels, 2)
    np.testing.assert_array_equal(evaluation.counts, [[1, 1], [2, 2]])
    assert evaluation.wrong == 3
    assert evaluation.accuracy.estimate == pytest.approx(0.5)
    assert evaluation.calibration.counts.sum() == 6
