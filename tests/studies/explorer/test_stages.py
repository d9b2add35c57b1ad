import math

import pytest

import noiselib
from studies.explorer.knobs import Knob, knobs_of
from studies.explorer.stages import added, changed, joined, moved, removed, stages_of

PIPELINE = noiselib.parse("rotation(degrees=30) | fog(density=1) | gaussian_noise(sigma=0.2)")
ALL = sorted(noiselib.registry())


@pytest.mark.parametrize("spec", ["identity", "fog(density=1)", str(PIPELINE), "vary(fog)"])
def test_a_pipeline_is_its_stages(spec):
    transform = noiselib.parse(spec)
    assert joined(stages_of(transform)) == transform


def test_stages_are_added_moved_and_removed():
    assert str(added(noiselib.identity, "inversion")) == "inversion(amount=1)"
    assert str(removed(PIPELINE, 1)) == "rotation(degrees=30) | gaussian_noise(sigma=0.2)"
    assert str(moved(PIPELINE, 2, -1)).startswith("rotation(degrees=30) | gaussian_noise")
    assert moved(PIPELINE, 0, -1) == PIPELINE
    assert str(removed(noiselib.parse("fog"), 0)) == "identity"


def test_a_parameter_is_changed_and_checked():
    assert str(changed(PIPELINE, 1, "density", 2.5)[1]) == "fog(density=2.5)"
    with pytest.raises(ValueError, match=r"fog: density must lie in \[0, 100\], got -1"):
        changed(PIPELINE, 1, "density", -1)
    with pytest.raises(TypeError, match="change it in the text"):
        changed(noiselib.parse("vary(fog)"), 0, "density", 1)


@pytest.mark.parametrize("name", ALL)
def test_every_corruption_has_usable_sliders(name):
    stage = noiselib.parse(name)
    for field, knob in knobs_of(stage).items():
        info, value = stage.field_info[field], getattr(stage, field)
        if knob is None:
            assert isinstance(value, str | bool)
            continue
        assert math.isfinite(knob.low)
        assert math.isfinite(knob.high)
        assert info.low <= knob.low < knob.high <= info.high
        assert knob.value(knob.position(float(value))) == pytest.approx(value, rel=5e-3)
        positions = (knob.position(knob.high) - knob.position(knob.low)) / knob.step
        assert positions >= 5 if knob.whole else 99 <= positions <= 1000
        for position in (knob.position(knob.low), knob.position(knob.high)):
            changed(stage, 0, field, knob.value(position))  # both ends are allowed


def test_strengths_reach_from_nothing_to_the_worst():
    for name, cls in noiselib.registry().items():
        info = cls.field_info[cls.strength_name]
        knob = knobs_of(cls())[cls.strength_name]
        assert knob.low <= info.worst <= knob.high, name
        if math.isfinite(info.identity):
            assert knob.low <= info.identity <= knob.high, name


def test_a_slider_reaches_a_value_from_the_text():
    knob = knobs_of(noiselib.parse("gaussian_noise(sigma=9)"))["sigma"]
    assert knob.high == 9


def test_positions_beyond_the_ends_are_the_ends():
    even, ratios = Knob(0, 10, 0.05), Knob(0.1, 10, 0.01, logarithmic=True)
    assert even.value(11) == 10
    assert even.position(-3) == 0
    assert ratios.value(7) == 10
    assert ratios.value(0) == 1
    assert Knob(1, 8, 1, whole=True).value(2.6) == 3
