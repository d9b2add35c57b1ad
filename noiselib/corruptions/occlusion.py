"""Occlusion: parts of the image are covered, inverted or drawn over."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from noiselib.corruption import Corruption
from noiselib.fields import parameter, strength
from noiselib.images import Images, UInt8Images, repeat_channels
from noiselib.operations.lines import (
    FRAME,
    NOWHERE,
    cell_centres,
    draw_lines,
    straight_heights,
    to_steps,
    zigzag_heights,
)
from noiselib.operations.masks import (
    LARGE,
    Coverage,
    coverage,
    paint,
    paint_uint8,
    stripe_coverage,
)
from noiselib.streams import Shape, Streams
from noiselib.traits import Trait

_Words = NDArray[np.uint32]

_AMOUNT = "fraction of the full effect"
_FILL = "value of covered pixels"


class Cutout(Corruption):
    """Cover a square: ``y = fill`` within ``max(|row - r|, |column - c|) < size * side / 2``.

    The side is the shorter one of the image. The square may extend beyond the edge; pixels that it
    covers in part change in part. Random draws: its centre, a corner of a pixel, for each image.
    The strength scales size, about that centre.

    Source: cutout (DeVries and Taylor 2017), of size .5 for CIFAR-10, .25 for CIFAR-100.
    """

    traits = Trait.EXACT | Trait.BROADCAST | Trait.CHANNELWISE | Trait.MONOTONE
    size: float = strength(
        "side of the square, as a fraction of the shorter side", identity=0, worst=0.75, high=2
    )
    fill: float = parameter(_FILL, default=0, low=0, high=1)

    def draw(self, streams: Streams, shape: Shape) -> _Words:
        return streams.words((2,))

    def coverage(self, draws: _Words, h: int, w: int) -> tuple[Coverage, Coverage]:
        """Return the fractions of rows and columns that lie in the square."""
        half = np.float32(0.5 * min(h, w)) * np.asarray(self.size, np.float32)
        return coverage(h, _uniform_integers(draws[:, 0], h), half), coverage(
            w, _uniform_integers(draws[:, 1], w), half
        )

    def apply(self, images: Images, draws: _Words) -> Images:
        rows, columns = self.coverage(draws, *images.shape[1:3])
        return paint(images, rows[:, :, None] * columns[:, None, :], self.fill)

    def apply_uint8(self, images: UInt8Images, draws: _Words) -> UInt8Images | None:
        if images.shape[2] < LARGE:
            return None
        return paint_uint8(images, *self.coverage(draws, *images.shape[1:3]), self.fill)


class GridMask(Corruption):
    """Cover squares on a grid: ``y = fill`` in a square of side ``part * period`` in each cell.

    The period is a fraction of the shorter side of the image. Pixels that are covered in part
    change in part. Random draws: the offset of the grid for each image. The strength scales part,
    about the centres of the squares.

    Source: GridMask (Chen et al. 2020), without its rotation.
    """

    traits = Trait.EXACT | Trait.BROADCAST | Trait.CHANNELWISE | Trait.MONOTONE
    part: float = strength(
        "side of the squares, as a fraction of the period", identity=0, worst=0.75, high=1
    )
    period: float = parameter(
        "period of the grid, as a fraction of the shorter side", default=0.25, low=0.001, high=1
    )
    fill: float = parameter(_FILL, default=0, low=0, high=1)

    def draw(self, streams: Streams, shape: Shape) -> NDArray[np.float64]:
        return streams.uniform((2,))

    def coverage(self, draws: NDArray[np.float64], h: int, w: int) -> tuple[Coverage, Coverage]:
        """Return the fractions of rows and columns that lie in squares."""
        period = self.period * min(h, w)
        hidden = np.asarray(self.part, np.float32).astype(np.float64)
        rows = stripe_coverage(h, draws[:, 0] * period, period, hidden)
        return rows, stripe_coverage(w, draws[:, 1] * period, period, hidden)

    def apply(self, images: Images, draws: NDArray[np.float64]) -> Images:
        rows, columns = self.coverage(draws, *images.shape[1:3])
        return paint(images, rows[:, :, None] * columns[:, None, :], self.fill)

    def apply_uint8(self, images: UInt8Images, draws: NDArray[np.float64]) -> UInt8Images | None:
        if images.shape[2] < LARGE:
            return None
        return paint_uint8(images, *self.coverage(draws, *images.shape[1:3]), self.fill)


class RowDropout(Corruption):
    """Set random rows to black: ``y = 0`` in a row with probability amount.

    Random draws: one number for each row. The strength scales the amount: rows that are black at
    one strength are black at every greater one. The probability is rounded to 1/65536.

    Source: own design; dropped lines of a sensor or a transmission.
    """

    traits = (
        Trait.EXACT | Trait.CHANNELWISE | Trait.FLIP_EQUIVARIANT | Trait.MONOTONE | Trait.IDEMPOTENT
    )
    amount: float = strength("fraction of the rows set to black", identity=0, worst=0.5, high=1)

    def draw(self, streams: Streams, shape: Shape) -> NDArray[np.uint16]:
        rows = streams.uniform16((shape[0], 1, 1))
        return np.broadcast_to(rows, (len(rows), *shape[:2], 1))

    def apply(self, images: Images, draws: NDArray[np.uint16]) -> Images:
        return _drop(images, draws[:, :, :1], self.amount)


class ColumnDropout(Corruption):
    """Set random columns to black: ``y = 0`` in a column with probability amount.

    Random draws: one number for each column. The strength scales the amount: columns that are black
    at one strength are black at every greater one. The probability is rounded to 1/65536.

    Source: own design; dropped columns of a sensor.
    """

    traits = RowDropout.traits
    amount: float = strength("fraction of the columns set to black", identity=0, worst=0.5, high=1)

    def draw(self, streams: Streams, shape: Shape) -> NDArray[np.uint16]:
        columns = streams.uniform16((1, shape[1], 1))
        return np.broadcast_to(columns, (len(columns), *shape[:2], 1))

    def apply(self, images: Images, draws: NDArray[np.uint16]) -> Images:
        return _drop(images, draws[:, :1], self.amount)


class Stripe(Corruption):
    """Invert the outer columns: ``y = x + amount * (1 - 2 x)`` left and right, x between.

    Each band is a quarter of the image wide, or the fraction `width`, rounded to columns.
    Deterministic.

    Source: the stripe of MNIST-C (amount 1: columns 0-6 and 21-27 of 28).
    """

    traits = (
        Trait.EXACT | Trait.BROADCAST | Trait.CHANNELWISE | Trait.FLIP_EQUIVARIANT | Trait.MONOTONE
    )
    amount: float = strength(_AMOUNT, identity=0, worst=1, high=1)
    width: float = parameter("width of each band, in image widths", default=0.25, low=0, high=0.5)

    def apply(self, images: Images, draws: None) -> Images:
        w = images.shape[2]
        band = round(self.width * w)
        outer = np.zeros((w, images.shape[3]), np.float32)
        outer[:band] = 1
        outer[w - band :] = 1
        return images + (self.amount * outer) * (1 - 2 * images)


class _Drawn(Corruption):
    """Common base: a bright line over the image, ``y = clip(x + amount * line)``."""

    traits = Trait.EXACT | Trait.BROADCAST | Trait.CHANNELWISE | Trait.MONOTONE
    amount: float = strength("brightness of the middle of the line", identity=0, worst=1, high=1)

    def heights(self, draws: _Words, w: int) -> NDArray[np.intp]:
        """Return the heights of the lines, as `draw_lines` takes them."""
        raise TypeError(f"{type(self).__name__} must define heights(draws, w)")

    def draw(self, streams: Streams, shape: Shape) -> _Words:
        return streams.words((4,))

    def apply(self, images: Images, draws: _Words) -> Images:
        h, w, c = images.shape[1:]
        lines: Images = repeat_channels(draw_lines(self.heights(draws, w), h), c)
        return images + self.amount * lines


class Line(_Drawn):
    """Draw a line across: ``y = clip(x + amount * max(0, 1 + ln(1 - d / 2.3)))``.

    d is the distance in height, in 28ths of the image. Random draws: the column in which it begins
    (0 to 4 of 28) and the one before which it ends (22 to 26), and both heights (0 to 26), for each
    image. The strength scales amount.

    Source: the unused line of MNIST-C (amount 1), on any image size.
    """

    def heights(self, draws: _Words, w: int) -> NDArray[np.intp]:
        left, right = _uniform_integers(draws[:, 2], 5), 22 + _uniform_integers(draws[:, 3], 5)
        return straight_heights(
            left, right, _uniform_integers(draws[:, 0], 27), _uniform_integers(draws[:, 1], 27), w
        )


class DottedLine(_Drawn):
    """Draw a dotted line across: ``y = clip(x + amount * max(0, 1 + ln(1 - d / 2.3)))``.

    d is the distance in height, in 28ths of the image; of every four 28ths of the width, the first
    two are empty. Random draws: the height on the left and on the right (0 to 26 of 28), for each
    image. The strength scales amount.

    Source: the dotted line of MNIST-C (amount 1), on any image size.
    """

    def heights(self, draws: _Words, w: int) -> NDArray[np.intp]:
        left = np.zeros(len(draws))
        first, last = _uniform_integers(draws[:, 0], 27), _uniform_integers(draws[:, 1], 27)
        heights = straight_heights(left, left + FRAME - 1, first, last, w)
        empty = (cell_centres(w) + 0.5) // 2 % 2 == 0
        return np.where(empty, NOWHERE, heights)


class Zigzag(_Drawn):
    """Draw a zigzag across: ``y = clip(x + amount * max(0, 1 + ln(1 - d / 2.3)))``.

    d is the distance in height, in 28ths of the image. The zigzag goes from column 2 to 25 of 28,
    with a period of 4 and a swing of 2. Random draws: the height on the left (0 to 26) and how far
    it falls (-5 to 4), for each image. The strength scales amount.

    Source: the zigzag of MNIST-C (amount 1), on any image size.
    """

    def heights(self, draws: _Words, w: int) -> NDArray[np.intp]:
        shapes = zigzag_heights(w, tuple(range(-5, 5)))[
            _uniform_integers(draws[:, 1], 10).astype(np.intp)
        ]
        start = to_steps(_uniform_integers(draws[:, 0], 27))
        return shapes + start[:, None, None]


def _uniform_integers(words: _Words, count: int) -> NDArray[np.float64]:
    """Convert words to integers uniform in 0..count-1."""
    numbers: NDArray[np.float64] = np.floor(words * (count * 2.0**-32))
    return numbers


def _drop(images: Images, numbers: NDArray[np.uint16], amount: float) -> Images:
    """Set values to 0 where numbers are below the amount."""
    return images * (numbers >= round(amount * 2**16))
