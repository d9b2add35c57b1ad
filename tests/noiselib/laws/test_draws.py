"""What was drawn reaches `apply`, and moves with the images where it has a place in them."""

import numpy as np
import pytest
from hypothesis.errors import Unsatisfiable

from noiselib.testing.laws.arithmetic import move_draws


def test_draws_move_with_the_images(fault, verdict):
    """A field of draws is flipped and transposed, and a draw for a whole image is not."""

    def draw(self, streams, shape):
        return streams.signed(shape).astype(np.float32), streams.signed((1, 1, 1))

    def apply(self, images, draws):
        return images + draws[0] + draws[1].astype(np.float32)

    cls = fault(draw=draw, apply=apply)
    assert verdict("flips_commute", cls) == verdict("transposes_commute", cls) == ""
    field, whole = np.arange(30).reshape(1, 6, 5), np.ones((1, 1, 1))
    turned = move_draws((field, (whole, None)), (1, 6, 5, 1), lambda values: values.swapaxes(1, 2))
    assert turned[0].shape == (1, 5, 6)
    assert turned[0].flags.c_contiguous
    assert turned[1][0] is whole
    assert turned[1][1] is None


@pytest.mark.parametrize(
    "law",
    [
        "linear_combinations_are_preserved",
        "mean_is_preserved",
        "constants_are_preserved",
        "range_is_preserved",
        "flips_commute",
        "transposes_commute",
        "apply_returns_float32",
    ],
)
def test_apply_is_given_what_was_drawn(fault, verdict, law):
    def apply(self, images, draws):
        assert draws == "drawn", "nothing was drawn"
        return images

    cls = fault(draw=lambda self, streams, shape: "drawn", apply=apply)
    assert verdict(law, cls) == ""


def test_a_corruption_at_its_identity_is_not_asked(fault, verdict):
    """`apply` is never called there, so the laws of `apply` do not speak of it."""
    with pytest.raises(Unsatisfiable):
        verdict("mean_is_preserved", fault(), corruption=fault()(gain=0))
