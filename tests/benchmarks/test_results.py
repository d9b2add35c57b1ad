import math

import pytest

import noiselib
from benchmarks.images import SIZES
from benchmarks.results import BenchmarkResults, BenchmarkRow, geometric_mean, load_floors
from benchmarks.timing import Failure, Timing
from noiselib.traits import Trait


def timing(speed):
    return Timing("form", 1000, (1000 / speed,))


def row(ours=100.0, floor=None, **peers):
    entered = {name: timing(speed) for name, speed in peers.items()}
    return BenchmarkRow("fog", "fog()", "28x28", floor, timing(ours), entered)


@pytest.mark.parametrize("name", sorted(load_floors()))
def test_every_floor_is_of_a_registered_corruption_and_a_size(name):
    assert name in noiselib.registry()
    assert set(load_floors()[name]) <= set(SIZES)
    assert all(speed > 0 for speed in load_floors()[name].values())


def test_every_table_of_values_has_the_same_floor():
    pointwise = {name for name, cls in noiselib.registry().items() if Trait.POINTWISE in cls.traits}
    floors = load_floors()
    assert pointwise <= set(floors)
    assert all(floors[name] == floors["brightness"] for name in pointwise)


@pytest.mark.parametrize(
    ("one", "verdict"),
    [
        (row(), "no peer"),
        (row(slow=50), "ahead"),
        (row(slow=50, fast=200), "behind fast"),
        (row(floor=101), "below floor"),
        (row(floor=100), "no peer"),
        (row(floor=150, fast=200), "below floor, behind fast"),
        (
            BenchmarkRow("fog", "fog()", "28x28", None, Failure("why"), {"fast": timing(9)}),
            "failed",
        ),
        (BenchmarkRow("fog", "fog()", "28x28", 5, timing(9), {"fast": Failure("why")}), "no peer"),
    ],
)
def test_verdicts(one, verdict):
    assert one.verdict == verdict


def test_the_ratio_is_against_the_fastest_peer():
    one = row(slow=50, fast=200)
    assert one.best.name == "fast"
    assert one.ratio == pytest.approx(0.5)


def test_a_failed_corruption_is_below_its_floor():
    assert BenchmarkRow("fog", "fog()", "28x28", 1.0, Failure("why"), {}).is_below_floor


def test_means_are_over_the_rows_that_have_a_peer():
    results = BenchmarkResults(
        {}, sources={"28x28": ""}, rows=[row(fast=50), row(fast=12.5), row()]
    )
    assert results.mean_ratio("28x28") == pytest.approx(4)
    assert results.mean_ratio("224x224x3") is None


def test_the_geometric_mean_of_nothing_is_none():
    assert geometric_mean([]) is None
    assert geometric_mean([None, math.nan]) is None
