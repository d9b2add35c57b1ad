import numpy as np
import pytest

import noiselib
from benchmarks.measuring import measure
from benchmarks.peers.noiselib import load
from benchmarks.peers.peer import Peer, load_peers
from benchmarks.timing import Failure, Timing, make_plan, time_in_turn


def test_every_corruption_is_measured_where_a_peer_fails(results):
    assert [row.corruption for row in results.rows] == ["brightness", "contrast", "zoom"]
    assert all(isinstance(row.ours, Timing) for row in results.rows)
    assert all(len(row.ours.seconds) == 2 for row in results.rows)


def test_a_peer_is_measured_where_it_has_the_corruption(results):
    brightness, contrast, zoom = results.rows
    assert set(brightness.peers) == {"good", "broken", "misshapen", "unrounded"}
    assert set(contrast.peers) == {"broken"}
    assert not zoom.peers  # the good one does it on colour images only


def test_a_failing_peer_is_reported_in_one_line(results):
    assert results.rows[0].peers["broken"] == Failure("RuntimeError: out of paint")


def test_a_peer_whose_result_is_no_image_is_a_failure(results):
    assert "shape (6, 2, 5)" in results.rows[0].peers["misshapen"].reason


def test_a_peer_that_leaves_the_way_back_to_uint8_to_others_is_a_failure(results):
    assert "float64" in results.rows[0].peers["unrounded"].reason


def test_both_forms_are_tried_and_the_faster_is_timed(results):
    timing = results.rows[0].peers["good"]
    assert set(timing.tried) == {"image by image", "one batch"}
    assert timing.form == max(timing.tried, key=timing.tried.get)


def test_equal_work_changes_values_equally(results):
    changes = results.rows[0].changes
    assert changes["good"] == pytest.approx(changes["noiselib"], abs=1)
    assert results.rows[0].different_work() == {}


def test_other_work_is_noticed(tiny, effort):
    half = Peer(
        "half",
        "1",
        "",
        {
            "brightness": lambda corruption, images: {
                "batch": lambda n: corruption.at(0.5)(images[:n])
            }
        },
    )
    (row,) = measure([noiselib.parse("brightness")], [tiny], [load(), half], {}, effort)
    assert row.different_work()["half"] == pytest.approx(0.55, abs=0.1)


def test_one_that_fails_later_drops_out():
    calls = []

    def fails_later(count):
        calls.append(count)
        if len(calls) > 4:
            raise ValueError("tired")

    steady = ("steady", lambda: {"form": lambda _count: None})
    found = time_in_turn(
        [("late", lambda: {"form": fails_later}), steady], total=1, repeats=9, budget=0.001
    )
    assert found["late"] == Failure("ValueError: tired")
    assert len(found["steady"].seconds) == 9


def test_a_peer_that_cannot_be_prepared_is_a_failure():
    def no_data():
        raise MemoryError("too large")

    found = time_in_turn([("large", no_data)], total=1, repeats=1, budget=0.001)
    assert found["large"].reason == "MemoryError: too large"


def test_a_slow_form_is_measured_on_fewer_images():
    def slow(count):
        total = 0.0
        for number in range(count * 20_000):
            total += number
        return total

    plan = make_plan({"slow": slow}, total=10_000, budget=0.02)
    assert 1 <= plan.images < 1000


def test_a_fast_form_is_repeated_within_a_measurement():
    plan = make_plan({"fast": lambda _count: None}, total=10, budget=0.3)
    assert plan.images == 10
    assert plan.loops > 10


def test_peers_that_cannot_be_imported_are_named(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "benchmarks.peers.kornia", None)
    peers, missing = load_peers(["kornia"])
    assert peers == []
    assert "kornia" in missing["kornia"]


def test_timings_are_images_over_the_median():
    assert Timing("form", 10, (1.0, 5.0, 2.0)).images_per_second == 5


def test_noiselib_enters_with_its_whole_registry(tiny):
    ours = load()
    assert set(ours.makers) == set(noiselib.registry())
    corruption = noiselib.parse("gaussian_noise")
    (run,) = ours.makers["gaussian_noise"](corruption, tiny.images).values()
    np.testing.assert_array_equal(run(3), corruption(tiny.images[:3], seed=1))
