"""Laws of the call: shapes, dtypes, ranges, memory."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from noiselib.images import from_unit
from noiselib.testing import strategies
from noiselib.testing.laws.law import LEVEL, Case, Laws, max_abs, unit

laws = Laws()


@laws.register()
def shape_and_dtype_are_preserved(case: Case) -> None:
    """The shape and dtype are those of the images, also for no images, 1 x 1 and 1 x w."""
    dtype = case.draw(st.sampled_from(["uint8", "float16", "float32", "float64"]), "dtype")
    images = case.images(count=st.integers(0, 3), side=st.sampled_from([1, 2, 5, 16]))
    batch = images if dtype == "uint8" else unit(images).astype(dtype)
    if images.shape[3] == 1 and images.shape[2] not in (1, 3, 4):
        batch = case.draw(st.sampled_from([batch, batch[..., 0]]), "with or without channels")
    result = case.corruption()(batch, seed=case.seed())
    assert result.shape == batch.shape, f"{batch.shape} became {result.shape}"
    assert result.dtype == batch.dtype, f"{batch.dtype} became {result.dtype}"


@laws.register()
def values_stay_in_range(case: Case) -> None:
    """Floats stay in [0, 1] and are never NaN, also for black and white images."""
    result = case.corruption()(unit(case.images()), seed=case.seed())
    assert np.isfinite(result).all(), "not finite"
    assert result.min() >= 0, f"minimum {result.min()}"
    assert result.max() <= 1, f"maximum {result.max()}"


@laws.register()
def apply_returns_float32(case: Case) -> None:
    """`apply` returns float32 of the shape of the images, and does not modify them."""
    corruption, images, draws = case.apply_inputs()
    images.flags.writeable = False
    before = images.copy()
    result = corruption.apply(images, draws)
    assert result.dtype == np.float32, f"apply returned {result.dtype}"
    assert result.shape == images.shape, f"apply returned {result.shape} for {images.shape}"
    assert np.array_equal(images, before), "apply modified its images"


@laws.register()
def result_owns_its_memory(case: Case) -> None:
    """Any memory layout has the same result; the input is not modified and shares no memory."""
    images, corruption, seed = case.images(), case.corruption(), case.seed()
    laid = strategies.with_layout(images, case.draw(strategies.layouts(), "layout"))
    result = corruption(laid, seed=seed)
    assert np.array_equal(laid, images), "the input was modified"
    assert np.array_equal(result, corruption(images, seed=seed)), "the memory layout matters"
    assert not np.shares_memory(result, laid), "the result shares the memory of the input"
    result[...] = 0  # must be writable


@laws.register()
def threads_do_not_matter(case: Case) -> None:
    """The result of two threads is that of one."""
    images, corruption, seed = case.images(), case.corruption(), case.seed()
    many = np.concatenate([images] * 3)
    one = corruption(many, seed=seed)
    assert np.array_equal(corruption(many, seed=seed, workers=2), one), "threads matter"


@laws.register()
def uint8_is_rounded_once(case: Case) -> None:
    """The result for uint8 images is that for floats, rounded to nearest, ties up."""
    images, corruption, seed = case.images(), case.corruption(), case.seed()
    floats = corruption(unit(images), seed=seed)
    rounded = np.empty_like(images)
    from_unit(floats, rounded)
    result = corruption(images, seed=seed)
    assert np.array_equal(result, rounded), "other bytes than those of floats"
    assert max_abs(result / 255 - floats) <= 0.5 * LEVEL + 1e-6, "not rounded to nearest"


@laws.register()
def limits_are_enforced(case: Case) -> None:
    """A value outside the limits of a field raises an error that names corruption and field."""
    for name, info in case.cls.field_info.items():
        for outside in (info.low - 1, info.high + 1, float("nan")):
            if np.isinf(outside):
                continue
            try:
                case.cls(**{name: outside})
            except (ValueError, TypeError) as error:
                message = str(error)
                assert case.cls.name in message, f"{message!r} does not name the corruption"
                assert name in message, f"{message!r} does not name {name}"
            else:
                raise AssertionError(f"{name}={outside} was accepted")
