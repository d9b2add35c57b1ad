"""JPEG of grey planes, batched: the integer arithmetic of libjpeg's accurate DCT, block by block.

All values between the rounded levels and the decoded ones are integers. They are held in float64,
where every product and sum is exact, so that matrix products can be used.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from noiselib.images import Images

__all__ = ["jpeg_planes", "quantization_scale", "quantization_table"]

SIDE = 8  # of a block
BLOCKS = 1 << 10  # blocks processed at a time: a few such arrays fit the cache

LUMINANCE = np.array(
    [
        [16, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ]
)
"""The luminance table of the JPEG standard (Annex K), for quality 50."""

# Constants of the DCT of Loeffler, Ligtenberg and Moschytz, in steps of 2**-13.
C0_298, C0_390, C0_541, C0_765 = 2446, 3196, 4433, 6270
C0_899, C1_175, C1_501, C1_847 = 7373, 9633, 12299, 15137
C1_961, C2_053, C2_562, C3_072 = 16069, 16819, 20995, 25172
ONE = 1 << 13


def quantization_scale(quality: float) -> float:
    """Return the percentage by which libjpeg scales its tables: 100 at quality 50, 0 at 100."""
    return 5000 / quality if quality < 50 else 200 - 2 * quality


@lru_cache(maxsize=100)
def quantization_table(quality: int) -> NDArray[np.float64]:
    """Return the luminance table of libjpeg for a quality from 1 to 100, shape (8, 8)."""
    scaled = (LUMINANCE * int(quantization_scale(quality)) + 50) // 100
    table: NDArray[np.float64] = np.clip(scaled, 1, 255).astype(np.float64)
    table.flags.writeable = False
    return table


@lru_cache(maxsize=1)
def dct_matrix() -> NDArray[np.float64]:
    """Return the 8-point DCT of libjpeg: integer multiples of 2**-13, times sqrt(8).

    Rows are frequencies. The transpose is the inverse DCT of libjpeg.
    """
    even = np.array(
        [
            [ONE, ONE, ONE, ONE],
            [C0_541 + C0_765, C0_541, -C0_541, -C0_541 - C0_765],
            [ONE, -ONE, -ONE, ONE],
            [C0_541, C0_541 - C1_847, C1_847 - C0_541, -C0_541],
        ]
    )
    # The odd part on the differences 0 - 7, 1 - 6, 2 - 5, 3 - 4.
    far, near = C1_175 - C1_961, C1_175 - C0_390
    odd = np.array(
        [
            [C1_501 - C0_899 + near, C1_175, near, C1_175 - C0_899],
            [C1_175, C3_072 - C2_562 + far, C1_175 - C2_562, far],
            [near, C1_175 - C2_562, C2_053 - C2_562 + near, C1_175],
            [C1_175 - C0_899, far, C1_175, C0_298 - C0_899 + far],
        ]
    )
    matrix = np.empty((SIDE, SIDE))
    matrix[0::2] = np.hstack([even, even[:, ::-1]])
    matrix[1::2] = np.hstack([odd, -odd[:, ::-1]])
    matrix.flags.writeable = False
    return matrix


def jpeg_planes(images: Images, quality: int) -> Images:
    """Encode and decode every plane as a grey JPEG.

    Parameters
    ----------
    images : ndarray of float32, shape (n, h, w, c)
        Rounded to integer grey levels first. Sides that are not multiples of 8 are padded with
        their last pixel.
    quality : int
        1 to 100.

    Returns
    -------
    ndarray of float32, shape (n, h, w, c)
        Integer grey levels, scaled to [0, 1].
    """
    n, h, w, c = images.shape
    tall, wide = -(-h // SIDE) * SIDE, -(-w // SIDE) * SIDE
    step = max(1, BLOCKS * SIDE * SIDE // (c * tall * wide))
    result = np.empty_like(images)
    for start in range(0, n, step):
        planes = images[start : start + step].transpose(0, 3, 1, 2)
        levels = np.rint(planes * np.float32(255)).reshape(-1, h, w)
        if (h, w) != (tall, wide):
            levels = np.pad(levels, ((0, 0), (0, tall - h), (0, wide - w)), "edge")
        # The rows of the blocks come first: so either side of a block can be the first or the last
        # axis of a matrix product.
        split = levels.reshape(-1, SIDE, wide).transpose(1, 0, 2)
        blocks = np.subtract(split, np.float32(128)).reshape(SIDE, -1)
        decoded = decode(encode(blocks, quality), quality)
        joined = decoded.reshape(split.shape).transpose(1, 0, 2).reshape(-1, c, tall, wide)
        result[start : start + step] = joined[:, :, :h, :w].transpose(0, 2, 3, 1)
    return result


def encode(blocks: NDArray[np.float32], quality: int) -> NDArray[np.float64]:
    """Transform and quantize blocks: from levels minus 128 to integer coefficients.

    Parameters
    ----------
    blocks : ndarray of float32, shape (8, k * 8)
        Axes: the rows of a block; then the blocks and their columns.
    quality : int
        1 to 100.

    Returns
    -------
    ndarray of float64, shape (8, k * 8)
    """
    matrix = dct_matrix()
    # The sums are at most 2**23 in magnitude, which float32 holds exactly.
    rows = blocks.reshape(-1, SIDE) @ matrix.T.astype(np.float32)
    rows = descale(rows, 11).astype(np.float64)  # two more bits are kept between the passes
    both = descale(matrix @ rows.reshape(SIDE, -1), 15)
    # Ties are rounded away from zero: the quotients are multiples of at least 1 / (8 * 255) and
    # less than 2**15, so a millionth more changes the ties alone.
    both *= tile_blocks((1 + 2.0**-20) / (8 * quantization_table(quality)), both.shape)
    np.rint(both, out=both)
    return both


def decode(coefficients: NDArray[np.float64], quality: int) -> NDArray[np.float32]:
    """Return the blocks of quantized coefficients, in [0, 1], shape (8, k * 8)."""
    inverse = dct_matrix().T
    values = coefficients * tile_blocks(quantization_table(quality), coefficients.shape)
    columns = descale(inverse @ values, 11)
    levels = descale(columns.reshape(-1, SIDE) @ inverse.T, 18).astype(np.float32)
    levels += 128
    np.clip(levels, 0, 255, out=levels)
    levels /= np.float32(255)
    unit: NDArray[np.float32] = levels.reshape(coefficients.shape)
    return unit


def tile_blocks(table: NDArray[np.float64], shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Repeat a table for every block."""
    repeated: NDArray[np.float64] = np.tile(table, shape[1] // SIDE)
    return repeated


def descale(values: NDArray[Any], bits: int) -> NDArray[Any]:
    """Divide by 2**bits and round, ties up, in place."""
    values *= 2.0**-bits
    values += 0.5
    np.floor(values, out=values)
    return values
