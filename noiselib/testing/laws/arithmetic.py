"""Laws of what is done to the values; each is called for by a trait."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from noiselib.testing.laws.law import LEVEL, STEP, Case, Laws, max_abs, unit
from noiselib.testing.strategies import pictures
from noiselib.traits import Trait

laws = Laws()

KINDS = ("noise", "smooth", "checkerboard", "digit")


@laws.enter(Trait.LINEAR)
def linear_combinations_are_preserved(case: Case) -> None:
    """``A(a x + b y) = a A(x) + b A(y)``, before clipping."""
    corruption, images, draws = case.raw()
    others = unit(pictures("noise", images.shape, case.seed() % 1000))
    a = case.draw_part()
    mixed = (a * images + (1 - a) * others).astype(np.float32)
    separate = a * corruption.apply(images, draws) + (1 - a) * corruption.apply(others, draws)
    difference = max_abs(corruption.apply(mixed, draws) - separate)
    assert difference <= 4 * STEP, f"off by {difference / LEVEL} levels"


@laws.enter(Trait.MEAN_PRESERVING)
def mean_is_preserved(case: Case) -> None:
    """The mean of an image and channel stays, before clipping."""
    corruption, images, draws = case.raw()
    change = corruption.apply(images, draws).mean(axis=(1, 2)) - images.mean(axis=(1, 2))
    assert max_abs(change) <= LEVEL, f"the mean moved by {max_abs(change) / LEVEL} levels"


@laws.enter(Trait.CONSTANT_PRESERVING)
def constants_are_preserved(case: Case) -> None:
    """An image of one value stays as it is."""
    corruption, images, draws = case.raw()
    constant = np.broadcast_to(images[:, :1, :1], images.shape).copy()
    change = max_abs(corruption.apply(constant, draws) - constant)
    assert change <= STEP, f"a constant moved by {change / LEVEL} levels"


@laws.enter(Trait.RANGE_PRESERVING)
def range_is_preserved(case: Case) -> None:
    """No value leaves the range of its image and channel, before clipping."""
    corruption, images, draws = case.raw()
    result = corruption.apply(images, draws)
    over = (result - images.max(axis=(1, 2), keepdims=True)).max()
    under = (images.min(axis=(1, 2), keepdims=True) - result).max()
    assert max(over, under) <= STEP, f"beyond the range by {max(over, under) / LEVEL} levels"


@laws.enter(Trait.IDEMPOTENT)
def second_application_changes_nothing(case: Case) -> None:
    """Applied to its own result, the corruption changes nothing more."""
    corruption, images, seed = case.corruption(), case.images(), case.seed()
    once = corruption(images, seed=seed)
    assert np.array_equal(corruption(once, seed=seed), once), "twice is not once"


@laws.enter(Trait.POINTWISE)
def position_does_not_matter(case: Case) -> None:
    """A value's result depends on the value alone: rearranged images give rearranged results."""
    corruption, images = case.corruption(), unit(case.images())
    mixed = images.reshape(len(images), -1)[:, ::-1].reshape(images.shape)
    result = corruption(images).reshape(len(images), -1)[:, ::-1].reshape(images.shape)
    assert np.array_equal(corruption(mixed), result), "the place matters"
    large = pictures("noise", (3, 80, 80, 1), case.seed() % 1000)  # large enough for a table
    assert np.array_equal(corruption(large)[:1], corruption(large[:1])), "the table differs"


@laws.enter(Trait.CHANNELWISE)
def channels_are_independent(case: Case) -> None:
    """Each channel of an image gives what it gives alone."""
    corruption, images, seed = case.corruption(), unit(case.images(channels=(3,))), case.seed()
    together = corruption(images, seed=seed)
    for k in range(3):
        alone = corruption(images[..., k : k + 1], seed=seed)
        assert max_abs(together[..., k : k + 1] - alone) <= 1e-6, f"channel {k} differs"


@laws.enter(Trait.FLIP_EQUIVARIANT)
def flips_commute(case: Case) -> None:
    """Flipping images and draws, either way, flips the result."""
    corruption, images, draws = case.raw()
    result = corruption.apply(images, draws)
    for axis in (1, 2):
        flipped = corruption.apply(
            np.ascontiguousarray(np.flip(images, axis)),
            move_draws(draws, images.shape, lambda values, axis=axis: np.flip(values, axis)),
        )
        difference = max_abs(flipped - np.flip(result, axis))
        assert difference <= STEP, f"flipped along axis {axis}: off by {difference / LEVEL} levels"


@laws.enter(Trait.TRANSPOSE_EQUIVARIANT)
def transposes_commute(case: Case) -> None:
    """Transposing images and draws transposes the result."""
    corruption, images, draws = case.raw()
    result = corruption.apply(images, draws)
    turned = corruption.apply(
        np.ascontiguousarray(images.swapaxes(1, 2)),
        move_draws(draws, images.shape, lambda values: values.swapaxes(1, 2)),
    )
    difference = max_abs(turned - result.swapaxes(1, 2))
    assert difference <= STEP, f"off by {difference / LEVEL} levels"


def move_draws(draws: Any, shape: tuple[int, ...], move: Any) -> Any:
    """Move the draws that have a place in the image; leave those for whole images."""
    if isinstance(draws, tuple):
        return tuple(move_draws(part, shape, move) for part in draws)
    if isinstance(draws, np.ndarray) and draws.ndim >= 3 and draws.shape[1:3] == shape[1:3]:
        values: NDArray[Any] = np.ascontiguousarray(move(draws))
        return values
    return draws
