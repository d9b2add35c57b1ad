import math

import pytest

import noiselib
from studies.explorer.play.pipeline_panel import set_parameter
from studies.explorer.play.slider import SliderRange, slider_ranges


@pytest.mark.parametrize("name", sorted(noiselib.registry()))
def test_every_corruption_has_usable_sliders(name):
    corruption = noiselib.parse(name)
    for field, slider in slider_ranges(corruption).items():
        info, value = corruption.field_info[field], getattr(corruption, field)
        if slider is None:
            assert isinstance(value, str | bool)
            continue
        assert math.isfinite(slider.low)
        assert math.isfinite(slider.high)
        assert info.low <= slider.low < slider.high <= info.high
        assert slider.value(slider.position(float(value))) == pytest.approx(value, rel=5e-3)
        positions = (slider.position(slider.high) - slider.position(slider.low)) / slider.step
        assert positions >= 5 if slider.whole else 99 <= positions <= 1000
        for position in (slider.position(slider.low), slider.position(slider.high)):
            set_parameter(corruption, 0, field, slider.value(position))  # both ends are allowed


def test_the_sliders_of_strengths_include_identity_and_maximum_severity():
    for name, cls in noiselib.registry().items():
        info = cls.field_info[cls.strength_name]
        slider = slider_ranges(cls())[cls.strength_name]
        assert slider.low <= info.worst <= slider.high, name
        if math.isfinite(info.identity):
            assert slider.low <= info.identity <= slider.high, name


def test_a_slider_includes_the_current_value():
    slider = slider_ranges(noiselib.parse("gaussian_noise(sigma=9)"))["sigma"]
    assert slider.high == 9


def test_positions_beyond_the_ends_are_clipped():
    linear, logarithmic = SliderRange(0, 10, 0.05), SliderRange(0.1, 10, 0.01, logarithmic=True)
    assert linear.value(11) == 10
    assert linear.position(-3) == 0
    assert logarithmic.value(7) == 10
    assert logarithmic.value(0) == 1
    assert SliderRange(1, 8, 1, whole=True).value(2.6) == 3
