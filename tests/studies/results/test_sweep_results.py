"""Stored cells are read through `SweepResults`: once each, within a limit of memory."""

from collections import Counter

import numpy as np
import pytest

from studies.config.study import Study
from studies.core.errors import StudyError
from studies.plan import Condition, Point, plan_points
from studies.results import sweep_results
from studies.results.sweep_results import SweepResults, complete_seeds
from studies.store.cell_database import CellDatabase
from studies.store.store import Store
from studies.workflows import sweep as session
from studies.workflows.sweep import run_study, write_outputs

CLEAN = Condition("identity", (), None)


@pytest.fixture
def store(tmp_path, settings, observer, fakes, monkeypatch):
    """The stored cells of a small sweep, without its tables and figures."""
    with monkeypatch.context() as patch:
        patch.setattr(session, "write_outputs", lambda *_, **__: None)
        run_study(Study.model_validate(settings), tmp_path, command="", observer=observer)
    with Store(tmp_path) as store:
        yield store


@pytest.fixture
def reads(monkeypatch):
    """Count how often each cell is read from the database."""
    counts = Counter()

    def counted(method):
        def read(self, key, *arguments, **keywords):
            counts[key] += 1
            return method(self, key, *arguments, **keywords)

        return read

    for name in ("outcomes", "quantity"):
        monkeypatch.setattr(CellDatabase, name, counted(getattr(CellDatabase, name)))
    return counts


def test_a_whole_report_reads_each_cell_once(store, tmp_path, reads):
    write_outputs(store, tmp_path)
    assert reads.keys() == store.finished_keys()
    assert set(reads.values()) == {1}


def test_cells_used_last_stay_in_memory_up_to_a_number_of_bytes(store, reads, monkeypatch):
    results = SweepResults.of_last_sweep(store)
    wanted = [(c, model) for p in results.points for c in p.conditions for model in results.models]
    size = results.outcomes(*wanted[0]).nbytes
    monkeypatch.setattr(sweep_results, "_CACHED_BYTES", 3 * size)
    results = SweepResults.of_last_sweep(store)
    reads.clear()
    for condition, model in wanted:
        results.outcomes(condition, model)
        held = list(results._cache.values())
        assert sum(item.nbytes for item in held) == results._cached_bytes <= 3 * size
    assert list(results._cache)[-1] == results.key(*wanted[-1])
    before = reads.total()
    results.outcomes(*wanted[-1])
    results.correct(*wanted[-1])
    assert reads.total() == before
    results.outcomes(*wanted[0])
    assert reads.total() == before + 1


def test_a_cell_in_memory_and_one_in_the_database_are_equal(store):
    results = SweepResults.of_last_sweep(store)
    point, model = results.points[2], "cnn"
    found = results.correct_at(point, model)
    assert found.conditions == point.conditions
    for condition, outcomes in results.outcomes_at(point, model).items():
        np.testing.assert_array_equal(outcomes.rank == 0, found.at([condition])[0])
        np.testing.assert_array_equal(results.correct(condition, model), outcomes.rank == 0)
        assert outcomes.log_probabilities.shape == (60, 0)


def test_restricted_results_have_the_points_of_both_plans_in_their_own_order(store, settings):
    results = SweepResults.of_last_sweep(store)
    other = plan_points(Study.model_validate(settings | {"strengths": [0, 0.4, 1]}))
    both = results.restricted_to(other[::-1])
    assert [(p.corruption, p.t) for p in both.points] == [
        (corruption, t) for corruption in settings["corruptions"] for t in (0, 1)
    ]
    assert both.study is results.study
    assert (both.digests, both.images) == (results.digests, results.images)
    assert both.missing == 0
    assert both.finished == 2 * (1 + 2 + 1)
    assert [len(item.points) for item in both.severity_ranges] == [2, 2]
    assert results.restricted_to([]).points == ()


def test_without_a_sweep_or_its_settings_there_are_no_results(store, tmp_path):
    points = SweepResults.of_last_sweep(store).points
    with pytest.raises(ValueError, match="without the settings of a study"):
        _ = SweepResults(store, points, {}).study
    (tmp_path / "empty").mkdir()
    with (
        Store(tmp_path / "empty", create=True) as empty,
        pytest.raises(StudyError, match="there are no results in"),
    ):
        SweepResults.of_last_sweep(empty)


def seeded(*seeds):
    return tuple(Condition("noise", (), seed) for seed in seeds)


def test_a_seed_is_complete_if_every_point_has_it():
    points = [
        Point("noise", t, t, conditions)
        for t, conditions in ((0.0, (CLEAN,)), (0.5, seeded(3, 4, 5)), (1.0, seeded(3, 4, 5)))
    ]
    everything = [point.conditions for point in points]
    first, second, third = (
        [CLEAN, *conditions] for conditions in zip(*everything[1:], strict=True)
    )
    assert complete_seeds(points, everything) == [first, second, third]
    assert complete_seeds(points, [(CLEAN,), seeded(3, 5), seeded(4, 5)]) == [third]
    assert complete_seeds(points, [(CLEAN,), seeded(3), seeded(4)]) == []
    assert complete_seeds(points, [(), *everything[1:]]) == []


def test_a_corruption_without_randomness_is_one_seed():
    blur = Condition("blur", (), None)
    points = [Point("blur", 0.0, 0.0, (CLEAN,)), Point("blur", 1.0, 3.0, (blur,))]
    assert complete_seeds(points, [(CLEAN,), (blur,)]) == [[CLEAN, blur]]
    assert complete_seeds(points, [(CLEAN,), ()]) == []
