from dataclasses import replace

import numpy as np
import pytest

from benchmarks import overhead, share
from benchmarks.free_sweep import Measurement, NearestMean, random_digits, sweep_cells
from studies.store.store import Store

NOISE = ("brightness(shift=0.5)", "gaussian_noise(sigma=0.5)")


@pytest.fixture
def swept(tmp_path):
    return sweep_cells(tmp_path, random_digits(), NOISE, seeds=1, cells=10)


def test_a_sweep_has_as_many_cells_as_were_asked_for(swept, tmp_path):
    assert (swept.part, swept.cells) == ("sweep", 12)  # whole conditions of three models
    assert swept.cpu > 0
    with Store(tmp_path) as store:
        assert len(store.finished_keys()) == 12


def test_more_cells_than_the_plan_has_are_refused(tmp_path):
    with pytest.raises(ValueError, match="fewer than the 1000 wanted"):
        sweep_cells(tmp_path, random_digits(), NOISE, seeds=1, cells=3000)


def test_the_nearest_mean_is_the_class():
    data = random_digits()
    means = [data.train_images[data.train_labels == k].mean(axis=0) for k in range(10)]
    found = NearestMean(data, 50.0).predict(np.stack(means).astype(np.uint8))
    assert found.argmax(axis=1).tolist() == list(range(10))
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-5)


def test_measurements_are_compared_with_their_targets():
    small = Measurement("sweep", 100, 1.0, 1.0, 100.0)
    found = [
        small,
        replace(small, cells=1000),
        replace(small, cells=10_000, peak_megabytes=109.0),
        small,
        Measurement("report", 10_000, 1.0, 19.0, 300.0, 2.9),
    ]
    assert [reached for _, reached in overhead.check_targets(found)] == [True] * 4
    found[1] = replace(small, cpu=5.1)
    found[2] = replace(found[2], peak_megabytes=120.0)
    found[4] = replace(found[4], cpu=20.1, page_megabytes=3.1)
    assert [reached for _, reached in overhead.check_targets(found)] == [False] * 4


def test_startup_is_measured_and_compared_with_its_targets():
    assert 0 < overhead.seconds_to_start(overhead.IMPORT, 1) < 60
    assert 0 < overhead.seconds_to_start(overhead.HELP, 1) < 60
    assert [reached for _, reached in overhead.check_startup(0.05, 0.4)] == [True] * 2
    assert [reached for _, reached in overhead.check_startup(0.07, 0.6)] == [False] * 2


def test_the_share_is_of_the_last_run_with_cells(swept, tmp_path, capsys):
    with Store(tmp_path) as store, store.transaction() as connection:
        connection.execute(
            "UPDATE runs SET started = '2026-01-01T10:00:00+00:00', "
            "finished = '2026-01-01T10:00:10+00:00'"
        )
        connection.execute("UPDATE cells SET seconds = 0.5")
    with Store(tmp_path) as store:
        found = share.read_share(store)
    assert (found.cells, found.images, found.wall, found.share) == (12, 360, 10.0, 0.6)
    assert share.main([str(tmp_path)]) == 0
    assert "60 %" in capsys.readouterr().out
    assert share.main([str(tmp_path / "nowhere")]) == 2
    assert "there are no results" in capsys.readouterr().err
