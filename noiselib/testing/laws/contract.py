"""Laws of the call: shapes, dtypes, ranges, memory."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from noiselib.images import from_unit
from noiselib.testing import strategies
from noiselib.testing.laws.law import LEVEL, Case, Laws, max_abs, unit

laws = Laws()


@laws.enter()
def shape_and_dtype_are_preserved(case: Case) -> None:
    """A result has the shape and dtype of the images, also for none, for 1 x 1 and 1 x w."""
    dtype = case.draw(st.sampled_from(["uint8", "float16", "float32", "float64"]), "dtype")
    images = case.images(count=st.integers(0, 3), side=st.sampled_from([1, 2, 5, 16]))
    given = images if dtype == "uint8" else unit(images).astype(dtype)
    if images.shape[3] == 1 and images.shape[2] not in (1, 3, 4):
        given = case.draw(st.sampled_from([given, given[..., 0]]), "with or without channels")
    result = case.corruption()(given, seed=case.seed())
    assert result.shape == given.shape, f"{given.shape} became {result.shape}"
    assert result.dtype == given.dtype, f"{given.dtype} became {result.dtype}"


@laws.enter()
def values_stay_in_range(case: Case) -> None:
    """Floats stay in [0, 1] and are never NaN, also for black and white images."""
    result = case.corruption()(unit(case.images()), seed=case.seed())
    assert np.isfinite(result).all(), "not finite"
    assert result.min() >= 0, f"least {result.min()}"
    assert result.max() <= 1, f"greatest {result.max()}"


@laws.enter()
def apply_returns_float32(case: Case) -> None:
    """`apply` gives float32 of the shape it was given, and leaves images and draws alone."""
    corruption, images, draws = case.raw()
    images.flags.writeable = False
    before = images.copy()
    result = corruption.apply(images, draws)
    assert result.dtype == np.float32, f"apply gave {result.dtype}"
    assert result.shape == images.shape, f"apply made {images.shape} {result.shape}"
    assert np.array_equal(images, before), "apply changed its images"


@laws.enter()
def result_owns_its_memory(case: Case) -> None:
    """Any memory layout gives the same bits; the input is untouched and shares no memory."""
    images, corruption, seed = case.images(), case.corruption(), case.seed()
    laid = strategies.with_layout(images, case.draw(strategies.layouts(), "layout"))
    result = corruption(laid, seed=seed)
    assert np.array_equal(laid, images), "the input was changed"
    assert np.array_equal(result, corruption(images, seed=seed)), "another layout, other bits"
    assert not np.shares_memory(result, laid), "the result shares the input's memory"
    result[...] = 0  # must be allowed


@laws.enter()
def threads_do_not_matter(case: Case) -> None:
    """Two threads give the bits of one."""
    images, corruption, seed = case.images(), case.corruption(), case.seed()
    many = np.concatenate([images] * 3)
    one = corruption(many, seed=seed)
    assert np.array_equal(corruption(many, seed=seed, workers=2), one), "threads matter"


@laws.enter()
def uint8_is_rounded_once(case: Case) -> None:
    """uint8 images give what float images give, rounded to nearest, ties up, byte by byte."""
    images, corruption, seed = case.images(), case.corruption(), case.seed()
    floats = corruption(unit(images), seed=seed)
    rounded = np.empty_like(images)
    from_unit(floats, rounded)
    result = corruption(images, seed=seed)
    assert np.array_equal(result, rounded), "other bytes than those of the floats"
    assert max_abs(result / 255 - floats) <= 0.5 * LEVEL + 1e-6, "not rounded to nearest"


@laws.enter()
def limits_are_enforced(case: Case) -> None:
    """A value beyond the limits of a field is refused, naming corruption, field and value."""
    for name, info in case.cls.field_info.items():
        for beyond in (info.low - 1, info.high + 1, float("nan")):
            if np.isinf(beyond):
                continue
            try:
                case.cls(**{name: beyond})
            except (ValueError, TypeError) as error:
                said = str(error)
                assert case.cls.name in said, f"{said!r} does not name the corruption"
                assert name in said, f"{said!r} does not name {name}"
            else:
                raise AssertionError(f"{name}={beyond} was taken")
