"""The strategies draw everything that they promise, and nothing else."""

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings

import noiselib
from noiselib.choices import OneOf, Sometimes, Vary
from noiselib.corruption import Corruption
from noiselib.fields import inverse_square, parameter, strength
from noiselib.testing import strategies
from noiselib.transform import Pipeline


def drawn(strategy, count=150):
    """Return examples, the same at every run."""
    found = []

    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(example):
        found.append(example)

    collect()
    return found


def leaves(transform):
    """Return the corruptions and identities that a transform is made of."""
    components = () if isinstance(transform, Corruption) else transform.components
    return [leaf for one in components for leaf in leaves(one)] or [transform]


def within(transform):
    """Return a transform and all its components, at any depth."""
    components = () if isinstance(transform, Corruption) else transform.components
    return [transform, *(inner for one in components for inner in within(one))]


def test_transforms_are_of_every_kind():
    found = drawn(strategies.transforms())
    parts = [part for transform in found for part in within(transform)]
    assert {type(part) for part in parts} >= {Pipeline, OneOf, Sometimes, Vary}
    assert any(isinstance(one, Corruption) for one in found)
    assert noiselib.identity in found
    assert max(len(leaves(transform)) for transform in found) in (4, 5)
    assert {len(part.options) for part in parts if isinstance(part, OneOf)} == {2, 3}
    assert 2 in {len(part.stages) for part in parts if isinstance(part, Pipeline)}
    chances = [part.p for part in parts if isinstance(part, Sometimes)]
    assert min(chances) < 0.5 < max(chances)
    assert len({type(part) for part in parts}) > 20


def test_layouts_hold_equal_values():
    assert set(drawn(strategies.layouts())) == {
        "C", "Fortran", "strided", "reversed", "read-only"
    }  # fmt: skip
    array = np.arange(2 * 3 * 4 * 3, dtype=np.uint8).reshape(2, 3, 4, 3)
    flags = {}
    for layout in ("C", "Fortran", "strided", "reversed", "read-only"):
        laid = strategies.with_layout(array, layout)
        assert np.array_equal(laid, array)
        assert not np.shares_memory(laid, array)
        flags[layout] = (laid.flags.c_contiguous, laid.flags.f_contiguous, laid.flags.writeable)
    assert flags == {
        "C": (True, False, True),
        "Fortran": (False, True, True),
        "strided": (False, False, True),
        "reversed": (False, False, True),
        "read-only": (True, False, False),
    }
    assert strategies.with_layout(array, "strided").strides == (72, 24, 6, 1)
    assert strategies.with_layout(array, "reversed").strides[1] < 0


def test_seeds_are_small_or_any():
    found = drawn(strategies.seeds())
    assert {0, 1, 2, 3} <= set(found)
    assert max(found) > 2**60
    assert min(found) == 0


def test_batches_have_the_asked_shapes():
    shapes = np.array([batch.shape for batch in drawn(strategies.batches())])
    assert shapes.min(axis=0).tolist() == [1, 1, 1, 1]
    assert shapes.max(axis=0).tolist() == [5, 17, 17, 3]
    assert set(shapes[:, 3].tolist()) == {1, 3}
    three = drawn(strategies.batches(count=strategies.st.just(2), side=strategies.st.just(9),
                                     channels=(2,)), 5)  # fmt: skip
    assert {batch.shape for batch in three} == {(2, 9, 9, 2)}
    assert all(batch.dtype == np.uint8 for batch in three)


@pytest.mark.parametrize("kind", strategies.IMAGE_KINDS)
def test_pictures(kind):
    shape = (4, 20, 12, 3)
    images = strategies.pictures(kind, shape, 7)
    assert images.shape == shape
    assert images.dtype == np.uint8
    assert images.flags.writeable
    assert np.array_equal(images, strategies.pictures(kind, shape, 7))
    values = np.unique(images)
    if kind in ("black", "white", "grey"):
        assert len(values) == 1
        assert {"black": values[0] == 0, "white": values[0] == 255,
                "grey": 0 < values[0] < 255}[kind]  # fmt: skip
    elif kind == "checkerboard":
        assert values.tolist() == [0, 255]
        assert images[0, 0, 0, 0] == 0
        assert (images[:, 1:] != images[:, :-1]).all()
        assert (images[:, :, 1:] != images[:, :, :-1]).all()
    elif kind == "noise":
        assert len(values) > 200
        assert not np.array_equal(images, strategies.pictures(kind, shape, 8))


def test_smooth_pictures_are_waves_of_every_phase():
    images = strategies.pictures("smooth", (40, 30, 30, 1), 0).astype(int)
    assert images.min() == 0
    assert images.max() == 255
    assert abs(np.diff(images, axis=1)).max() <= 43  # 127.5 / 3, the maximum slope of a wave
    assert abs(np.diff(images, axis=2)).max() <= 43
    assert abs(np.diff(images, axis=1)).max() > 38
    assert len({one.tobytes() for one in images}) == 40
    assert abs(images[:, 0, 0].mean() - 127.5) < 40  # every phase


def test_digits_are_one_stroke_on_black():
    images = strategies.pictures("digit", (50, 20, 20, 2), 0)
    assert (images[..., 0] == images[..., 1]).all()
    assert (images[:, :, 0] == 0).all()
    assert (images[:, :, 19] == 0).all()
    assert images.max() == 255
    rows = images[:, :, 5, 0].astype(float) / 255
    centres = (rows * np.arange(20)).sum(axis=1) / rows.sum(axis=1)
    assert 3.5 < centres.min() < 6
    assert 13 < centres.max() < 16.5
    assert rows.sum(axis=1) == pytest.approx(np.full(50, 3), abs=0.05)
    assert strategies.pictures("digit", (1, 5, 1, 1), 0).max() == 0


class Every(Corruption, register=False):
    """A field of every type."""

    gain: float = strength("grows", identity=2, worst=-3, low=-9, high=9)
    flag: bool = parameter("a flag", default=False)
    word: str = parameter("a word", default="a", choices=("a", "b"))
    size: int = parameter("a size", default=4, low=2, high=900)
    free: float = parameter("without limits", default=-40)
    some: float = parameter("with limits", default=0.5, low=0, high=1)


class Counts(Corruption, register=False):
    """A strength with an infinite identity."""

    photons: float = strength("falls", identity=math.inf, worst=4, path=inverse_square, low=1,
                              high=math.inf)  # fmt: skip


def test_instances_have_all_sensible_values():
    found = drawn(strategies.instances(Every), 400)
    limits = {"gain": (-3, 2), "size": (2, 5), "free": (-40, 40), "some": (0, 1)}
    for name, (low, high) in limits.items():
        values = [getattr(one, name) for one in found]
        assert low <= min(values) <= low + 0.1 * (high - low)
        assert high - 0.1 * (high - low) <= max(values) <= high
        assert values.count(getattr(Every, name)) > 50
    assert {one.flag for one in found} == {True, False}
    assert {one.word for one in found} == {"a", "b"}


def test_an_infinite_identity_is_replaced_by_a_hundred_times_the_maximum_severity():
    found = [one.photons for one in drawn(strategies.instances(Counts))]
    assert 4 == min(found) < 300 < max(found) <= 400


def test_corruptions_are_those_of_the_registry():
    names = {one.name for one in drawn(strategies.corruptions(), 200)}
    assert names <= set(noiselib.registry())
    assert len(names) > 30
