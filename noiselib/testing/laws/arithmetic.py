"""Laws of the values of a result; each is promised by a trait."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from noiselib.testing.laws.law import LEVEL, STEP, Case, Laws, max_abs, unit
from noiselib.testing.strategies import pictures
from noiselib.traits import Trait

laws = Laws()


@laws.register(Trait.LINEAR)
def linear_combinations_are_preserved(case: Case) -> None:
    """``A(a x + b y) = a A(x) + b A(y)``, before clipping."""
    corruption, images, draws = case.apply_inputs()
    others = unit(pictures("noise", images.shape, case.seed() % 1000))
    a = case.fraction()
    mixed = (a * images + (1 - a) * others).astype(np.float32)
    separate = a * corruption.apply(images, draws) + (1 - a) * corruption.apply(others, draws)
    difference = max_abs(corruption.apply(mixed, draws) - separate)
    assert difference <= 4 * STEP, f"off by {difference / LEVEL} levels"


@laws.register(Trait.MEAN_PRESERVING)
def mean_is_preserved(case: Case) -> None:
    """The mean of each image and channel is preserved, before clipping."""
    corruption, images, draws = case.apply_inputs()
    change = corruption.apply(images, draws).mean(axis=(1, 2)) - images.mean(axis=(1, 2))
    assert max_abs(change) <= LEVEL, f"the mean moved by {max_abs(change) / LEVEL} levels"


@laws.register(Trait.CONSTANT_PRESERVING)
def constants_are_preserved(case: Case) -> None:
    """A constant image is preserved."""
    corruption, images, draws = case.apply_inputs()
    constant = np.broadcast_to(images[:, :1, :1], images.shape).copy()
    change = max_abs(corruption.apply(constant, draws) - constant)
    assert change <= STEP, f"a constant moved by {change / LEVEL} levels"


@laws.register(Trait.RANGE_PRESERVING)
def range_is_preserved(case: Case) -> None:
    """No value leaves the range of its image and channel, before clipping."""
    corruption, images, draws = case.apply_inputs()
    result = corruption.apply(images, draws)
    over = (result - images.max(axis=(1, 2), keepdims=True)).max()
    under = (images.min(axis=(1, 2), keepdims=True) - result).max()
    assert max(over, under) <= STEP, f"outside the range by {max(over, under) / LEVEL} levels"


@laws.register(Trait.IDEMPOTENT)
def second_application_changes_nothing(case: Case) -> None:
    """Applied to its own result, the corruption changes nothing."""
    corruption, images, seed = case.corruption(), case.images(), case.seed()
    once = corruption(images, seed=seed)
    assert np.array_equal(corruption(once, seed=seed), once), "the second application changes it"


@laws.register(Trait.POINTWISE)
def position_does_not_matter(case: Case) -> None:
    """Each result depends on its value alone: rearranged images have rearranged results."""
    corruption, images = case.corruption(), unit(case.images())
    mixed = images.reshape(len(images), -1)[:, ::-1].reshape(images.shape)
    result = corruption(images).reshape(len(images), -1)[:, ::-1].reshape(images.shape)
    assert np.array_equal(corruption(mixed), result), "the position matters"
    large = pictures("noise", (3, 80, 80, 1), case.seed() % 1000)  # large enough for a lookup table
    assert np.array_equal(corruption(large)[:1], corruption(large[:1])), "the table differs"


@laws.register(Trait.CHANNELWISE)
def channels_are_independent(case: Case) -> None:
    """The result of each channel is the one that it has alone."""
    corruption, images, seed = case.corruption(), unit(case.images(channels=(3,))), case.seed()
    together = corruption(images, seed=seed)
    for k in range(3):
        alone = corruption(images[..., k : k + 1], seed=seed)
        assert max_abs(together[..., k : k + 1] - alone) <= 1e-6, f"channel {k} differs"


@laws.register(Trait.FLIP_EQUIVARIANT)
def flips_commute(case: Case) -> None:
    """Flipping images and draws along either axis flips the result."""
    corruption, images, draws = case.apply_inputs()
    result = corruption.apply(images, draws)
    for axis in (1, 2):
        flipped = corruption.apply(
            np.ascontiguousarray(np.flip(images, axis)),
            move_draws(draws, images.shape, lambda values, axis=axis: np.flip(values, axis)),
        )
        difference = max_abs(flipped - np.flip(result, axis))
        assert difference <= STEP, f"flipped along axis {axis}: off by {difference / LEVEL} levels"


@laws.register(Trait.TRANSPOSE_EQUIVARIANT)
def transposes_commute(case: Case) -> None:
    """Transposing images and draws transposes the result."""
    corruption, images, draws = case.apply_inputs()
    result = corruption.apply(images, draws)
    turned = corruption.apply(
        np.ascontiguousarray(images.swapaxes(1, 2)),
        move_draws(draws, images.shape, lambda values: values.swapaxes(1, 2)),
    )
    difference = max_abs(turned - result.swapaxes(1, 2))
    assert difference <= STEP, f"off by {difference / LEVEL} levels"


def move_draws(draws: Any, shape: tuple[int, ...], move: Any) -> Any:
    """Move the draws that have a position in the image; leave those for complete images."""
    if isinstance(draws, tuple):
        return tuple(move_draws(part, shape, move) for part in draws)
    if isinstance(draws, np.ndarray) and draws.ndim >= 3 and draws.shape[1:3] == shape[1:3]:
        values: NDArray[Any] = np.ascontiguousarray(move(draws))
        return values
    return draws
