"""Random draws are passed to `apply`, and move with the images if they have a position in them."""

import numpy as np
import pytest
from hypothesis.errors import Unsatisfiable

from noiselib.testing.laws.arithmetic import move_draws


def test_draws_move_with_the_images(faulty_class, law_message):
    """A field of draws is flipped and transposed; a draw for a complete image is not."""

    def draw(self, streams, shape):
        return streams.signed(shape).astype(np.float32), streams.signed((1, 1, 1))

    def apply(self, images, draws):
        return images + draws[0] + draws[1].astype(np.float32)

    cls = faulty_class(draw=draw, apply=apply)
    assert law_message("flips_commute", cls) == law_message("transposes_commute", cls) == ""
    field, single = np.arange(30).reshape(1, 6, 5), np.ones((1, 1, 1))
    moved = move_draws((field, (single, None)), (1, 6, 5, 1), lambda values: values.swapaxes(1, 2))
    assert moved[0].shape == (1, 5, 6)
    assert moved[0].flags.c_contiguous
    assert moved[1][0] is single
    assert moved[1][1] is None


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
def test_draws_are_passed_to_apply(faulty_class, law_message, law):
    def apply(self, images, draws):
        assert draws == "drawn", "no draws"
        return images

    cls = faulty_class(draw=lambda self, streams, shape: "drawn", apply=apply)
    assert law_message(law, cls) == ""


def test_a_corruption_at_its_identity_is_not_tested(faulty_class, law_message):
    """`apply` is never called then, so its laws do not apply."""
    with pytest.raises(Unsatisfiable):
        law_message("mean_is_preserved", faulty_class(), corruption=faulty_class()(gain=0))
