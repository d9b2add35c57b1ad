import pytest

import noiselib
from studies.explorer.play.pipeline_panel import (
    add_stage,
    join_stages,
    move_stage,
    remove_stage,
    set_parameter,
    stages_of,
)

PIPELINE = noiselib.parse("rotation(degrees=30) | fog(density=1) | gaussian_noise(sigma=0.2)")


@pytest.mark.parametrize("spec", ["identity", "fog(density=1)", str(PIPELINE), "vary(fog)"])
def test_a_pipeline_is_its_stages(spec):
    transform = noiselib.parse(spec)
    assert join_stages(stages_of(transform)) == transform


def test_stages_are_added_moved_and_removed():
    assert str(add_stage(noiselib.identity, "inversion")) == "inversion(amount=1)"
    assert str(remove_stage(PIPELINE, 1)) == "rotation(degrees=30) | gaussian_noise(sigma=0.2)"
    assert str(move_stage(PIPELINE, 2, -1)).startswith("rotation(degrees=30) | gaussian_noise")
    assert move_stage(PIPELINE, 0, -1) == PIPELINE
    assert str(remove_stage(noiselib.parse("fog"), 0)) == "identity"


def test_a_parameter_is_set_and_validated():
    assert str(set_parameter(PIPELINE, 1, "density", 2.5)[1]) == "fog(density=2.5)"
    with pytest.raises(ValueError, match=r"fog: density must lie in \[0, 100\], got -1"):
        set_parameter(PIPELINE, 1, "density", -1)
    with pytest.raises(TypeError, match="edit it as text"):
        set_parameter(noiselib.parse("vary(fog)"), 0, "density", 1)
