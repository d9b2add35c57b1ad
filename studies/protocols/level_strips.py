"""What each published level looks like: one image, clean and at every level."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from studies.reporting.strips import shown
from studies.results.adaptive import CLEAN
from studies.tables.levels import LevelRow

LevelStrips = Mapping[str, Sequence[tuple[float, npt.NDArray[np.uint8]]]]
"""Corruption -> images, each with its level."""


def make_level_strips(
    rows: Sequence[LevelRow], example: npt.NDArray[np.uint8], *, number: int, seed: int
) -> LevelStrips:
    """Corrupt one image at every level that was computed for any model.

    Parameters
    ----------
    rows
        Say which corruptions and levels there are.
    example
        ``(h, w, c)`` uint8; with neither 1 nor 3 channels there is nothing to show.
    number
        The image's own number in the data.
    seed
        Corruption seed; with the number it makes the image exactly what the models saw.

    Returns
    -------
    LevelStrips
        The clean image and one a level, for each corruption.
    """
    if example.shape[2] not in {1, 3}:
        return {}
    pipelines: dict[str, dict[int, str]] = {}
    for row in rows:
        pipelines.setdefault(row.corruption, {0: "identity"})[row.level] = row.pipeline
    return {
        corruption: [
            (float(level), shown(pipeline, example, number, seed))
            for level, pipeline in sorted(of_level.items())
        ]
        for corruption, of_level in pipelines.items()
        if corruption != CLEAN
    }
