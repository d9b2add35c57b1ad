"""Frost on a window pane: a texture of ice crystals, computed once for each image size.

A crystal has six arms, 60 degrees apart; branches grow along each arm and twigs along each branch,
again at 60 degrees, and shorter towards the tip, as in fern frost. The pane is a torus of three
image sides; it is always the same pane, at a finer or coarser resolution.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from noiselib.operations.exact import drop_last_bits
from noiselib.streams import Streams

__all__ = ["PANE_SIDES", "frost_pane"]

PANE_SIDES = 3  # image sides
CRYSTALS = 70
BRANCHES, TWIGS = 11, 6
NEEDLE = 1 / 768  # width of a needle, as a fraction of the side of the pane

Floats = NDArray[np.float64]


class Needles(NamedTuple):
    """Straight needles on the pane; points are complex numbers x + iy.

    Attributes
    ----------
    start : ndarray of complex128, shape (n,)
        Where they begin.
    reach : ndarray of complex128, shape (n,)
        From their beginning to their tip.
    weight : ndarray of float64, shape (n,)
        How thick they are.
    """

    start: NDArray[np.complex128]
    reach: NDArray[np.complex128]
    weight: Floats


@lru_cache(maxsize=8)
def frost_pane(side: int) -> NDArray[np.float32]:
    """Return the pane for images of a side, in [0, 1], shape (4 * side, 4 * side).

    It repeats after 3 sides, so that an image can be cut out at any position.
    """
    size = PANE_SIDES * side
    lines = render(grow_crystals(), size)
    from scipy.ndimage import gaussian_filter

    fine = gaussian_filter(lines, max(size * NEEDLE, 0.3), mode="wrap")
    glow = gaussian_filter(lines, size / 60, mode="wrap")
    haze = gaussian_filter(lines, size / 14, mode="wrap")
    light = 1 - np.exp(-(0.08 + 2.2 * fine + 0.6 * glow + 0.9 * haze))
    ice = (np.rint(drop_last_bits(light) * 4096) / 4096).astype(np.float32)
    result = np.pad(ice, ((0, side), (0, side)), mode="wrap")
    result.flags.writeable = False
    return result


@lru_cache(maxsize=1)
def grow_crystals() -> tuple[Needles, ...]:
    """Grow arms, branches and twigs, in coordinates from 0 to 1 on the pane."""
    streams = Streams("ice", 0, 0, np.zeros(1, np.uint64))
    u = streams.uniform((CRYSTALS, 4))[0]
    spread = streams.uniform((2, CRYSTALS * 6))[0]
    centres = np.repeat(u[:, 0] + 1j * u[:, 1], 6)
    turns = np.repeat(u[:, 2], 6) + np.tile(np.arange(6), CRYSTALS) + 0.3 * (spread[0] - 0.5)
    lengths = np.repeat(0.06 + 0.24 * u[:, 3] ** 2, 6) * (0.2 + 0.8 * spread[1] ** 2)
    arms = Needles(centres, lengths * unit_vectors(turns), np.full(len(centres), 1.0))
    branches = grow_branches(arms, BRANCHES, 0.55, streams)
    return arms, branches, grow_branches(branches, TWIGS, 0.5, streams)


def grow_branches(stems: Needles, count: int, share: float, streams: Streams) -> Needles:
    """Grow pairs of needles along each stem, at 60 degrees, shorter and thinner towards the tip."""
    random = streams.uniform((2, len(stems.start), count, 2))[0]
    place = (np.arange(count)[:, None] + random[0]) / count
    length = share * (1 - 0.85 * place) * (0.25 + 0.75 * random[1])
    sides = unit_vectors(np.array([1.0, -1.0]))
    start = stems.start[:, None, None] + stems.reach[:, None, None] * place
    reach = stems.reach[:, None, None] * length * sides
    weight = np.broadcast_to(0.6 * stems.weight[:, None, None], start.shape)
    return Needles(start.ravel(), reach.ravel(), weight.ravel())


def unit_vectors(sixths: Floats) -> NDArray[np.complex128]:
    """Return unit vectors, from angles in sixths of a turn."""
    angle = sixths * (np.pi / 3)
    return np.asarray(drop_last_bits(np.cos(angle)) + 1j * drop_last_bits(np.sin(angle)))


def render(growth: tuple[Needles, ...], size: int) -> Floats:
    """Sum the coverage of each pixel by needles, on a torus of `size` pixels."""
    total = np.zeros(size * size)
    for needles in growth:
        steps = np.maximum(1, np.ceil(2 * size * np.abs(needles.reach))).astype(np.intp)
        owner = np.repeat(np.arange(len(steps)), steps)
        first = np.repeat(np.cumsum(steps) - steps, steps)
        along = (np.arange(len(owner)) - first + 0.5) / steps[owner]
        place = size * (needles.start[owner] + needles.reach[owner] * along)
        length = size * np.abs(needles.reach) / steps
        weight = size * NEEDLE * (needles.weight * length)[owner] * (1.1 - along)
        total += splat(place, weight, size)
    return total.reshape(size, size)


def splat(place: NDArray[np.complex128], weight: Floats, size: int) -> Floats:
    """Distribute points over the four pixels around each, shape (size * size,)."""
    x, y = place.real, place.imag
    left, top = np.floor(x), np.floor(y)
    right, down = x - left, y - top
    total = np.zeros(size * size)
    for dy, dx, part in (
        (0, 0, (1 - down) * (1 - right)),
        (0, 1, (1 - down) * right),
        (1, 0, down * (1 - right)),
        (1, 1, down * right),
    ):
        index = (top + dy) % size * size + (left + dx) % size
        total += np.bincount(index.astype(np.intp), weight * part, size * size)
    return total
