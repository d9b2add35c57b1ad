"""The tasks that workers get, and how the chunks that they return become cells."""

from types import SimpleNamespace

import numpy as np
import pytest
from fakes import make_images

from studies.run.cluster.schedule import (
    MAX_WORKER_DEATHS,
    TASK_SECONDS,
    CellAssembler,
    Schedule,
    Task,
)
from studies.run.cluster.worker import TaskResult
from studies.run.engine import Computed, Failed, Job
from studies.stats.predictions import outcomes_of


def result(seconds, crashing=()):
    return TaskResult((), seconds, frozenset(crashing))


def submitted(schedule, workers=2):
    tasks = []
    while (task := schedule.next(workers)) is not None:
        tasks.append(task)
    return tasks


@pytest.fixture
def hundred():
    return [Job(SimpleNamespace(), {"a": f"a{n}", "b": f"b{n}"}) for n in range(100)]


def test_short_jobs_go_together_and_end_evenly(hundred):
    schedule = Schedule(hundred, 1)
    first = schedule.next(2)
    assert len(first.jobs) == 1
    schedule.learn(first, result(TASK_SECONDS / 7.5))
    rest = submitted(schedule)
    sizes = [len(task.jobs) for task in rest]
    assert sizes[0] == 8
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] == 1
    assert [job for task in [first, *rest] for job in task.jobs] == hundred


def test_long_jobs_go_one_by_one_through_every_chunk(hundred):
    schedule = Schedule(hundred[:3], 2)
    schedule.learn(Task((hundred[0],), 0), result(10 * TASK_SECONDS))
    found = [(task.jobs, task.chunk) for task in submitted(schedule)]
    assert found == [((job,), chunk) for job in hundred[:3] for chunk in (0, 1)]


def test_crashing_models_are_computed_in_isolation_from_then_on(hundred):
    schedule = Schedule(hundred[:2], 1)
    schedule.learn(Task((hundred[0],), 0, isolated=True), result(1, {"b"}))
    tasks = submitted(schedule)
    assert [(task.isolated, [set(job.cells) for job in task.jobs]) for task in tasks] == [
        (False, [{"a"}]),
        (True, [{"b"}]),
    ] * 2


def test_cells_over_which_workers_die_are_computed_in_isolation_and_then_fail(hundred):
    schedule = Schedule(hundred[:1], 1)
    task = schedule.next(1)
    for _ in range(MAX_WORKER_DEATHS):
        assert schedule.worker_died(task) == []
        task = schedule.next(1)
        assert task.isolated
    failed = schedule.worker_died(task)
    assert [cell.key for cell in failed] == ["a0", "b0"]
    assert failed[0].error == f"{MAX_WORKER_DEATHS} workers died while this was computed"
    assert schedule.next(1) is None


def test_a_cell_is_complete_when_its_last_chunk_has_come():
    _, labels = make_images(9, 0)
    probabilities = np.random.default_rng(0).dirichlet(np.ones(4), 9).astype(np.float32)
    parts = [
        Computed("k", None, "m", outcomes_of(probabilities[rows], labels[rows]), 1.5)
        for rows in (slice(0, 4), slice(4, 8), slice(8, 9))
    ]
    assembler = CellAssembler(3)
    assert assembler.add(2, parts[2]) is None
    assert assembler.add(0, parts[0]) is None
    complete = assembler.add(1, parts[1])
    assert complete.seconds == 4.5
    np.testing.assert_array_equal(complete.outcomes.predicted, probabilities.argmax(axis=1))


def test_a_cell_has_the_error_of_its_first_failed_chunk():
    assembler = CellAssembler(3)
    assembler.add(2, Failed("k", None, "m", "third"))
    assembler.add(1, Failed("k", None, "m", "second"))
    assert assembler.add(0, Computed("k", None, "m", None, 1.0)).error == "second"
