"""How a batch is split into tasks, and on which threads they run."""

import threading

import numpy as np
import pytest

from noiselib.execution import run_tasks, split_rows
from noiselib.validation import as_batch


@pytest.mark.parametrize(
    ("threads", "tasks", "in_pool"), [(1, 5, False), (2, 1, False), (2, 2, True), (3, 5, True)]
)
def test_every_task_runs_once_on_the_requested_threads(threads, tasks, in_pool):
    done, doers = [], set()

    def do(number, text):
        done.append((number, text))
        doers.add(threading.current_thread())

    run_tasks(do, [(number, "x") for number in range(tasks)], threads)
    assert sorted(done) == [(number, "x") for number in range(tasks)]
    assert (threading.current_thread() not in doers) == in_pool
    assert len(doers) <= threads


def test_no_more_threads_than_requested_are_started():
    alive = threading.active_count()
    most = []
    run_tasks(lambda _: most.append(threading.active_count()), [(k,) for k in range(50)], 2)
    assert max(most) <= alive + 2


@pytest.mark.parametrize("threads", [1, 2])
def test_an_error_in_a_task_is_raised(threads):
    def do(number):
        if number == 3:
            raise ValueError("the third")

    with pytest.raises(ValueError, match="the third"):
        run_tasks(do, [(number,) for number in range(5)], threads)


@pytest.mark.parametrize("step", [1, 2, 3, 5, 9])
def test_rows_are_split_into_steps(step):
    labels = np.array([1, 0, 1, 1, 0])
    slices = list(split_rows(np.zeros(5, int), 0, 1, step))
    assert [row for rows in slices for row in range(5)[rows]] == [0, 1, 2, 3, 4]
    assert all(len(range(5)[rows]) <= step for rows in slices)
    for label, expected in ((0, [1, 4]), (1, [0, 2, 3])):
        indices = list(split_rows(labels, label, 2, step))
        assert np.concatenate(indices).tolist() == expected
        assert max(map(len, indices)) <= step


def test_both_readings_of_three_axes_are_named():
    with pytest.raises(ValueError, match="can be read in two ways") as caught:
        as_batch(np.zeros((28, 27, 3), np.uint8))
    assert str(caught.value) == (
        "images of shape (28, 27, 3) can be read in two ways: for one image of 3 channels pass "
        "images[None], for 28 grey images of 27 x 3 pass images[..., None]"
    )
