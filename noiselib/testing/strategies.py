"""Hypothesis strategies: images, batches in every memory layout, corruptions, pipelines, specs.

They draw a shape, a kind and a seed worst of pixels, which is fast and shrinks well.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from noiselib.catalogue import registry
from noiselib.choices import one_of, sometimes, vary
from noiselib.corruption import Corruption
from noiselib.fields import FieldInfo
from noiselib.transform import Transform, chain, identity

__all__ = ["batches", "corruptions", "instances", "layouts", "seeds", "transforms", "with_layout"]

IMAGE_KINDS = ("noise", "smooth", "black", "white", "grey", "checkerboard", "digit")
MAX_UNBOUNDED = 20.0  # the largest value drawn for parameters without a limit


def seeds() -> st.SearchStrategy[int]:
    """Return a strategy for seeds: mostly small, sometimes any of 64 bits."""
    return st.one_of(st.integers(0, 3), st.integers(0, 2**64 - 1))


@st.composite
def batches(
    draw: st.DrawFn,
    *,
    count: st.SearchStrategy[int] | None = None,
    channels: tuple[int, ...] = (1, 3),
    side: st.SearchStrategy[int] | None = None,
) -> NDArray[np.uint8]:
    """Draw a uint8 batch (n, h, w, c) of noise, smooth, constant, checkerboard or stroke images.

    Parameters
    ----------
    draw : callable
        Supplied by Hypothesis.
    count : SearchStrategy, optional
        Of n; by default 1 to 5.
    channels : tuple of int
        The choices of c.
    side : SearchStrategy, optional
        Of h and w; by default 1 to 17.

    Returns
    -------
    ndarray of uint8, shape (n, h, w, c)
    """
    side = st.integers(1, 17) if side is None else side
    n = draw(st.integers(1, 5) if count is None else count)
    h, w, c = draw(side), draw(side), draw(st.sampled_from(channels))
    kind, seed = draw(st.sampled_from(IMAGE_KINDS)), draw(st.integers(0, 999))
    return pictures(kind, (n, h, w, c), seed)


def pictures(kind: str, shape: tuple[int, int, int, int], seed: int) -> NDArray[np.uint8]:
    """Return a uint8 batch of one of `IMAGE_KINDS`."""
    random = np.random.Generator(np.random.Philox(seed))
    n, h, w, c = shape
    rows, columns = np.arange(h)[:, None, None], np.arange(w)[:, None]
    if kind == "noise":
        return random.integers(0, 256, shape, np.uint8)
    if kind == "smooth":
        waves = random.uniform(0, 1, (3, n, 1, 1, c))
        phase: NDArray[np.float64] = waves[0] * 6 + waves[1] * rows / 3 + waves[2] * columns / 3
        return np.rint(127.5 + 127.5 * np.sin(phase)).astype(np.uint8)
    if kind == "checkerboard":
        return np.broadcast_to(((rows + columns) % 2 * 255).astype(np.uint8), shape).copy()
    if kind == "digit":
        distance = abs(rows / h - random.uniform(0.2, 0.8, (n, 1, 1, 1))) * h
        stroke = np.clip(2 - distance, 0, 1) * (columns % max(1, w - 1) > 0)
        return np.repeat((255 * stroke).astype(np.uint8), c, axis=-1)
    level = {"black": 0, "white": 255, "grey": int(random.integers(1, 255))}[kind]
    return np.full(shape, level, np.uint8)


def layouts() -> st.SearchStrategy[str]:
    """Return a strategy for names of memory layouts."""
    return st.sampled_from(["C", "Fortran", "strided", "reversed", "read-only"])


def with_layout(array: NDArray[Any], layout: str) -> NDArray[Any]:
    """Return a copy or view of equal values in another memory layout."""
    if layout == "Fortran":
        return np.asfortranarray(array)
    if layout == "strided":
        wide = np.zeros((*array.shape[:2], 2 * array.shape[2], *array.shape[3:]), array.dtype)
        wide[:, :, ::2] = array
        return wide[:, :, ::2]
    if layout == "reversed":
        return array[:, ::-1].copy()[:, ::-1]
    copy = array.copy()
    copy.flags.writeable = layout != "read-only"
    return copy


@st.composite
def instances(draw: st.DrawFn, cls: type[Corruption]) -> Corruption:
    """Draw an instance of a corruption class, with parameters within the limits of its fields.

    Parameters
    ----------
    draw : callable
        Supplied by Hypothesis.
    cls : type
        A subclass of `noiselib.Corruption`.

    Returns
    -------
    Corruption
    """
    return cls(
        **{
            name: draw(values(info, cls.field_types[name], getattr(cls, name)))
            for name, info in cls.field_info.items()
        }
    )


def values(info: FieldInfo, field_type: str, default: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for one field: often its default, otherwise any value within its limits."""
    if field_type == "bool":
        return st.booleans()
    if field_type == "str":
        return st.sampled_from(info.choices)
    if info.is_strength:
        ends = (float(info.worst or 0), finite(info.identity, float(info.worst or 0)))
    else:
        bound = max(abs(float(default)), MAX_UNBOUNDED / 4)
        ends = (max(info.low, -bound), min(info.high, bound))
    if field_type == "int":
        return st.one_of(st.just(default), st.integers(math.ceil(min(ends)), int(max(ends))))
    return st.one_of(st.just(float(default)), st.floats(min(ends), max(ends)))


def finite(value: float | None, worst: float) -> float:
    """Return the identity of a strength, or 100 times `worst` if it is infinite."""
    return 100 * worst if value is None or math.isinf(value) else value


def corruptions() -> st.SearchStrategy[Corruption]:
    """Return a strategy for instances of all registered corruptions."""
    return st.sampled_from(list(registry().values())).flatmap(instances)


def transforms() -> st.SearchStrategy[Transform]:
    """Return a strategy for corruptions, pipelines and choices, nested a little."""
    return st.recursive(
        st.one_of(corruptions(), st.just(identity)),
        lambda inner: st.one_of(
            st.lists(inner, min_size=2, max_size=3).map(lambda stages: chain(*stages)),
            st.lists(inner, min_size=2, max_size=3).map(lambda options: one_of(*options)),
            st.tuples(inner, st.floats(0, 1)).map(lambda pair: sometimes(pair[0], p=pair[1])),
            inner.map(vary),
        ),
        max_leaves=5,
    )
