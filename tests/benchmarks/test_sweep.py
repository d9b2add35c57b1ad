import numpy as np

from benchmarks.bare import Overhead, bare_pass
from benchmarks.sweep import main
from benchmarks.timing import Elapsed
from studies.plan import Condition


class Recorder:
    def __init__(self):
        self.seen = []

    def predict(self, images):
        self.seen.append(images)
        return np.zeros((len(images), 10), np.float32)


def test_a_bare_pass_shows_every_condition_to_every_model():
    images = np.random.default_rng(0).integers(0, 256, (1200, 3, 3, 1), np.uint8)
    conditions = [Condition("identity", (), None), Condition("brightness(shift=1)", (), None)]
    models = {"one": Recorder(), "two": Recorder()}
    corrupting, predicting = bare_pass(conditions, images, models)
    assert corrupting.wall > 0
    assert predicting.wall > 0
    for model in models.values():
        assert [len(block) for block in model.seen] == [1000, 200, 1000, 200]
        np.testing.assert_array_equal(np.concatenate(model.seen[:2]), images)
        assert all(block.min() == 255 for block in model.seen[2:])


def test_the_overhead_is_the_sweep_over_its_parts():
    parts = Elapsed(2.0, 4.0), Elapsed(3.0, 6.0)
    overhead = Overhead(1, 1, 1, *parts, Elapsed(6.0, 10.0), Elapsed(1.0, 1.0), 100.0)
    assert overhead.ratio == 1.2
    assert overhead.cpu_ratio == 1.0


def test_a_mistake_is_one_sentence(capsys):
    assert main(["--data", "nowhere.npz"]) == 2
    error = capsys.readouterr().err
    assert "nowhere.npz" in error
    assert error.count("\n") == 1
