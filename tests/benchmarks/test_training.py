import json

import pytest

from benchmarks.timing import Elapsed
from benchmarks.training import Cost, line, main
from models.data import load


def test_the_ratio_is_the_median_of_pairs():
    plain = (Elapsed(1.0, 2.0), Elapsed(2.0, 2.0), Elapsed(4.0, 2.0))
    noisy = (Elapsed(1.5, 3.0), Elapsed(2.2, 2.0), Elapsed(4.0, 2.2))
    cost = Cost("mlp", 1000, plain, noisy)
    assert cost.ratio == pytest.approx(1.1)
    assert cost.cpu_ratio == pytest.approx(1.1)
    assert line(cost, epochs=3).startswith("mlp: 1,000 without and 909 with noise in images/s")
    assert line(cost, epochs=3).endswith("reached")
    slow = Cost("mlp", 1000, plain[:1], noisy[:1])
    assert line(slow, epochs=3).endswith("missed")


def test_training_images_are_cut_and_test_images_are_not():
    digits = load("digits")
    few = digits.first(50)
    assert len(few.train_images) == 50
    assert len(few.test_images) == 500


def test_a_small_run(tmp_path, capsys):
    few = ["--data", "digits", "--images", "80", "--epochs", "2", "--repeats", "1"]
    assert main([*few, "--architectures", "mlp", "--out", str(tmp_path)]) == 0
    record = json.loads((tmp_path / "training.json").read_text())
    assert record["networks"][0]["architecture"] == "mlp"
    assert record["networks"][0]["ratio"] > 0
    assert "mlp: " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (["--data", "nowhere.npz"], "nowhere.npz"),
        (["--spec", "fogg"], "did you mean 'fog'"),
        (["--architectures", "mpl"], "did you mean 'mlp'"),
    ],
)
def test_a_mistake_is_one_sentence(capsys, wrong, words):
    assert main(["--data", "digits", *wrong]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.startswith("benchmarks.training: ")
    assert error.count("\n") == 1
