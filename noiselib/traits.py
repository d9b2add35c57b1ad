"""The promises that an author makes of a corruption; `noiselib.testing` tests every one."""

import enum

__all__ = ["Trait"]


class Trait(enum.Flag):
    """A property that a corruption promises to have, tested by a law of `noiselib.testing`."""

    EXACT = enum.auto()
    """The uint8 results are the same bytes on every x86-64 processor."""
    STEPPED = enum.auto()
    """The strength moves in steps (pixels, grey levels, ...)."""
    POINTWISE = enum.auto()
    """Deterministic, and each value depends on the input value alone: runs as a lookup table."""
    BROADCAST = enum.auto()
    """`apply` accepts fields of shape (n, 1, 1, 1), one value for each image."""
    CHANNELWISE = enum.auto()
    """Every channel is treated in the same way, independently of the others."""
    LINEAR = enum.auto()
    """``A(a x + b y) = a A(x) + b A(y)`` before clipping."""
    MEAN_PRESERVING = enum.auto()
    """The mean of each image is preserved."""
    CONSTANT_PRESERVING = enum.auto()
    """A constant image is preserved."""
    RANGE_PRESERVING = enum.auto()
    """No value leaves the range of its image and channel."""
    FLIP_EQUIVARIANT = enum.auto()
    """Flipping the images and the random draws along either axis flips the result."""
    TRANSPOSE_EQUIVARIANT = enum.auto()
    """Transposing the images and the random draws transposes the result."""
    MONOTONE = enum.auto()
    """At every pixel, the error does not decrease as the strength grows."""
    IDEMPOTENT = enum.auto()
    """Applying the corruption twice is the same as applying it once."""
